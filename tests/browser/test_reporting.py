"""A report from a reader's telephone to an editor's answer and back, in a real browser."""

import re

import pytest

from tests.browser.navigation import follow

pytestmark = pytest.mark.xdist_group("browser")


def test_a_reader_reports_without_script_and_sees_what_the_editor_answered(page, editor_page):
    page.goto("/ar/ressources/agir/")
    follow(page, "a[href='/ar/signaler/agir/']")
    page.fill("#id_text", "تغير رقم الهاتف")
    follow(page, "main button")  # without saying what is wrong, and faster than a person writes
    assert page.locator("[role=alert]").is_visible()
    assert page.input_value("#id_text") == "تغير رقم الهاتف"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.check("input[name=kind][value=contact]")
    for _ in range(200):  # too fast for a person, the form comes back with all that was typed, to be sent again
        follow(page, "main button")
        if "/signalements/" in page.url:
            break
    assert re.search(r"/ar/signalements/[2-9A-Z]{4}-[2-9A-Z]{4}/$", page.url)
    assert page.context.cookies() == []
    reference = page.url.rstrip("/")[-9:]

    editor_page.goto("/admin/directory/report/")
    follow(editor_page, f"text={reference}")
    follow(editor_page, ".field-entry a")
    follow(editor_page, ".messagelist a")
    assert editor_page.locator(".written").inner_text() == "تغير رقم الهاتف"
    editor_page.select_option("#id_reports-0-state", "fait")
    editor_page.fill("#id_reports-0-answer", "صححناه.")
    follow(editor_page, "input[name=_save] >> nth=0")
    assert editor_page.locator(".success").is_visible()

    page.goto("/ar/signalements/")
    page.fill("#id_reference", reference.lower().replace("-", " "))
    follow(page, "main button")
    assert page.url.endswith(f"/ar/signalements/{reference}/")
    assert page.get_by_text("صححناه.").is_visible()
