"""Known words that look like one that stands in no text: those it begins, else those it misspells."""

from django.db import connection
from django.db.models.expressions import RawSQL
from rapidfuzz.distance import OSA

from directory.models.search import SearchWord

CANDIDATES = 200
MOST = 4


def begun_by(word):
    """The most frequent SearchWords that a word of three letters or more begins."""
    if len(word) < 3:
        return []
    return list(SearchWord.objects.filter(word__startswith=word).order_by("-frequency", "word")[:MOST])


def misspelt_as(word, most=2):
    """The SearchWords the fewest slips of the keyboard away: at most one in a short word, none in a tiny one.

    A slip is a letter missing, added, replaced or swapped with the next; who makes two begins the word right. Of
    equals, the most frequent come first.
    """
    if len(word) < 4 or word.isdecimal():
        return []
    most = 1 if len(word) < 6 else most
    near = {}
    for candidate in alike(word):
        slips = OSA.distance(word, candidate.word, score_cutoff=most)
        if slips <= most and (slips < 2 or candidate.word[0] == word[0]):
            near.setdefault(slips, []).append(candidate)
    nearest = near[min(near)] if near else []
    return sorted(nearest, key=lambda found: (found.word[0] != word[0], -found.frequency, found.word))[:MOST]


def alike(word):
    """The SearchWords that share most groups of three letters with a word, by the engine of the database."""
    if connection.vendor == "postgresql":
        return SearchWord.objects.order_by(RawSQL("word <-> %s", [word]), "word")[:CANDIDATES]
    padded = f" {word} "
    trigrams = " OR ".join(f'"{padded[start : start + 3]}"' for start in range(len(padded) - 2))
    found = RawSQL(
        "SELECT rowid FROM directory_searchword_fts WHERE directory_searchword_fts MATCH %s ORDER BY rank LIMIT %s",
        [trigrams, CANDIDATES],
    )
    return SearchWord.objects.filter(pk__in=found)
