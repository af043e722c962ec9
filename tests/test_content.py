"""What ships in fixtures/: the editorial rules, checked on the files themselves."""

import re
import tomllib

import pytest
from django.conf import settings

from directory.models import Branch, Contact, Department, GlossaryTerm, Resource
from themes.models import Theme

SLUGS = "mobilite langue logement emploi sante sante-mentale scolarisation numerique lien-social projet"


def rows(table):
    for path in sorted(settings.CONTENT_DIR.glob("content/*.toml")):
        yield from tomllib.loads(path.read_text(encoding="utf-8")).get(table, [])


@pytest.mark.django_db
def test_the_ten_themes_keep_their_addresses_and_order():
    assert [theme.slug for theme in Theme.objects.all()] == SLUGS.split()
    assert [theme.slug for theme in Theme.objects.filter(group=Theme.Group.PROJECT)] == ["projet"]
    assert all(theme.topics.count() >= 3 for theme in Theme.objects.all())


@pytest.mark.django_db
def test_every_topic_has_entries():
    assert [
        topic.slug for theme in Theme.objects.all() for topic in theme.topics.all() if not topic.resources.exists()
    ] == []


def test_every_entry_has_a_sentence_and_a_body_of_a_readable_length():
    for row in rows("resources"):
        assert row["summary"].endswith("."), row["slug"]
        assert len(row["summary"]) <= 200, row["slug"]
        assert 40 <= len(row["body"].split()) <= 150, row["slug"]
        assert row["source"], row["slug"]


def test_every_topic_stands_alone():
    assert all(40 <= len(row["text"].split()) <= 150 for row in rows("topics"))


@pytest.mark.django_db
def test_nothing_claims_to_be_verified():
    assert not Resource.objects.exclude(verified_on=None).exists()


@pytest.mark.django_db
def test_the_address_book_and_the_glossary_are_whole():
    assert Contact.objects.count() == 17
    assert Contact.objects.filter(is_personal=True).count() == 1
    assert GlossaryTerm.objects.filter(in_lexique=True).count() == 39
    undefined = "AOM AIVS FSL IAE OPCO FAMI CMP MSP PASS EMPP CRP TSPT PTSM CLSM CPTS HSE DSDEN Casnav CRIA BSF"
    assert set(undefined.split()) <= set(GlossaryTerm.objects.values_list("term", flat=True))


@pytest.mark.django_db
def test_a_named_persons_address_is_in_no_entry():
    personal = Contact.objects.get(is_personal=True).email
    name = personal.split("@")[0].split(".")[0]
    for row in (*rows("resources"), *rows("topics"), *rows("theme")):
        assert name not in str(row).lower()


@pytest.mark.django_db
def test_every_branch_has_a_source_and_its_date_where_it_is_known():
    assert not Branch.objects.filter(source="").exists()
    undated = Branch.objects.filter(dated="")
    assert all("non datée" in branch.source for branch in undated)
    agir = Branch.objects.filter(resource__slug="agir")
    assert agir.count() == 76
    assert all(branch.is_old for branch in agir)


@pytest.mark.django_db
def test_every_department_has_its_public_bodies():
    for slug in ("prefecture", "ddets", "conseil-departemental", "conseil-regional", "dreets", "ars", "rectorat"):
        missing = Department.objects.exclude(branches__resource__slug=slug)
        assert not missing.exists(), slug


@pytest.mark.parametrize(
    "figure", ["20 %", "31,5 %", "16 millions", "17 langues", "200 à 800 heures", "25 %", "1 500", "600"]
)
def test_the_figures_of_the_guide_are_there(figure):
    text = " ".join(
        path.read_text(encoding="utf-8") for path in sorted(settings.CONTENT_DIR.glob("content/*.toml"))
    ).translate({0xA0: " ", 0x202F: " "})
    assert re.search(rf"\b{re.escape(figure)}", text.replace("1500", "1 500"))
