"""Tables taken away, whole or in part, and brought back: the same."""

import io
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from directory.exchange.columns import table_of
from directory.exchange.files import escaped, unescaped
from directory.models import Branch, Contact, GlossaryTerm, Resource
from directory.states import KINDS
from tests.conftest import LANGUAGES
from tests.factories import make_branch, make_resource
from tests.tables import address, export, new_entry, rows_of, send, table
from themes.models import Theme

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
HARD = {
    "formula": "=1+1",
    "sum": "+SUM(1)",
    "list": "- un\n- deux",
    "mention": "@ici",
    "apostrophe": "'=1",
    "apostrophes": "''-",
    "quoted": "l'été",
    "separators": 'a;b,"c"\td|e',
    "lines": "# Titre\n\n- un\n\n**fin**",
    "number": "00123",
    "float": "1.0",
    "exponent": "1E5",
    "day": "2024-07",
    "boolean": "TRUE",
    "emoji": "🏡 ٣ ሀ",
}


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model._meta.model_name)
def test_a_table_brought_back_as_it_left_changes_nothing(editor, model, format):
    page = send(editor, model, export(editor, model, format), f"table.{format}")
    assert f"Added: 0. Changed: 0. Unchanged: {model.objects.count():,}." in page
    assert "there is nothing to save" in page


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model._meta.model_name)
def test_a_table_has_every_language_and_nothing_derived(model):
    columns = table_of(model).fields.keys()
    assert columns >= {
        name.replace("_fr", f"_{code}") for name in columns if name.endswith("_fr") for code in LANGUAGES
    }
    assert not columns & {"id", "created_at", "updated_at", "key", "title", "body"}
    assert next(iter(columns)) == "slug"


@pytest.mark.parametrize("model", [Branch, Contact])
def test_relations_travel_as_slugs_and_codes(editor, model):
    entry = make_resource(slug="zz-fiche")
    if model is Branch:
        item = make_branch(entry, ["2A", "01"])
    else:
        item = Contact.objects.create(
            slug="zz", name="Zz", group="institution", email="z@z.fr", resource=entry, department_id="01", source="x"
        )
    row = rows_of(export(editor, model))[item.slug]
    assert row["resource"] == "zz-fiche"
    assert row["departments" if model is Branch else "department"] == ("01|2A" if model is Branch else "01")


def test_an_export_is_what_the_list_shows(editor):
    make_resource(slug="zz-essai", kind="financeur", is_practice=True)
    assert set(rows_of(export(editor, Resource, kind__exact="financeur", is_practice__exact="1"))) == {"zz-essai"}
    assert len(rows_of(export(editor, Resource))) == Resource.objects.count()


def test_a_selection_is_exported(editor, format):
    term, _other = GlossaryTerm.objects.all()[:2]
    response = editor.post(
        address(GlossaryTerm, "changelist"), {"action": f"export_{format}", "_selected_action": [term.pk]}
    )
    assert format in response["Content-Disposition"]
    assert "there is nothing to save" in send(editor, GlossaryTerm, response.getvalue(), f"t.{format}")


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_a_text_that_spreadsheets_would_spoil_comes_back_as_it_was(editor, format, text):
    entry = make_resource(body_fr=text, organisation=text, title_ar=text)
    file = export(editor, Resource, format, slug=entry.slug)
    assert "there is nothing to save" in send(editor, Resource, file, f"t.{format}")
    Resource.objects.filter(pk=entry.pk).update(body_fr="", organisation="", title_ar=None)
    assert "Imported." in send(editor, Resource, file, f"t.{format}").confirm()
    entry.refresh_from_db()
    assert (entry.body_fr, entry.organisation, entry.title_ar) == (text, text, text)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "'=1", "''@", "'a", "", "a=1"])
def test_escaping_is_undone_exactly(text):
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(tuple("=+-@\t\r"))


def test_no_cell_of_a_workbook_is_a_formula(editor):
    make_resource(title_fr="=cmd|' /C calc'!A0", phone="+33 4 71 00 00 00")
    sheet = load_workbook(io.BytesIO(export(editor, Resource, "xlsx"))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_a_csv_opens_in_excel_as_utf_8(editor):
    assert export(editor, Theme).startswith(b"\xef\xbb\xbfslug,")


@pytest.mark.parametrize("delimiter", ",;\t")
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_csv_is_read_however_it_is_separated(editor, delimiter, mark):
    file = mark + table(new_entry(body_fr="a;b,c\td\nfin", departments="15|43", scope="local"), delimiter=delimiter)
    assert "Imported." in send(editor, Resource, file).confirm()
    entry = Resource.objects.get(slug="essai-import")
    assert entry.body_fr == "a;b,c\td\nfin"
    assert set(entry.departments.values_list("pk", flat=True)) == {"15", "43"}


def test_what_excel_makes_of_a_value_is_understood(editor):
    book = Workbook()
    row = new_entry(
        scope="local", departments=1, is_practice=True, is_published="non", verified_on=date(2026, 7, 30), body_fr=2.0
    )
    book.active.append(list(row))
    book.active.append(list(row.values()))
    file = io.BytesIO()
    book.save(file)
    assert "Imported." in send(editor, Resource, file.getvalue(), "t.xlsx").confirm()
    entry = Resource.objects.get(slug="essai-import")
    assert [place.pk for place in entry.departments.all()] == ["01"]
    assert (entry.is_practice, entry.is_published, entry.verified_on) == (True, False, date(2026, 7, 30))
    assert entry.body_fr == "2"


@pytest.mark.parametrize(
    ("cell", "value"), [("30/07/2026", date(2026, 7, 30)), ("2026-07-30", date(2026, 7, 30)), ("", None)]
)
def test_days_are_read_as_french_spreadsheets_write_them(editor, cell, value):
    entry = make_resource(verified_on=date(2020, 1, 1))
    assert "Imported." in send(editor, Resource, table({"slug": entry.slug, "verified_on": cell})).confirm()
    entry.refresh_from_db()
    assert entry.verified_on == value
