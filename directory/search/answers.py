"""What else answers a search beside the entries: topics, themes, situations, glossary terms and contacts."""

from contextlib import suppress

from django.db import OperationalError
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from directory.models import Contact, Department, EmptySearch, GlossaryTerm, SearchText, Situation
from directory.search.expressions import Matched, Zone
from directory.search.folding import normalise
from themes.models import Theme, Topic

Kind = SearchText.Kind
MODELS = {
    Kind.TOPIC: Topic.objects.select_related("theme"),
    Kind.THEME: Theme.objects.all(),
    Kind.SITUATION: Situation.objects.published(),
    Kind.TERM: GlossaryTerm.objects.all(),
    Kind.CONTACT: Contact.objects.all(),
}
MOST = 6
# Beyond this many different searches no new ones are kept: someone is playing.
MOST_EMPTY_SEARCHES = 5000
LONG_NUMBER = 6


def other_answers(search):
    """[(kind, object)]: what else bears the words in its name, the best first; at most six."""
    named = Matched(search.expression, Zone.TITLE) | Matched(search.expression, Zone.SUMMARY)
    rows = search.texts(*MODELS).filter(named).scored(search).order_by("-score", "kind", "object_id")
    keys = list(dict.fromkeys(rows.values_list("kind", "object_id")[: MOST * 4]))[:MOST]
    found = {
        kind: MODELS[kind].in_bulk([pk for other, pk in keys if other == kind]) for kind in {kind for kind, _pk in keys}
    }
    return [(kind, found[kind][pk]) for kind, pk in keys if pk in found[kind]]


def nearest_with_some(entries, place, most=5):
    """The departments nearest to a place that some of the entries belong to, with their `count` of them."""
    return (
        Department.objects.filter(resources__in=entries)
        .exclude(pk__in=place.departments)
        .annotate(
            count=Count("resources", filter=Q(resources__in=entries), distinct=True),
            borders=Min("distances_to__borders", filter=Q(distances_to__origin__in=place.departments)),
        )
        .order_by(F("borders").asc(nulls_last=True), "code")[:most]
    )


def count_empty_search(search):
    """Count words that find nothing, for the editors; what may be someone's address or number is not kept."""
    words = normalise(search.typed)[:80]
    if "@" in search.typed or any(word.isdecimal() and len(word) >= LONG_NUMBER for word in words.split()):
        return
    with suppress(OperationalError):  # SQLite's one writer is at work: the reader's page matters more
        add_one(words, search.language)


def add_one(words, language):
    known = EmptySearch.objects.filter(words=words, language=language)
    if known.update(count=F("count") + 1, last_on=timezone.localdate()):
        return
    if EmptySearch.objects.count() < MOST_EMPTY_SEARCHES:
        EmptySearch.objects.bulk_create(
            [EmptySearch(words=words, language=language, count=1, last_on=timezone.localdate())],
            ignore_conflicts=True,
        )
