"""The guide's content, from fixtures/{content,branches,translations}/, as data a person can read and correct.

Everything is checked before anything is written, and written whole or not at all. What an editor changed or deleted
since the last load stays changed or deleted: each field carries the fingerprint of what was last loaded into it.
"""

import csv
import tomllib
from collections import Counter
from dataclasses import dataclass, field

import polib
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from modeltranslation.utils import build_localized_fieldname

from directory.history import Act, act
from directory.loading import fingerprint, fingerprint_of_files, is_loaded, mark_loaded
from directory.models import Commune, Department, Epci, LoadedRecord, OldAddress, Region
from directory.models.addresses import SEEN
from directory.models.resources import PLACES, check_places
from directory.models.search import synonym_slug
from directory.search import index
from directory.states import DERIVED, MODELS, localized_columns, natural_key, read_value
from directory.translations import provenance, text_in, translated_fields

OPTIONAL = {"position", "group", "is_published"}
# What follows from the rest, or only editors know.
NOT_IN_FILES = DERIVED | {"verified_on", "was_published", "withdrawn_on", "replaced_by"}


class ContentError(Exception):
    """The content files are refused; its lines say in which file, for which key, and why."""

    def __init__(self, lines):
        self.lines = lines
        super().__init__("\n".join(lines))


@dataclass
class Record:
    """One row of a file: its address among all records, where it stands, and its values by field name.

    `translations` holds, by (field, language), the PO entry that a value comes from.
    """

    kind: str
    slug: str
    file: str
    values: dict
    translations: dict = field(default_factory=dict)

    @property
    def key(self):
        return f"{self.kind}/{self.slug}"

    @property
    def model(self):
        return MODELS[self.kind]


@dataclass
class Report:
    """What a load did: how many records of each kind were added or changed, and what it left to the editors."""

    added: Counter = field(default_factory=Counter)
    changed: Counter = field(default_factory=Counter)
    kept: list = field(default_factory=list)
    outdated: list = field(default_factory=list)

    def __str__(self):
        lines = [
            f"{word}: {', '.join(f'{count} {kind}' for kind, count in counter.items()) or 'nothing'}"
            for word, counter in (("added", self.added), ("changed", self.changed))
        ]
        lines += [f"left as an editor wants it: {where}" for where in self.kept]
        lines += [f"translation of an older French text, flagged as such: {where}" for where in self.outdated]
        return "\n".join(lines)


def content_files(folder):
    return [
        *folder.glob("content/*.toml"),
        *folder.glob("branches/*.csv"),
        *folder.glob("synonyms.csv"),
        *folder.glob("translations/*/*.po"),
    ]


def read_records(folder, errors):
    """Yield a Record for each row of the content files; a file that cannot be read becomes an error."""
    for path in sorted(folder.glob("content/*.toml")):
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            errors.append(f"{path.name}: {error}")
            continue
        theme = document.pop("theme", None)
        if theme:
            yield Record("theme", theme.get("slug", ""), path.name, theme)
        for table, kind in (
            ("topics", "topic"),
            ("resources", "resource"),
            ("contacts", "contact"),
            ("terms", "term"),
        ):
            for position, row in enumerate(document.pop(table, [])):
                if kind == "topic":
                    row |= {"theme": theme["slug"] if theme else "", "position": position}
                if kind == "resource":
                    row.setdefault("epcis", [])  # few entries name one
                if kind == "contact":
                    row |= {"position": position}
                yield Record(kind, row.get("slug", ""), path.name, row)
        for position, row in enumerate(document.pop("situations", [])):
            steps = row.pop("steps", [])
            yield Record("situation", row.get("slug", ""), path.name, row | {"position": position})
            for number, step in enumerate(steps):
                step |= {"situation": row.get("slug", ""), "position": number}
                yield Record("step", step.get("slug", ""), path.name, step)
        errors.extend(f"{path.name}: unknown table [{name}]" for name in document)
    for path in sorted(folder.glob("branches/*.csv")):
        position = path.name.split("-")[0]
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                row |= {"departments": (row.get("departments") or "").split()}
                row |= {"position": int(position) if position.isdigit() else 0}
                yield Record("branch", row.get("slug") or "", path.name, row)

    for path in sorted(folder.glob("synonyms.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                slug = synonym_slug(row.get("language") or "", row.get("said") or "")
                yield Record("synonym", slug, path.name, row | {"slug": slug})


def expected_fields(model):
    """Names a row of this model may have: its fields, without the columns per language and what is derived."""
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return {item.name for item in fields} - localized_columns(model).keys() - NOT_IN_FILES


def add_translations(folder, records, report, errors):
    """Put each translation into the values of its record; one made from an older French is loaded and reported."""
    for path in sorted(folder.glob("translations/*/*.po")):
        language = path.parent.name
        try:
            entries = polib.pofile(str(path))
        except (OSError, ValueError) as error:
            errors.append(f"translations/{language}/{path.name}: {error}")
            continue
        for entry in entries:
            where = f"translations/{language}/{path.name}: {entry.msgctxt}"
            key, _, name = (entry.msgctxt or "").partition("#")
            record = records.get(key)
            if record is None or name not in translated_fields(record.model):
                errors.append(f"{where}: no such text")
            elif reason := refusal(record.model, name, entry):
                errors.append(f"{where}: {reason}")
            elif entry.msgstr:
                record.values[build_localized_fieldname(name, language)] = entry.msgstr.strip()
                record.translations[name, language] = entry
                if entry.msgid.strip() != record.values[build_localized_fieldname(name, "fr")]:
                    report.outdated.append(where)


def refusal(model, name, entry):
    """Why a translation cannot be loaded, or an empty text."""
    longest = model._meta.get_field(name).max_length
    if longest and len(entry.msgstr.strip()) > longest:
        return f"{len(entry.msgstr.strip())} characters, at most {longest}"
    try:
        provenance.said_in(entry.tcomment)
    except ValueError as error:
        return str(error)
    return ""


def check(record, known, seen):
    """Yield the reasons to refuse a record; replace its French texts by their localized field names."""
    expected = expected_fields(record.model)
    if not record.slug:
        yield "slug: missing"
    if record.key in seen:
        yield f"slug: also in {seen[record.key]}"
    yield from (f"{name}: unknown key" for name in record.values.keys() - expected)
    missing = expected - record.values.keys() - OPTIONAL
    yield from (f"{name}: missing" for name in missing)
    if missing or record.values.keys() - expected:
        return
    for name in translated_fields(record.model):
        record.values[build_localized_fieldname(name, "fr")] = record.values.pop(name).strip()
    for name, value in record.values.items():
        related = record.model._meta.get_field(name).related_model
        if related and value:
            wanted = value if isinstance(value, list) else [value]
            yield from (f"{name}: {code!r} does not exist" for code in wanted if code not in known[related])
    try:
        build(record).clean_fields(exclude=[f.name for f in record.model._meta.concrete_fields if f.is_relation])
        if record.kind == "resource":
            check_places(*(record.values[name] for name in ("scope", *PLACES)))
            if not record.values["topics"]:
                yield "topics: missing"
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            yield f"{name}: {' '.join(messages)}"


def build(record):
    """An unsaved object with the plain values of a record."""
    values = {
        name: value for name, value in record.values.items() if not record.model._meta.get_field(name).is_relation
    }
    return record.model(**values)


def apply(record, instance, loaded, report):
    """Write into an object (a new one when None) what the editors have not changed since the last load."""
    added = instance is None
    instance = build(record) if added else instance
    written, lists = False, {}
    for name, value in record.values.items():
        value = sorted(value) if isinstance(value, list) else value
        if not added:
            current = read_value(instance, name)
            if current != value:
                last = loaded.fingerprints.get(name)
                if fingerprint(current) != last if last else current:
                    report.kept.append(f"{record.key}#{name}")
                    continue
                written = True
        loaded.fingerprints[name] = fingerprint(value)
        definition = record.model._meta.get_field(name)
        if definition.many_to_many:
            lists[name] = value
        elif definition.is_relation:
            related = definition.related_model.objects
            setattr(instance, name, related.get(**{natural_key(definition.related_model): value}) if value else None)
        else:
            setattr(instance, name, value)
    if added or written:
        instance.save()
        for name, value in lists.items():
            related = record.model._meta.get_field(name).related_model
            getattr(instance, name).set(related.objects.filter(**{f"{natural_key(related)}__in": value}))
        (report.added if added else report.changed)[record.kind] += 1
    return instance


def provenance_of(record, instance, loaded):
    """Yield the Provenance of each translation that the files brought or changed since the last load.

    Where the text and its entry are the same as last time, what a person said of it since stands.
    """
    for (name, language), entry in record.translations.items():
        column = build_localized_fieldname(name, language)
        key, value = f"{column}#provenance", fingerprint([entry.msgid, entry.msgstr, entry.tcomment])
        kept = text_in(instance, name, language) != entry.msgstr.strip()
        if kept or loaded.fingerprints.get(key) == value:
            continue
        loaded.fingerprints[key] = value
        yield provenance.from_comment(instance, name, language, source=entry.msgid, comment=entry.tcomment)


def follow(record, moved):
    """Put in a record the addresses that editors have changed since: its own, and those of what it points to."""
    for name, value in record.values.items():
        model = record.model if name == "slug" else record.model._meta.get_field(name).related_model
        if slugs := moved.get(model):
            several = isinstance(value, list)
            record.values[name] = [slugs.get(slug, slug) for slug in value] if several else slugs.get(value, value)


def write(records, report):
    """Write the records, what they point to first, and what is known of each translation."""
    made, written = [], []
    moved = {model: OldAddress.objects.moves(model) for model in SEEN}
    history = {loaded.key: loaded for loaded in LoadedRecord.objects.all()}
    for kind, model in MODELS.items():
        lists = [item.name for item in model._meta.many_to_many]
        existing = {item.slug: item for item in model.objects.prefetch_related(*lists)}
        for record in (record for record in records if record.kind == kind):
            follow(record, moved)
            loaded, instance = history.get(record.key), existing.get(record.values["slug"])
            if loaded and instance is None:
                report.kept.append(f"{record.key} (deleted)")
                continue
            loaded = loaded or LoadedRecord(key=record.key)
            try:
                instance = apply(record, instance, loaded, report)
            except ObjectDoesNotExist:
                report.kept.append(f"{record.key} (belongs to what was deleted)")
                continue
            made.extend(provenance_of(record, instance, loaded))
            written.append(loaded)
    provenance.record(made)
    LoadedRecord.objects.bulk_create(
        written, batch_size=500, update_conflicts=True, unique_fields=["key"], update_fields=["fingerprints"]
    )


@transaction.atomic
def load_content(folder):
    """Load the content files of a folder; return a Report, or None when exactly these files are already loaded.

    Raises ContentError, with every refused row, before anything is written.
    """
    files = fingerprint_of_files(content_files(folder))
    if is_loaded("content", files):
        return None
    errors, report = [], Report()
    found = list(read_records(folder, errors))
    known = {model: {record.slug for record in found if record.model is model} for model in MODELS.values()}
    for model in (Region, Department, Epci, Commune):
        known[model] = set(model.objects.values_list("pk", flat=True))
    records, seen = {}, {}
    for record in found:
        errors.extend(f"{record.file}: {record.key}: {reason}" for reason in check(record, known, seen))
        seen[record.key] = record.file
        records[record.key] = record
    if not errors:
        add_translations(folder, records, report, errors)
    if errors:
        raise ContentError(errors)

    with act(origin=Act.Origin.LOAD), index.rebuilt_at_the_end():
        write(records.values(), report)
    mark_loaded("content", files)
    return report
