"""From an editor's text to HTML: Markdown, glossary terms that open their meaning, French names that keep their place.

Raw HTML is escaped and only http, https, mailto and local links pass: what an editor types is safe by construction.
"""

import re

from django.utils.html import escape, format_html, mark_safe
from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.token import Token

from directory.search.folding import normalise
from directory.search.words import stem

# In these languages a run of Latin letters is French: a name, an acronym, an address. It is isolated, so that its
# order and its neighbours' hold in right-to-left text, and marked, so that a screen reader pronounces it as French.
OTHER_SCRIPTS = {"ar", "ps", "fa", "ti", "ru", "uk"}
LATIN = "A-Za-zÀ-ÖØ-öø-ÿŒœ"
WORD = rf"[{LATIN}][{LATIN}0-9'’.@/&+_-]*(?<![.'’/-])"
PHONE = r"\+?\d[\d .\u00a0]{7,}\d"
WORD_OF_ANY_SCRIPT = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u064b-\u065f]+[^\W_]*)*")
MARKUP = re.compile(r"[*_`#>]|^- |\]\([^)]*\)|\[", re.MULTILINE)
HOST = re.compile(r"^https?://[^/?#@\\]+(?=[/?#\\]|$)", re.IGNORECASE)
FRENCH_RUN = re.compile(rf"{WORD}(?:[ \u00a0]{WORD})*|{PHONE}")


def isolate(text, language, written=escape):
    """HTML of a line of text, each French name or phone number in a language of another script isolated.

    `written(piece)` gives the HTML of a piece of the text.
    """
    if language not in OTHER_SCRIPTS:
        return written(text)
    parts, end = [], 0
    for run in FRENCH_RUN.finditer(text):
        parts += [written(text[end : run.start()]), format_html('<bdi lang="fr">{}</bdi>', written(run[0]))]
        end = run.end()
    return mark_safe("".join([*parts, written(text[end:])]))  # noqa: S308 - every part is escaped above


def highlight(text, language, roots):
    """HTML of a line of text in which the words found, those of these stems, are marked."""

    def written(piece):
        parts, end = [], 0
        for word in found_in(piece, language, roots):
            parts += [escape(piece[end : word.start()]), format_html("<mark>{}</mark>", word[0])]
            end = word.end()
        return mark_safe("".join([*parts, escape(piece[end:])]))  # noqa: S308 - every part is escaped above

    return isolate(text, language, written)


def found_in(text, language, roots):
    """Yield the match of each word of a text that a search found by one of these stems."""
    for word in WORD_OF_ANY_SCRIPT.finditer(text):
        if any(stem(part, language) in roots for part in normalise(word[0]).split()):
            yield word


def extract(text, language, roots, around=90):
    """The part of a Markdown text around the first word found, as plain text; empty when there is none."""
    plain = " ".join(MARKUP.sub(" ", text).split())
    first = next(found_in(plain, language, roots), None)
    if first is None:
        return ""
    start = plain.find(" ", first.start() - around) + 1 if first.start() > around else 0
    end = plain.find(" ", first.end() + around)
    cut = plain[start:] if end < 0 else plain[start:end]
    return f"{'… ' if start else ''}{cut}{' …' if end >= 0 else ''}"


class Glossary:
    """The terms of the glossary in one language; each is linked once, at its first occurrence."""

    def __init__(self, terms, link):
        """`terms` are GlossaryTerm objects; `link(term, written)` gives the HTML of a term as it is written."""
        self.terms = {variant: term for term in terms for variant in variants(term.term)}
        self.link = link
        self.linked = set()
        names = "|".join(re.escape(name) for name in sorted(self.terms, key=len, reverse=True))
        # A term before a capitalised word is part of a name ("ARS Grand Est"), and stays as it is.
        self.pattern = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])(?! [A-ZÀ-Ý])") if names else None

    def split(self, text):
        """Yield (piece, HTML of a term or None) so that the pieces make up the text again."""
        end = 0
        for match in self.pattern.finditer(text) if self.pattern else ():
            term = self.terms[match[0]]
            if term.pk not in self.linked:
                self.linked.add(term.pk)
                yield text[end : match.start()], None
                yield match[0], self.link(term, match[0])
                end = match.end()
        yield text[end:], None


def variants(term):
    """A term as the glossary writes it and, for long acronyms, as people do: "DIAIR" and "Diair"."""
    return {term, term.capitalize()} if term.isupper() and len(term) > 3 else {term}


def mark_line(text, language, glossary=None):
    """HTML of a line of text: French names isolated, and the first occurrence of each glossary term linked."""
    if glossary is None:
        return isolate(text, language)
    parts = (html or isolate(piece, language) for piece, html in glossary.split(text))
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped


def mark_words(state):
    """markdown-it rule: isolate French names, link glossary terms outside of links, and warn before some links."""
    language, glossary, warning = state.env["language"], state.env["glossary"], state.env["warning"]
    for block in state.tokens:
        if block.type != "inline":
            continue
        depth, children = 0, []
        for token in block.children:
            depth += token.nesting if token.type in ("link_open", "link_close") else 0
            if warning and token.type == "link_open":
                children.append(Token("html_inline", "", 0, content=warning(token.attrGet("href"))))
            if token.type != "text":
                children.append(token)
                continue
            html = mark_line(token.content, language, None if depth else glossary)
            children.append(Token("html_inline", "", 0, content=html))
        block.children = children


# No image, which would call another host, and no heading, which would break the outline of the page.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(["image", "heading", "lheading"])
MARKDOWN.validateLink = lambda url: url.lower().startswith(("https://", "http://", "mailto:", "#", "/"))
# A host is put in ASCII from its small letters, as browsers do; from its capitals, it would be another host.
MARKDOWN.normalizeLink = lambda url: normalizeLink(HOST.sub(lambda host: host[0].lower(), url))
MARKDOWN.core.ruler.push("mark_words", mark_words)


def render(text, language, glossary=None, warning=None):
    """HTML of a Markdown text in a language; the first occurrence of each glossary term opens its meaning.

    `warning(address)` gives the HTML, often none, that stands before a link.
    """
    env = {"language": language, "glossary": glossary, "warning": warning}
    return mark_safe(MARKDOWN.render(text, env))  # noqa: S308 - see above


def links_in(text):
    """The addresses that a Markdown text leads to, as a browser gets them."""
    tokens = MARKDOWN.parse(text, {"language": "", "glossary": None, "warning": None})
    inline = (token for block in tokens for token in block.children or [])
    return {token.attrGet("href") for token in inline if token.type == "link_open"}
