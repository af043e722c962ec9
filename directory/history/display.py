"""A change as a person reads it: each field with its words that came and went."""

from django.db import models
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import get_language_info, gettext as _

from directory.models import Provenance
from directory.states import PROVENANCE, RECORDED, language_of, localized_columns
from directory.translations.work import word_diff


def rows(change):
    """Yield (label, HTML of the words that came and went, its language or "") for each field that a change touched."""
    model = RECORDED[change.kind]
    for name in change.after if change.before is None else change.before:
        before, after = (said(model, name, (values or {}).get(name, "")) for values in (change.before, change.after))
        if before != after:
            yield label(model, name), word_diff(before, after), language_of(model, name)


def label(model, name):
    """What a field of a state is called, with its language where it is translated."""
    column = name.removesuffix(PROVENANCE)
    if column not in (columns := localized_columns(model)):
        return model._meta.get_field(column).verbose_name
    field, language = columns[column]
    words = {
        "field": model._meta.get_field(field).verbose_name,
        "language": get_language_info(language)["name_translated"],
    }
    if name == column:
        return _("%(field)s, in %(language)s") % words
    return _("who translated: %(field)s, in %(language)s") % words


def said(model, name, value):
    """The value of a field of a state, in words."""
    if value in ("", None):
        return ""
    if name.endswith(PROVENANCE):
        return " · ".join(
            said(Provenance, key, value[key])
            for key in ("origin", "made_by", "made_on", "checked_by", "checked_on")
            if value[key]
        )
    field = model._meta.get_field(name)
    if isinstance(field, models.BooleanField):
        return str(_("yes") if value else _("no"))
    if isinstance(field, models.DateField):
        return date_format(parse_date(value), "SHORT_DATE_FORMAT")
    if isinstance(value, list):
        return ", ".join(value)
    return str(dict(field.flatchoices).get(value, value))
