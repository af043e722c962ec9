"""Finding entries by words, without accents or case, the same way on every database."""

import re
import unicodedata

LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ı": "i"})
NOT_A_WORD = re.compile(r"[\W_]+")


def figures(text):
    """A text with its digits, Arabic or Persian, written as Latin ones."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def normalise(text):
    """Words of a text in lower case, without accents, vowel marks or punctuation, one space between them."""
    folded = unicodedata.normalize("NFKD", figures(text).casefold()).translate(LETTERS)
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return NOT_A_WORD.sub(" ", bare).strip()


def index(*texts):
    """What a search column holds for these texts; the space before each word lets words match by their start."""
    return f" {normalise(' '.join(text for text in texts if text))} "


def matching(queryset, words, column="search_text"):
    """Rows of a queryset whose search column has, for each of the words, one that starts with it."""
    for word in normalise(words).split():
        queryset = queryset.filter(**{f"{column}__contains": f" {word}"})
    return queryset
