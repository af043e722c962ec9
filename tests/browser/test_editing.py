"""The admin in a real browser: nothing is fetched elsewhere, and the languages have their tabs."""

import pytest

pytestmark = pytest.mark.xdist_group("browser")


def test_an_entry_form_shows_french_and_one_language_at_a_time_and_calls_nobody(editor_page, site):
    fetched, errors = [], []
    editor_page.on("request", lambda request: fetched.append(request.url))
    editor_page.on("pageerror", lambda error: errors.append(str(error)))
    editor_page.goto("/admin/directory/resource/")
    editor_page.click("#result_list tbody tr:first-child th a")
    editor_page.wait_for_selector(".language-tabs")
    assert editor_page.locator("#id_title_fr").is_visible()
    assert not editor_page.locator("#id_title_ar").is_visible()
    editor_page.click(".language-tabs button[lang=ar]")
    assert editor_page.locator("#id_title_ar").is_visible()
    assert editor_page.locator("#id_title_ar").get_attribute("dir") == "rtl"
    assert not editor_page.locator("#id_title_ru").is_visible()
    editor_page.fill("#id_title_fr", "")
    editor_page.click(".language-tabs button[lang=ru]")
    editor_page.evaluate("document.querySelector('#id_title_fr').required = false")
    editor_page.click("input[name=_save] >> nth=0")
    editor_page.wait_for_selector(".field-title_fr .errorlist")
    assert errors == []
    assert all(url.startswith(site) for url in fetched)
