"""Two editors on one object: what each typed is kept, and seen by the other before it is written over."""

import re
from datetime import date

import pytest
from django import forms
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains

from directory.admin.base import ContentAdmin
from directory.history import act
from directory.models import Branch, Resource, Step
from tests.factories import make_branch, make_resource, make_situation, make_topic
from tests.forms import form_on

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
CONTENT = sorted(
    (model for model, model_admin in admin.site._registry.items() if isinstance(model_admin, ContentAdmin)), key=str
)

# What a field takes that does not take any text.
FORMED = {forms.URLField: "https://2026.example/", forms.EmailField: "2026@example.org"}


@pytest.fixture
def resource():
    return make_resource(departments=["15"], title_fr="Café citoyen", body_fr="Un café ouvert le lundi, à Aurillac.")


def change_url(instance):
    return reverse(f"admin:{instance._meta.app_label}_{instance._meta.model_name}_change", args=[instance.pk])


def differences(response):
    """{label: (their version, mine, choice)} of what the page says somebody else changed."""
    return {item.label: (item.theirs, item.mine, item.choice) for item in response.context["merge"].differences}


@pytest.mark.parametrize("model", CONTENT, ids=lambda model: model._meta.model_name)
def test_a_form_that_nobody_else_touched_is_saved(editor, model):
    instance = model.objects.last()
    assert editor.post(change_url(instance), form_on(editor.get(change_url(instance)))).status_code == 302


@pytest.mark.parametrize("model", CONTENT, ids=lambda model: model._meta.model_name)
def test_what_another_changed_in_any_field_is_told_and_kept(editor, model):
    """Every text of every model is changed by another: an untouched form brings them all, and then saves them."""
    instance = model.objects.last()
    opened = form_on(editor.get(change_url(instance)))
    form = editor.get(change_url(instance)).context["adminform"].form
    theirs = {
        name: FORMED.get(type(field), "2026")
        for name, field in form.fields.items()
        if name in opened and isinstance(field, forms.CharField)
    }
    assert theirs
    model.objects.filter(pk=instance.pk).update(**theirs)
    refused = editor.post(change_url(instance), opened)
    assert refused.status_code == 200
    assert len(differences(refused)) == len(theirs)
    assert editor.post(change_url(instance), form_on(refused)).status_code == 302
    instance.refresh_from_db()
    assert {name: getattr(instance, name) for name in theirs} == theirs


def test_a_field_changed_by_each_is_kept_from_both(editor, resource):
    opened = form_on(editor.get(change_url(resource)), phone=["04 71 00 00 00"], _reason=["Nouveau numéro"])
    Resource.objects.filter(pk=resource.pk).update(title_fr="Le café citoyen", is_practice=True)
    refused = editor.post(change_url(resource), opened)
    assert refused.status_code == 200
    assert set(differences(refused)) == {"Titre [fr]", "Pratique à reprendre ailleurs"}
    assert differences(refused)["Titre [fr]"][0] == "<del>Café</del><ins>Le café</ins> citoyen"
    assert refused.context["merge"].kept == ["Téléphone"]
    assert form_on(refused)["_reason"] == ["Nouveau numéro"]
    resource.refresh_from_db()
    assert resource.phone == ""  # not before it was seen
    assert editor.post(change_url(resource), form_on(refused)).status_code == 302
    resource.refresh_from_db()
    assert (resource.title_fr, resource.is_practice, resource.phone) == ("Le café citoyen", True, "04 71 00 00 00")


@pytest.mark.parametrize(
    ("choice", "kept"),
    [("mine", "Un café ouvert le mardi, à Aurillac."), ("theirs", "Un café ouvert le samedi, à Aurillac.")],
)
def test_a_field_changed_by_both_is_shown_side_by_side_and_chosen(editor, resource, choice, kept):
    opened = form_on(editor.get(change_url(resource)), body_fr=["Un café ouvert le mardi, à Aurillac."])
    Resource.objects.filter(pk=resource.pk).update(body_fr="Un café ouvert le samedi, à Aurillac.")
    refused = editor.post(change_url(resource), opened)
    assert differences(refused) == {
        "Texte [fr]": (
            "Un café ouvert le <mark>samedi,</mark> à Aurillac.",
            "Un café ouvert le <mark>mardi,</mark> à Aurillac.",
            "body_fr",
        )
    }
    data = form_on(refused)
    assert data["body_fr"] == ["Un café ouvert le mardi, à Aurillac."]
    assert data["_take-body_fr"] == ["mine"]
    assert editor.post(change_url(resource), data | {"_take-body_fr": [choice]}).status_code == 302
    resource.refresh_from_db()
    assert resource.body_fr == kept


def test_choices_of_several_dates_and_boxes_are_merged_like_texts(editor, resource):
    lozere = form_on(editor.get(change_url(resource)), departments=["15", "48"], is_practice=["on"])
    resource.departments.add("12")
    topic = make_topic()
    resource.topics.set([topic])
    Resource.objects.filter(pk=resource.pk).update(verified_on=date(2026, 3, 2), is_published=False)
    refused = editor.post(change_url(resource), lozere)
    theirs, mine, choice = differences(refused)["Départements"]
    assert re.findall(r"<mark>\s*(\w+)", theirs) == ["Aveyron"]
    assert re.findall(r"<mark>\s*(\w+)", mine) == ["Lozère"]
    data = form_on(refused)
    assert (data["topics"], data["departments"], choice) == ([str(topic.pk)], ["15", "48"], "departments")
    assert "is_published" not in data
    assert editor.post(change_url(resource), data).status_code == 302
    resource.refresh_from_db()
    assert (resource.verified_on, resource.is_published, resource.is_practice) == (date(2026, 3, 2), False, True)
    assert set(resource.departments.values_list("pk", flat=True)) == {"15", "48"}
    assert list(resource.topics.all()) == [topic]


def test_who_changed_each_field_is_said(editor, resource, django_user_model):
    opened = form_on(editor.get(change_url(resource)))
    for name, field in (("maryam", "phone"), ("louis", "email")):
        with act(user=django_user_model(username=name)):
            setattr(resource, field, "1@example.org")
            resource.save()
    refused = editor.post(change_url(resource), opened)
    said = {item.label: item.act.by for item in refused.context["merge"].differences}
    assert said == {"Téléphone": "maryam", "E-mail": "louis"}


def test_who_deleted_an_entry_is_said(editor, resource, django_user_model):
    address, opened = change_url(resource), form_on(editor.get(change_url(resource)))
    with act(user=django_user_model(username="maryam")):
        resource.delete()
    assertContains(editor.post(address, opened), "maryam")


def test_the_same_change_by_both_is_saved_at_once(editor, resource):
    opened = form_on(editor.get(change_url(resource)), phone=["04 71 00 00 00"])
    Resource.objects.filter(pk=resource.pk).update(phone="04 71 00 00 00")
    assert editor.post(change_url(resource), opened).status_code == 302


def test_a_third_change_is_shown_again(editor, resource):
    opened = form_on(editor.get(change_url(resource)), phone=["1"])
    Resource.objects.filter(pk=resource.pk).update(phone="2")
    data = form_on(editor.post(change_url(resource), opened))
    Resource.objects.filter(pk=resource.pk).update(phone="3")
    refused = editor.post(change_url(resource), data | {"_take-phone": ["theirs"]})
    assert refused.status_code == 200
    assert form_on(refused)["phone"] == ["3"]


def test_a_form_without_fingerprints_is_refused_where_it_differs(editor, resource):
    data = form_on(editor.get(change_url(resource)), _seen=None)
    assert editor.post(change_url(resource), data).status_code == 302
    refused = editor.post(change_url(resource), data | {"phone": ["04 71 00 00 00"]})
    assert list(differences(refused)) == ["Téléphone"]
    resource.refresh_from_db()
    assert resource.phone == ""


@pytest.mark.parametrize("seen", ["", "=", "a=b=c", "{[(\x00", "title_fr= body_fr", "branches/x/name=1 " * 1000])
def test_spoiled_fingerprints_only_mean_that_more_is_shown(editor, resource, seen):
    data = form_on(editor.get(change_url(resource)), _seen=[seen], phone=["1"])
    assert list(differences(editor.post(change_url(resource), data))) == ["Téléphone"]


@pytest.mark.parametrize(
    "changes",
    [
        {"verified_on": ["le 30"]},
        {"departments": ["zz"]},
        {"topics": ["999999999"]},
        {"kind": ["\x00"]},
        {"title_fr": ["a\x00b"]},
        {"branches-TOTAL_FORMS": ["beaucoup"]},
        {"branches-TOTAL_FORMS": ["9" * 5000]},
        {"branches-0-id": ["\x00"]},
        {"branches-0-id": ["9" * 50]},
    ],
    ids=str,
)
def test_what_is_no_value_gets_a_sentence_beside_what_another_changed(editor, resource, changes):
    make_branch(resource, ["15"])
    opened = form_on(editor.get(change_url(resource)), **changes)
    Resource.objects.filter(pk=resource.pk).update(
        phone="1", verified_on=date(2026, 3, 2), title_fr="À eux", kind="outil"
    )
    resource.departments.add("12")
    refused = editor.post(change_url(resource), opened)
    assert refused.status_code == 200
    assert "Téléphone" in differences(refused)
    resource.refresh_from_db()
    assert resource.title_fr == "À eux"


def test_rows_are_merged_field_by_field(editor, resource):
    one, other = make_branch(resource, ["15"], name="Aurillac"), make_branch(resource, ["15"], name="Mauriac")
    opened = form_on(editor.get(change_url(resource)))
    row = next(number for number in (0, 1) if opened[f"branches-{number}-id"] == [str(one.pk)])
    opened |= {f"branches-{row}-phone": ["1"]}
    Branch.objects.filter(pk=one.pk).update(email="aurillac@example.org")
    other.departments.add("48")
    refused = editor.post(change_url(resource), opened)
    assert set(differences(refused)) == {
        "Antenne · Aurillac · E-mail",
        "Antenne · Mauriac · Départements",
    }
    assert editor.post(change_url(resource), form_on(refused)).status_code == 302
    one.refresh_from_db()
    assert (one.phone, one.email) == ("1", "aurillac@example.org")
    assert set(other.departments.values_list("pk", flat=True)) == {"15", "48"}


def test_a_row_that_another_added_is_neither_lost_nor_doubled(editor, resource):
    opened = form_on(editor.get(change_url(resource)))
    row = {"name": "Saint-Flour", "slug": "saint-flour-x", "departments": "15", "source": "Test", "position": "0"}
    opened |= {f"branches-0-{name}": [value] for name, value in row.items()} | {"branches-TOTAL_FORMS": ["1"]}
    make_branch(resource, ["15"], name="Mauriac")
    refused = editor.post(change_url(resource), opened)
    assert list(differences(refused)) == ["Antenne · Mauriac"]
    assert editor.post(change_url(resource), form_on(refused)).status_code == 302
    assert sorted(resource.branches.values_list("name", flat=True)) == ["Mauriac", "Saint-Flour"]


def test_a_row_that_another_deleted_goes_when_it_was_not_changed(editor, resource):
    make_branch(resource, ["15"], name="Mauriac")
    opened = form_on(editor.get(change_url(resource)))
    resource.branches.all().delete()
    refused = editor.post(change_url(resource), opened)
    assert list(differences(refused)) == ["Antenne · Mauriac"]
    assert editor.post(change_url(resource), form_on(refused)).status_code == 302
    assert not resource.branches.exists()


@pytest.mark.parametrize(("choice", "phones"), [("mine", ["1"]), ("theirs", [])])
def test_a_row_that_another_deleted_while_it_was_changed_is_kept_or_not_as_chosen(editor, resource, choice, phones):
    make_branch(resource, ["15"], name="Mauriac")
    opened = form_on(editor.get(change_url(resource))) | {"branches-0-phone": ["1"]}
    resource.branches.all().delete()
    refused = editor.post(change_url(resource), opened)
    ((_theirs, mine, name),) = differences(refused).values()
    assert "Mauriac" in mine
    assert editor.post(change_url(resource), form_on(refused) | {f"_take-{name}": [choice]}).status_code == 302
    assert list(resource.branches.values_list("phone", flat=True)) == phones


def test_a_row_to_delete_that_another_changed_is_told_first(editor, resource):
    make_branch(resource, ["15"], name="Mauriac")
    opened = form_on(editor.get(change_url(resource))) | {"branches-0-DELETE": ["on"]}
    resource.branches.update(phone="1")
    refused = editor.post(change_url(resource), opened)
    assert refused.status_code == 200
    assert resource.branches.exists()
    assert editor.post(change_url(resource), form_on(refused)).status_code == 302
    assert not resource.branches.exists()


def test_steps_are_merged_in_their_languages(editor):
    situation = make_situation(steps=1)
    opened = form_on(editor.get(change_url(situation))) | {"steps-0-title_ar": ["أنا"]}
    Step.objects.filter(situation=situation).update(title_ru="Они")
    refused = editor.post(change_url(situation), opened)
    assert editor.post(change_url(situation), form_on(refused)).status_code == 302
    step = situation.steps.get()
    assert (step.title_ar, step.title_ru) == ("أنا", "Они")


def test_what_was_typed_on_a_deleted_entry_can_be_created_again(editor, resource):
    make_branch(resource, ["15"], name="Mauriac")
    opened = form_on(editor.get(change_url(resource)), phone=["04 71 00 00 00"])
    address = change_url(resource)
    resource.delete()
    refused = editor.post(address, opened)
    assert refused.status_code == 200
    assertContains(refused, 'action="/admin/directory/resource/add/"')
    assert not Resource.objects.filter(slug=opened["slug"][0]).exists()
    assert editor.post("/admin/directory/resource/add/", form_on(refused)).status_code == 302
    created = Resource.objects.get(slug=opened["slug"][0])
    assert created.phone == "04 71 00 00 00"
    assert created.branches.get().name == "Mauriac"


def test_an_entry_that_never_was_is_said_so(editor):
    assert editor.post("/admin/directory/resource/zz/change/", {"title_fr": "x"}).status_code == 302


def test_no_list_writes_whole_objects_that_were_read_before(editor):
    assert not [model for model in CONTENT if admin.site._registry[model].list_editable]


def test_the_departments_of_all_branches_are_read_at_once(editor, resource):
    for _ in range(10):
        make_branch(resource, ["15"])
    with CaptureQueriesContext(connection) as queries:
        editor.get(change_url(resource))
    assert len([query for query in queries if "directory_branch_departments" in query["sql"]]) == 1


def test_an_entry_with_a_branch_in_each_department_can_be_saved(editor):
    """It has more fields than Django takes by default."""
    council = Resource.objects.get(slug="conseil-departemental")
    data = form_on(editor.get(change_url(council)), phone=["39 19"])
    assert len(data) > 1000
    assert editor.post(change_url(council), data).status_code == 302
