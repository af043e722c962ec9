"""The content in the other languages, as it ships: nothing missing, nothing outdated, nothing lost on the way."""

import re

import polib
import pytest
from django.conf import settings

from directory.models import State
from directory.models.provenance import TRANSLATION_LANGUAGES
from directory.rendering import render
from directory.translations.integrity import problems
from directory.translations.terms import departures, read_terms
from directory.translations.work import all_texts

TRANSLATED = [code for code, _name in TRANSLATION_LANGUAGES]
LETTERS_OF = {"ps": "ښځېړ", "ti": "።፣", "fa": "پچگی", "uk": "іїє", "ru": "ыэъ", "ar": "ةىأ"}


def shipped(language):
    """{key: entry} of the PO files of a language."""
    paths = sorted(settings.CONTENT_DIR.glob(f"translations/{language}/*.po"))
    return {entry.msgctxt: entry for path in paths for entry in polib.pofile(str(path))}


@pytest.mark.django_db
@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_one_whose_french_changed_is_renewed_or_flagged(language):
    states = {text.key: text.state for text in all_texts(language)}
    flagged = {key for key, entry in shipped(language).items() if entry.fuzzy}
    assert len(states) > 1250
    assert [key for key, state in states.items() if state == State.MISSING] == []
    assert [key for key, state in states.items() if state == State.OUTDATED and key not in flagged] == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_loses_a_number_link_address_placeholder_or_mark(language):
    found = {
        text.key: list(problems(text.french, text.target, language, text.max_length)) for text in all_texts(language)
    }
    assert {key: sentences for key, sentences in found.items() if sentences} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("language", TRANSLATED)
def test_names_of_the_term_base_stay_as_they_are_written_on_letters(language):
    names = [row for row in read_terms() if row["do_not_translate"]]
    assert [(text.key, name) for text, name, _expected in departures(language, names)] == []


@pytest.mark.parametrize("language", LETTERS_OF)
def test_each_language_uses_its_own_letters(language):
    text = "".join(entry.msgstr for entry in shipped(language).values())
    assert all(letter in text for letter in LETTERS_OF[language])
    if language == "fa":
        assert not re.search("[يك]", text), "Arabic letters in Persian"
    if language == "uk":
        assert not re.search("[ыэъё]", text), "Russian letters in Ukrainian"


def test_the_term_base_is_whole():
    rows = read_terms()
    assert len({row["fr"] for row in rows}) == len(rows)
    assert all(row["do_not_translate"] or all(row[language] for language in TRANSLATED) for row in rows)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", *TRANSLATED])
def test_every_markdown_text_renders_without_a_mark_left_over(language):
    for text in all_texts("en"):
        value = getattr(text.instance, f"{text.name}_{language}") or ""
        assert "**" not in render(value, language), text.key
