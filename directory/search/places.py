"""Places among the words of a search: "emploi vosges", "permis 15", "santé Gannat"."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from directory.models import Commune, Department, PostalCode, Region
from directory.models.search import SearchWord
from directory.places import department_of, normalise_name

LONGEST_NAME = 7
CODE = re.compile(r"\d{2}|97[1-6]|2[ab]|\d{5}")
# What may lead to a place and goes with it.
LEADS = {
    "dans",
    "en",
    "a",
    "au",
    "aux",
    "de",
    "du",
    "des",
    "d",
    "la",
    "le",
    "les",
    "l",
    "departement",
    "region",
    "commune",
    "ville",
    "village",
    "vers",
    "pres",
    "autour",
    "in",
    "near",
}
# After these, "cher" is no department; after a number, these make it an age, a sum or a duration.
NOT_CHER = {"pas", "moins", "plus", "trop"}
UNITS = {"ans", "an", "mois", "jours", "heures", "h", "euros", "eur", "km"}


@dataclass
class PlaceAmong:
    """The words that lead to a place and name it, from `start` to `end`, its name as typed, and the places so named."""

    start: int
    end: int
    name: str
    places: list = field(default_factory=list)


def place_among(words, language):
    """The PlaceAmong of normalised words, the longest name first, the last one of equals; None when there is none."""
    spans = [
        (start, start + size)
        for size in range(min(LONGEST_NAME, len(words)), 0, -1)
        for start in range(len(words) - size, -1, -1)
    ]
    spans.sort(key=lambda span: span[1] - span[0] == 1 and words[span[0]][0].isdecimal())  # a name before a number
    names = {span: normalise_name(" ".join(words[slice(*span)])) for span in spans}
    known = places_called(set(names.values()))
    common = common_words(words)
    for start, end in spans:
        found = [
            place for place in known.get(names[start, end], []) if is_meant(place, words, start, end, common, language)
        ]
        if found:
            name = " ".join(words[start:end])
            if end < len(words) and CODE.fullmatch(words[end]):
                told_apart = [place for place in found if words[end].upper() in codes_of(place)]
                found, end = (told_apart, end + 1) if told_apart else (found, end)
            while start and words[start - 1] in LEADS:
                start -= 1
            return PlaceAmong(start, end, name, found)
    return None


def places_called(names):
    """{name or code: places}, a department before a region, and communes only where neither has the name."""
    found = {}
    for department in Department.objects.select_related("region"):
        for name in {normalise_name(department.name), department.code.lower()} & names:
            found[name] = [department]
    for region in Region.objects.all():
        if (name := normalise_name(region.name)) in names:
            found.setdefault(name, [region])
    communes = {}
    for commune in Commune.objects.with_department().filter(search_name__in=names):
        communes.setdefault(commune.search_name, []).append(commune)
    codes = [name for name in names if len(name) == 5 and name.isdecimal()]
    for code in PostalCode.objects.filter(code__in=codes).select_related("commune__department__region"):
        communes.setdefault(code.code, []).append(code.commune)
    return communes | found


def codes_of(place):
    """What people write after a name to tell its homonyms apart: the department's number, a postal code."""
    if isinstance(place, Region):
        return set()
    postal_codes = place.postal_codes.all() if isinstance(place, Commune) else ()
    return {department_of(place).code} | {code.code for code in postal_codes}


def common_words(words):
    """Those of the words, and of each two written as one, that stand in the texts other than as a proper name."""
    joined = ["".join(pair) for pair in pairwise(words)]
    known = SearchWord.objects.filter(word__in=[*words, *joined], is_name=False)
    return set(known.values_list("word", flat=True))


def is_meant(place, words, start, end, common, language):
    """False for what is spelt like a place and is none: a common word, an age, a price."""
    first, before = words[start], words[start - 1] if start else ""
    if end - start > 1:
        return True
    if before and before + first in common:
        return False  # "UPE 2A"
    if first.isdecimal() and len(first) == 2:
        return end == len(words) or words[end] not in UNITS
    if isinstance(place, Department):
        return not (before in NOT_CHER or language == "en" and first in common)
    if isinstance(place, Commune) and not first.isdecimal():
        return first not in common and (len(first) > 3 or before == "a")
    return True
