"""Two editors on one object: what the second typed is laid over what the first saved, and shown before it is saved.

The form carries a fingerprint of each of its fields as it was when it was opened. A save compares, under a lock, what
was seen, what was typed and what is there now. It goes through when nobody else wrote; otherwise it is refused, and the
form comes back with both.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.forms.formsets import DELETION_FIELD_NAME, INITIAL_FORM_COUNT, TOTAL_FORM_COUNT, ManagementForm
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy

from directory.admin.preview import is_preview
from directory.history import Act, Change
from directory.states import RECORDED_KINDS, language_of
from directory.translations import fingerprint
from directory.translations.work import both_sides, word_diff

SEEN = "_seen"
TAKE = "_take-"
NOT_SAVED = gettext_lazy("Nothing is saved yet: read what differs, at the top of the page, then save again.")


def fields_of(form):
    """(name, field) of what an editor types in a form: not what ties a row to its formset."""
    return [
        (name, field)
        for name, field in form.fields.items()
        if not field.widget.is_hidden and name != DELETION_FIELD_NAME
    ]


def typed_in(field, name, posted):
    return field.widget.value_from_datadict(posted, {}, name)


def sent(field, value):
    """What a browser would send of a value, as a list of texts."""
    widget = getattr(field.widget, "widget", field.widget)  # out of the admin's wrapper, which adds links beside it
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if value else []
    value = widget.format_value(field.prepare_value(value))
    return value if isinstance(value, list) else [value or ""]


def put(posted, name, values):
    """Put what a browser would send of a field among what was posted: nothing at all for a box that is not ticked."""
    posted.pop(name, None)
    if values:
        posted.setlist(name, values)


def mark(field, value):
    """A fingerprint of a value, the same for what is kept and for what is typed, whatever the form of either."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        value = sorted(map(str, field.prepare_value(value or [])))
    elif isinstance(field, forms.ModelChoiceField):
        value = field.prepare_value(value)
    else:
        with suppress(ValidationError):  # what is no value stays as it was typed
            value = field.to_python(value)
    return fingerprint("" if value is None else str(value))


def marks(form, posted=None):
    """{field name: fingerprint} of an unbound form of what is there, or of what was posted for its fields."""
    return {
        name: mark(field, form.get_initial_for_field(field, name) if posted is None else typed_in(field, name, posted))
        for name, field in fields_of(form)
    }


def said(field, value):
    """A value as people read it."""
    with suppress(ValidationError):
        value = field.to_python(field.prepare_value(value))
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return date_format(value)
    choices = {} if isinstance(field, forms.ModelChoiceField) else dict(getattr(field, "choices", ()))
    return "" if value is None else str(choices.get(value, value))


@dataclass
class Difference:
    """What somebody else changed since the form was opened: a field, or a whole row.

    `act` is the last that changed it, None where it is not known; `theirs` and `mine` are HTML; `choice` names the
    choice between both, and is empty where there is none; `language` is that of the texts, where they have one.
    """

    label: str
    act: Act | None
    theirs: str = ""
    mine: str = ""
    note: str = ""
    choice: str = ""
    language: str = ""


def last_act(model, pk, name=None):
    """The last Act that changed an object, or one of its fields; None when the history does not know."""
    changes = Change.objects.select_related("act").order_by("-pk")
    if name:
        changes = changes.filter(Q(before__has_key=name) | Q(after__has_key=name))
    with suppress(ValueError):  # what was posted may be no key
        change = changes.filter(kind=RECORDED_KINDS[model], object_id=pk).first()
        return change and change.act


class Merge:
    """What was typed in a form, laid over what is there now.

    `data` is what to save, `differences` what others changed and this editor has not seen, `kept` the labels of the
    fields that only this editor changed; `is_gone` is true when the object was deleted. Without fingerprints, every
    field that differs may be somebody else's change, and is shown.
    """

    def __init__(self, data):
        self.data = data.copy()
        self.seen = dict(item.split("=", 1) for item in data.get(SEEN, "").split() if "=" in item)
        self.differences, self.kept = [], []
        self.is_gone, self.act = False, None

    @property
    def is_refused(self):
        return bool(self.differences or self.is_gone) and not is_preview(self.data)

    def takes_theirs(self, choice):
        return self.data.get(TAKE + choice) == "theirs"

    def lay_over(self, form, posted, place="", owner=""):
        """Bring what was `posted`, by bare field name, up to date with an unbound form of what is there now.

        `place` is where the form stands among the fingerprints; `owner` is what stands before the labels of a row.
        """
        typed = marks(form, posted)
        for name, theirs in marks(form).items():
            field, seen = form.fields[name], self.seen.get(place + name)
            if typed[name] == theirs:
                continue
            label = f"{owner}{capfirst(field.label)}"
            there = form.get_initial_for_field(field, name)
            act = partial(last_act, form._meta.model, form.instance.pk, name)
            language = language_of(form._meta.model, name)
            old, new = said(field, there), said(field, typed_in(field, name, posted))
            if typed[name] == seen or self.takes_theirs(place + name):
                put(posted, name, sent(field, there))
                if theirs != seen:
                    note = _("You did not change it: the form now has their version.")
                    self.differences.append(Difference(label, act(), word_diff(new, old), note=note, language=language))
            elif theirs == seen:
                self.kept.append(label)
            else:
                self.differences.append(
                    Difference(label, act(), *both_sides(old, new), choice=place + name, language=language)
                )

    def lay_over_rows(self, formset):
        """Do so with each row of an unbound formset; rows that others added join, rows that they deleted are told."""
        if (rows := self.take_rows(formset.prefix)) is None:
            return
        pk_name, kind = formset.model._meta.pk.name, capfirst(formset.model._meta.verbose_name)
        there, kept, new = {str(form.instance.pk): form for form in formset.initial_forms}, [], []
        for row in rows:
            place = f"{formset.prefix}/{row.get(pk_name)}/"
            if form := there.pop(row.get(pk_name), None):
                kept.append(row)
                self.lay_over_row(form, row, place, f"{kind} · {form.instance}")
            elif not row.get(pk_name):
                new += [] if self.takes_theirs(mark_of_row(formset, row)) else [row]
            elif not row.get(DELETION_FIELD_NAME):
                new += self.rows_gone(formset, row, place, kind)
        for pk, form in there.items():
            row = QueryDict(mutable=True)
            for name, field in form.fields.items():
                put(row, name, sent(field, form.get_initial_for_field(field, name)))
            kept.append(row)
            if not any(key.startswith(f"{formset.prefix}/{pk}/") for key in self.seen):
                note = _("Added since you opened the form, which now has it.")
                self.differences.append(Difference(f"{kind} · {form.instance}", last_act(formset.model, pk), note=note))
        self.put_rows(formset.prefix, kept, new)

    def lay_over_row(self, form, row, place, owner):
        told = len(self.differences)
        self.lay_over(form, row, place, f"{owner} · ")
        if row.get(DELETION_FIELD_NAME) and len(self.differences) > told:
            note = _("You ticked “Delete”: untick it to keep what was changed.")
            self.differences.append(Difference(owner, None, note=note))

    def rows_gone(self, formset, row, place, kind):
        """What remains of a row that somebody else deleted: nothing, or a new row with what was typed in it."""
        form = formset.empty_form
        texts = {name: said(field, typed_in(field, name, row)) for name, field in fields_of(form)}
        act = last_act(formset.model, row.get(formset.model._meta.pk.name))
        label = f"{kind} · {next(filter(None, texts.values()), '')}"
        if all(self.seen.get(place + name) == typed for name, typed in marks(form, row).items()):
            self.differences.append(Difference(label, act, note=_("Deleted since you opened the form.")))
            return []
        become_new(formset, row)
        lines = ((capfirst(form.fields[name].label), text) for name, text in texts.items() if text)
        self.differences.append(
            Difference(
                label,
                act,
                theirs=_("Deleted."),
                mine=format_html_join("\n", "{} · {}", lines),
                note=_("What you typed is kept as a new one, at the end."),
                choice=mark_of_row(formset, row),
            )
        )
        return [row]

    def lay_over_nothing(self, formsets, act):
        """The object was deleted, by an act: what was typed, with all its rows, is to become a new one."""
        self.is_gone, self.act = True, act
        for formset in formsets:
            rows = [row for row in self.take_rows(formset.prefix) or [] if not row.get(DELETION_FIELD_NAME)]
            for row in rows:
                become_new(formset, row)
            self.put_rows(formset.prefix, [], rows)

    def take_rows(self, prefix):
        """Take the rows of a formset out of the data, each by bare field name; None when they are not all there."""
        management = ManagementForm(self.data, prefix=prefix)
        if not management.is_valid():
            return None  # Django says so
        rows = {}
        for key in list(self.data):
            found = re.fullmatch(rf"{re.escape(prefix)}-(\d{{1,4}})-(.+)", key)
            if found and int(found[1]) < management.cleaned_data[TOTAL_FORM_COUNT]:
                rows.setdefault(int(found[1]), QueryDict(mutable=True)).setlist(found[2], self.data.pop(key))
        return [rows[number] for number in sorted(rows)]

    def put_rows(self, prefix, kept, new):
        for number, row in enumerate([*kept, *new]):
            for name, values in row.lists():
                self.data.setlist(f"{prefix}-{number}-{name}", values)
        self.data[f"{prefix}-{TOTAL_FORM_COUNT}"] = len(kept) + len(new)
        self.data[f"{prefix}-{INITIAL_FORM_COUNT}"] = len(kept)


def become_new(formset, row):
    for name in (formset.model._meta.pk.name, formset.fk.name):
        row.pop(name, None)


def mark_of_row(formset, row):
    """A fingerprint of all that was typed in a row."""
    return fingerprint(" ".join(marks(formset.empty_form, row).values()))


class Refused:
    """A form of a save that is refused until its editor has seen what others changed."""

    def clean(self):
        cleaned = super().clean()
        self.add_error(None, NOT_SAVED)
        return cleaned


class WithMerging(admin.ModelAdmin):
    class Media:
        js = ["typed_text.js"]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            merge = Merge(request.POST)
            merge.data.pop("_saveasnew", None)  # no form offers it, yet Django would save a copy without comparing
            if obj := self.locked(request, object_id):
                form, formsets = self.forms_of(request, obj)
                merge.lay_over(form, merge.data)
                for formset in formsets:
                    merge.lay_over_rows(formset)
                merge.differences.sort(key=lambda difference: not difference.choice)  # what is to choose comes first
            elif SEEN in request.POST:
                merge.lay_over_nothing(self.forms_of(request, None)[1], last_act(self.model, unquote(object_id)))
                object_id, form_url = None, reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
            request.POST, request.merge = merge.data, merge
            return super().changeform_view(request, object_id, form_url, extra_context)

    def locked(self, request, object_id):
        """The object and its rows as they are now that nobody else can write them before this transaction ends."""
        if obj := self.get_object(request, unquote(object_id)):
            if not self.has_change_permission(request, obj):
                raise PermissionDenied  # before anything waits for a lock
            lock(self.model._base_manager.filter(pk=obj.pk))
            for inline in self.get_inline_instances(request, obj):
                fk = inline.get_formset(request, obj).fk
                lock(inline.model._base_manager.filter(**{fk.name: obj.pk}))
            obj = self.get_object(request, unquote(object_id))
        return obj

    def forms_of(self, request, obj):
        """The unbound form of an object as it is now, and the formsets of the rows that may be changed with it."""
        fields = flatten_fieldsets(self.get_fieldsets(request, obj))
        formsets = [
            formset(instance=obj, queryset=inline.get_queryset(request))
            for formset, inline in self.get_formsets_with_inlines(request, obj)
            if inline.has_change_permission(request, obj)
        ]
        return self.get_form(request, obj, change=obj is not None, fields=fields)(instance=obj), formsets

    def get_form(self, request, *args, **kwargs):
        form = super().get_form(request, *args, **kwargs)
        refused = hasattr(request, "merge") and request.merge.is_refused
        return type(form.__name__, (Refused, form), {}) if refused else form

    def render_change_form(self, request, context, *args, **kwargs):
        context["merge"] = getattr(request, "merge", None)
        context["reason"] = request.POST.get("_reason", "")
        if context["original"]:
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            context["seen"] = seen_in(context["adminform"].form, formsets)
        return super().render_change_form(request, context, *args, **kwargs)


def lock(objects):
    """Keep others from writing some objects until the transaction ends; they may still be pointed to."""
    list(objects.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def seen_in(form, formsets):
    """The fingerprints of all that a page shows, for its hidden input."""
    rows = {
        f"{formset.prefix}/{row.instance.pk}/": row
        for formset in formsets
        for row in formset.initial_forms
        if row.instance.pk
    }
    found = {place + name: value for place, each in {"": form, **rows}.items() for name, value in marks(each).items()}
    return " ".join(f"{key}={value}" for key, value in found.items())
