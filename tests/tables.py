"""Tables for tests: taken away and brought back through the admin, as an editor does."""

import csv
import io
import re
from html import unescape

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from directory.exchange.columns import table_of
from directory.exchange.importing import Import
from directory.models import Resource, Upload
from directory.states import MODELS
from themes.models import Topic

ENGLISH = {"accept-language": "en"}


def address(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def export(client, model, format="csv", **query):
    """The bytes of an exported table."""
    return client.get(address(model, "export", format), query).getvalue()


def rows_of(file):
    """The rows of an exported CSV, as {column: text} by slug."""
    return {row["slug"]: row for row in csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline=""))}


def cells_of(file, format):
    """Every cell of an exported table, row by row: the bytes of two workbooks differ by the time they were made."""
    if format == "xlsx":
        return [list(row) for row in load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True)]
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def table(*rows, delimiter=","):
    """The bytes of a CSV with these rows, dictionaries of texts."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def workbook(*rows):
    """The bytes of an XLSX with these rows."""
    book, file = Workbook(), io.BytesIO()
    for cells in csv.reader(io.StringIO(table(*rows).decode(), newline="")):
        book.active.append(cells)
    book.save(file)
    return file.getvalue()


def new_entry(**fields):
    """The least that a row of entries needs to be added."""
    values = {
        "slug": "essai-import",
        "title_fr": "Essai d'import",
        "summary_fr": "Une phrase.",
        "kind": "outil",
        "topics": Topic.objects.values_list("slug", flat=True).first(),
        "source": "Test",
    }
    return values | fields


def send(client, model, file, name="table.csv"):
    """What the admin answers to an upload, after its redirections: the page as text."""
    file = SimpleUploadedFile(name, file)
    response = client.post(address(model, "import"), {"file": file}, follow=True, headers=ENGLISH)
    assert response.status_code == 200
    page = unescape(response.getvalue().decode())
    return Page(client, response.redirect_chain[-1][0] if response.redirect_chain else None, page)


class Page:
    """A page about a file, and the address to confirm it at."""

    def __init__(self, client, url, text):
        self.client, self.url, self.text = client, url, text

    def __contains__(self, sentence):
        return sentence in self.text

    def confirm(self, **fields):
        seen = re.search(r'name="seen" value="(\w+)"', self.text)
        response = self.client.post(self.url, {"seen": seen[1] if seen else ""} | fields, headers=ENGLISH)
        assert response.status_code == 200
        return Page(self.client, self.url, unescape(response.getvalue().decode()))


def fingerprint(page):
    """What the comparison of the file behind a page comes to, as if its page had offered to confirm it."""
    upload = Upload.objects.latest("pk")
    work = Import(Resource, upload.rows(), upload.user)
    for _rows in work.compare():
        pass
    return work.fingerprint


def everything():
    """Every table as it would be exported, in every language."""
    return {
        kind: {row[0]: row for row in table_of(model).rows(model.objects.values_list("pk", flat=True))}
        for kind, model in MODELS.items()
    }
