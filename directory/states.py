"""What editors write, as plain values: read in bulk, compared, and written back.

The state of an object maps field names to JSON values: relations are slugs or official codes, what is empty is "", and
what is known of a translation stands under "<column>#provenance".
"""

from datetime import date

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from directory.models import (
    Branch,
    Contact,
    GlossaryTerm,
    Message,
    OldAddress,
    Proposal,
    Provenance,
    Report,
    Resource,
    Situation,
    Step,
    Synonym,
)
from directory.models.addresses import SEEN
from directory.translations import translated_fields
from themes.models import Theme, Topic

# In the order they are written: what an object points to comes before it.
MODELS = {
    "theme": Theme,
    "topic": Topic,
    "resource": Resource,
    "branch": Branch,
    "contact": Contact,
    "situation": Situation,
    "step": Step,
    "term": GlossaryTerm,
    "synonym": Synonym,
}
KINDS = {model: kind for kind, model in MODELS.items()}
# What the history follows. Answers to readers are written by editors too, but are no content: no table or file holds
# them, and they come and go with what the readers sent.
RECORDED = MODELS | {"report": Report, "proposal": Proposal}
RECORDED_KINDS = {model: kind for kind, model in RECORDED.items()}
DERIVED = {"id", "key", "created_at", "updated_at"}
PROVENANCE = "#provenance"
KNOWN = ("source_text", "source_fingerprint", "origin", "made_by", "made_on", "checked_by", "checked_on")
BATCH = 500


def natural_key(model):
    return "slug" if any(item.name == "slug" for item in model._meta.concrete_fields) else "pk"


def read_value(instance, name):
    """The value of a field as plain data: codes and slugs for relations, "" for what is empty."""
    definition = instance._meta.get_field(name)
    if definition.many_to_many:
        return sorted(
            getattr(related, natural_key(definition.related_model)) for related in getattr(instance, name).all()
        )
    value = getattr(instance, name)
    if definition.is_relation:
        return getattr(value, natural_key(definition.related_model)) if value else ""
    return "" if value is None else value.isoformat() if isinstance(value, date) else value


def written_fields(model):
    """Names of the fields that editors write: a column per language of what is translated, nothing derived.

    Of a message, the reference that names it and its answer only: what readers typed must never be where it cannot be
    erased.
    """
    if issubclass(model, Message):
        return ["reference", "state", "answer"]
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [item.name for item in fields if item.name not in {*DERIVED, *translated_fields(model)}]


def localized_columns(model):
    """{column: (field, language)} of the translated fields of a model."""
    return {
        build_localized_fieldname(name, code): (name, code)
        for name in translated_fields(model)
        for code, _name in settings.LANGUAGES
    }


def language_of(model, column):
    """The language of a translated column, "" for what has none."""
    return localized_columns(model).get(column, ("", ""))[1]


def batches(items, size=BATCH):
    return (items[start : start + size] for start in range(0, len(items), size))


def states(model, pks, *, lock=False):
    """{pk: state} of those of the objects that exist, in a few queries for each 500.

    With `lock`, nobody else can write them before the transaction ends; they may still be pointed to.
    """
    names = written_fields(model)
    pointers = [item.name for item in model._meta.concrete_fields if item.is_relation and item.name in names]
    lists = [item.name for item in model._meta.many_to_many if item.name in names]
    found = {}
    for some in batches(list(pks)):
        objects = model.objects.filter(pk__in=some).order_by("pk")
        if lock:
            objects = objects.select_for_update(of=("self",), no_key=True)
        objects = objects.select_related(*pointers).prefetch_related(*lists)
        found |= {instance.pk: {name: read_value(instance, name) for name in names} for instance in objects}
        if translated_fields(model):
            for known in Provenance.objects.filter(
                content_type=ContentType.objects.get_for_model(model), object_id__in=some
            ):
                if known.object_id in found:
                    column = build_localized_fieldname(known.field, known.language)
                    values = {name: read_value(known, name) for name in KNOWN}
                    found[known.object_id][column + PROVENANCE] = values
    return found


def state(instance):
    """The state of one object as the database has it, None when it does not."""
    return states(type(instance), [instance.pk]).get(instance.pk)


def write(model, pk, values):
    """Write values of a state into an object, made anew where it is missing; return it. Only within a transaction.

    Raises ValidationError when another object took its slug, or when it points to what no longer exists.
    """
    # Locked, so that nothing a reader typed that is erased at this moment is written back.
    instance = model.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if instance is None:
        if issubclass(model, Message):
            raise ValidationError(_("No longer exists: %(names)s.") % {"names": model._meta.verbose_name})
        instance = model(pk=pk)
    lists, known = {}, {}
    for name, value in values.items():
        if name.endswith(PROVENANCE):
            known[name.removesuffix(PROVENANCE)] = value
            continue
        definition = model._meta.get_field(name)
        if definition.many_to_many:
            lists[name] = targets(definition, value)
        elif definition.is_relation:
            setattr(instance, name, targets(definition, [value])[0] if value else None)
        else:
            setattr(instance, name, None if value == "" and definition.null else definition.to_python(value))
    # What once was may be again, even where the rules for new texts are stricter since.
    instance.validate_unique()
    instance.validate_constraints()
    instance.save(force_insert=instance._state.adding)
    for name, value in lists.items():
        getattr(instance, name).set(value)
    write_provenance(instance, known)
    return instance


def targets(definition, keys):
    """The objects that a relation of a state points to, even renamed; raises ValidationError when one is gone."""
    related = definition.related_model
    if related in SEEN:
        moved = OldAddress.objects.moves(related, keys)
        keys = [moved.get(key, key) for key in keys]
    found = {
        getattr(item, natural_key(related)): item
        for item in related.objects.filter(**{f"{natural_key(related)}__in": keys})
    }
    if gone := [str(key) for key in keys if key not in found]:
        raise ValidationError({definition.name: _("No longer exists: %(names)s.") % {"names": ", ".join(gone)}})
    return [found[key] for key in keys]


def write_provenance(instance, known):
    """Put back what was known of translations: `known` maps columns to the values of a state, empty for nothing."""
    columns = localized_columns(type(instance))
    for column, values in known.items():
        name, language = columns[column]
        address = {
            "content_type": ContentType.objects.get_for_model(instance),
            "object_id": instance.pk,
            "field": name,
            "language": language,
        }
        if values:
            values = {key: None if key == "checked_on" and not value else value for key, value in values.items()}
            Provenance.objects.update_or_create(**address, defaults=values)
        else:
            Provenance.objects.filter(**address).delete()
