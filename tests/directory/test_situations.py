"""What an official meets, and what to do about it: each step in order, with who to call where the reader is."""

import tomllib

import pytest
from django.conf import settings
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from directory.models import Provenance, Resource, Situation
from tests.factories import make_branch, make_resource, make_situation, make_topic
from tests.forms import form_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    """An entry with a branch in the Cantal."""
    actor = make_resource(title_fr="Un organisme")
    make_branch(actor, ["15"], name="Antenne d'Aurillac", phone="04 71 00 00 00", email="aurillac@exemple.fr")
    return actor


def page_of(situation, language="fr"):
    return f"/{language}/situations/{situation.slug}/"


def shipped():
    return tomllib.loads((settings.CONTENT_DIR / "content/situations.toml").read_text(encoding="utf-8"))["situations"]


def test_the_situations_of_the_file_are_loaded_in_its_order():
    assert [situation.slug for situation in Situation.objects.all()] == [row["slug"] for row in shipped()]
    for row in shipped():
        steps = Situation.objects.get(slug=row["slug"]).steps.all()
        assert [step.slug for step in steps] == [step["slug"] for step in row["steps"]]
        assert [step.resources.count() for step in steps] == [len(step["resources"]) for step in row["steps"]]


def test_every_situation_is_short_and_every_step_leads_somewhere():
    assert len(shipped()) >= 10
    for row in shipped():
        assert row["summary"].endswith("."), row["slug"]
        assert 4 <= len(row["steps"]) <= 6, row["slug"]
        assert all(1 <= len(step["resources"]) <= 5 for step in row["steps"]), row["slug"]


@pytest.mark.parametrize("department", ["15", "2A", "971", "75"])
def test_where_someone_must_be_called_a_situation_says_whom_in_any_department(client, department):
    silent = [
        situation.slug
        for situation in Situation.objects.all()
        if not any(
            step.branches_here for step in client.get(f"{page_of(situation)}?departement={department}").context["steps"]
        )
    ]
    assert silent == ["ils-ne-connaissent-personne"]  # neighbours, not public bodies


def test_a_step_shows_who_to_call_in_the_department_and_nobody_without_one(client, actor):
    address = page_of(make_situation(resources=[actor]))
    assertNotContains(client.get(address), "Antenne")
    assertContains(client.get(address), f"/fr/ressources/{actor.slug}/")
    response = client.get(f"{address}?departement=15")
    for text in (
        "Antenne d&#x27;Aurillac",
        "tel:0471000000",
        "mailto:aurillac@exemple.fr",
        f"/fr/ressources/{actor.slug}/",
    ):
        assertContains(response, text)
    assertContains(client.get(f"{address}?commune=15014"), "Antenne d&#x27;Aurillac")
    assertContains(client.get(f"{address}?region=84"), "Antenne d&#x27;Aurillac")


def test_an_actor_without_a_known_branch_here_says_so(client, actor):
    missing = "We do not know its address here yet."
    address = page_of(make_situation(resources=[actor]), "en")
    assertContains(client.get(f"{address}?departement=12"), missing)
    assertNotContains(client.get(address), missing)


def test_entries_of_the_place_come_first_and_those_from_elsewhere_say_so(client):
    entries = {
        "elsewhere": make_resource(departments=["59"], slug="a-ailleurs"),
        "national": make_resource(slug="b-national"),
        "here": make_resource(departments=["15"], slug="c-ici"),
    }
    address = page_of(make_situation(resources=entries.values()), "en")
    response = client.get(f"{address}?departement=15")
    (step,) = response.context["steps"]
    assert [entry.slug for entry in step.to_read] == ["c-ici", "b-national", "a-ailleurs"]
    assertContains(response, "a practice from elsewhere", count=1)
    assertNotContains(client.get(address), "a practice from elsewhere")


def test_an_unknown_place_gets_a_sentence_and_the_steps_stay_readable(client):
    situation = make_situation()
    for query in ({"departement": "999"}, {"lieu": "Trifouillis"}, {"lieu": "saint-denis"}, {"lieu": "\0"}):
        response = client.get(page_of(situation), query)
        assertContains(response, 'role="alert"')
        assertContains(response, situation.steps.get().title)
        assertContains(client.get("/fr/situations/", query), 'role="alert"')


def test_a_typed_place_becomes_a_code_that_the_links_carry(client):
    situation = make_situation()
    for address in ("/fr/situations/", page_of(situation)):
        assert client.get(address, {"lieu": "Cantal"}).url == f"{address}?departement=15"
    assertContains(client.get("/fr/situations/?departement=15"), f"{page_of(situation)}?departement=15")


def test_what_is_not_published_is_shown_nowhere(client):
    topic = make_topic("mobilite")
    entry = make_resource(topics=[topic], is_published=False)
    hidden = make_situation(resources=[make_resource(topics=[topic])], is_published=False)
    shown = make_situation(resources=[entry])
    assert client.get(page_of(hidden)).status_code == 404
    for address in ("/fr/", "/fr/situations/", "/fr/themes/mobilite/", page_of(shown)):
        assertNotContains(client.get(address), page_of(hidden))
    assertNotContains(client.get(page_of(shown)), f"/fr/ressources/{entry.slug}/")
    assertNotContains(client.get("/fr/themes/mobilite/"), page_of(shown))


def test_the_home_page_and_the_themes_lead_to_the_situations(client):
    situation = make_situation(resources=Resource.objects.filter(slug="rezo-pouce"))
    assertContains(client.get("/fr/"), page_of(situation))
    assertContains(client.get("/fr/themes/mobilite/"), page_of(situation))
    assertContains(client.get("/fr/themes/mobilite/?departement=15"), f"{page_of(situation)}?departement=15")
    assertNotContains(client.get("/fr/themes/sante/"), page_of(situation))


@pytest.mark.parametrize(("query", "queries"), [("", 8), ("?departement=15", 11)])
def test_the_number_of_queries_does_not_grow_with_the_steps(client, django_assert_num_queries, actor, query, queries):
    situation = make_situation(steps=10, resources=[actor, make_resource(departments=["15"])])
    # Situation, steps, entries, their departments, regions and topics, other situations, glossary;
    # with a place, the department, its neighbours and the branches there.
    with django_assert_num_queries(queries):
        client.get(f"{page_of(situation)}{query}")


def test_the_list_has_a_fixed_number_of_queries(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get("/fr/situations/")


@pytest.mark.ignore_template_errors
def test_a_translation_typed_in_a_step_is_a_persons(editor):
    situation = make_situation(resources=[make_resource()])
    step = situation.steps.get()
    address = reverse("admin:directory_situation_change", args=[situation.pk])
    assert editor.post(address, form_on(editor.get(address), **{"steps-0-title_ar": "خطوة"})).status_code == 302
    step.refresh_from_db()
    assert step.title_ar == "خطوة"
    assert list(Provenance.objects.of([step], "ar").values_list("field", "origin")) == [("title", "person")]
    assert not Provenance.objects.of([situation], "ar").exists()
    editor.post(address, form_on(editor.get(address), **{"steps-0-title_ar": ""}))
    assert not Provenance.objects.of([step], "ar").exists()


@pytest.mark.ignore_template_errors
def test_an_editor_writes_a_situation_with_its_steps(editor):
    entry = make_resource()
    data = {
        "title_fr": "Le car ne passe plus",
        "summary_fr": "Quoi faire.",
        "slug": "le-car",
        "position": "50",
        "source": "Mairie",
        "is_published": "on",
        "steps-TOTAL_FORMS": "1",
        "steps-INITIAL_FORMS": "0",
        "steps-0-title_fr": "Appelez la région",
        "steps-0-text_fr": "Elle organise les cars.",
        "steps-0-slug": "le-car-1",
        "steps-0-position": "0",
        "steps-0-resources": [entry.pk],
    }
    too_long = editor.post(reverse("admin:directory_situation_add"), data | {"steps-0-text_fr": "a" * 601})
    assert too_long.status_code == 200
    response = editor.post(reverse("admin:directory_situation_add"), data)
    assert response.status_code == 302, response.context["errors"]
    assertContains(editor.get("/fr/situations/le-car/"), "Elle organise les cars.")
    for language in ("fr", "ar", "ti"):
        assertContains(editor.get(reverse("admin:directory_situation_add")), f'name="steps-__prefix__-text_{language}"')


@pytest.mark.ignore_template_errors
def test_translators_find_situations_and_steps_on_their_desk(editor):
    situation = make_situation()
    page = editor.get(reverse("admin:translation_todo", args=["ar"]), {"theme": "situations", "state": "missing"})
    found = {row["texts"][0].key for row in page.context["objects"]}
    assert f"situation/{situation.slug}#title" in found
    assert f"step/{situation.steps.get().slug}#title" in found
    assert editor.get(reverse("admin:translation_edit", args=["ar", "situation", situation.slug])).status_code == 200
