"""What a translation must keep of the French it was made from: its markup, figures, addresses, and a readable script.

A machine or a hurried hand loses a phone number as easily as a word, and a reader cannot see that it is gone. This says
nothing of the quality of the words.
"""

import re

# The script that most letters of a text are in; acronyms and names of French bodies keep their Latin letters.
SCRIPTS = {"ar": "ARABIC", "fa": "ARABIC", "ps": "ARABIC", "ru": "CYRILLIC", "uk": "CYRILLIC", "ti": "ETHIOPIC"}
# Of the letters of a text. The shipped text with the most French names has a quarter of its letters in its own script.
LEAST_SHARE = 0.15
# Up to three words may all be a name: "Maison France Services".
WORDS_OF_A_NAME = 3

MARKUP = {
    "bold marks (**)": re.compile(r"\*\*"),
    "backticks": re.compile(r"`"),
    "list items": re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]", re.MULTILINE),
    "headings": re.compile(r"^#{1,6} ", re.MULTILINE),
    "Markdown links": re.compile(r"\]\("),
    "paragraphs": re.compile(r"\S\s*?\n[ \t]*\n"),
}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TAG = re.compile(r"</?[a-zA-Z][\w-]*(?:\s[^<>]*)?/?>|<!--")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")

# Looked for in this order, each taken out of the text before the next: an address may hold figures.
FACTS = {
    "e-mail": re.compile(r"[\w.+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+"),
    "web address": re.compile(
        r"(?:https?://|www\.)[a-zA-Z0-9][\w./?&=%#~:+@,;-]*[\w/=]"
        r"|(?<![\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:fr|org|com|net|info|eu|gouv)(?![\w-])(?:/[\w./?&=%#~-]*[\w/])?",
        re.ASCII,
    ),
    "phone number": re.compile(r"(?<!\d)(?:\+33[ .-]?|0)[1-9](?:[ .-]?\d\d){4}(?!\d)"),
    "number": re.compile(r"(?<!\d)\d{1,3}(?:[ ,.٬]\d{3})+(?!\d)|\d+(?:[.,٫]\d+)?"),
}
