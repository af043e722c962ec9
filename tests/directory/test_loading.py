"""Loading the content files: whole or not at all, again and again, never over an editor's work."""

import shutil

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from directory.loading.content import ContentError, load_content
from directory.models import Branch, LoadedRecord, Provenance, Resource, State
from themes.models import Theme

pytestmark = pytest.mark.django_db

THEME = """
[theme]
slug = "essai"
title = "Essai"
summary = "Un thème."
context = ""
source = "Test"
position = 99

[[topics]]
slug = "essai-sujet"
title = "Sujet"
text = ""
source = "Test"
"""
RESOURCE = """
[[resources]]
slug = "essai-fiche"
title = "Fiche d'essai"
summary = "Une phrase."
body = "Un texte."
kind = "outil"
scope = "local"
topics = ["essai-sujet"]
departments = ["15"]
regions = []
communes = []
organisation = ""
email = ""
phone = ""
url = ""
source = "Test"
is_practice = false
"""
BRANCHES = """slug,resource,name,departments,email,phone,url,source,dated
essai-15,essai-fiche,Antenne,15 12,,04 71 00 00 00,,Liste,2024
"""
PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgctxt "resource/essai-fiche#summary"
msgid "{source}"
msgstr "One sentence."
"""


@pytest.fixture
def folder(tmp_path):
    """A small set of content files that can be spoiled."""
    for name in ("content", "branches", "translations/en"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "content/essai.toml").write_text(THEME + RESOURCE)
    (tmp_path / "branches/01-essai.csv").write_text(BRANCHES)
    (tmp_path / "translations/en/essai.po").write_text(PO.format(source="Une phrase."))
    return tmp_path


def edit(folder, old, new, file="content/essai.toml"):
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_load_writes_texts_places_topics_branches_and_translations(folder):
    load_content(folder)
    resource = Resource.objects.get(slug="essai-fiche")
    assert (resource.title_fr, resource.summary_en, resource.scope) == ("Fiche d'essai", "One sentence.", "local")
    assert [place.code for place in resource.departments.all()] == ["15"]
    assert [topic.slug for topic in resource.topics.all()] == ["essai-sujet"]
    assert Branch.objects.get(slug="essai-15").departments.count() == 2


def test_a_second_load_of_the_same_files_changes_nothing(folder):
    load_content(folder)
    before = Resource.objects.get(slug="essai-fiche").updated_at
    assert load_content(folder) is None
    LoadedRecord.objects.filter(key="content").delete()
    report = load_content(folder)
    assert not report.added
    assert not report.changed
    assert not report.kept
    assert Resource.objects.get(slug="essai-fiche").updated_at == before


def test_a_corrected_file_corrects_what_nobody_edited(folder):
    load_content(folder)
    edit(folder, 'departments = ["15"]', 'departments = ["15", "63"]')
    edit(folder, 'title = "Fiche d\'essai"', 'title = "Fiche corrigée"')
    report = load_content(folder)
    resource = Resource.objects.get(slug="essai-fiche")
    assert report.changed == {"resource": 1}
    assert resource.title_fr == "Fiche corrigée"
    assert [place.code for place in resource.departments.all()] == ["15", "63"]


def test_what_an_editor_changed_is_kept_field_by_field(folder):
    load_content(folder)
    resource = Resource.objects.get(slug="essai-fiche")
    resource.title_fr = "Mieux dit"
    resource.save()
    resource.departments.set(["12"])
    edit(folder, 'title = "Fiche d\'essai"', 'title = "Fiche corrigée"')
    edit(folder, 'body = "Un texte."', 'body = "Un autre texte."')
    report = load_content(folder)
    resource.refresh_from_db()
    assert (resource.title_fr, resource.body_fr) == ("Mieux dit", "Un autre texte.")
    assert [place.code for place in resource.departments.all()] == ["12"]
    assert set(report.kept) == {"resource/essai-fiche#title_fr", "resource/essai-fiche#departments"}


def test_what_an_editor_emptied_or_unticked_stays_so(folder):
    edit(folder, 'phone = ""', 'phone = "04 71 00 00 00"')
    edit(folder, "is_practice = false", "is_practice = true")
    load_content(folder)
    Resource.objects.filter(slug="essai-fiche").update(phone="", is_practice=False)
    edit(folder, 'body = "Un texte."', 'body = "Un autre texte."')
    load_content(folder)
    resource = Resource.objects.get(slug="essai-fiche")
    assert (resource.phone, resource.is_practice, resource.body_fr) == ("", False, "Un autre texte.")


def test_a_comment_of_the_files_says_nothing_of_an_editors_translation(folder):
    load_content(folder)
    resource = Resource.objects.get(slug="essai-fiche")
    Resource.objects.filter(pk=resource.pk).update(summary_en="My own sentence.")
    Provenance.objects.of([resource], "en").update(origin="person", made_by="Editor")
    edit(folder, "msgctxt", "# checked by: X\n# checked on: 2026-11-20\nmsgctxt", "translations/en/essai.po")
    load_content(folder)
    known = Provenance.objects.of([resource], "en").get()
    assert (known.origin, known.checked_by) == ("person", "")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("One sentence.", "x" * 201, "201 characters, at most 200"),
        ("msgctxt", "# checked by: X\nmsgctxt", "go together"),
        ("msgctxt", "# checked by: X\n# checked on: hier\nmsgctxt", "is not a day"),
        ("msgctxt", "# origin: oracle\nmsgctxt", "neither machine nor person"),
        ("essai-fiche#summary", "essai-fiche#phone", "no such text"),
        ("essai-fiche#summary", "inconnue#summary", "no such text"),
        ('msgstr "One', 'mstr "One', "essai.po"),
    ],
)
def test_a_bad_translation_is_refused_with_its_file_and_reason(folder, old, new, reason):
    edit(folder, old, new, "translations/en/essai.po")
    with pytest.raises(ContentError, match=reason):
        load_content(folder)
    assert not Theme.objects.filter(slug="essai").exists()


@pytest.mark.parametrize("dated", ["2024-13", "2024-02-30", "juin 2024", "24", "2024-7"])
def test_a_date_that_does_not_exist_is_refused(folder, dated):
    edit(folder, ",2024\n", f",{dated}\n", "branches/01-essai.csv")
    with pytest.raises(ContentError, match="branch/essai-15: dated"):
        load_content(folder)


def test_what_an_editor_deleted_does_not_come_back(folder):
    load_content(folder)
    Resource.objects.get(slug="essai-fiche").delete()
    edit(folder, 'body = "Un texte."', 'body = "Un autre texte."')
    report = load_content(folder)
    assert "resource/essai-fiche (deleted)" in report.kept
    assert not Resource.objects.filter(slug="essai-fiche").exists()
    assert not Branch.objects.filter(slug="essai-15").exists()


def test_a_translation_of_an_older_french_is_loaded_reported_and_flagged(folder):
    edit(folder, "Une phrase.", "Une phrase d'avant.", "translations/en/essai.po")
    report = load_content(folder)
    assert report.outdated == ["translations/en/essai.po: resource/essai-fiche#summary"]
    resource = Resource.objects.get(slug="essai-fiche")
    known = Provenance.objects.of([resource], "en").get()
    assert resource.summary_en == "One sentence."
    assert known.state(resource.summary_fr) == State.OUTDATED
    assert known.source_text == "Une phrase d'avant."


def test_a_shipped_translation_is_machine_made_and_unchecked_unless_its_comment_says_more(folder):
    load_content(folder)
    resource = Resource.objects.get(slug="essai-fiche")
    known = Provenance.objects.of([resource], "en").get()
    assert (known.origin, known.state(resource.summary_fr)) == ("machine", State.UNCHECKED)
    comment = "# origin: person\n# checked by: Une relectrice\n# checked on: 2026-11-20\nmsgctxt"
    edit(folder, "msgctxt", comment, "translations/en/essai.po")
    load_content(folder)
    known = Provenance.objects.of([resource], "en").get()
    assert (known.origin, known.checked_by, str(known.checked_on)) == ("person", "Une relectrice", "2026-11-20")


def test_a_check_made_in_the_admin_survives_the_next_load(folder):
    load_content(folder)
    Provenance.objects.filter(language="en", field="summary").update(checked_by="Ali", checked_on="2026-11-22")
    edit(folder, 'body = "Un texte."', 'body = "Un autre texte."')
    load_content(folder)
    resource = Resource.objects.get(slug="essai-fiche")
    assert Provenance.objects.of([resource], "en").get().checked_by == "Ali"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('kind = "outil"', 'kind = "gadget"', "resource/essai-fiche: kind"),
        ('departments = ["15"]', 'departments = ["99"]', "'99' does not exist"),
        ('departments = ["15"]', "departments = []", "departments:"),
        ("communes = []", 'communes = ["63113"]', "communes:"),
        ('topics = ["essai-sujet"]', 'topics = ["inconnu"]', "'inconnu' does not exist"),
        ('topics = ["essai-sujet"]', "topics = []", "topics: missing"),
        ('email = ""', 'email = "pas une adresse"', "email:"),
        ('url = ""', 'url = "exemple"', "url:"),
        ('summary = "Une phrase."', f'summary = "{"x" * 201}"', "summary"),
        ('phone = ""\n', "", "phone: missing"),
        ('phone = ""', 'phone = ""\nfax = ""', "fax: unknown key"),
        ("[[resources]]", "[[ressources]]", "unknown table"),
        ('slug = "essai-fiche"', "slug = ", "essai.toml"),
    ],
)
def test_a_bad_row_is_refused_with_its_file_and_reason_and_nothing_is_written(folder, old, new, reason):
    edit(folder, old, new)
    with pytest.raises(ContentError) as refused:
        load_content(folder)
    assert any(line.startswith("essai.toml") and reason in line for line in refused.value.lines), refused.value.lines
    assert not Theme.objects.filter(slug="essai").exists()


def test_the_same_slug_twice_is_refused(folder):
    (folder / "content/autre.toml").write_text(RESOURCE)
    with pytest.raises(ContentError, match=r"also in autre.toml"):
        load_content(folder)


def test_the_command_refuses_with_a_sentence_and_a_dry_run_keeps_nothing(folder):
    shutil.copytree(settings.CONTENT_DIR / "places", folder / "places")
    call_command("load_content", folder=folder, dry_run=True)
    assert not Theme.objects.filter(slug="essai").exists()
    edit(folder, 'kind = "outil"', 'kind = "gadget"')
    with pytest.raises(CommandError, match="essai.toml: resource/essai-fiche: kind"):
        call_command("load_content", folder=folder)
