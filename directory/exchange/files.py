"""The two formats of a table, CSV and XLSX: written so that a spreadsheet opens them as text, read with suspicion.

A cell that a spreadsheet would take for a formula leaves with an apostrophe before it and comes back without.
Nothing of a file is believed before it was measured, and whatever is wrong with it is one sentence.
"""

import codecs
import csv
import io
import re
import zipfile
from datetime import date, datetime, time
from itertools import chain

from django.utils.translation import gettext as _, gettext_lazy
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from directory.exchange.columns import tables_with
from directory.translations import plain

FORMATS = ("csv", "xlsx")
MOST_BYTES = 40_000_000
MOST_ROWS = 20_000
MOST_CHARACTERS = 32_767  # of a cell, in every spreadsheet
MOST_COLUMNS = 1_000
MOST_ROWS_OF_A_SHEET = 1_048_576  # of every spreadsheet, blank ones included
# What a workbook may grow to when it is unpacked, and by how much: ours grows tenfold.
MOST_UNPACKED = 150_000_000
MOST_TEXTS = 60_000_000  # outside the sheet, which alone is not held in memory
MOST_GROWTH = 200
DELIMITERS = ",;\t"

STARTS_A_FORMULA = re.compile(r"'*[=+\-@\t\r]")
NOT_IN_XML = re.compile(r"[\ufffe\uffff]")
ESCAPED = re.compile(r"'+[=+\-@\t\r]")
# What no text of ours begins with: =1+1, and calls of functions or programs behind another sign. "- a list" stays.
FORMULA = re.compile(r"=|[+\-@](?:[A-Z]+\(|\w+\|)")

OTHER_FORMATS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"{\\rtf": "RTF",
    b"\x1f\x8b": "GZIP",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7Z",
    b"<": "HTML/XML",
}
OLE = b"\xd0\xcf\x11\xe0"
SAVE_AS = gettext_lazy("Open it in a spreadsheet and save it as XLSX or as “CSV UTF-8”.")


class Unreadable(Exception):
    """A file cannot be imported as a whole; its message is the sentence to show."""


def escaped(text):
    """A text as a CSV cell that no spreadsheet computes."""
    return f"'{text}" if STARTS_A_FORMULA.match(text) else text


def unescaped(text):
    return text[1:] if ESCAPED.match(text) else text


# Writing


def write_csv(headers, rows):
    """Yield the lines of a CSV file, as bytes: UTF-8 with the mark that Excel wants, commas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield codecs.BOM_UTF8
    for row in chain([headers], rows):
        writer.writerow(map(escaped, row))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def write_xlsx(file, headers, rows):
    """Write a workbook into a binary file: one sheet, all of it text, so that nothing is computed or reworded."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "B2"
    cell = WriteOnlyCell(sheet)
    cell.number_format = "@"
    for row in chain([headers], rows):
        sheet.append(text_cells(cell, row))
    book.save(file)


def text_cells(cell, row):
    """Yield a cell, the same for each text of a row: a style of their own for a million cells would take minutes."""
    for text in row:
        # Only what would lose its own apostrophe on the way back needs another: in a text cell nothing is computed.
        text = f"'{text}" if ESCAPED.match(text) else text
        cell.value = NOT_IN_XML.sub("", text)
        cell.data_type = "s"
        yield cell if text else None


# Reading


def read(file, name, table):
    """(headers, rows) of an uploaded file for a ContentResource; rows are (number in the spreadsheet, {column: text}).

    Rows are read as they are asked for. Raises Unreadable, also while they are.
    """
    kind = name.rpartition(".")[2].lower()
    start = file.read(512)
    if not start:
        raise Unreadable(_("The file is empty."))
    if file.seek(0, io.SEEK_END) > MOST_BYTES:
        raise Unreadable(
            _("The file is larger than %(most)s MB: cut it into several.") % {"most": MOST_BYTES // 1_000_000}
        )
    file.seek(0)
    check_format(file, name, kind, start)
    rows = read_xlsx(file) if kind == "xlsx" else read_csv(file, table)
    headers = [name.strip() for name in next(rows, (1, []))[1]]
    check_headers(headers, table)
    return headers, checked(rows, headers)


def check_format(file, name, kind, start):
    """Raise Unreadable unless the first bytes of a file are those of the format that its name says."""
    if kind == "xlsm":
        raise Unreadable(_("The workbook holds macros: save it as XLSX, without them."))
    if kind not in FORMATS:
        raise Unreadable(_("“%(name)s” is neither CSV nor XLSX.") % {"name": name[:100]} + f" {SAVE_AS}")
    if start.startswith(OLE):
        is_locked = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0" in file.read()
        file.seek(0)
        if is_locked:
            raise Unreadable(_("The workbook is protected by a password: save it without."))
        raise Unreadable(_("This is a workbook of an old Excel (XLS).") + f" {SAVE_AS}")
    for magic, other in OTHER_FORMATS.items():
        if start.lstrip().startswith(magic):
            raise Unreadable(_("This is a %(format)s file, whatever its name.") % {"format": other} + f" {SAVE_AS}")
    is_zip = start.startswith(b"PK")
    if kind == "xlsx" and not is_zip:
        raise Unreadable(_("The file is called XLSX but is no workbook.") + f" {SAVE_AS}")
    if kind == "csv" and is_zip:
        raise Unreadable(_("The file is called CSV but is a workbook or an archive.") + f" {SAVE_AS}")


def check_headers(headers, table):
    known = list(table.fields)
    if not any(headers):
        raise Unreadable(_("The first row, which should name the columns, is empty."))
    if twice := {name for name in headers if name and headers.count(name) > 1}:
        raise Unreadable(_("These columns stand twice: %(names)s.") % {"names": listed(twice)})
    unknown = [name or f"[{number}]" for number, name in enumerate(headers, 1) if name not in known]
    if unknown and (others := tables_with(headers)):
        raise Unreadable(
            _("This is a table of another kind: %(models)s.")
            % {"models": listed(model._meta.verbose_name_plural for model in others)}
        )
    if "slug" not in headers:
        raise Unreadable(_("The column “slug”, which says which object a row is about, is missing."))
    if unknown:
        raise Unreadable(
            _("These columns do not exist: %(names)s. Those that do: %(known)s.")
            % {"names": listed(unknown), "known": listed(known)}
        )


def listed(names):
    names = [str(name)[:60] for name in names]
    return ", ".join(names[:60]) + (" …" if len(names) > 60 else "")


def checked(rows, headers):
    """Yield (number, {column: text}) of the rows that are not blank; raise Unreadable where they do not fit."""
    count, seen = 0, {}
    for number, cells in rows:
        if not any(cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise Unreadable(_("The file has more than %(most)s rows: cut it into several.") % {"most": MOST_ROWS})
        if len(cells) > len(headers):
            raise Unreadable(
                _("Row %(row)s has %(cells)s cells, but the first row names only %(columns)s columns.")
                % {"row": number, "cells": len(cells), "columns": len(headers)}
            )
        row = dict(zip(headers, cells + [""] * (len(headers) - len(cells)), strict=True))
        if max(map(len, cells)) > MOST_CHARACTERS:
            raise too_long(number)
        check_once(seen, row["slug"].strip(), number)
        yield number, {name: unescaped(text) for name, text in row.items()}
    if not count:
        raise Unreadable(_("The file names its columns, but has no row below."))


def check_once(seen, slug, number):
    """Note in {slug: number} that a row has a slug; raise Unreadable when another has it too."""
    if slug and seen.setdefault(slug, number) != number:
        raise Unreadable(
            _("Rows %(first)s and %(row)s both have the slug “%(slug)s”.")
            % {"first": seen[slug], "row": number, "slug": slug[:100]}
        )


def too_long(row):
    return Unreadable(
        _("Row %(row)s: a cell has more than %(most)s characters. Is a quotation mark missing?")
        % {"row": row, "most": MOST_CHARACTERS}
    )


def trimmed(cells):
    """A row without the empty cells at its end."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


# CSV


def read_csv(file, table):
    """Yield (number, cells) of a CSV file in UTF-8, whatever separates its columns."""
    start = file.read(4)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(_("The file is in UTF-16, not in UTF-8.") + f" {SAVE_AS}")
    for number, line in enumerate(file, 1):
        if b"\0" in line:
            raise Unreadable(_("Line %(line)s holds a NUL character: this is no text.") % {"line": number})
        try:
            line.decode()
        except UnicodeDecodeError:
            raise Unreadable(_("Line %(line)s is not in UTF-8.") % {"line": number} + f" {SAVE_AS}") from None
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        first = text.readline()
        text.seek(0)
        delimiter = max(DELIMITERS, key=lambda sign: len(columns_of(first, sign) & table.fields.keys()))
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        number = 0
        try:
            for number, cells in enumerate(reader, 1):
                if formula := next((place for place, cell in enumerate(cells, 1) if FORMULA.match(plain(cell))), None):
                    raise formula_found(number, formula)
                yield number, trimmed(cells)
        except csv.Error as error:
            if "field larger" in str(error):
                raise too_long(number + 1) from None
            raise Unreadable(_("Row %(row)s: a quotation mark is missing or too many.") % {"row": number + 1}) from None
    finally:
        text.detach()  # the file belongs to the caller


def columns_of(line, delimiter):
    return {cell.strip().strip('"') for cell in line.split(delimiter)}


def formula_found(row, column):
    return Unreadable(
        _("Row %(row)s, column %(column)s: a formula. Only text is taken; where it is one, write ' before it.")
        % {"row": row, "column": get_column_letter(column)}
    )


# XLSX


def read_xlsx(file):
    """Yield (number, cells) of the only sheet of a workbook."""
    check_archive(file)
    try:
        book = load_workbook(file, read_only=True, keep_links=False)
        sheets = book.worksheets
        if len(sheets) > 1:
            raise Unreadable(_("The workbook has %(count)s sheets: keep one.") % {"count": len(sheets)})
        sheets[0].reset_dimensions()
        # openpyxl makes up the blank rows before one that says it is the billionth: it would take hours.
        for number, cells in enumerate(sheets[0].iter_rows(max_row=MOST_ROWS_OF_A_SHEET + 1), 1):
            if number > MOST_ROWS_OF_A_SHEET:
                raise ValueError(f"row {number}")
            if len(cells) > MOST_COLUMNS:
                raise Unreadable(_("Row %(row)s has %(cells)s cells.") % {"row": number, "cells": len(cells)})
            yield number, trimmed([text_of(cell) for cell in cells])
    except (Unreadable, GeneratorExit):
        raise
    except Exception as error:  # openpyxl lets out whatever a damaged workbook makes it stumble on
        raise Unreadable(_("The workbook is damaged and cannot be read.") + f" {SAVE_AS}") from error


def check_archive(file):
    """Raise Unreadable when a workbook would unpack to too much, or holds what no table needs."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise Unreadable(_("The file is called XLSX but is no workbook.") + f" {SAVE_AS}")
            unpacked = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts)
            texts = sum(part.file_size for part in parts if not part.filename.startswith("xl/worksheets/"))
            is_bomb = unpacked > MOST_GROWTH * packed and unpacked > MOST_BYTES
            if is_bomb or unpacked > MOST_UNPACKED or texts > MOST_TEXTS or len(parts) > 1000:
                raise Unreadable(_("The workbook would unpack to far more than a table: it is not opened."))
            if any("vbaProject" in name for name in names):
                raise Unreadable(_("The workbook holds macros: save it as XLSX, without them."))
            if any(name.startswith("xl/externalLinks/") for name in names):
                raise Unreadable(_("The workbook draws on other files: paste the values instead of the links."))
            for name in names:
                if name.endswith((".xml", ".rels")) and declares_entities(archive, name):
                    raise Unreadable(_("The workbook declares entities, which no spreadsheet does: it is not opened."))
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Unreadable(_("The workbook is damaged and cannot be read.") + f" {SAVE_AS}") from error
    finally:
        file.seek(0)


def declares_entities(archive, name):
    """True when an XML part has a document type, or an encoding in which one could hide."""
    with archive.open(name) as part:
        before = part.read(4)
        if before.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in before:
            return True
        while chunk := part.read(1 << 20):
            if b"<!DOCTYPE" in before + chunk:
                return True
            before = chunk[-16:]
    return False


def text_of(cell):
    """The text of a cell; of a number or a day, as a person would type it. Raises Unreadable for a formula."""
    value = cell.value
    if cell.data_type == "f":
        raise formula_found(cell.row, cell.column)
    if cell.data_type == "e":
        raise Unreadable(
            _("Row %(row)s, column %(column)s: the error %(error)s instead of a value.")
            % {"row": cell.row, "column": get_column_letter(cell.column), "error": str(value)[:20]}
        )
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    # Excel's own writing of a carriage return.
    return str(value).replace("_x000D_", "")
