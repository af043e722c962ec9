"""The history of what editors write, in the admin: who, when, why, which words; and back again."""

from collections import defaultdict
from functools import partial
from itertools import groupby
from operator import attrgetter

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _, gettext_lazy

from directory.admin.read_only import ReadOnlyAdmin
from directory.admin.streaming import progress, refused, streamed
from directory.groups import can
from directory.history import Act, Change, act
from directory.history.display import rows
from directory.history.tracking import pointing_to
from directory.history.undoing import UndoRefused, changed_since, restore, undo
from directory.roles import changeable, edits_everywhere
from directory.states import KINDS, RECORDED, RECORDED_KINDS

MOST_SHOWN = 200
LAST_ACTS = 3  # on the form itself
MOST_LINES = 20  # of what keeps an undo from being done
NOTHING_PUT_BACK = gettext_lazy("Nothing was put back.")
PUT_BACK = gettext_lazy("Put back as it was. This too stands in the history and can be undone.")


class WithHistory(admin.ModelAdmin):
    """Records each request that writes as one act, with the reason the editor gave, and shows an object's history."""

    def changeform_view(self, request, *args, **kwargs):
        return self.recorded(request, super().changeform_view, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        return self.recorded(request, super().changelist_view, *args, **kwargs)

    def delete_view(self, request, *args, **kwargs):
        return self.recorded(request, super().delete_view, *args, **kwargs)

    def recorded(self, request, view, *args, **kwargs):
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with act(user=request.user, reason=request.POST.get("_reason", "")):
            return view(request, *args, **kwargs)

    def render_change_form(self, request, context, *args, **kwargs):
        if context["original"]:
            acts = Act.objects.on(RECORDED_KINDS[self.model], context["original"].pk)
            context["last_acts"] = acts.exclude(origin=Act.Origin.LOAD)[:LAST_ACTS]
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request, object_id, extra_context=None):
        instance = self.get_object(request, object_id)
        if instance is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, instance):
            raise PermissionDenied
        changes = Change.objects.of(RECORDED_KINDS[self.model], instance).select_related("act")
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(name)s") % {"name": instance},
            "opts": self.opts,
            "original": instance,
            "kind": RECORDED_KINDS[self.model],
            "acts": [
                (item, list(group))
                for item, group in groupby(
                    map(shown, changes.order_by("-act_id", "pk")[:MOST_SHOWN]), attrgetter("act")
                )
            ],
            "may_change": self.has_change_permission(request, instance),
        }
        return TemplateResponse(request, "admin/history/object.html", context)


def shown(change):
    """A change with what the pages say of it: its fields in words, and where its object is."""
    change.rows = list(rows(change))
    change.model_name = RECORDED[change.kind]._meta.verbose_name
    change.url = history_url(change)
    return change


def history_url(change):
    return reverse(admin_urlname(RECORDED[change.kind]._meta, "history"), args=[change.object_id])


# What putting back Changes does to their objects, and of which.
VERBS = {
    "delete": Q(before__isnull=True),
    "add": Q(after__isnull=True),
    "change": Q(before__isnull=False, after__isnull=False),
}


def may_put_back(user, changes):
    """Whether a user's groups let them do what putting back these Changes does."""
    return all(
        user.has_perms(can(verb, RECORDED[kind]))
        for verb, which in VERBS.items()
        for kind in changes.filter(which).order_by().values_list("kind", flat=True).distinct()
    )


def of_others(user, changes):
    """Names of the objects of some Changes that exist and are outside the user's area (directory.roles)."""
    if edits_everywhere(user):
        return set()
    names = defaultdict(dict)
    for kind, pk, name in changes.values_list("kind", "object_id", "name"):
        names[kind][pk] = name
    found = [(kind, RECORDED[kind].objects.filter(pk__in=pks)) for kind, pks in names.items()]
    return {
        names[kind][pk]
        for kind, objects in found
        for pk in objects.exclude(pk__in=changeable(user, objects).values("pk")).values_list("pk", flat=True)
    }


def hanging_of_others(user, added):
    """What deleting what some Changes added would take with it, or leave without its link, and is outside the user's
    area."""
    collector = NestedObjects(using=DEFAULT_DB_ALIAS)
    for kind, model in RECORDED.items():
        collector.collect(model.objects.filter(pk__in=added.filter(kind=kind).values("object_id")))
    hanging = [
        found
        for model, deleted in collector.model_objs.items()
        for found in (model._base_manager.filter(pk__in=[obj.pk for obj in deleted]), *pointing_to(model, deleted))
        if found.model in KINDS
    ]
    for objects in hanging:
        yield from objects.exclude(pk__in=changeable(user, objects).values("pk"))


def refuse_others(user, changes, added):
    """Raise UndoRefused when something of others would be written or deleted: asked before writing, and after.

    `added` are those of the Changes whose objects are to be deleted.
    """
    if edits_everywhere(user):
        return
    if others := of_others(user, changes) | set(map(str, hanging_of_others(user, added))):
        raise UndoRefused([_("%(name)s is outside your area.") % {"name": name} for name in sorted(others)])


class DeletionFilter(admin.SimpleListFilter):
    title = gettext_lazy("deletions")
    parameter_name = "deleted"

    def lookups(self, request, model_admin):
        return [("1", gettext_lazy("Something was deleted"))]

    def queryset(self, request, queryset):
        return queryset.with_deletions() if self.value() else queryset


@admin.register(Act)
class ActAdmin(ReadOnlyAdmin):
    """Every act, the last first; each opens with its words, and can be undone, whole or in part."""

    list_display = ["at", "by", "origin", "what", "size", "reason"]
    list_filter = ["origin", DeletionFilter, "at", "by"]
    search_fields = ["by", "reason", "changes__name", "changes__slug"]
    search_help_text = gettext_lazy(
        "A person, a reason, or the name of what was changed, even if it was deleted since."
    )

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return any(map(request.user.has_perm, can("change", *KINDS)))

    def get_urls(self):
        restore_url = path(
            "restore/<int:change_id>/", self.admin_site.admin_view(self.restore_view), name="directory_change_restore"
        )
        return [restore_url, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """An act, word by word; posted, it undoes the changes that are ticked."""
        item = get_object_or_404(Act, pk=object_id) if str(object_id).isdecimal() else None
        if item is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        changes = item.changes.all()
        first = list(changes[:MOST_SHOWN])
        if request.method == "POST":
            ticked = set(request.POST.getlist("change"))
            kept = [change.pk for change in first if str(change.pk) not in ticked]
            chosen = changes.exclude(pk__in=kept)
            if "rest" not in request.POST:
                chosen = chosen.filter(pk__in=[change.pk for change in first])
            if not may_put_back(request.user, chosen):
                raise PermissionDenied
            write = partial(undo, chosen, anyway="anyway" in request.POST)
            added = chosen.filter(VERBS["delete"])
            return self.put_back(request, chosen, write, added=added, back=request.get_full_path())
        later = changed_since(first)
        for change in first:
            shown(change).is_changed_since = change.pk in later
        hidden_count = changes.count() - len(first)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change of %(moment)s") % {"moment": item},
            "opts": self.opts,
            "act": item,
            "changes": first,
            "hidden_count": hidden_count,
            # Of what is not shown, it is found out when it is undone.
            "may_be_later": later or hidden_count,
            # Nobody means to take back the whole guide by one click.
            "ticked": item.origin != Act.Origin.LOAD,
            "may_undo": may_put_back(request.user, changes) and not of_others(request.user, changes),
        }
        return TemplateResponse(request, "admin/history/act.html", context)

    def restore_view(self, request, change_id):
        change = get_object_or_404(Change, pk=change_id, after__isnull=False)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:directory_act_change", args=[change.act_id]))
        verb = "change" if RECORDED[change.kind].objects.filter(pk=change.object_id).exists() else "add"
        if not request.user.has_perms(can(verb, RECORDED[change.kind])):
            raise PermissionDenied
        one = Change.objects.filter(pk=change.pk)
        return self.put_back(request, one, partial(restore, change), added=one.none(), back=history_url(change))

    def put_back(self, request, changes, write, *, added, back):
        """Undo or restore, and show that at the top of the history; or say why not, with the way `back`.

        `write` does it as `directory.history.undoing` does: step by step, so that of much work each step is told.
        """
        if not (total := changes.count()):
            messages.error(request, _("Tick at least one thing to put back."))
            return HttpResponseRedirect(back)
        steps = write(user=request.user, reason=request.POST.get("_reason", ""))
        steps = within_area(request.user, changes, added, steps)
        if total > MOST_SHOWN:
            return streamed(
                request,
                told(request, steps, total, back),
                again=back,
                **self.admin_site.each_context(request),
                opts=self.opts,
                title=_("Undo what is ticked"),
            )
        try:
            for _done in steps:
                pass
        except UndoRefused as refusal:
            for line in (NOTHING_PUT_BACK, *refusal.lines[:MOST_LINES]):
                messages.error(request, line)
            return HttpResponseRedirect(back)
        messages.success(request, PUT_BACK)
        return HttpResponseRedirect(reverse("admin:directory_act_changelist"))


def within_area(user, changes, added, steps):
    """Take steps that undo changes, in one transaction; raise UndoRefused when something of others is touched."""
    with transaction.atomic():
        refuse_others(user, changes, added)
        yield from steps
        refuse_others(user, changes, added)


def told(request, steps, total, back):
    """Yield the HTML of steps as they are done, and at their end what came of it."""
    try:
        for done in steps:
            yield progress(done, total)
    except UndoRefused as refusal:
        yield refused(request, back, NOTHING_PUT_BACK, *refusal.lines[:MOST_LINES])
    else:
        yield render_to_string("admin/history/_put_back.html", {"sentence": PUT_BACK, "opts": Act._meta}, request)
