"""The preview of an import and what it saves: all of it, or nothing."""

import pytest
from django.utils import timezone

from directory.exchange.importing import Import
from directory.history import Act
from directory.history.undoing import undo
from directory.models import OldAddress, Provenance, Resource, SearchText, Synonym, Upload
from directory.search.query import understand
from tests.factories import make_branch, make_resource, make_topic
from tests.tables import address, cells_of, everything, export, fingerprint, new_entry, send, table, workbook
from themes.models import Theme, Topic

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

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
    before = cells_of(export(editor, Resource, format), format)
    state = everything()
    rows = [
        new_entry(scope="local", departments="15|43", title_en="A try"),
        new_entry(slug=changed.slug, title_ar="", departments="43", scope="local", title_en="Another"),
    ]
    file = workbook(*rows) if format == "xlsx" else table(*rows)
    page = send(editor, Resource, file, f"table.{format}").confirm(_reason="Mise à jour annuelle")
    assert "Added: 1. Changed: 1." in page
    act = Act.objects.latest("pk")
    assert (act.origin, act.reason, act.by, act.changes.count()) == ("import", "Mise à jour annuelle", "editor", 2)
    list(undo(act.changes.all()))
    assert everything() == state
    assert cells_of(export(editor, Resource, format), format) == before


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


@pytest.mark.parametrize(
    "rows",
    [
        [{"slug": "", "said": "zut"}, {"slug": "", "said": "Zut"}],
        [{"slug": "fr-zut", "said": "zut"}, {"slug": "", "said": "zut"}],
        [{"slug": "fr-zut", "said": "zut"}, {"slug": "fr-zut\x07", "said": "zut"}],
    ],
)
def test_two_rows_for_one_object_are_refused_however_its_slug_is_said(editor, rows):
    page = send(editor, Synonym, table(*({"language": "fr", "means": "docteur"} | row for row in rows)))
    assert "Rows 2 and 3 both have the slug “fr-zut”." in page


def test_entries_that_replace_one_another_are_refused(editor):
    one, other = make_resource(), make_resource()
    rows = [{"slug": one.slug, "replaced_by": other.slug}, {"slug": other.slug, "replaced_by": one.slug}]
    page = send(editor, Resource, table(*rows))
    assert "Changed: 1." in page
    assert "Refused: 1." in page


def test_what_replaces_an_entry_is_judged_as_the_rows_before_it_make_it(editor):
    one, other = make_resource(), make_resource()
    one.replaced_by = other
    one.save()
    page = send(
        editor, Resource, table({"slug": one.slug, "replaced_by": ""}, {"slug": other.slug, "replaced_by": one.slug})
    )
    assert "Changed: 2." in page


def test_one_refused_row_keeps_everything_out(editor):
    before = everything()
    page = send(editor, Resource, table(new_entry(), new_entry(slug="autre", title_fr="Autre", kind="zorglub")))
    assert "Nothing can be saved as long as rows are refused" in page
    assert "Rows of this file are refused: nothing was saved." in page.confirm(seen=fingerprint(page))
    assert everything() == before


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "zorglub"}, "zorglub' is not a valid choice."),
        ({"is_practice": "peut-être"}, "“peut-être” value must be either True or False."),
        ({"verified_on": "hier"}, "“hier” value has an invalid date format"),
        ({"verified_on": "2999-01-01"}, "This day is still to come."),
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
