"""What may stand twice: suspected, said to be two things, suspected again."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from directory import duplicates
from directory.models import Branch, NotDuplicate, Resource
from tests.factories import make_branch, make_resource
from tests.tables import address

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
PAGE = address(Resource, "duplicates")


def suspected(user, model, *objects):
    """The signs by which these objects of a model, and no others, are suspected to be one."""
    slugs = {item.slug for item in objects}
    return [signs for found, signs in duplicates.suspected(model, user) if set(found) == slugs]


@pytest.mark.parametrize(
    ("one", "other", "signs"),
    [
        ({"title_fr": "Épicerie solidaire"}, {"title_fr": "EPICERIE  SOLIDAIRE"}, [["name"]]),
        ({"url": "https://epicerie.example/cantal"}, {"url": "http://www.epicerie.example/cantal/"}, [["url"]]),
        ({"url": "https://epicerie.example/"}, {"url": "http://www.epicerie.example"}, []),  # the front page of a site
        ({"email": "Ici@epicerie.example"}, {"email": "ici@epicerie.example"}, [["email"]]),
        ({"phone": "04 71 00 00 00"}, {"phone": "+33 4.71.00.00.00"}, [["phone"]]),
        ({"phone": "04 71 00 00 00"}, {"phone": "04 71 00 00 01"}, []),
        ({}, {}, []),
    ],
)
def test_entries_that_look_alike_are_suspected(admin_user, django_user_model, one, other, signs):
    entries = [make_resource(slug=slug, **fields) for slug, fields in (("Un_a", one), ("un-b", other))]
    assert suspected(admin_user, Resource, *entries) == signs
    assert suspected(django_user_model.objects.create_user("lecteur"), Resource, *entries) == []


@pytest.mark.parametrize(("code", "signs"), [("15", [["name"]]), ("63", [])])
def test_branches_of_one_body_are_alike_only_within_a_department(admin_user, code, signs):
    body = make_resource()
    branches = [make_branch(body, [place], name="Maison de quartier") for place in ("15", code)]
    assert suspected(admin_user, Branch, *branches) == signs


def test_what_is_said_not_to_be_the_same_says_by_whom_and_can_be_suspected_again(editor, admin_user):
    entries = [make_resource(title_fr="Épicerie solidaire", slug=slug) for slug in ("un", "Deux_")]
    editor.post(PAGE, {"slug": [item.slug for item in entries]})
    assert suspected(admin_user, Resource, *entries) == []
    pair = NotDuplicate.objects.get()
    page = editor.get(PAGE)
    assertContains(page, "editor")
    NotDuplicate.objects.filter(pk=pair.pk).update(id=1234567)  # not written by the thousand
    assertContains(editor.get(PAGE), 'value="1234567"')
    editor.post(PAGE, {"again": "1234567"})
    assert suspected(admin_user, Resource, *entries) == [["name"]]
    assertNotContains(editor.get(PAGE), 'name="again"')


@pytest.mark.parametrize("said", [{"slug": ["agir", "diair"]}, {"again": "x"}, {"again": "1"}, {}])
def test_only_what_is_on_the_page_is_said(editor, said):
    editor.post(PAGE, said)
    assert not NotDuplicate.objects.exists()
