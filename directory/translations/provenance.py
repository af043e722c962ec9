"""What is known of each translation: written with it, told to the reader in one line."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_delete
from django.utils import timezone

from directory import history
from directory.models.provenance import Provenance, State
from directory.translations import SOURCE, fingerprint, plain, text_in
from directory.translations.work import KINDS


def provenance(instance, name, language, *, source=None, origin=Provenance.Origin.PERSON, by="", **checked):
    """An unsaved Provenance of one text made now; `source` is the French it was made from, by default today's."""
    source = text_in(instance, name, SOURCE) if source is None else source
    return Provenance(
        content_type=ContentType.objects.get_for_model(instance),
        object_id=instance.pk,
        field=name,
        language=language,
        source_text=source,
        source_fingerprint=fingerprint(source),
        origin=origin,
        made_by=by,
        made_on=timezone.localdate(),
        **checked,
    )


COMMENT = {"origin": "origin", "made by": "made_by", "checked by": "checked_by", "checked on": "checked_on"}


def comment_of(known):
    """What a PO file says of a text in its translator's comment: "origin: person", "checked by: …"."""
    values = {label: getattr(known, name) for label, name in COMMENT.items()}
    return "\n".join(f"{label}: {value}" for label, value in values.items() if value)


def said_in(comment):
    """{field of Provenance: value} that a comment says; an unsaid one is empty, an unsaid origin is a machine.

    Raises ValueError, with a sentence, when the origin is unknown, a name is too long, a day is not one, or only one
    of "checked by" and "checked on" is said.
    """
    lines = dict(line.strip().split(": ", 1) for line in comment.splitlines() if ": " in line)
    said = {name: lines.get(label, "").strip() for label, name in COMMENT.items()}
    said["origin"] = said["origin"] or Provenance.Origin.MACHINE
    if said["origin"] not in Provenance.Origin:
        raise ValueError(f"“origin: {said['origin']}” is neither machine nor person")
    if bool(said["checked_by"]) != bool(said["checked_on"]):
        raise ValueError("“checked by” and “checked on” go together")
    for label, name in (("made by", "made_by"), ("checked by", "checked_by")):
        if len(said[name]) > (limit := Provenance._meta.get_field(name).max_length):
            raise ValueError(f"“{label}” is longer than {limit} characters")
    try:
        said["checked_on"] = date.fromisoformat(said["checked_on"]) if said["checked_on"] else None
    except ValueError:
        raise ValueError(f"“checked on: {said['checked_on']}” is not a day such as 2026-07-30") from None
    return said


def from_comment(instance, name, language, *, source, comment):
    """An unsaved Provenance from a PO entry; an entry without comment is machine-made and unchecked."""
    made = provenance(instance, name, language, source=plain(source))
    for field_name, value in said_in(comment).items():
        setattr(made, field_name, value)
    return made


def record(made):
    """Write what is known of some texts, over what was known of these texts before."""
    made = list(made)
    about = {(item.model, item.object_id) for item in made}
    with history.watch([model(pk=pk) for model, pk in about]):
        write(made)


def write(made):
    Provenance.objects.bulk_create(
        made,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["content_type", "object_id", "language", "field"],
        update_fields=[
            "source_text",
            "source_fingerprint",
            "origin",
            "made_by",
            "made_on",
            "checked_by",
            "checked_on",
        ],
    )


def forget(instances, name, language):
    """Drop what was known of a text that was emptied in some objects of one model."""
    known = Provenance.objects.of_model(type(instances[0]), language)
    with history.watch(instances):
        known.filter(field=name, object_id__in=[instance.pk for instance in instances]).delete()


def forget_deleted(sender, instance, **kwargs):
    """Drop what was known of the texts of an object that was deleted; the history has it."""
    Provenance.objects.filter(content_type=ContentType.objects.get_for_model(sender), object_id=instance.pk).delete()


def record_typed(texts, by):
    """Write what is known of texts that somebody just typed or emptied: (object, field, language) of each.

    A text is theirs, made from today's French; nothing is known of one that has no French.
    """
    made, emptied = [], defaultdict(list)
    for instance, name, language in texts:
        if not text_in(instance, name, SOURCE):
            continue
        if text_in(instance, name, language):
            made.append(provenance(instance, name, language, by=by))
        else:
            emptied[type(instance), name, language].append(instance)
    record(made)
    for (_model, name, language), instances in emptied.items():
        forget(instances, name, language)


CARD_TEXTS = ("title", "summary")


@dataclass
class PageProvenance:
    """What one line at the top of a page says of the translations on it."""

    state: State | None
    in_french: bool = False
    is_machine: bool = True
    checked_by: list = field(default_factory=list)
    checked_on: date | None = None


def of_interface(language):
    """The PageProvenance of a page of interface messages, None in French: nobody has checked the catalogues yet."""
    return None if language == SOURCE else PageProvenance(State.UNCHECKED)


def of_page(language, shown):
    """The PageProvenance of a page, None in French.

    `shown` holds (object, names of the fields that the page shows). The least certain text speaks for the page: one
    outdated text makes it outdated, one unchecked text makes it unchecked. Its state is None where nothing is
    translated; `in_french` is true where something is not.
    """
    if language == SOURCE:
        return None
    french, in_french = {}, False
    for instance, names in shown:
        for name in names:
            if text_in(instance, name, language):
                french[type(instance), instance.pk, name] = text_in(instance, name, SOURCE)
            elif text_in(instance, name, SOURCE):
                in_french = True
    known = {
        (item.model, item.object_id, item.field): item
        for item in Provenance.objects.of([instance for instance, _ in shown], language)
    }
    states = {key: known[key].state(text) if key in known else State.UNCHECKED for key, text in french.items()}
    if not states:
        return PageProvenance(None, in_french)
    for state in (State.OUTDATED, State.UNCHECKED):
        if state in states.values():
            machine = any(key not in known or known[key].origin == Provenance.Origin.MACHINE for key in states)
            return PageProvenance(state, in_french, machine)
    checked = [known[key] for key in states]
    return PageProvenance(
        State.CHECKED,
        in_french,
        checked_by=sorted({item.checked_by for item in checked}),
        checked_on=max(item.checked_on for item in checked),
    )


def connect():
    """Have every delete of what is translated, wherever it comes from, leave nothing behind."""
    for model in KINDS.values():
        post_delete.connect(forget_deleted, sender=model)
