"""From a text to the stems it is indexed and found under, the same way on every database."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

from directory.search.folding import normalise
from directory.search.stop_words import STOP_WORDS

# Tigrinya writes these rows of letters alike; each holds seven orders and a labialised one.
ETHIOPIC_TWINS = str.maketrans(
    {
        twin + order: letter + order
        for twin, letter in ((0x1220, 0x1230), (0x1280, 0x1210), (0x1340, 0x1338))
        for order in range(8)
    }
)  # ሠ → ሰ, ኀ → ሐ, ፀ → ጸ

HYPHENATED = re.compile(r"\b[^\W\d_]+-[^\W\d_]+\b")
SNOWBALL = {
    language: snowballstemmer.stemmer(name)
    for language, name in (("fr", "french"), ("en", "english"), ("ru", "russian"), ("fa", "persian"))
}
# Ukrainian endings are near enough to Russian ones, once its letters are.
RUSSIAN = str.maketrans({"і": "и", "є": "е", "ґ": "г", "’": None})
ARABIC_PREFIX = re.compile("^(?:وال|بال|کال|فال|لل|ال|و(?=...))(?=..)")
ARABIC_SUFFIXES = ("ها", "ان", "ات", "ون", "ین", "یه", "ه", "ی")
TIGRINYA_PREFIX = re.compile("^(?:ናይ|ን|ብ|ከ|ዝ|እ)(?=...)")
TIGRINYA_SUFFIX = re.compile("(?<=...)(?:ታት|ኦም|ኦት|ን)$")
PASHTO_SUFFIX = re.compile("(?<=...)(?:ونو|ونه|انو|ان|ینو|ې|و|ه)$")


DOUBLED = re.compile(r"(.)\1$")


def stem_latin(word, language):
    """Snowball's stem; in French, "travaille" meets "travail", and "accueillir" meets "accueil"."""
    if len(word) > 3 and word[-1] in "sx" and word[-2] != "s":
        word = word[:-1]  # Snowball keeps the plural of "emplois"
    return DOUBLED.sub(r"\1", SNOWBALL[language].stemWord(word))


def stem_arabic(word):
    """Without article, preposition and endings: the light stemming of Larkey, Ballesteros and Connell (2002).

    It keeps "school" and "for the school" together where Snowball's does not.
    """
    word = ARABIC_PREFIX.sub("", word)
    for suffix in ARABIC_SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 2:
            word = word.removesuffix(suffix)
    return word


STEMMERS = {
    "fr": lambda word: stem_latin(word, "fr"),
    "en": lambda word: stem_latin(word, "en"),
    "ru": lambda word: SNOWBALL["ru"].stemWord(word.translate(RUSSIAN)),
    "ar": stem_arabic,
    "fa": lambda word: SNOWBALL["fa"].stemWord(word),
    "ps": lambda word: PASHTO_SUFFIX.sub("", word),
    "ti": lambda word: TIGRINYA_SUFFIX.sub("", TIGRINYA_PREFIX.sub("", word.translate(ETHIOPIC_TWINS))),
}
# The stemmers that may have met a word, by the script of its first letter.
STEMMERS_BY_SCRIPT = {"LATIN": ("fr", "en"), "CYRILLIC": ("ru",), "ARABIC": ("ar", "fa", "ps"), "ETHIOPIC": ("ti",)}


def script(word):
    """ "LATIN", "ARABIC"…: the script of a word's first letter; "DIGIT" of a number."""
    return unicodedata.name(word[0], "").split(" ")[0]


@lru_cache(maxsize=50_000)
def stem(word, language):
    """The stem of a normalised word as a text in this language holds it: Latin letters are French, save in English."""
    if not word.isalpha():
        return word  # UPE2A, 3114, 115
    spoken = STEMMERS_BY_SCRIPT.get(script(word), ())
    chosen = language if language in spoken else next(iter(spoken), None)
    return STEMMERS[chosen](word) if chosen else word


def stems(word):
    """Every stem that a normalised word may have been indexed under, in some language."""
    if not word.isalpha():
        return {word}
    return {stem(word, language) for language in STEMMERS_BY_SCRIPT.get(script(word), ("fr",))}


def is_stop_word(word, language):
    """True for a normalised word too common to tell texts apart: in this language, or in French, met in them all."""
    return word in STOP_WORDS["fr"] or word in STOP_WORDS.get(language, ())


def indexed_words(text, language):
    """The normalised words of a text worth finding; "co-voiturage" gives its two parts and "covoiturage" too."""
    joined = HYPHENATED.sub(lambda found: f"{found[0]} {found[0].replace('-', '')}", text)
    return [word for word in normalise(joined).split() if not is_stop_word(word, language)]


def phrase(text, language):
    """The stems of what people type or say, without stop words, in this language; with it phrases are recognised."""
    return " ".join(stem(word, language) for word in normalise(text).split() if not is_stop_word(word, language))
