"""Who may change what, beside the model permissions of their groups (directory.groups).

Whoever has the permission `directory.edit_everywhere` changes everything. The others change what is theirs: an object
that names departments which are all in their EditorArea, or themes which are all in it.
"""

from django.db.models import Q

from directory.models import Branch, Contact, Department, Proposal, Report, Resource
from themes.models import Theme, Topic

# The fields that lead from an object to the departments and to the themes it names. What is not here names neither.
DEPARTMENTS = {
    Resource: "departments",
    Branch: "departments",
    Contact: "department",
    Report: "resource__departments",
    Proposal: "departments",
}
THEMES = {
    Resource: "topics__theme",
    Branch: "resource__topics__theme",
    Contact: "resource__topics__theme",
    Topic: "theme",
    Theme: "pk",
    Report: "resource__topics__theme",
    Proposal: "themes",
}
# A regional entry that also names its departments still serves the whole region.
SCOPES = {Resource: "scope", Report: "resource__scope"}


def edits_everywhere(user):
    return user.has_perm("directory.edit_everywhere")


def may_add(user, model):
    """Whether an object of the model can be in a user's area at all."""
    kinds = [(DEPARTMENTS, Department), (THEMES, Theme)]
    return edits_everywhere(user) or any(
        model in fields and places.objects.filter(editor_areas__user=user).exists() for fields, places in kinds
    )


def may_change(user, obj):
    """Whether a saved object is the user's to change or delete. Ask again after writing, in the same transaction."""
    return edits_everywhere(user) or changeable(user, type(obj)._base_manager.filter(pk=obj.pk)).exists()


def changeable(user, queryset):
    """Those of the objects that are the user's to change or delete, without a query of its own."""
    if edits_everywhere(user):
        return queryset
    model = queryset.model
    local = [Resource.Scope.DEPARTMENTAL, Resource.Scope.LOCAL]
    by_place = Q(**{f"{SCOPES[model]}__in": local}) if model in SCOPES else Q()
    return queryset.filter(
        by_place & all_inside(user, model, DEPARTMENTS.get(model), Department)
        | all_inside(user, model, THEMES.get(model), Theme)
    )


def all_inside(user, model, field, places):
    """The condition that an object names at least one place (or theme) and none outside the user's area."""
    if field is None:
        return Q(pk__in=[])
    mine = places.objects.filter(editor_areas__user=user)
    named = model._base_manager.filter(**{f"{field}__in": mine})
    return Q(pk__in=named.exclude(**{f"{field}__in": places.objects.exclude(editor_areas__user=user)}).values("pk"))
