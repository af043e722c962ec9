"""The term base: how a French term is said in each language, and where a text departs from it."""

import csv
import re

from django.conf import settings

from directory.search.folding import normalise
from directory.translations.work import all_texts

FILE = settings.CONTENT_DIR / "terms.csv"


def read_terms(path=FILE):
    """Rows of the term base: "fr", "do_not_translate" ("yes" or empty), and a column per language.

    Several ways to say a term are separated by " | ".
    """
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def says(text, term):
    """True when a text has all the words of a term, whatever their endings or the article joined to them.

    A word counts by its stem: all but its last two letters, or its last one when it is short. It is a rough rule,
    good enough to point a reader at what to look at, not to refuse a text.
    """
    found = normalise(text)
    return all(stem(word) in found for word in normalise(term).split())


def stem(word):
    word = word.removeprefix("ال") if len(word) > 4 else word
    return word[:-2] if len(word) > 5 else word[:-1] if len(word) > 3 else word


def has_term(french, term):
    """True when a French text uses a term, in the singular or the plural; a name is looked for as it is written."""
    words = [rf"{re.escape(word)}s?" for word in term.split()]
    return re.search(rf"(?<![\w'-]){' '.join(words)}(?![\w-])", french, re.IGNORECASE) is not None


def departures(language, terms=None):
    """Yield (text, French term, expected translation) for each text of a language that departs from the term base.

    A name that is not to be translated must stand in the translation as it is written in French.
    """
    terms = read_terms() if terms is None else terms
    # The longest terms first: where "protection internationale" is used, "protection" is not looked for on its own.
    terms = sorted(terms, key=lambda row: -len(row["fr"]))
    for text in all_texts(language):
        french, target = text.french, text.target
        for row in terms if target else ():
            if row["do_not_translate"]:
                if re.search(rf"(?<![\w-]){re.escape(row['fr'])}(?![\w-])", french) and row["fr"] not in target:
                    yield text, row["fr"], row["fr"]
            elif has_term(french, row["fr"]):
                if not any(says(target, way) for way in row[language].split(" | ")):
                    yield text, row["fr"], row[language]
                french = re.sub(re.escape(row["fr"]), " ", french, flags=re.IGNORECASE)
