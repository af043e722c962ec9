"""The admin as an editor meets it."""

from datetime import date

import pytest
from django.contrib import admin
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from directory.models import EmptySearch, Link, Provenance, Resource
from tests.factories import make_branch, make_proposal, make_report, make_resource, make_topic
from tests.forms import form_on
from tests.tables import ENGLISH

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
OURS = {model for model in admin.site._registry if model._meta.app_label in {"themes", "directory"}}
MODELS = sorted(OURS - {Provenance}, key=str)  # provenance has a desk of its own: test_translations.py


def form_data(**changes):
    """What an editor sends with the form of a new entry."""
    fields = {
        "title_fr": "Café citoyen",
        "summary_fr": "Un café pour se rencontrer.",
        "slug": "cafe-citoyen-essai",
        "kind": "initiative",
        "scope": "local",
        "topics": [make_topic().pk],
        "departments": ["15"],
        "source": "Mairie",
        "is_published": "on",
        "branches-TOTAL_FORMS": "0",
        "branches-INITIAL_FORMS": "0",
    }
    return fields | changes


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_list_search_and_form_opens(editor, model):
    EmptySearch.objects.create(words="zorglub", language="fr", count=2, last_on=date(2026, 1, 2))
    Link.objects.create(url="https://exemple.fr/", host="exemple.fr")
    make_report()
    make_proposal()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert editor.get(reverse(f"{name}_changelist")).status_code == 200
    assert editor.get(reverse(f"{name}_changelist"), {"q": "é'15"}).status_code == 200
    instance = model.objects.first()
    assert editor.get(reverse(f"{name}_change", args=[instance.pk])).status_code == 200


def test_an_entry_can_be_written_and_appears_on_the_site(editor):
    response = editor.post(reverse("admin:directory_resource_add"), form_data())
    assert response.status_code == 302, response.context["adminform"].errors
    assertContains(editor.get("/fr/ressources/?q=cafe+citoyen"), "/fr/ressources/cafe-citoyen-essai/")
    assertContains(editor.get("/fr/ressources/cafe-citoyen-essai/"), "Café citoyen")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"departments": []}, "departments"),
        ({"scope": "regional", "departments": []}, "regions"),
        ({"scope": "national"}, "scope"),
        ({"communes": ["38299"]}, "communes"),
        ({"title_fr": ""}, "title_fr"),
        ({"topics": []}, "topics"),
    ],
)
def test_a_contradiction_is_explained_beside_its_field(editor, changes, field):
    response = editor.post(reverse("admin:directory_resource_add"), form_data(**changes))
    assert response.status_code == 200
    assert list(response.context["adminform"].errors) == [field]
    assert not Resource.objects.filter(slug="cafe-citoyen-essai").exists()


def test_every_language_has_its_tab_in_the_form(editor):
    response = editor.get(reverse("admin:directory_resource_add"))
    for language in ("fr", "en", "ar", "ps", "fa", "ti", "ru", "uk"):
        assertContains(response, f'name="title_{language}"')


def test_search_in_the_list_ignores_accents(editor):
    make_resource(title_fr="Épicerie solidaire d'Aurillac")
    assertContains(
        editor.get(reverse("admin:directory_resource_changelist"), {"q": "epicerie aurillac"}), "picerie solidaire"
    )


@pytest.mark.parametrize("words", ["st etienne", "Saint-Étienne", "42000"])
def test_communes_complete_as_people_type_them(editor, words):
    response = editor.get(
        reverse("admin:autocomplete"),
        {"term": words, "app_label": "directory", "model_name": "resource", "field_name": "communes"},
    )
    assert "42218" in [result["id"] for result in response.json()["results"]]


def test_places_are_looked_up_not_edited(editor):
    assert editor.get(reverse("admin:directory_commune_add")).status_code == 403
    assertNotContains(editor.get(reverse("admin:directory_department_change", args=["15"])), 'name="_save"')


def test_an_entry_shows_its_branches_and_leads_to_the_site(editor):
    resource = make_resource()
    make_branch(resource, ["15"], name="Antenne d'Aurillac")
    response = editor.get(reverse("admin:directory_resource_change", args=[resource.pk]))
    assertContains(response, "Antenne d&#x27;Aurillac")
    assertContains(response, "/admin/r/")


def test_a_badly_dated_branch_is_refused(editor):
    data = form_data() | {
        "branches-TOTAL_FORMS": "1",
        "branches-0-name": "Antenne",
        "branches-0-slug": "antenne-essai",
        "branches-0-departments": ["15"],
        "branches-0-source": "Liste",
        "branches-0-dated": "juin 2024",
        "branches-0-position": "0",
    }
    response = editor.post(reverse("admin:directory_resource_add"), data)
    assertContains(response, "2024-07-30")
    assert not Resource.objects.filter(slug="cafe-citoyen-essai").exists()


@pytest.mark.parametrize("model", ["act", "resource", "report"])
@pytest.mark.parametrize("asked", ["at__year=0", "created_at__year=0", "created_at__gte=x", "zorglub=1"])
def test_a_list_that_cannot_be_is_shown_whole_with_a_sentence(editor, model, asked):
    answer = editor.get(f"/admin/directory/{model}/?{asked}", headers=ENGLISH, follow=True)
    assertContains(answer, "No list can be what this address asks for")
    assertNotContains(editor.get(f"/admin/directory/{model}/", headers=ENGLISH), "No list can be")


def test_a_verification_cannot_be_to_come_but_one_that_is_known_stays(editor):
    entry = make_resource(verified_on="2026-01-01")
    url = reverse("admin:directory_resource_change", args=[entry.pk])
    refused = editor.post(url, form_on(editor.get(url), verified_on="2999-01-01"), headers=ENGLISH)
    assertContains(refused, "This day is still to come.")
    Resource.objects.filter(pk=entry.pk).update(verified_on="2999-01-01")
    assert editor.post(url, form_on(editor.get(url), phone="04 71 00 00 00")).status_code == 302


def test_the_list_of_entries_has_a_fixed_number_of_queries(editor, django_assert_max_num_queries):
    for _ in range(10):
        make_resource(departments=["15"])
    with django_assert_max_num_queries(60):
        editor.get(reverse("admin:directory_resource_changelist"))


@pytest.mark.parametrize("key", ["zz", "9" * 30, "-1", "\0", "1.5"])
@pytest.mark.parametrize("action", ["publish", "export_csv", "delete_selected"])
def test_what_can_be_no_key_is_not_taken_for_one(editor, action, key):
    ticked = {"action": action, "_selected_action": [key, Resource.objects.first().pk]}
    assert editor.post("/admin/directory/resource/", ticked).status_code in (200, 302)
    assert editor.post("/admin/directory/resource/", ticked | {"_selected_action": key}).status_code in (200, 302)
