"""What is typed is seen as readers would see it, and nothing of it is kept."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from directory.admin.base import ContentAdmin
from directory.history import Act
from directory.models import Resource, SearchText, SearchWord
from tests.factories import make_branch, make_resource, make_situation
from tests.forms import form_on

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
SHOWN = sorted(
    (
        model
        for model, model_admin in admin.site._registry.items()
        if isinstance(model_admin, ContentAdmin) and hasattr(model, "get_absolute_url")
    ),
    key=str,
)
BANNER = "Preview. Nothing is saved"


def address_of(instance):
    return f"/admin/{instance._meta.app_label}/{instance._meta.model_name}/{instance.pk}/change/"


def previewed(client, address, data, language="fr"):
    """The page that the preview button opens; the admin is read in English here."""
    data = data | {"_preview": ["1"], "_preview_language": [language]}
    return client.post(address, data, headers={"accept-language": "en"})


@override("fr")  # the language in which the plain columns of translated fields are read
def kept():
    """All that a save would leave behind."""
    return [list(model.objects.order_by("pk").values()) for model in (Resource, SearchText, SearchWord, Act, LogEntry)]


def test_an_entry_is_previewed_in_each_language_and_not_kept(editor, language):
    entry = make_resource(title_fr="Avant")
    make_branch(entry, ["15"], name="Porte d'Aurillac")
    data = form_on(editor.get(address_of(entry))) | {f"title_{language}": ["Zorglubé"], "branches-0-name": ["Mauriac"]}
    before = kept()
    page = previewed(editor, address_of(entry), data, language)
    assertContains(page, "Zorglubé")
    assertContains(page, "Mauriac")
    assertContains(page, BANNER)
    assertContains(page, f'<html lang="{language}"')
    assert page.headers["Content-Language"] == language
    assert kept() == before
    assertNotContains(editor.get(f"/{language}/ressources/{entry.slug}/"), "Zorglubé")


def test_an_entry_not_yet_added_is_previewed(editor):
    data = form_on(editor.get("/admin/directory/resource/add/"))
    like = make_resource(departments=["15"])
    typed = form_on(editor.get(address_of(like)), slug=["zorglub"], title_fr=["Zorglub"], is_published=None, _seen=None)
    before = kept()
    page = previewed(editor, "/admin/directory/resource/add/", data | typed)
    assertContains(page, "<h1>Zorglub</h1>")
    assert kept() == before


@pytest.mark.parametrize("make", [make_resource, make_situation], ids=["entry", "situation"])
def test_a_draft_is_previewed_and_stays_one(editor, make):
    draft = make(is_published=False, title_fr="Zorglub")
    assertContains(previewed(editor, address_of(draft), form_on(editor.get(address_of(draft)))), "Zorglub")
    draft.refresh_from_db()
    assert not draft.is_published
    assert editor.get(draft.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model._meta.model_name)
def test_whatever_has_a_page_is_previewed(editor, model):
    instance = model.objects.first()
    form = editor.get(address_of(instance))
    assertContains(form, 'name="_preview"')
    assertContains(previewed(editor, address_of(instance), form_on(form), "ar"), BANNER)


def test_a_form_that_cannot_be_saved_says_why_instead(editor):
    entry = make_resource()
    data = form_on(editor.get(address_of(entry)), title_fr=[""])
    page = previewed(editor, address_of(entry), data)
    assert list(page.context["adminform"].errors) == ["title_fr"]
    assertContains(page, 'name="_seen"')


def test_what_another_changed_meanwhile_is_in_the_preview_and_still_refuses_the_save(editor):
    entry = make_resource()
    data = form_on(editor.get(address_of(entry)), phone=["04 71 11 11 11"])
    Resource.objects.filter(pk=entry.pk).update(title_fr="Zorglub")
    page = previewed(editor, address_of(entry), data)
    assertContains(page, "Zorglub")
    assertContains(page, "04 71 11 11 11")
    assert editor.post(address_of(entry), data).status_code == 200
    entry.refresh_from_db()
    assert entry.phone == ""


def test_an_entry_deleted_meanwhile_is_previewed_all_the_same(editor):
    entry = make_resource(title_fr="Zorglub")
    address, data = address_of(entry), form_on(editor.get(address_of(entry)))
    entry.delete()
    assertContains(previewed(editor, address, data), "Zorglub")
    assert not Resource.objects.filter(title_fr="Zorglub").exists()


@pytest.mark.parametrize("language", ["", "xx", "\x00", "../fr"])
def test_an_unknown_language_is_french(editor, language):
    entry = make_resource()
    page = previewed(editor, address_of(entry), form_on(editor.get(address_of(entry))), language)
    assertContains(page, '<html lang="fr"')


def test_who_may_not_change_an_entry_may_not_preview_it(client, django_user_model):
    entry = make_resource()
    client.force_login(django_user_model.objects.create_user("reader", is_staff=True))
    assert previewed(client, address_of(entry), {}).status_code == 403


def test_readers_never_see_the_banner(client):
    assertNotContains(client.get("/en/ressources/agir/?_preview=1"), BANNER)


def test_a_preview_says_nothing_of_an_address_that_did_not_change(editor):
    entry = make_resource(slug="avant")
    data = form_on(editor.get(address_of(entry)), slug=["apres"])
    previewed(editor, address_of(entry), data)
    assertNotContains(editor.get("/admin/"), "apres")
    assertContains(editor.post(address_of(entry), data, follow=True), "«\xa0apres\xa0»")
