"""The interface in eight languages: complete, well-formed, and nothing left outside gettext."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import datetime
from django.utils.translation import gettext, ngettext, override

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|<[^>]+>")
PLURALS = {"fr": 2, "en": 2, "ar": 6, "ps": 2, "fa": 2, "ti": 2, "ru": 4, "uk": 4}
SCRIPTS = {"ar": "\u0600-\u06ff", "ps": "\u0600-\u06ff", "fa": "\u0600-\u06ff", "ti": "\u1200-\u137f"}
SCRIPTS |= {"ru": "\u0400-\u04ff", "uk": "\u0400-\u04ff"}


def catalogue(language):
    return polib.pofile(str(settings.BASE_DIR / f"locale/{language}/LC_MESSAGES/django.po"))


def texts(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_no_entry_is_empty_fuzzy_or_obsolete(language):
    entries = catalogue(language)
    assert [entry.msgid for entry in entries if not all(texts(entry))] == []
    assert entries.fuzzy_entries() == []
    assert entries.obsolete_entries() == []


def test_every_catalogue_has_the_same_messages(language):
    assert {(entry.msgctxt, entry.msgid) for entry in catalogue(language)} == {
        (entry.msgctxt, entry.msgid) for entry in catalogue("fr")
    }


def test_placeholders_and_tags_survive(language):
    for entry in catalogue(language):
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in texts(entry):
            found = set(PLACEHOLDER.findall(text))
            # One thing may be said without its number; Arabic says zero, one and two with the noun alone.
            assert found == wanted or (entry.msgid_plural and found == wanted - {"%(count)s"}), (entry.msgid, text)


def test_plural_forms_are_the_languages_own(language):
    assert f"nplurals={PLURALS[language]};" in catalogue(language).metadata["Plural-Forms"]
    for entry in catalogue(language):
        if entry.msgid_plural:
            assert len(entry.msgstr_plural) == PLURALS[language]


def test_french_signs_are_never_alone_at_the_beginning_of_a_line():
    alone = re.compile(r" [:;?!»](?!\w)|« ")
    assert [text for entry in catalogue("fr") for text in texts(entry) if alone.search(text)] == []


@pytest.mark.parametrize("language", SCRIPTS)
def test_each_message_is_in_the_script_of_its_language(language):
    for entry in catalogue(language):
        if not re.search(r"[^\W\d_]", PLACEHOLDER.sub("", entry.msgid)) or entry.msgid == "Markdown.":
            continue  # nothing to translate
        for text in texts(entry):
            assert re.search(f"[{SCRIPTS[language]}]", text), (entry.msgid, text)


def test_counting_works(language):
    with override(language):
        for count in (0, 1, 2, 3, 5, 11, 21, 100):
            said = ngettext("%(count)s entry", "%(count)s entries", count)
            assert said not in ("%(count)s entry", "%(count)s entries") or language == "en"
            assert said % {"count": count}


def test_dates_and_form_messages_are_not_french_elsewhere(language):
    with override(language):
        assert date_format(datetime(2026, 11, 23)) != "23 novembre 2026" or language == "fr"  # noqa: DTZ001
        assert gettext("This field is required.") != "Ce champ est obligatoire." or language == "fr"


def test_templates_have_no_text_outside_gettext():
    tags = re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", re.DOTALL)
    allowed = {"500.html"}  # served when nothing can be trusted to work
    literal = {"defenseurdesdroits.fr", "UTF", "–"}
    for path in Path(settings.BASE_DIR / "templates").rglob("*.html"):
        if path.name in allowed:
            continue
        left = tags.sub(" ", path.read_text(encoding="utf-8").replace("<!doctype html>", ""))
        words = [word for word in re.findall(r"[^\W\d_]{2,}[\w.]*", left) if word not in literal]
        assert words == [], path


def test_no_attribute_that_is_read_out_is_left_outside_gettext():
    for path in Path(settings.BASE_DIR / "templates").rglob("*.html"):
        for name, value in re.findall(
            r'(aria-label|title|alt|placeholder)="([^"{]+)"', path.read_text(encoding="utf-8")
        ):
            pytest.fail(f"{path.name}: {name}={value!r}")
