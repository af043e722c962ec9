"""Finding entries by words, without accents or case, the same way on every database."""

import re
import unicodedata

from django.db.models import Case, Q, Value, When

# Letters that keyboards and habits write in several ways, Arabic and Persian among them.
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ı": "i", "ك": "ک", "ي": "ی", "ى": "ی", "ة": "ه"})
NOT_A_WORD = re.compile(r"[\W_]+")
TITLES_END = "|"


def figures(text):
    """A text with its digits, Arabic or Persian, written as Latin ones."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def normalise(text):
    """Words of a text in lower case, without accents, vowel marks or punctuation, one space between them."""
    folded = unicodedata.normalize("NFKD", figures(text).casefold()).translate(LETTERS)
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return NOT_A_WORD.sub(" ", bare).strip()


def index_titles(titles):
    """What a title column holds for the titles of the languages, each whole between two marks."""
    return TITLES_END + TITLES_END.join(index(title) for title in titles if title) + TITLES_END


def index(*texts):
    """What a search column holds for these texts; the space before each word lets words match by their start."""
    return f" {normalise(' '.join(text for text in texts if text))} "


def matching(queryset, words):
    """Rows whose search_text has, for each of the words, one that starts with it, annotated with their `relevance`.

    The lower the better: 0 when the words are a title, 1 when they stand together in a title, 2 when they all start a
    word of a title, 3 when they stand together elsewhere, 4 otherwise. Compared without accents or case, whole words.
    """
    said = normalise(words)
    in_title = Q()
    for word in said.split():
        queryset = queryset.filter(search_text__contains=f" {word}")
        in_title &= Q(search_title__contains=f" {word}")
    return queryset.annotate(
        relevance=Case(
            When(search_title__contains=f"{TITLES_END} {said} {TITLES_END}", then=Value(0)),
            When(search_title__contains=f" {said} ", then=Value(1)),
            When(in_title, then=Value(2)),
            When(search_text__contains=f" {said} ", then=Value(3)),
            default=Value(4),
        )
    )
