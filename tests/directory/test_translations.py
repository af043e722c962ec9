"""Where each translation comes from: kept, flagged, told to the reader, and changed only by what really changed."""

import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from directory.groups import create_groups
from directory.history import Act
from directory.models import Provenance, Resource, State
from directory.translations import provenance, work
from tests.factories import make_resource, make_topic
from tests.forms import form_on

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.fixture
def resource():
    """An entry translated into Arabic by a machine."""
    resource = make_resource(title_ar="عنوان", summary_ar="جملة.", body_ar="نص.")
    provenance.record(
        provenance.provenance(resource, name, "ar", origin="machine") for name in ("title", "summary", "body")
    )
    return resource


@pytest.fixture
def translator(client, django_user_model):
    """A client logged in as a translator into Arabic, and nothing else."""
    create_groups()
    user = django_user_model.objects.create_user("amal", first_name="Amal", is_staff=True)
    user.groups.add(Group.objects.get(name="Traduction : العربية"))
    client.force_login(user)
    return client


def states(resource, language="ar"):
    return {text.name: text.state for text in work.texts_of(resource, language)}


def edit_address(resource, language="ar"):
    return reverse("admin:translation_edit", args=[language, "resource", resource.slug])


def typed(resource, language="ar", **texts):
    """What the translator's form sends: each text, and what was seen when the page was opened."""
    from directory.admin.translations import seen

    every = work.texts_of(resource, language)
    return {text.name: text.target for text in every} | {f"{text.name}-seen": seen(text) for text in every} | texts


def test_a_change_of_the_french_flags_its_translation_and_no_other(client, editor, resource):
    assert set(states(resource).values()) == {State.UNCHECKED}
    resource.summary_fr = "Une autre phrase."
    resource.save()
    assert states(resource) == {"title": State.UNCHECKED, "summary": State.OUTDATED, "body": State.UNCHECKED}
    page = client.get(f"/ar/ressources/{resource.slug}/")
    assertContains(page, "جملة.")
    assert page.context["provenance"].state == State.OUTDATED


def test_saving_without_a_change_flags_nothing(resource):
    resource.summary_fr = f"{resource.summary_fr} "
    resource.is_practice = True
    resource.save()
    assert set(states(resource).values()) == {State.UNCHECKED}


def test_the_least_certain_text_speaks_for_the_page(client, resource):
    address = f"/ar/ressources/{resource.slug}/"
    assert client.get(address).context["provenance"].is_machine
    Provenance.objects.of([resource], "ar").update(checked_by="Amal", checked_on="2026-11-23")
    known = client.get(address).context["provenance"]
    assert (known.state, known.checked_by) == (State.CHECKED, ["Amal"])
    Provenance.objects.of([resource], "ar").filter(field="body").update(checked_by="", checked_on=None)
    assert client.get(address).context["provenance"].state == State.UNCHECKED
    assert client.get(f"/fr/ressources/{resource.slug}/").context["provenance"] is None


def test_a_translation_typed_in_the_tabs_is_a_persons(editor, resource):
    address = reverse("admin:directory_resource_change", args=[resource.pk])
    response = editor.post(address, form_on(editor.get(address), summary_ar="جملة أخرى."))
    assert response.status_code == 302, response.context["adminform"].errors
    origins = dict(Provenance.objects.of([resource], "ar").values_list("field", "origin"))
    assert origins == {"title": "machine", "summary": "person", "body": "machine"}


def test_a_form_sent_back_unchanged_by_a_browser_changes_nothing(editor):
    resource = Resource.objects.get(slug="agir")
    before = list(Provenance.objects.filter(object_id=resource.pk).order_by("pk").values())
    address = reverse("admin:directory_resource_change", args=[resource.pk])
    response = editor.post(address, form_on(editor.get(address)))
    assert response.status_code == 302, response.context["adminform"].errors
    assert list(Provenance.objects.filter(object_id=resource.pk).order_by("pk").values()) == before
    body = resource.body_fr
    resource.refresh_from_db()
    assert resource.body_fr == body


def test_the_translators_page_shows_the_words_that_changed_in_the_french(translator, resource):
    resource.body_fr = "Un texte nouveau."
    resource.save()
    response = translator.get(edit_address(resource))
    assertContains(response, "<ins>")
    assertContains(response, "nouveau.</ins>")
    assertContains(response, 'lang="ar" dir="rtl"')


def test_a_translator_saves_and_checks(translator, resource):
    translator.post(edit_address(resource), typed(resource, summary="جملة أفضل.") | {"save": "1"})
    resource.refresh_from_db()
    assert resource.summary_ar == "جملة أفضل."
    assert states(resource)["summary"] == State.UNCHECKED
    assert Provenance.objects.of([resource], "ar").get(field="summary").made_by == "Amal"
    act = Act.objects.first()
    assert (act.origin, act.by, act.changes.get().slug) == (Act.Origin.TRANSLATION, "Amal", resource.slug)
    translator.post(edit_address(resource), typed(resource) | {"check": "1"})
    assert set(states(resource).values()) == {State.CHECKED}
    assert Provenance.objects.of([resource], "ar").get(field="title").origin == "machine"


def test_a_translator_says_why(translator, resource):
    assertContains(translator.get(edit_address(resource)), 'name="_reason"')
    said = typed(resource, summary="جملة أفضل.") | {"save": "1", "_reason": "Mot plus simple"}
    translator.post(edit_address(resource), said)
    assert Act.objects.first().reason == "Mot plus simple"


def test_one_click_in_the_list_marks_an_object_as_checked(translator, resource):
    address = reverse("admin:translation_todo", args=["ar"])
    page = translator.get(address, {"theme": "mobilite"})
    (row,) = [row for row in page.context["objects"] if row["texts"][0].instance == resource]
    click = {"kind": "resource", "slug": resource.slug, "seen": row["seen"]}
    Resource.objects.filter(pk=resource.pk).update(summary_ar="نص غيري.")
    translator.post(address, click)
    assert set(states(resource).values()) == {State.UNCHECKED}
    Resource.objects.filter(pk=resource.pk).update(summary_ar="جملة.")
    translator.post(address, click)
    assert set(states(resource).values()) == {State.CHECKED}


def test_an_outdated_text_is_not_checked_without_being_read(translator, resource):
    resource.summary_fr = "Une autre phrase."
    resource.save()
    for state in ("outdated", "unchecked"):
        page = translator.get(reverse("admin:translation_todo", args=["ar"]), {"theme": "mobilite", "state": state})
        rows = [row for row in page.context["objects"] if row["texts"][0].instance == resource]
        assert [row["may_check"] for row in rows] == [False]


def test_a_stale_save_is_refused_and_nothing_typed_is_lost(translator, resource):
    data = typed(resource, summary="نصي أنا.") | {"save": "1"}
    Resource.objects.filter(pk=resource.pk).update(summary_ar="نص غيري.")
    response = translator.post(edit_address(resource), data)
    assertContains(response, "نصي أنا.")
    assertContains(response, "نص غيري.")
    resource.refresh_from_db()
    assert resource.summary_ar == "نص غيري."


def test_a_text_that_is_too_long_gets_a_sentence(translator, resource):
    response = translator.post(edit_address(resource), typed(resource, summary="ج" * 201))
    assertContains(response, "201")
    assertContains(response, "ج" * 201)


def test_a_translation_that_loses_a_figure_is_questioned_before_it_is_saved(translator, resource):
    resource.body_fr = "Appelez le 04 71 00 00 00."
    resource.save()
    data = typed(resource, body="اتصل.") | {"save": "1"}
    assertContains(translator.post(edit_address(resource), data), "phone number lost")
    resource.refresh_from_db()
    assert resource.body_ar == "نص."
    translator.post(edit_address(resource), data | {"anyway": "on"})
    resource.refresh_from_db()
    assert resource.body_ar == "اتصل."


def test_an_emptied_translation_is_missing_and_its_provenance_forgotten(translator, resource):
    translator.post(edit_address(resource), typed(resource, body="") | {"save": "1"})
    resource.refresh_from_db()
    assert states(resource)["body"] == State.MISSING
    assert not Provenance.objects.of([resource], "ar").filter(field="body").exists()


def test_a_translator_meets_only_translations_and_only_their_languages(translator, resource):
    assert translator.get(reverse("admin:directory_provenance_changelist")).status_code == 200
    assert translator.get(edit_address(resource, "ru")).status_code == 403
    assert translator.get(reverse("admin:translation_todo", args=["ru"])).status_code == 403
    assert translator.get(reverse("admin:translation_todo", args=["fr"])).status_code == 404
    for name in ("resource", "branch", "contact", "glossaryterm"):
        assert translator.get(reverse(f"admin:directory_{name}_changelist")).status_code == 403
    assert translator.get(reverse("admin:directory_resource_change", args=[resource.pk])).status_code == 403


def test_the_desk_counts_each_text_once_and_its_links_give_what_they_count(translator):
    response = translator.get(reverse("admin:directory_provenance_changelist"))
    (row,) = response.context["rows"]
    counted = dict(row["cells"])
    assert sum(counted.values()) == len(list(work.all_texts("ar")))
    for state, count in counted.items():
        page = translator.get(reverse("admin:translation_todo", args=["ar"]), {"state": state})
        assert sum(dict(row["cells"])[state] for row in page.context["rows"]) == count


def test_all_that_is_to_do_is_listed_page_by_page(translator, monkeypatch):
    monkeypatch.setattr("directory.admin.translations.PER_PAGE", 3)
    address = reverse("admin:translation_todo", args=["ar"])
    asked = {"theme": "mobilite", "state": State.UNCHECKED}
    found = [translator.get(address, asked | {"page": number}).context for number in (1, 2)]
    names = [text.instance.slug for page in found for item in page["objects"] for text in item["texts"][:1]]
    assert len(set(names)) == 6
    assertContains(translator.get(address, asked), "page=2")


def test_the_desk_has_a_fixed_number_of_queries(translator, django_assert_max_num_queries):
    for _ in range(10):
        make_resource(topics=[make_topic()])
    with django_assert_max_num_queries(30):
        translator.get(reverse("admin:translation_todo", args=["ar"]))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "themes/",
        "themes/mobilite/",
        "themes/sante/?departement=15",
        "situations/",
        "situations/une-famille-arrive/?departement=15",
        "ressources/agir/",
        "ressources/?theme=sante",
        "territoires/",
        "territoires/15/",
        "glossaire/",
        "contacts/",
        "a-propos/",
        "accessibilite/",
        "mentions-legales/",
    ],
)
def test_the_bilingual_view_shows_both_languages_each_with_its_direction(client, path):
    joint = "&" if "?" in path else "?"
    response = client.get(f"/ar/{path}{joint}avec=fr")
    assert response.context["provenance"].state == State.UNCHECKED
    assertContains(response, '<span class="pair">')
    assertContains(response, '<span lang="fr" dir="ltr">')
    assertNotContains(client.get(f"/ar/{path}"), 'class="pair"')
    assertNotContains(client.get(f"/fr/{path}{joint}avec=fr"), 'class="pair"')


def test_the_bilingual_view_pairs_paragraphs(client, resource):
    resource.body_fr, resource.body_ar = "Un.\n\n- deux\n- trois", "واحد.\n\n- اثنان\n- ثلاثة"
    resource.save()
    page = client.get(f"/ar/ressources/{resource.slug}/?avec=fr").content.decode()
    pairs = re.findall(r'<div class="pair"><div>(.*?)</div><div lang="fr" dir="ltr">(.*?)</div></div>', page, re.DOTALL)
    assert [("واحد" in here, "Un." in french) for here, french in pairs] == [(True, True), (False, False)]


def test_a_glossary_term_opens_its_meaning_once_and_never_in_a_link_or_a_name(client):
    body = "L'OFII aide. L'OFII aussi. [Voir l'OFPRA](https://www.ofpra.gouv.fr). L'ARS Grand Est. **CIR**"
    resource = make_resource(body_fr=body)
    page = client.get(f"/fr/ressources/{resource.slug}/").content.decode()
    assert re.findall(r'<a class="term" href="([^"]+)"', page) == ["/fr/glossaire/#ofii", "/fr/glossaire/#cir"]
    assert 'popover id="terme-ofii"' in page


def test_french_names_keep_their_order_inside_right_to_left_text(client):
    resource = make_resource(
        title_ar="مساعدة France Travail هنا", body_ar="اتصل 04 71 00 00 00 أو contact@anvita.fr الآن."
    )
    page = client.get(f"/ar/ressources/{resource.slug}/").content.decode()
    for run in ("France Travail", "04 71 00 00 00", "contact@anvita.fr"):
        assert f'<bdi lang="fr">{run}</bdi>' in page
