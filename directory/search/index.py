"""Keeping the index as the texts are: each object that is searched, in each language, as stems."""

import re
from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from modeltranslation.utils import build_localized_fieldname

from directory.loading import fingerprint_of_files, is_loaded, mark_loaded
from directory.models import Contact, GlossaryTerm, Resource, SearchText, SearchWord, Situation, Synonym
from directory.search.folding import normalise
from directory.search.words import indexed_words, stem
from directory.translations import SOURCE, translated_fields
from themes.models import Theme, Topic

# What is searched, with the fields of each zone: title, summary, body.
ZONES = {
    Resource: (SearchText.Kind.RESOURCE, ["title"], ["summary"], ["body", "organisation", "email", "topics"]),
    Topic: (SearchText.Kind.TOPIC, ["title"], [], ["text"]),
    Theme: (SearchText.Kind.THEME, ["title"], ["summary"], ["context"]),
    GlossaryTerm: (SearchText.Kind.TERM, ["term"], ["expansion"], ["definition"]),
    Contact: (SearchText.Kind.CONTACT, ["name"], [], []),
    Situation: (SearchText.Kind.SITUATION, ["title"], ["summary"], []),
}
WORD = re.compile(r"[^\W_]+")
RELATED = {Resource: ["topics__theme"]}
is_rebuilding = ContextVar("is_rebuilding", default=False)


def text_of(instance, name, language):
    """The text of a field, in a language where it is translated; of topics, their titles and their themes'."""
    if name == "topics":
        titles = [(topic, topic.theme) for topic in instance.topics.all()]
        return " ".join(text_of(about, "title", language) for both in titles for about in both)
    if name in translated_fields(type(instance)):
        name = build_localized_fieldname(name, language)
    return getattr(instance, name) or ""


@dataclass
class Version:
    """An object in one language: its row, its (word, stem) pairs, and those of its words that are no proper names."""

    row: SearchText
    pairs: set
    common: set


def versions(instance):
    """Yield a Version for each language an object is written in."""
    kind, *zones = ZONES[type(instance)]
    translated = translated_fields(type(instance))
    for language, _name in settings.LANGUAGES:
        written = any(text_of(instance, name, language) for names in zones for name in names if name in translated)
        if not written and language != SOURCE:
            continue
        texts = [" ".join(text_of(instance, name, language) for name in names) for names in zones]
        words = [indexed_words(text, language) for text in texts]
        title, summary, body = (" ".join(stem(word, language) for word in zone) for zone in words)
        yield Version(
            SearchText(kind=kind, object_id=instance.pk, language=language, title=title, summary=summary, body=body),
            {(word, stem(word, language)) for zone in words for word in zone if len(word) <= 60},
            {normalise(word) for word in WORD.findall(" ".join(texts)) if not word.istitle()},
        )


@transaction.atomic
def update(sender, instance, **kwargs):
    """Write anew what the index holds of an object that was saved."""
    if not is_rebuilding.get():
        write(sender, [instance.pk])


def write(model, pks):
    """Write anew what the index holds of some objects; their new words join those known."""
    SearchText.objects.filter(kind=ZONES[model][0], object_id__in=pks).delete()
    instances = model.objects.filter(pk__in=pks).prefetch_related(*RELATED.get(model, ()))
    found = [version for instance in instances for version in versions(instance)]
    SearchText.objects.bulk_create(version.row for version in found)
    add_words(set().union(*(version.pairs for version in found)), set().union(*(version.common for version in found)))


@transaction.atomic
def written_in_bulk(model, pks):
    """Bring the index up to date with objects that were written without a signal; a few hundred at a time."""
    if model in ZONES:
        write(model, pks)
    if model in (Theme, Topic):
        write(Resource, entries_of(model, pks))
    if model is Synonym:
        words = set().union(*map(words_said, Synonym.objects.filter(pk__in=pks)))
        add_words(words, {word for word, _root in words})


def add_words(pairs, common):
    """Join words to those known; `common` holds those that are no proper names."""
    SearchWord.objects.bulk_create(
        [SearchWord(word=word, stem=root, is_name=word not in common) for word, root in sorted(pairs)],
        ignore_conflicts=True,
    )


def entries_of(model, pks):
    """The keys of the entries that are found by some themes or topics, and of entries themselves."""
    about = {Theme: "topics__theme__in", Topic: "topics__in", Resource: "pk__in"}[model]
    return list(Resource.objects.filter(**{about: pks}).order_by().values_list("pk", flat=True).distinct())


@transaction.atomic
def update_entries(sender, instance, action="post_save", **kwargs):
    """An entry is found by its topics and their themes too: write anew those of a topic, a theme or an entry."""
    if not is_rebuilding.get() and action.startswith("post_"):
        write(Resource, entries_of(type(instance), [instance.pk]))


def forget(sender, instance, **kwargs):
    SearchText.objects.filter(kind=ZONES[sender][0], object_id=instance.pk).delete()


def remember_entries(sender, instance, **kwargs):
    instance.entries_left = entries_of(Topic, [instance.pk])


def leave_entries(sender, instance, **kwargs):
    """A topic that was deleted took its ties to entries along without a signal: they are no longer found by it."""
    write(Resource, instance.entries_left)


def words_said(synonym):
    """The (word, stem) pairs of what people say, so that its misspellings are understood too."""
    return {(word, stem(word, synonym.language)) for word in indexed_words(synonym.said, synonym.language)}


def learn(sender, instance, **kwargs):
    """Join the words of a synonym to those known."""
    if not is_rebuilding.get():
        words = words_said(instance)
        add_words(words, {word for word, _root in words})


def connect():
    """Have every save and delete of what is searched, wherever it comes from, reach the index."""
    for model in ZONES:
        post_save.connect(update, sender=model)
        post_delete.connect(forget, sender=model)
    for model in (Theme, Topic):
        post_save.connect(update_entries, sender=model)
    m2m_changed.connect(update_entries, sender=Resource.topics.through)
    pre_delete.connect(remember_entries, sender=Topic)
    post_delete.connect(leave_entries, sender=Topic)
    post_save.connect(learn, sender=Synonym)


@transaction.atomic
def rebuild():
    """Write the whole index anew, and count in how many texts each stem stands."""
    SearchText.objects.all().delete()
    SearchWord.objects.all().delete()
    frequencies, pairs, common = Counter(), set(), set()
    for model in ZONES:
        everything = model.objects.order_by("pk").prefetch_related(*RELATED.get(model, ()))
        instances_left = everything.iterator(chunk_size=500)
        while instances := list(islice(instances_left, 500)):
            found = [version for instance in instances for version in versions(instance)]
            SearchText.objects.bulk_create(version.row for version in found)
            for version in found:
                pairs |= version.pairs
                common |= version.common
                frequencies.update({root for _word, root in version.pairs})
    synonyms = list(Synonym.objects.all())
    for synonym in synonyms:
        synonym.key = synonym.made_key
        pairs |= words_said(synonym)
        common |= {word for word, _root in words_said(synonym)}
    Synonym.objects.bulk_update(synonyms, ["key"], batch_size=500)
    SearchWord.objects.bulk_create(
        (
            SearchWord(word=word, stem=root, frequency=frequencies[root], is_name=word not in common)
            for word, root in sorted(pairs)
        ),
        batch_size=2000,
    )
    mark_loaded("search", this_version())


def this_version():
    """A fingerprint of the code that makes the index."""
    return fingerprint_of_files(Path(__file__).parent.glob("*.py"))


def ensure_current():
    """Rebuild the index when the code that makes it has changed; True when it was rebuilt."""
    if is_loaded("search", this_version()):
        return False
    rebuild()
    return True


@contextmanager
def left_alone():
    """For writes that are not to be kept, or not one by one: the index does not follow them."""
    token = is_rebuilding.set(True)
    try:
        yield
    finally:
        is_rebuilding.reset(token)


@contextmanager
def rebuilt_at_the_end():
    """For writes by the hundred: the index is left alone meanwhile, then rebuilt once."""
    with left_alone():
        yield
    rebuild()
