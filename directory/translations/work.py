"""What there is to do for translators: each text with its state, counted per language and theme."""

import difflib
import re
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.utils.html import format_html, format_html_join
from modeltranslation.utils import build_localized_fieldname

from directory.models import GlossaryTerm, Provenance, Resource, Situation, State, Step
from directory.models.provenance import state_of
from directory.translations import SOURCE, fingerprint, text_in, translated_fields
from themes.models import Theme, Topic

KINDS = {
    "theme": Theme,
    "topic": Topic,
    "resource": Resource,
    "situation": Situation,
    "step": Step,
    "term": GlossaryTerm,
}
# What is counted beside the themes.
SITUATIONS = "situations"
GLOSSARY = "glossaire"
# The words of one text times those of another, beyond which comparing them takes seconds.
MOST_COMPARED = 4_000_000


@dataclass
class Text:
    """A translatable field of an object in one language, with its French and what is known of it."""

    kind: str
    instance: object
    name: str
    language: str
    known: Provenance | None

    @property
    def french(self):
        return text_in(self.instance, self.name, SOURCE)

    @property
    def target(self):
        return text_in(self.instance, self.name, self.language)

    @property
    def key(self):
        return f"{self.kind}/{self.instance.slug}#{self.name}"

    @property
    def label(self):
        return self.instance._meta.get_field(self.name).verbose_name

    @property
    def max_length(self):
        return self.instance._meta.get_field(self.name).max_length

    @property
    def state(self):
        if not self.target:
            return State.MISSING
        return self.known.state(self.french) if self.known else State.UNCHECKED

    @property
    def french_diff(self):
        """The French with the words that came and went since the translation was made; empty when none did."""
        return word_diff(self.known.source_text, self.french) if self.state == State.OUTDATED else ""


def pieces(old, new):
    """Yield (is_same, words of the old text, words of the new), each with its spaces, from the start to the end."""
    old, new = re.findall(r"\S+|\s+", old), re.findall(r"\S+|\s+", new)
    if len(old) * len(new) > MOST_COMPARED:
        yield old == new, "".join(old), "".join(new)
        return
    for change, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield change == "equal", "".join(old[a:b]), "".join(new[c:d])


def word_diff(old, new):
    """HTML of a text with <del> around the words that left it and <ins> around those that came."""
    parts = []
    for is_same, left, came in pieces(old, new):
        parts += [format_html("<del>{}</del>", left)] if left and not is_same else []
        parts += [came if is_same else format_html("<ins>{}</ins>", came)] if came else []
    return format_html_join("", "{}", ((part,) for part in parts))


def both_sides(old, new):
    """HTML of each of two texts, to be shown side by side, with <mark> around the words that the other has not."""
    sides = [], []
    for is_same, *both in pieces(old, new):
        for side, words in zip(sides, both, strict=True):
            side.append(words if is_same or not words else format_html("<mark>{}</mark>", words))
    return tuple(format_html_join("", "{}", ((part,) for part in side)) for side in sides)


def texts_of(instance, language, known=None):
    """The Texts of one object that have French; `known` maps field names to Provenance, read when left out."""
    if known is None:
        known = {item.field: item for item in Provenance.objects.of([instance], language).defer(None)}
    kind = next(kind for kind, model in KINDS.items() if isinstance(instance, model))
    every = (Text(kind, instance, name, language, known.get(name)) for name in translated_fields(type(instance)))
    return [text for text in every if text.french]


def all_texts(language, *, with_source=False):
    """Every Text of a language, in the order of the site: themes, topics, entries, situations, their steps, glossary.

    `with_source` reads at once the French that each was made from, for those who show it.
    """
    for model in KINDS.values():
        instances = model.objects.all()
        if model is Resource:
            instances = instances.prefetch_related("topics__theme")
        elif model is Topic:
            instances = instances.select_related("theme")
        known = {}
        provenance = Provenance.objects.of_model(model, language)
        for item in provenance.defer(None) if with_source else provenance:
            known.setdefault(item.object_id, {})[item.field] = item
        for instance in instances:
            yield from texts_of(instance, language, known.get(instance.pk, {}))


def states_of_objects(languages):
    """Yield (language, the States of one object's texts): what `all_texts` tells, read as plain columns.

    Two queries for each kind of object, however many the languages.
    """
    for model in KINDS.values():
        known = {}
        made = Provenance.objects.filter(
            content_type=ContentType.objects.get_for_model(model), language__in=languages
        ).values_list("object_id", "field", "language", "source_fingerprint", "checked_by")
        for pk, name, language, made_from, checked_by in made:
            known[pk, name, language] = made_from, checked_by
        names = translated_fields(model)
        columns = [build_localized_fieldname(name, code) for name in names for code in (SOURCE, *languages)]
        for row in model.objects.values("pk", *columns):
            french = {name: row[build_localized_fieldname(name, SOURCE)] for name in names}
            prints = [(name, fingerprint(text)) for name, text in french.items() if text]
            for language in languages:
                states = []
                for name, now in prints:
                    if not row[build_localized_fieldname(name, language)]:
                        states.append(State.MISSING)
                    else:
                        before = known.get((row["pk"], name, language))
                        states.append(state_of(*before, now) if before else State.UNCHECKED)
                yield language, states


def theme_of(text):
    """The slug of the theme under which a text is counted: an entry's first topic tells; the others have their own."""
    if text.kind == "theme":
        return text.instance.slug
    if text.kind == "topic":
        return text.instance.theme.slug
    if text.kind == "resource":
        return next((topic.theme.slug for topic in text.instance.topics.all()), GLOSSARY)
    return GLOSSARY if text.kind == "term" else SITUATIONS
