"""Spoiled files: each is refused with a sentence of its own, and leaves the database as it was."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from directory.exchange import files
from directory.models import Resource, Upload
from tests.tables import everything, send, table
from themes.models import Theme

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
HEADERS = "slug,title_fr,summary_fr,kind,topics,source"
ROW = "essai,Essai,Une phrase.,outil,conduire-une-voiture-en-france,Test"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def csv_of(*lines, encoding="utf-8"):
    return "\r\n".join([HEADERS, *lines]).encode(encoding)


def book(*rows, sheets=1, **parts):
    """The bytes of a workbook of these rows; `parts` replace the parts whose path ends with their name and .xml."""
    made = Workbook()
    for row in rows or [HEADERS.split(","), ROW.split(",")]:
        made.active.append(row)
    for _ in range(sheets - 1):
        made.create_sheet()
    file = io.BytesIO()
    made.save(file)
    return rezipped(file.getvalue(), **parts)


def rezipped(data, added=(), **parts):
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            stem = name.rpartition("/")[2].partition(".")[0]
            new.writestr(name, parts[stem](old.read(name)) if stem in parts else old.read(name))
        for name in added:
            new.writestr(name, b"<x/>")
    return file.getvalue()


def bomb():
    """A workbook of 60 kB that would unpack to 60 MB."""
    return book(sheet1=lambda xml: xml.replace(b"<sheetData>", b" " * 60_000_000 + b"<sheetData>"))


def laughing(xml):
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    return b"<!DOCTYPE worksheet [" + entities + b"]>" + xml[xml.index(b"<worksheet") :].replace(b"Essai", b"&a9;")


def archive(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return file.getvalue()


SPOILED = {
    "in Latin letters": (csv_of("essai,Été", encoding="latin-1"), "t.csv", "Line 2 is not in UTF-8."),
    "in UTF-16": (csv_of(ROW, encoding="utf-16"), "t.csv", "The file is in UTF-16, not in UTF-8."),
    "with a lone surrogate": (csv_of("essai,") + b"\xed\xa0\x80", "t.csv", "Line 2 is not in UTF-8."),
    "with a NUL": (csv_of("essai,\0"), "t.csv", "Line 2 holds a NUL character"),
    "empty": (b"", "t.csv", "The file is empty."),
    "blank": (b"\n\n", "t.csv", "The first row, which should name the columns, is empty."),
    "without rows": (csv_of(), "t.csv", "The file names its columns, but has no row below."),
    "without slugs": (b"title_fr\nEssai", "t.csv", "The column “slug”, which says which object a row is about"),
    "without what is needed": (
        b"slug,title_fr\nessai,Essai",
        "t.csv",
        "lacks columns that this needs: summary_fr, kind",
    ),
    "with unknown columns": (b"slug,titre\nessai,Essai", "t.csv", "These columns do not exist: titre."),
    "with a nameless column": (b"slug,,title_fr\nessai,x,y", "t.csv", "These columns do not exist: [2]."),
    "with a column twice": (b"slug,title_fr,title_fr\nessai,x,y", "t.csv", "These columns stand twice: title_fr."),
    "with a slug twice": (csv_of(ROW, "", ROW), "t.csv", "Rows 2 and 4 both have the slug “essai”."),
    "with a row too wide": (
        csv_of(ROW + ",x,y"),
        "t.csv",
        "Row 2 has 8 cells, but the first row names only 6 columns.",
    ),
    "with an open quote": (csv_of('essai,"Essai'), "t.csv", "Row 2: a quotation mark is missing or too many."),
    "with a stray quote": (csv_of('essai,"Es"sai"'), "t.csv", "Row 2: a quotation mark is missing or too many."),
    "with a formula": (csv_of("essai,=1+1"), "t.csv", "Row 2, column B: a formula."),
    "with a command behind a space": (csv_of("essai,\t =cmd|' /C calc'!A0"), "t.csv", "Row 2, column B: a formula."),
    "with a command": (csv_of("essai,=cmd|' /C calc'!A0"), "t.csv", "Row 2, column B: a formula."),
    "with a command behind a sign": (csv_of("essai,+cmd|' /C calc'!A0"), "t.csv", "Row 2, column B: a formula."),
    "with a call": (csv_of('essai,"@SUM(1,2)"'), "t.csv", "Row 2, column B: a formula."),
    "with a cell too long": (csv_of("essai," + "é" * 32_768), "t.csv", "Row 2: a cell has more than 32767 characters."),
    "with a cell far too long": (
        csv_of("essai," + "é" * 200_000),
        "t.csv",
        "Row 2: a cell has more than 32767 characters.",
    ),
    "with too many rows": (csv_of(*(f"e{n},x" for n in range(20_001))), "t.csv", "The file has more than 20000 rows"),
    "of 50 MB": (b"x" * 50_000_000, "t.csv", "The file is larger than 40 MB"),
    "of another kind": (b"slug,context_fr\nx,y", "t.csv", "This is a table of another kind: themes."),
    "of another name": (csv_of(ROW), "t.txt", "“t.txt” is neither CSV nor XLSX."),
    "in PDF": (b"%PDF-1.7 ...", "t.csv", "This is a PDF file, whatever its name."),
    "an image": (b"\x89PNG\r\n\x1a\n", "t.xlsx", "This is a PNG file, whatever its name."),
    "a page": (b"<html><table>", "t.csv", "This is a HTML/XML file, whatever its name."),
    "of an old Excel": (OLE, "t.xlsx", "This is a workbook of an old Excel (XLS)."),
    "with a password": (OLE + "EncryptedPackage".encode("utf-16-le") + b"\0", "t.xlsx", "protected by a password"),
    "in ODS": (archive("mimetype", "content.xml"), "t.xlsx", "The file is called XLSX but is no workbook."),
    "a CSV called XLSX": (csv_of(ROW), "t.xlsx", "The file is called XLSX but is no workbook."),
    "an XLSX called CSV": (book, "t.csv", "The file is called CSV but is a workbook or an archive."),
    "cut short": (lambda: book()[:-200], "t.xlsx", "The workbook is damaged and cannot be read."),
    "with a broken sheet": (lambda: book(sheet1=lambda xml: xml[:-50]), "t.xlsx", "The workbook is damaged"),
    "with a row too far down": (
        lambda: book(
            sheet1=lambda xml: xml.replace(b'<row r="2"', b'<row r="999999999"').replace(b'2"', b'999999999"')
        ),
        "t.xlsx",
        "The workbook is damaged",
    ),
    "a bomb": (bomb, "t.xlsx", "The workbook would unpack to far more than a table"),
    "laughing": (lambda: book(sheet1=laughing), "t.xlsx", "The workbook declares entities"),
    "a workbook with a formula": (
        lambda: book(HEADERS.split(","), ["essai", "=1+1"]),
        "t.xlsx",
        "Row 2, column B: a formula.",
    ),
    "a workbook with an error": (
        lambda: book(HEADERS.split(","), ["essai", "#N/A"]),
        "t.xlsx",
        "Row 2, column B: the error #N/A instead of a value.",
    ),
    "with macros": (lambda: rezipped(book(), added=["xl/vbaProject.bin"]), "t.xlsx", "The workbook holds macros"),
    "called with macros": (book, "t.xlsm", "The workbook holds macros"),
    "with links": (
        lambda: rezipped(book(), added=["xl/externalLinks/externalLink1.xml"]),
        "t.xlsx",
        "The workbook draws on other files",
    ),
    "with two sheets": (lambda: book(sheets=2), "t.xlsx", "The workbook has 2 sheets: keep one."),
    "with a wide workbook": (
        lambda: book(HEADERS.split(","), ["x"] * 1_001),
        "t.xlsx",
        "Row 2 has 1001 cells",
    ),
}


@pytest.fixture(scope="module")
def state(django_db_setup, django_db_blocker):
    """Every table as it was before any of the files."""
    with django_db_blocker.unblock():
        return everything()


@pytest.mark.parametrize(("file", "name", "sentence"), SPOILED.values(), ids=SPOILED)
def test_a_spoiled_file_is_refused_with_its_own_sentence(editor, state, file, name, sentence):
    page = send(editor, Resource, file() if callable(file) else file, name)
    assert sentence in page
    assert page.text.count("errorlist") + page.text.count("errornote") == 1
    assert 'name="seen"' not in page
    assert not Upload.objects.exists()
    assert everything() == state


def test_a_file_must_be_chosen(editor):
    response = editor.post("/admin/directory/resource/import/", {}, headers={"accept-language": "en"})
    assert "This field is required." in response.content.decode()


def test_a_large_file_is_refused_before_it_is_read(monkeypatch):
    """The size is asked of the file, whose rows are never reached."""
    monkeypatch.setattr(files, "check_format", lambda *args: pytest.fail("read"))
    with pytest.raises(files.Unreadable, match="dépasse 40"):
        files.read(io.BytesIO(bytes(files.MOST_BYTES + 1)), "t.csv", None)


def test_a_workbook_of_text_cells_may_begin_with_any_sign(editor):
    made = Workbook()
    made.active.append(["slug", "source"])
    made.active.append([Theme.objects.first().slug, None])
    cell = made.active["B2"]
    cell.value = "=1+1"
    cell.data_type = "s"
    file = io.BytesIO()
    made.save(file)
    assert "Changed: 1." in send(editor, Theme, file.getvalue(), "t.xlsx")


def test_blank_rows_are_no_rows(editor):
    slug = Theme.objects.first().slug
    assert "Unchanged: 1." in send(
        editor, Theme, table({"slug": slug, "source": Theme.objects.first().source}) + b",\r\n\r\n,,\r\n"
    )
