"""An editor of an area sees everything and changes only what is theirs (directory.roles)."""

from functools import cached_property, wraps

from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import NestedObjects, quote
from django.db import router, transaction
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from directory.admin.filters import MineFilter
from directory.history.tracking import pointing_to
from directory.models import EditorArea
from directory.roles import DEPARTMENTS, THEMES, changeable, edits_everywhere, may_add, may_change
from directory.states import KINDS

NAMED = 10  # objects named in a sentence


class OutsideArea(Exception):
    """Some forms wrote what is not the user's to write: their prefixes."""

    def __init__(self, prefixes):
        self.prefixes = prefixes


class AreaAdmin:
    """Mixin, first among the bases of a ModelAdmin: what it refuses must leave no trace in the others."""

    def has_add_permission(self, request):
        return super().has_add_permission(request) and may_add(request.user, self.model)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or may_change(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or may_change(request.user, obj))

    def get_list_filter(self, request):
        filters = super().get_list_filter(request)
        # Also for who has no area yet: the desk leads there, to a list of nothing.
        narrows = not edits_everywhere(request.user) and self.model in DEPARTMENTS | THEMES
        return [MineFilter, *filters] if narrows else filters

    # What was written must still be theirs. Only the database can tell, once relations and inlines are saved: so the
    # form is saved first, and when something is outside it is undone and the form shown again, with what was typed.

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":  # which writes nothing, and must not wait for who does
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except OutsideArea as refusal:
            request.outside_area = refusal.prefixes
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        inlines = [item for formset in formsets for item in formset.forms if item not in formset.deleted_forms]
        written = [form, *(item for item in inlines if item.has_changed())]
        if outside := {item.prefix for item in written if not may_change(request.user, item.instance)}:
            raise OutsideArea(outside)

    def get_form(self, request, obj=None, change=False, **kwargs):
        return in_area(super().get_form(request, obj, change=change, **kwargs), request)

    def get_formsets_with_inlines(self, request, obj=None):
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            formset.form = in_area(formset.form, request)
            yield rows_in_area(formset, request.user), inline

    # Several at a time: all of them or none.

    def get_actions(self, request):
        """Every action is refused as a whole when one of the objects is not theirs, unless it is declared with
        `permissions=["view"]`: those only read."""
        return {
            name: (func if [*getattr(func, "allowed_permissions", [])] == ["view"] else all_theirs(func), *rest)
            for name, (func, *rest) in super().get_actions(request).items()
        }

    def get_deleted_objects(self, objs, request):
        """As Django's, with two differences: the objects that may not be deleted are named, and those that stay but
        lose their link to what is deleted are listed, in place of the rows that join the two."""
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(objs)
        refused = set()

        def described(obj):
            site, model = self.admin_site, type(obj)
            if site.is_registered(model) and not site.get_model_admin(model).has_delete_permission(request, obj):
                refused.add(named(obj))
            return self.described(obj)

        collector.edges = {
            parent: [obj for obj in children if not obj._meta.auto_created]
            for parent, children in collector.edges.items()
        }
        shown = collector.nested(described)
        counts = {
            model._meta.verbose_name_plural: len(found)
            for model, found in collector.model_objs.items()
            if not model._meta.auto_created
        }
        left = [found for model, deleted in collector.model_objs.items() for found in pointing_to(model, deleted)]
        losing = dict.fromkeys(obj for found in left for obj in found)  # once, whatever links it loses
        unlinked = [obj for obj in losing if obj not in collector.model_objs.get(type(obj), ())]
        # Who may not change what would lose its link may not take it away by deleting: unpublishing remains.
        for found in left:
            if found.model in KINDS:
                theirs = set(changeable(request.user, found))
                refused |= {named(obj) for obj in found if obj in unlinked and obj not in theirs}
        if unlinked:
            shown += [_("These are kept, without their link to what is deleted:"), list(map(self.described, unlinked))]
        return shown, counts, sorted(refused), [self.described(obj) for obj in collector.protected]

    def described(self, obj):
        """An object of any model by its type and name, with a link to its form where it has one."""
        try:
            address = reverse(admin_urlname(obj._meta, "change"), args=[quote(obj.pk)])
        except NoReverseMatch:
            return named(obj)
        return format_html('{}: <a href="{}">{}</a>', capfirst(obj._meta.verbose_name), address, obj)


def named(obj):
    return f"{capfirst(obj._meta.verbose_name)}: {obj}"


def in_area(form_class, request):
    """The form, saying beside the field that decides what of it was refused as outside the user's area."""
    if edits_everywhere(request.user):
        return form_class

    class AreaForm(form_class):
        def clean(self):
            cleaned = super().clean()
            if self.prefix in getattr(request, "outside_area", ()):
                area = EditorArea.objects.get(user=request.user)
                fields = [DEPARTMENTS.get(self._meta.model)] if area.departments.exists() else []
                fields.append(THEMES.get(self._meta.model, "").split("__")[0])
                self.add_error(
                    next((name for name in fields if name in self.fields), None),
                    _("This would be outside your area, which is: %(area)s.") % {"area": area},
                )
            return cleaned

    return AreaForm


def rows_in_area(formset_class, user):
    """The formset, whose rows that are not theirs can be read only."""
    if edits_everywhere(user):
        return formset_class

    class AreaFormSet(formset_class):
        @cached_property
        def theirs(self):
            return set(changeable(user, self.get_queryset()).values_list("pk", flat=True))

        def add_fields(self, form, index):
            super().add_fields(form, index)
            if form.instance.pk and form.instance.pk not in self.theirs:
                for field in form.fields.values():
                    field.disabled = True

    return AreaFormSet


def all_theirs(action):
    """The action, done only when every selected object is theirs to change; else a sentence names those that are
    not."""

    @wraps(action)
    def checked(modeladmin, request, queryset):
        mine = changeable(request.user, modeladmin.model._base_manager.all())
        if others := [] if edits_everywhere(request.user) else list(queryset.exclude(pk__in=mine.values("pk"))):
            names = ", ".join(map(str, others[:NAMED])) + ("…" if len(others) > NAMED else "")
            sentence = _("Nothing was done: these are outside your area: %(names)s.") % {"names": names}
            return modeladmin.message_user(request, sentence, messages.ERROR)
        return action(modeladmin, request, queryset)

    return checked
