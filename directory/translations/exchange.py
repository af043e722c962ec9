"""Translations taken away and brought back: PO, XLIFF 1.2 and XLIFF 2.0, for volunteers and their tools.

A unit is one text of one object in one language. Its key says which (`resource/agir#summary`), its source is the French
as it now stands, its comment or note says what is known of the translation, in the words of `comment_of`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from lxml import etree
from modeltranslation.utils import build_localized_fieldname
from translate.misc.xml_helpers import XML_NS, parse_xml
from translate.storage import pypo, xliff, xliff2

from directory.history import Act, act
from directory.models.provenance import Provenance, State
from directory.translations import SOURCE, plain
from directory.translations.integrity import problems
from directory.translations.provenance import comment_of, provenance, record, said_in
from directory.translations.work import KINDS, all_texts

ONLY = (State.MISSING, State.OUTDATED, State.UNCHECKED)
PREVIOUS_SOURCE = "French it was translated from"
# gettext's own layout: a line break of the text breaks the line in the file, nothing else does.
UNWRAPPED = 1_000_000


class Unreadable(Exception):
    """A file is not one that can be read here; its message is the sentence to show."""


def column_of(text):
    return build_localized_fieldname(text.name, text.language)


# Writing files


def export(language, format, *, only=()):
    """The bytes of a file in one of FORMATS with the translations into a language, or those in some States `only`."""
    return FORMATS[format](
        [text for text in all_texts(language, with_source=True) if not only or text.state in only], language
    )


def write_po(chosen, language):
    store = pypo.pofile(width=UNWRAPPED)
    # The toolkit's own header is full of placeholders and of the hour, which would make each export another file.
    store.units = []
    headers = {
        "Project-Id-Version": "integration-rurale content",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    unit = store.create_unit()
    unit.source, unit.target = "", "".join(f"{name}: {value}\n" for name, value in headers.items())
    store.addunit(unit)
    for text in chosen:
        unit = store.create_unit()
        unit.source, unit.target = plain(text.french), plain(text.target)
        unit.setcontext(text.key)
        if text.known:
            unit.addnote(comment_of(text.known), origin="translator")
        if text.state is State.OUTDATED:
            unit.markfuzzy()
            unit.prev_source = plain(text.known.source_text)
        store.addunit(unit)
    return bytes(store)


class Xliff1Unit(xliff.Xliff1Unit):
    """A unit of XLIFF 1.2; the toolkit writes 1.1 unless told otherwise."""

    namespace = "urn:oasis:names:tc:xliff:document:1.2"


class Xliff1File(xliff.Xliff1File):
    UnitClass = Xliff1Unit
    namespace = Xliff1Unit.namespace
    XMLskeleton = f"""<?xml version="1.0" ?>
<xliff version="1.2" xmlns="{namespace}">
<file original="integration-rurale" source-language="{SOURCE}" datatype="plaintext"><body></body></file>
</xliff>"""


STATES_1 = {
    State.MISSING: "new",
    State.OUTDATED: "needs-review-translation",
    State.UNCHECKED: "translated",
    State.CHECKED: "final",
}
# XLIFF 2.0 has only four states, and none for a text to review.
STATES_2 = {
    State.MISSING: "initial",
    State.OUTDATED: "initial",
    State.UNCHECKED: "translated",
    State.CHECKED: "reviewed",
}


def notes_of(text):
    """{category: note} that go with a text in XLIFF."""
    notes = {"provenance": comment_of(text.known)} if text.known else {}
    if text.state is State.OUTDATED:
        notes[PREVIOUS_SOURCE] = plain(text.known.source_text)
    return notes


def write_xliff1(chosen, language):
    store = Xliff1File(sourcelanguage=SOURCE, targetlanguage=language)
    for text in chosen:
        unit = store.UnitClass(plain(text.french))
        unit.setid(text.key)
        store.addunit(unit)
        unit.target = plain(text.target)
        unit.target_dom.set("state", STATES_1[text.state])
        unit.markapproved(text.state is State.CHECKED)
        for category, note in notes_of(text).items():
            unit.addnote(note, origin=category)
    return bytes(store)


def write_xliff2(chosen, language):
    store = xliff2.Xliff2File(sourcelanguage=SOURCE, targetlanguage=language)
    for text in chosen:
        unit = store.UnitClass(plain(text.french))
        unit.setid(id_of(text.key))
        store.addunit(unit)
        unit.target = plain(text.target)
        unit.xmlelement.set("state", STATES_2[text.state])
        # The toolkit puts white space and notes on the segment; the standard wants them on the unit, notes first.
        del unit.xmlelement.attrib[f"{{{XML_NS}}}space"]
        element = unit.getunitelement()
        element.attrib.update({"name": text.key, "canResegment": "no", f"{{{XML_NS}}}space": "preserve"})
        if notes := notes_of(text):
            container = etree.Element(unit.namespaced("notes"))
            for category, note in notes.items():
                etree.SubElement(container, unit.namespaced("note"), category=category).text = note
            element.insert(0, container)
    return bytes(store)


def id_of(key):
    """A key as XLIFF 2.0 allows an identifier to be written: resource:agir:summary."""
    return key.replace("/", ":").replace("#", ":")


def key_of(identifier):
    kind, slug, name = identifier.split(":") if identifier.count(":") == 2 else ("", "", "")
    return f"{kind}/{slug}#{name}" if name else identifier


FORMATS: dict[str, Callable] = {"po": write_po, "xliff1": write_xliff1, "xliff2": write_xliff2}


# Reading files


@dataclass
class Unit:
    """What a file says of one text; `flaw` is a sentence where its format forbids to read it."""

    line: int
    key: str
    source: str
    target: str
    comment: str
    flaw: str = ""


def read(data, language):
    """The Units of a file, given as bytes, in whichever of the FORMATS it is.

    Raises Unreadable when it is in none, is damaged, or declares other languages.
    """
    if not data.strip():
        raise Unreadable("the file is empty")
    is_xml = data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")
    try:
        units = list((read_xliff if is_xml else read_po)(data, language))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        # The toolkit lets out whatever a damaged file makes it stumble on.
        raise Unreadable(f"the file is not readable as {'XLIFF' if is_xml else 'PO'}: {error}") from error
    if not units:
        raise Unreadable("the file has no text to translate")
    return units


def check_languages(source, target, language):
    """Raise Unreadable when a file declares other languages; uk_UA and uk-UA are Ukrainian as well."""
    if source and source.replace("_", "-").split("-")[0].lower() != SOURCE:
        raise Unreadable(f"the file translates from “{source}”, not from “{SOURCE}”")
    if not target:
        raise Unreadable(f"the file does not declare its language, which should be “{language}”")
    if target.replace("_", "-").split("-")[0].lower() != language:
        raise Unreadable(f"the file declares the language “{target}”, not “{language}”")


def read_po(data, language):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:  # The toolkit would read it as Latin letters, without a word.
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"line {line}: the file is not in UTF-8") from error
    store = pypo.pofile()
    store.parse(data)
    check_languages("", store.parseheader().get("Language"), language)
    for unit in store.unit_iter():
        flaw = "has plural forms, which no text here has" if unit.hasplural() else ""
        yield Unit(unit.line_number, unit.getcontext(), str(unit.source), str(unit.target or ""), unit.getnotes(), flaw)


def read_xliff(data, language):
    root = parse_xml(data)  # resolves no entity, loads nothing
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("the file declares a document type (DOCTYPE), which may hide entities")
    names = {"1": Xliff1File.namespace, "2": xliff2.Xliff2File.namespace}
    version = next((number for number, name in names.items() if root.tag == f"{{{name}}}xliff"), None)
    files = root.findall("{*}file")
    if not version or not files:
        raise Unreadable("the file is neither XLIFF 1.2 nor XLIFF 2.0")
    if version == "1":
        store = Xliff1File()
        declared = [(file.get("source-language"), file.get("target-language")) for file in files]
    else:
        store = xliff2.Xliff2File()
        declared = [(root.get("srcLang"), root.get("trgLang"))]
    for source, target in declared:
        check_languages(source, target, language)
    store.parse(data)
    for unit in store.units:
        segment = unit.xmlelement
        element = segment if version == "1" else unit.getunitelement()
        flaw = ""
        if version == "2" and len(segments := element.findall(segment.tag)) > 1:
            if segment is not segments[0]:
                continue
            flaw = f"is cut into {len(segments)} segments, which must be joined again"
        if any(len(element.findall(f".//{{*}}{side}/*")) for side in ("source", "target")):
            flaw = "has inline tags, which no text here has"
        notes = "\n".join("".join(note.itertext()) for note in element.iter(unit.namespaced("note")))
        key = key_of(element.get("id", ""))
        yield Unit(element.sourceline, key, unit.source or "", unit.target or "", notes, flaw)


# Importing


@dataclass
class Report:
    """What an import did, or would have done: how many texts of each kind, and the units refused, each in a line."""

    added: int = 0
    changed: int = 0
    checked: int = 0
    unchanged: int = 0
    refused: list = field(default_factory=list)

    def __str__(self):
        counts = [f"{name}: {getattr(self, name)}" for name in ("added", "changed", "checked", "unchanged")]
        return "\n".join([", ".join(counts), *(f"refused: {reason}" for reason in self.refused)])


@transaction.atomic
def import_texts(data, language, *, by=""):
    """Write the translations of a file, given as bytes, made by someone; return a Report.

    Everything is checked first, and nothing is written where anything is refused. An empty text erases nothing. Only a
    text that the file changes is held against its French: what is already shown is not the translator's doing.
    """
    report = Report()
    try:
        units = read(data, language)
    except Unreadable as error:
        report.refused.append(str(error))
        return report
    for model in KINDS.values():  # An editor's save waits, else ours would write back what was there before it.
        list(model.objects.select_for_update().order_by("pk").values_list("pk"))
    present = {text.key: text for text in all_texts(language)}
    lines, written, made = {}, {}, []
    for unit in units:
        text = present.get(unit.key)
        reasons = list(refusals(unit, text, lines.get(unit.key)))
        lines.setdefault(unit.key, unit.line)
        report.refused += [f"line {unit.line}: {unit.key or 'no key'}: {reason}" for reason in reasons]
        if reasons:
            continue
        target, check = plain(unit.target), new_check(unit, text)
        if target and target != plain(text.target):
            report.added += not text.target
            report.changed += bool(text.target)
            setattr(text.instance, column_of(text), target)
            written[text.kind, text.instance.pk] = text.instance
            made.append(provenance(text.instance, text.name, language, by=by, **check))
        elif check:
            report.checked += 1
            made.append(confirmed(text, check))
        else:
            report.unchanged += 1
    if not report.refused:
        with act(by=by, origin=Act.Origin.TRANSLATION):
            for instance in written.values():
                instance.save()
            record(made)
    return report


def refusals(unit, text, first):
    """Yield the sentences that refuse a unit: against the Text it names (or None), and the line that named it first."""
    if unit.flaw:
        yield unit.flaw
    elif not unit.key:
        yield "says not which text it is, such as resource/agir#summary"
    elif first:
        yield f"this key is already on line {first}"
    elif text is None:
        yield "there is no such text on the site"
    elif plain(unit.source) != plain(text.french):
        yield "its source is not the French of the site, which may have changed: export it again"
    elif (target := plain(unit.target)) and target != plain(text.target):
        yield from problems(plain(text.french), target, text.language, text.max_length)
    if text is not None:
        try:
            new_check(unit, text)
        except ValueError as error:
            yield str(error)


def new_check(unit, text):
    """{"checked_by": name, "checked_on": date} when a unit says of a text what the site does not know; else {}.

    What an export said and a translator left under a text made again was said of the former text: it does not count.
    Raises ValueError, with a sentence, when only one is said, or what is said is not a day or too long.
    """
    said = said_in(unit.comment)
    if not plain(unit.target) or not said["checked_by"]:
        return {}
    name, day = said["checked_by"], said["checked_on"]
    if text.known and (name, day) == (text.known.checked_by, text.known.checked_on):
        return {}
    return {"checked_by": name, "checked_on": day}


def confirmed(text, check):
    """The Provenance of a text that someone read beside the present French and left as it was."""
    if text.known is None:
        return provenance(text.instance, text.name, text.language, origin=Provenance.Origin.MACHINE, **check)
    made = provenance(text.instance, text.name, text.language, origin=text.known.origin, by=text.known.made_by, **check)
    made.made_on = text.known.made_on
    return made
