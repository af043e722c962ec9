"""What a translation must keep of the French it is made from: markup, figures, addresses, and a script one can read.

A machine or a hurried hand loses a phone number as easily as a word, and the reader cannot see that it is gone. Nothing
here judges the words.
"""

import re
import unicodedata
from collections import Counter

from directory.translations import CONTROL

SCRIPTS = {"ar": "Arabic", "fa": "Arabic", "ps": "Arabic", "ru": "Cyrillic", "uk": "Cyrillic", "ti": "Ethiopic"}
# Up to three words may all be one name ("Maison France Services"), which stays in Latin letters.
WORDS_OF_A_NAME = 3
# Of the letters of a text. A title that gives a French name, then a word to explain it, has 14 % in its own script.
LEAST_SHARE = 0.1

MARKUP = {
    "bold marks (**)": re.compile(r"\*\*"),
    "backticks": re.compile(r"`"),
    "list items": re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]", re.MULTILINE),
    "headings": re.compile(r"^#{1,6}[ \t]", re.MULTILINE),
    "Markdown links": re.compile(r"\]\("),
    "paragraph breaks": re.compile(r"\n(?:[ \t]*\n)+"),
}
TAG = re.compile(r"</?[a-zA-Z][\w-]*(?:\s[^<>]*)?/?>|<!--")

NUMBER = "number"
# What must be found again, in the order it is looked for and taken out of the text: an address may hold digits.
FACTS = {
    "placeholder": re.compile(r"%\(\w+\)[a-z]"),
    "e-mail address": re.compile(r"[\w.+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+", re.ASCII),
    "web address": re.compile(
        r"(?:https?://|www\.)[\w./?&=%#~:+@,;-]*[\w/=]"
        r"|(?<![\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:fr|org|com|net|info|eu)(?!\w)(?:/[\w./?&=%#~-]*[\w/])?",
        re.ASCII,
    ),
    "phone number": re.compile(r"(?<!\d)(?:\+33[ .-]?|0)[1-9](?:[ .-]?\d\d){4}(?!\d)"),
    NUMBER: re.compile(r"(?<!\w)\d{1,3}(?:[ ,.٬]\d{3})+(?!\d)|\d+(?:[.,٫]\d+)?"),
}
THOUSANDS = re.compile(r"\d{1,3}(?:\D\d{3})+")
# No-break spaces read as spaces; marks of direction, which right-to-left texts put around figures, read as nothing.
PLAIN = {ord(char): " " for char in "\u00a0\u2009\u202f"} | dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u061c\u2066\u2067\u2068\u2069")
)


def problems(source, target, language, max_length=None):
    """Yield a sentence, without full stop, for each thing that is wrong with a translation of a French text.

    `max_length` is that of the column, None where it has no limit. Both texts are plain strings, neither is empty.
    """
    if max_length is not None and len(target) > max_length:
        yield f"too long: {len(target)} characters where {max_length} fit"
    if CONTROL.search(target):
        yield "contains a control character"
    for name, pattern in MARKUP.items():
        there, here = len(pattern.findall(source)), len(pattern.findall(target))
        if there != here:
            yield f"{name}: {there} in the French, {here} here"
    yield from (f"HTML that is not in the French: {tag}" for tag in set(TAG.findall(target)) - set(TAG.findall(source)))
    expected, found = facts(source), facts(target)
    for name in FACTS:
        lost, gained = expected[name] - found[name], found[name] - expected[name]
        # Said once instead of twice ("7 days a week") or written in digits instead of words, a number is no mistake;
        # said once less where another appears, it was altered. An address that the French does not have always is one.
        yield from (f"{name} lost: {fact}" for fact in lost if not found[name][fact] or (name == NUMBER and gained))
        if name != NUMBER:
            yield from (f"{name} that is not in the French: {fact}" for fact in gained if not expected[name][fact])
    script = SCRIPTS.get(language)
    if script and len(source.split()) > WORDS_OF_A_NAME and share_of(script, target) < LEAST_SHARE:
        yield f"not in the {script} script"


def facts(text):
    """{name in FACTS: Counter of what the text has of it, written in one way whatever the language}."""
    text = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text.translate(PLAIN)
    )  # Arabic and Persian texts may have their own digits.
    found = {}
    for name, pattern in FACTS.items():
        found[name] = Counter(map(NORMAL_FORM.get(name, str), pattern.findall(text)))
        text = pattern.sub(" ", text)
    return found


def plain_number(written):
    """1 500, 1,500 and 1500 are one number; 31,5 and 31.5 too; so are 07 and 7."""
    if THOUSANDS.fullmatch(written):
        return re.sub(r"\D", "", written)
    return re.sub(r"\D", ".", written).lstrip("0") or "0"


def plain_phone(written):
    return "0" + re.sub(r"\D", "", written.removeprefix("+33")).removeprefix("0")


NORMAL_FORM = {NUMBER: plain_number, "phone number": plain_phone}


def share_of(script, text):
    """The share of the letters of a text that belong to a script, from 0 to 1; a text without letters has it all."""
    letters = [char for char in text if char.isalpha()]
    ours = sum(unicodedata.name(char, "").startswith(script.upper()) for char in letters)
    return ours / len(letters) if letters else 1
