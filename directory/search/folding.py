"""One writing for what people write in several: case, accents, marks, keyboards, digits."""

import re
import unicodedata
from functools import cache

# Letters that keyboards and habits write in several ways, Arabic and Persian among them.
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ı": "i", "ك": "ک", "ي": "ی", "ى": "ی", "ة": "ه"})
DOTTED = re.compile(r"(?<!\w)(?:[^\W\d_]\.)+[^\W\d_](?!\w)")
NOT_A_WORD = re.compile(r"[\W_]+")


def figures(text):
    """A text with its digits, Arabic or Persian, written as Latin ones."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


@cache
def base(char):
    """A letter without its accents and marks; й stays, for it is a letter of its own in Russian endings."""
    if char == "й":
        return char
    return "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)).translate(
        LETTERS
    )


def normalise(text):
    """Words of a text in lower case, without accents, vowel marks or punctuation, one space between them."""
    text = DOTTED.sub(lambda letters: letters[0].replace(".", ""), text)  # R.S.A.
    composed = unicodedata.normalize("NFKC", figures(text).casefold())
    return NOT_A_WORD.sub(" ", "".join(map(base, composed))).strip()
