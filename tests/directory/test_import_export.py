"""Tables taken away and brought back through the admin: the same, better, or not at all."""

import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from directory.exchange.columns import table_of
from directory.exchange.files import FORMATS, escaped, unescaped
from directory.exchange.importing import Import
from directory.groups import EDITING_AN_AREA, create_groups
from directory.history import Act
from directory.history.undoing import undo
from directory.models import (
    Branch,
    Contact,
    EditorArea,
    GlossaryTerm,
    OldAddress,
    Provenance,
    Resource,
    SearchText,
    Synonym,
    Upload,
)
from directory.search.query import understand
from directory.states import KINDS
from tests.conftest import LANGUAGES
from tests.factories import make_branch, make_resource, make_topic
from tests.tables import address, everything, export, rows_of, send, table
from themes.models import Theme, Topic

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


def new_entry(**fields):
    """The least that a row of entries needs to be added."""
    values = {
        "slug": "essai-import",
        "title_fr": "Essai d'import",
        "summary_fr": "Une phrase.",
        "kind": "outil",
        "topics": "conduire",
        "source": "Test",
    }
    values["topics"] = Topic.objects.values_list("slug", flat=True).first()
    return values | fields


@pytest.fixture(params=FORMATS)
def format(request):
    return request.param


# The round trip


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


# The preview and what it saves


def test_the_preview_says_what_would_change_and_changes_nothing(editor):
    entry = make_resource(title_fr="Ancien titre")
    before = everything()
    page = send(editor, Resource, table(new_entry(slug=entry.slug, title_fr="Nouveau titre"), new_entry()))
    assert "Added: 1. Changed: 1. Unchanged: 0." in page
    assert "<del>Ancien</del><ins>Nouveau</ins> titre" in page
    assert everything() == before


def test_an_import_is_one_act_and_its_undo_restores_the_exact_export(editor, format):
    changed = make_resource(departments=["15"], title_ar="بطاقة")
    make_branch(changed, ["15"])
    before = {form: export(editor, Resource, form) for form in ["csv"]}
    state = everything()
    rows = [
        new_entry(scope="local", departments="15|43", title_en="A try"),
        new_entry(slug=changed.slug, title_ar="", departments="43", scope="local", title_en="Another"),
    ]
    page = send(editor, Resource, table(*rows)).confirm(_reason="Mise à jour annuelle")
    assert "Added: 1. Changed: 1." in page
    act = Act.objects.latest("pk")
    assert (act.origin, act.reason, act.by, act.changes.count()) == ("import", "Mise à jour annuelle", "editor", 2)
    undo(list(act.changes.all()))
    assert everything() == state
    assert export(editor, Resource) == before["csv"]


def test_an_import_of_many_is_undone_at_once(editor, settings):
    """However many there are, the page of an act sends few fields: Django refuses forms of more than a thousand."""
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 205
    before = everything()
    rows = [{"slug": f"fr-zz-{n}", "language": "fr", "said": f"zz {n}", "means": "x"} for n in range(210)]
    send(editor, Synonym, table(*rows)).confirm()
    url = reverse("admin:directory_act_change", args=[Act.objects.latest("pk").pk])
    form = editor.get(url).content.decode()
    ticked = {name: re.findall(f'name="{name}" value="(\\w+)"', form) for name in ("change", "rest")}
    assert editor.post(url, ticked).status_code == 302
    assert everything() == before


def test_an_import_is_found_by_readers_at_once(editor):
    entry = make_resource(title_fr="Vieux mot")
    rows = [new_entry(title_fr="Zorglub rural"), new_entry(slug=entry.slug, title_fr="Zorglub neuf")]
    assert "Imported." in send(editor, Resource, table(*rows)).confirm()
    assert Resource.objects.matching(understand("zorglub", "fr")).count() == 2
    assert not Resource.objects.matching(understand("vieux mot", "fr")).contains(entry)


def test_a_renamed_topic_is_found_with_its_entries(editor):
    topic = make_topic()
    entry = make_resource(topics=[topic])
    assert "Imported." in send(editor, Topic, table({"slug": topic.slug, "title_fr": "Zorglub"})).confirm()
    assert "zorglub" in SearchText.objects.get(kind="resource", object_id=entry.pk, language="fr").body


def test_a_translation_that_was_typed_is_a_persons(editor):
    entry = make_resource(title_ar="بطاقة", summary_ar="جملة.", summary_en="A sentence.")
    Provenance.objects.all().delete()
    row = {"slug": entry.slug, "title_ar": "عنوان جديد", "summary_ar": "جملة.", "summary_en": ""}
    assert "Imported." in send(editor, Resource, table(row)).confirm()
    known = Provenance.objects.get()
    assert (known.field, known.language, known.origin, known.made_by) == ("title", "ar", "person", "editor")
    assert known.source_text == entry.title_fr


def test_columns_that_are_not_in_the_file_stay_as_they_are(editor):
    entry = make_resource(departments=["15"], title_ar="بطاقة")
    assert "Imported." in send(editor, Resource, table({"slug": entry.slug, "phone": "04 71 00 00 00"})).confirm()
    entry.refresh_from_db()
    assert (entry.phone, entry.title_ar) == ("04 71 00 00 00", "بطاقة")
    assert entry.departments.get().pk == "15"


def test_a_change_shows_when_the_entry_was_changed(editor):
    entry = make_resource()
    Resource.objects.filter(pk=entry.pk).update(updated_at="2020-01-01T00:00Z")
    send(editor, Resource, table({"slug": entry.slug, "title_fr": "Autre"})).confirm()
    entry.refresh_from_db()
    assert entry.updated_at.year > 2020


def test_one_refused_row_keeps_everything_out(editor):
    before = everything()
    page = send(editor, Resource, table(new_entry(), new_entry(slug="autre", title_fr="Autre", kind="zorglub")))
    assert "Nothing can be saved as long as rows are refused" in page
    assert "Rows of this file are refused: nothing was saved." in page.confirm(seen=fingerprint(page))
    assert everything() == before


def fingerprint(page):
    """What the comparison of the file behind a page comes to, as if its page had offered to confirm it."""
    upload = Upload.objects.latest("pk")
    work = Import(Resource, upload.rows(), upload.user)
    for _rows in work.compare():
        pass
    return work.fingerprint


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "zorglub"}, "zorglub' is not a valid choice."),
        ({"is_practice": "peut-être"}, "“peut-être” value must be either True or False."),
        ({"verified_on": "hier"}, "“hier” value has an invalid date format"),
        ({"verified_on": "31/02/2026"}, "“2026-02-31” value has the correct format"),
        ({"topics": "zorglub"}, "“zorglub” does not exist among the topics."),
        ({"topics": ""}, "This field cannot be blank."),
        ({"departments": "99", "scope": "local"}, "“99” does not exist among the departments."),
        ({"scope": "local"}, "A departmental or local entry needs at least one department."),
        ({"scope": "local", "departments": "15", "communes": "38299"}, "These communes are in none of"),
        ({"url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"email": "essai"}, "Enter a valid email address."),
        ({"title_fr": ""}, "This field cannot be blank."),
        ({"title_fr": "é" * 121}, "Ensure this value has at most 120 characters (it has 121)."),
        ({"title_ar": "é" * 121}, "Ensure this value has at most 120 characters (it has 121)."),
        ({"slug": "pas un slug"}, "Enter a valid “slug”"),
        ({"phone": "471000000"}, "The first 0 of this number is missing"),
    ],
)
def test_a_wrong_value_is_refused_by_row_and_field(editor, fields, sentence):
    page = send(editor, Resource, table(new_entry(**fields)))
    assert "Row 2" in page
    assert sentence in page
    assert "Refused: 1." in page


def test_a_wrong_position_is_refused(editor):
    theme = Theme.objects.first()
    assert "value must be an integer" in send(editor, Theme, table({"slug": theme.slug, "position": "premier"}))
    page = send(editor, Theme, table({"slug": theme.slug, "position": "-1"}))
    assert "Ensure this value is greater than or equal to 0." in page


def test_a_synonym_needs_no_slug_and_stands_once(editor):
    row = {"slug": "", "language": "fr", "said": "zorglub", "means": "médecin"}
    assert "Imported." in send(editor, Synonym, table(row)).confirm()
    made = Synonym.objects.get(slug="fr-zorglub")
    assert made.key == made.made_key
    assert "Unchanged: 1." in send(editor, Synonym, table(row))
    page = send(editor, Synonym, table(row | {"slug": "autre"}))
    assert "This language already has this synonym." in page


def test_a_file_is_refused_when_what_it_touches_changed_since_the_preview(editor):
    entry = make_resource()
    page = send(editor, Resource, table({"slug": entry.slug, "title_fr": "Du fichier"}))
    entry.title_fr = "D'un collègue"
    entry.save()
    before = everything()
    assert "was changed meanwhile" in page.confirm()
    assert everything() == before
    assert "<del>D'un</del><ins>Du</ins>" in send(
        editor, Resource, table({"slug": entry.slug, "title_fr": "Du fichier"})
    )


def test_a_file_can_be_confirmed_once(editor):
    page = send(editor, Resource, table(new_entry()))
    page.confirm()
    assert editor.post(page.url, {"seen": "x"}).status_code == 404


def test_no_reason_and_no_address_breaks_an_import_or_an_export(editor):
    assert "Imported." in send(editor, Resource, table(new_entry())).confirm(_reason="\0 x" * 200)
    assert editor.get(address(Resource, "export", "pdf")).status_code == 404
    assert editor.get(address(Resource, "export", "csv"), {"zorglub": "1"}).status_code == 302
    assert editor.get(address(Resource, "import_file", 10**30)).status_code == 404


def test_a_failure_that_nobody_foresaw_is_told_and_saves_nothing(editor, monkeypatch):
    page, before = send(editor, Resource, table(new_entry())), everything()
    monkeypatch.setattr(Import, "put", lambda *args: 1 / 0)
    assert "Something went wrong on our side." in page.confirm()
    assert everything() == before


def test_nothing_is_kept_of_a_file_that_is_given_up(editor):
    page = send(editor, Resource, table(new_entry()))
    assert editor.post(page.url, {"cancel": "1"}).status_code == 302
    assert not Upload.objects.exists()
    assert not Resource.objects.filter(slug="essai-import").exists()


# Duplicates


@pytest.mark.parametrize(
    ("fields", "sign"),
    [
        ({"title_fr": "EPICERIE  solidaire"}, "same name"),
        ({"url": "http://www.Epicerie.example/aurillac/"}, "same link"),
        ({"email": "Contact@epicerie.example"}, "same e-mail"),
        ({"phone": "+33 4.71.00.00.00"}, "same phone"),
    ],
)
def test_what_resembles_an_entry_is_left_out_unless_it_is_wanted(editor, fields, sign):
    entry = make_resource(
        title_fr="Épicerie solidaire",
        url="https://epicerie.example/aurillac",
        email="contact@epicerie.example",
        phone="04 71 00 00 00",
    )
    page = send(editor, Resource, table(new_entry(**fields)))
    assert f"Resembles {entry.slug}: {sign}." in page
    assert "1 row was left out" in page.confirm()
    assert not Resource.objects.filter(slug="essai-import").exists()
    assert "Added: 1." in send(editor, Resource, table(new_entry(**fields))).confirm(with_alike="on")
    assert Resource.objects.filter(slug="essai-import").exists()


def test_two_rows_of_a_file_that_look_alike_are_suspected(editor):
    page = send(editor, Resource, table(new_entry(), new_entry(slug="essai-2")))
    assert "Resembles essai-import: same name." in page
    assert "Added: 1." in page.confirm()


# Who may


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


@pytest.mark.parametrize(
    ("permissions", "exports", "imports"),
    [([], 403, 403), (["view"], 200, 403), (["view", "change"], 200, 403), (["view", "add", "change"], 200, 200)],
)
def test_export_needs_view_and_import_needs_add_and_change(client, django_user_model, permissions, exports, imports):
    user = django_user_model.objects.create_user("someone", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["edit_everywhere", *(f"{verb}_contact" for verb in permissions)])
    )
    client.force_login(user)
    assert client.get(address(Contact, "export", "csv")).status_code == exports
    assert client.get(address(Contact, "import")).status_code == imports


def test_a_file_is_its_senders_alone(editor, client, django_user_model):
    page = send(editor, Resource, table(new_entry()))
    client.force_login(django_user_model.objects.create_superuser("other"))
    assert client.get(page.url).status_code == 404


@pytest.fixture
def area_editor(client, django_user_model):
    """A client logged in as someone who edits Cantal and nothing else."""
    create_groups()
    user = django_user_model.objects.create_user("cantal", is_staff=True)
    user.groups.add(Group.objects.get(name=EDITING_AN_AREA))
    EditorArea.objects.create(user=user).departments.add("15")
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ({"slug": "zz-ici", "title_fr": "Mieux"}, False),
        ({"slug": "zz-ailleurs", "title_fr": "Mieux"}, True),
        ({"slug": "zz-ici", "departments": "15|43"}, True),
        ({"slug": "zz-ici", "departments": "43"}, True),
        ({"slug": "zz-ailleurs", "departments": "15"}, True),
        ({"scope": "local", "departments": "15"}, False),
        ({"scope": "local", "departments": "43"}, True),
        ({"scope": "national"}, True),
    ],
)
def test_an_editor_of_an_area_imports_what_is_theirs(area_editor, row, refused):
    make_resource(slug="zz-ici", departments=["15"])
    make_resource(slug="zz-ailleurs", departments=["43"])
    before = everything()
    page = send(area_editor, Resource, table(row if "slug" in row else new_entry(**row)))
    assert everything() == before
    assert ("Your role does not let you change this one" in page) == refused
    assert ("Imported." in page.confirm(seen=fingerprint(page))) != refused
    assert (everything() == before) == refused


def test_an_editor_of_an_area_exports_everything(area_editor):
    entry = make_resource(departments=["43"])
    assert set(rows_of(export(area_editor, Resource, slug=entry.slug))) == {entry.slug}
    data = {"action": "export_csv", "_selected_action": [entry.pk]}
    assert set(rows_of(area_editor.post(address(Resource, "changelist"), data).getvalue())) == {entry.slug}


# Addresses and replacements


def test_an_import_that_withdraws_an_entry_keeps_its_page(editor, client):
    entry, better = make_resource(), make_resource()
    row = {"slug": entry.slug, "is_published": "0", "replaced_by": better.slug}
    assert "Imported." in send(editor, Resource, table(row)).confirm()
    entry.refresh_from_db()
    assert (entry.was_published, entry.withdrawn_on, entry.replaced_by) == (True, timezone.localdate(), better)


def test_a_new_entry_takes_an_address_that_another_left(editor):
    make_resource(slug="zz-ancienne").delete()
    assert OldAddress.objects.filter(slug="zz-ancienne").exists()
    send(editor, Resource, table(new_entry(slug="zz-ancienne"))).confirm()
    assert not OldAddress.objects.filter(slug="zz-ancienne").exists()


# Many rows


def test_the_number_of_queries_does_not_depend_on_the_rows(editor, django_assert_max_num_queries):
    rows = [new_entry(slug=f"essai-{number}", title_fr=f"Essai {number}") for number in range(400)]
    with django_assert_max_num_queries(60):
        page = send(editor, Resource, table(*rows))
    with django_assert_max_num_queries(100):
        assert "Added: 400." in page.confirm()
    with django_assert_max_num_queries(40):
        export(editor, Resource)


def test_progress_is_told_as_rows_are_read(editor):
    rows = [new_entry(slug=f"essai-{number}", title_fr=f"Essai {number}") for number in range(1001)]
    page = send(editor, Resource, table(*rows))
    assert page.text.count("<progress") == 3
    assert 'value="500" max="1001"' in page


KILLED = """
import os, signal, sys
import django
django.setup()
from django.contrib.auth.models import User
from directory.exchange.importing import Import
from directory.models import Resource
from directory.search import index
editor = User(username="editor", is_superuser=True)
rows = [
    (number, {"slug": f"tue-{number}", "title_fr": f"Tuée {number}", "summary_fr": "x", "kind": "outil",
              "topics": sys.argv[1], "source": "x"})
    for number in range(1500)
]
def compared():
    work = Import(Resource, rows, editor)
    for _rows in work.compare():
        pass
    return work.fingerprint
def die(*args):
    written = Resource.objects.filter(slug__startswith="tue-").count()
    if written == 1000:
        print(written, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
seen = compared()
index.written_in_bulk = die
for _done in Import(Resource, rows, editor).save(seen=seen):
    pass
"""


def test_a_killed_import_leaves_the_database_unchanged(tmp_path):
    topic, copy = Topic.objects.first().slug, tmp_path / "copy.sqlite3"
    if connection.vendor == "sqlite":  # in memory, where no other process reaches it
        copy.write_bytes(connection.connection.serialize())
        url, everything_there = f"sqlite:///{copy}", lambda: tables_of(copy)
    else:
        url, everything_there = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}", everything
        url = url.format(**connection.settings_dict)
    before = everything_there()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, topic],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (killed.stdout.strip(), killed.returncode) == ("1000", -signal.SIGKILL), killed.stderr
    assert everything_there() == before


def tables_of(path):
    """All that our tables hold in an SQLite file."""
    with closing(sqlite3.connect(path)) as file:
        names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {
            name: file.execute(f'SELECT * FROM "{name}"').fetchall()
            for name in names
            if name.startswith(("themes_", "directory_"))
        }


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
