"""Nothing an editor did is lost: every change is recorded whole, readable, and can be put back."""

import re
from datetime import date
from itertools import takewhile

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, models
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django.asserts import assertContains, assertNotContains

from directory.admin.history import WithHistory
from directory.admin.read_only import ReadOnlyAdmin
from directory.history import Act, Change, act
from directory.history.display import rows
from directory.history.undoing import UndoRefused, restore, undo
from directory.models import Branch, Contact, EmptySearch, Provenance, Resource, Situation, Synonym
from directory.states import MODELS, RECORDED_KINDS, state, states
from directory.translations import provenance, translated_fields
from tests.factories import make_branch, make_resource, make_situation, make_topic
from tests.forms import form_on

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

# What follows from the rest, or stays true for good; a translated text is in the columns of its languages.
NOT_TYPED = {"id", "key", "created_at", "updated_at", "was_published"}


def last_act():
    return Act.objects.first()


def undo_last(**said):
    item = last_act()
    list(undo(item.changes.all(), **said))
    return item


def another(instance, field):
    """What a field of an object could hold as well."""
    value = getattr(instance, field.name)
    if field.many_to_many:
        return field.related_model.objects.exclude(pk__in=value.all())[:1]
    if field.is_relation:
        return field.related_model.objects.exclude(pk__in={instance.pk, value and value.pk} - {None}).first()
    if field.choices:
        return next(choice for choice, _label in field.choices if choice != value)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateField):
        return date(2020, 2, 29)
    return value + 1 if isinstance(field, models.IntegerField) else "autre"


@pytest.mark.parametrize("kind", MODELS)
def test_every_field_of_every_model_can_be_changed_deleted_and_put_back(kind):
    model = MODELS[kind]
    instance = model.objects.first()
    before = state(instance)
    lists = {item.name for item in model._meta.many_to_many}
    names = lists | {item.name for item in model._meta.concrete_fields} - NOT_TYPED - set(translated_fields(model))
    others = {name: another(instance, model._meta.get_field(name)) for name in names}
    with act(reason="Essai"):
        for name in names - lists:
            setattr(instance, name, others[name])
        instance.save()
        for name in names & lists:
            getattr(instance, name).set(others[name])
    assert last_act().changes.get().before == {name: before[name] for name in names}
    undo_last()
    assert state(instance) == before

    if kind == "theme":  # its topics protect it
        with pytest.raises(ProtectedError):
            instance.delete()
        return
    everything = {model: states(model, model.objects.values_list("pk", flat=True)) for model in MODELS.values()}
    pk = instance.pk
    with act():
        instance.delete()
    assert not model.objects.filter(pk=pk).exists()
    undo_last()
    assert {model: states(model, model.objects.values_list("pk", flat=True)) for model in MODELS.values()} == everything


def test_what_points_to_a_deleted_entry_points_to_it_again_after_the_undo():
    entry = make_resource()
    branch = make_branch(entry, ["15"])
    step = make_situation(resources=[entry]).steps.get()
    contact = Contact.objects.create(slug="essai", name="Essai", email="essai@example.org", resource=entry)
    with act():
        entry.delete()
    assert not step.resources.exists()
    undo_last()
    entry = Resource.objects.get(slug=entry.slug)
    assert [*step.resources.all()] == [entry]
    contact.refresh_from_db()
    assert contact.resource == entry
    assert Branch.objects.get(slug=branch.slug).resource == entry


def test_an_act_holds_everything_done_at_once_and_nothing_that_did_not_change(django_user_model):
    editor = django_user_model.objects.create(username="edith", first_name="Édith", last_name="Morel")
    entry, other = make_resource(title_fr="Avant"), make_resource()
    with act(user=editor, reason="Relu avec la mairie", origin=Act.Origin.EDIT):
        entry.title_fr = "Après"
        entry.save()
        entry.departments.set(["15"])
        other.save()
    item = last_act()
    change = item.changes.get()
    assert (item.by, item.reason, change.slug) == ("Édith Morel", "Relu avec la mairie", entry.slug)
    assert change.before == {"title_fr": "Avant", "departments": []}
    assert change.after == {"title_fr": "Après", "departments": ["15"]}


def test_nothing_is_recorded_of_what_failed():
    entry = make_resource()
    count = Act.objects.count()
    with pytest.raises(IntegrityError), act():
        entry.title_fr = "Après"
        entry.save()
        make_resource(slug=entry.slug)
    assert Act.objects.count() == count


@pytest.mark.parametrize(
    "write",
    [
        lambda entry: entry.save(),
        lambda entry: entry.departments.add("15"),
        lambda entry: entry.topics.get().resources.remove(entry),
        lambda entry: entry.topics.get().resources.clear(),
        lambda entry: Resource.objects.filter(pk=entry.pk).delete(),
    ],
    ids=["save", "relation", "reverse relation", "reverse clear", "delete"],
)
def test_a_program_that_opens_no_act_is_recorded_too(write):
    entry = make_resource()
    count = Act.objects.count()
    entry.title_fr = "Après"
    write(entry)
    assert Act.objects.count() == count + 1
    assert last_act().origin == Act.Origin.PROGRAM
    assert last_act().changes.get().slug == entry.slug


def test_the_words_that_came_and_went_are_marked():
    entry = make_resource(title_fr="Le café de la gare", kind="organisme", is_practice=False)
    with act():
        entry.title_fr, entry.is_practice = "Le café du marché", True
        entry.save()
    words = {label: html for label, html, _language in rows(last_act().changes.get())}
    assert "Le café <del>de</del>" in next(html for html in words.values() if "café" in html)
    assert len(words) == 2


def test_an_undo_leaves_alone_what_others_changed_since_unless_told_otherwise():
    entry = make_resource(title_fr="Un", summary_fr="Une.")
    with act():
        entry.title_fr = "Deux"
        entry.save()
    item = last_act()
    with act():
        entry.summary_fr = "Autre."
        entry.save()
    list(undo(item.changes.all()))
    entry.refresh_from_db()
    assert (entry.title_fr, entry.summary_fr) == ("Un", "Autre.")

    with pytest.raises(UndoRefused):  # its title is no longer what that act had made of it
        list(undo(item.changes.all()))
    assert Resource.objects.get(pk=entry.pk).title_fr == "Un"
    list(undo(item.changes.all(), anyway=True))


def test_an_addition_on_which_something_hangs_since_is_undone_only_when_told_so():
    with act():
        entry = make_resource()
    item = last_act()
    branch = make_branch(entry, ["15"], name="Mauriac")
    with pytest.raises(UndoRefused, match="Mauriac"):
        list(undo(item.changes.all()))
    assert Branch.objects.filter(pk=branch.pk).exists()
    list(undo(item.changes.all(), anyway=True))
    assert not Resource.objects.filter(pk=entry.pk).exists()


@pytest.mark.parametrize("is_told", [True, False])
def test_what_would_lose_its_link_to_an_addition_is_named_unless_it_is_undone_too(is_told):
    step, topic = make_situation(steps=1).steps.get(), make_topic()
    with act():
        entry = make_resource(topics=[topic])
        if is_told:
            step.resources.add(entry)
    item = last_act()
    if is_told:
        list(undo(item.changes.all()))
        assert not step.resources.exists()
    else:
        step.resources.add(entry)
        with pytest.raises(UndoRefused, match=re.escape(str(step))):
            list(undo(item.changes.all()))
        assert step.resources.get() == entry


def test_what_loses_several_links_one_after_the_other_is_told_once_and_has_them_all_again(monkeypatch):
    monkeypatch.setattr("directory.history.undoing.STEP", 1)
    step = make_situation(steps=1).steps.get()
    with act():
        entries = [make_resource() for _ in range(3)]
    item = last_act()
    step.resources.set(entries)
    list(undo(item.changes.filter(kind="resource"), anyway=True))
    assert not step.resources.exists()
    assert last_act().changes.filter(kind="step").count() == 1
    undo_last()
    assert set(step.resources.values_list("pk", flat=True)) == {entry.pk for entry in entries}


def test_what_is_compared_and_what_is_recorded_is_kept_from_others_until_it_is_written():
    entry = make_resource(title_fr="Un")
    with CaptureQueriesContext(connection) as saving, act():
        entry.title_fr = "Deux"
        entry.save()
    with CaptureQueriesContext(connection) as undoing:
        undo_last()
    for queries in (saving, undoing):
        before = list(takewhile(lambda query: not query["sql"].startswith("UPDATE"), queries))
        is_locked = any("FOR NO KEY UPDATE" in query["sql"] for query in before)
        assert is_locked is connection.features.has_select_for_update


def test_of_two_changes_of_one_object_in_an_act_the_first_is_undone_last():
    entry = make_resource(title_fr="Un")
    with act() as recorder:
        for title in ("Deux", "Trois"):
            entry.title_fr = title
            entry.save()
            recorder.write()
    undo_last(anyway=True)
    assert Resource.objects.get(pk=entry.pk).title_fr == "Un"


def test_an_undo_can_itself_be_undone():
    entry = make_resource(title_fr="Un")
    with act():
        entry.title_fr = "Deux"
        entry.save()
    first = undo_last()
    assert last_act().undoes == first
    undo_last()
    assert Resource.objects.get(pk=entry.pk).title_fr == "Deux"


def test_any_version_can_be_put_back():
    entry = make_resource(title_fr="Un", summary_fr="Une.")
    for title, summary in (("Deux", "Une."), ("Deux", "Deux."), ("Trois", "Trois.")):
        with act():
            entry.title_fr, entry.summary_fr = title, summary
            entry.save()
    second = Change.objects.filter(kind="resource", object_id=entry.pk, after__has_key="title_fr").order_by("pk")[1]
    list(restore(second))
    entry.refresh_from_db()
    assert (entry.title_fr, entry.summary_fr) == ("Deux", "Une.")


def test_an_undo_that_would_not_hold_is_refused_with_a_sentence():
    topic = make_topic()
    entry = make_resource(topics=[topic], slug="ancienne")
    with act():
        entry.delete()
    item = last_act()
    make_resource(slug="ancienne")
    with pytest.raises(UndoRefused, match="Fiche"):
        list(undo(item.changes.all()))


def test_what_is_known_of_a_translation_comes_back_with_it():
    entry = make_resource(title_ar="قديم")
    provenance.record(
        [provenance.provenance(entry, "title", "ar", by="Amal", checked_by="Amal", checked_on="2026-01-02")]
    )
    with act():
        entry.title_ar = "جديد"
        entry.save()
        provenance.record([provenance.provenance(entry, "title", "ar", by="Édith")])
    undo_last()
    known = Provenance.objects.get(object_id=entry.pk, content_type__model="resource", field="title", language="ar")
    assert (known.made_by, known.checked_by) == ("Amal", "Amal")


def test_nothing_is_known_any_more_of_the_translations_of_what_was_deleted():
    entry = make_resource(title_ar="قديم")
    provenance.record([provenance.provenance(entry, "title", "ar", by="Amal")])
    with act():
        entry.delete()
    assert not Provenance.objects.filter(content_type__model="resource", object_id=last_act().changes.get().object_id)
    undo_last()
    assert Provenance.objects.get(content_type__model="resource", object_id=last_act().changes.get().object_id)


def test_who_translated_is_said_in_words():
    entry = make_resource(title_ar="قديم")
    with act():
        provenance.record([provenance.provenance(entry, "title", "ar", by="Amal")])
    ((_label, html, _language),) = rows(last_act().changes.get())
    assert html == f"<ins>une personne · Amal · {date_format(timezone.localdate(), 'SHORT_DATE_FORMAT')}</ins>"


def test_no_model_that_editors_write_is_without_history():
    # Where nothing is typed, something may still be written: the desk of translations and the list of links change
    # objects of these models, as acts.
    forms = {model: type(item) for model, item in admin.site._registry.items() if not isinstance(item, ReadOnlyAdmin)}
    followed = {model for model, kind in forms.items() if issubclass(kind, WithHistory)}
    assert followed == RECORDED_KINDS.keys()
    # Accounts are kept in Django's own log; a search that found nothing can only be deleted.
    assert forms.keys() - followed == {User, Group, EmptySearch}


def test_an_editor_reads_the_history_and_undoes_from_it(editor):
    entry = make_resource(title_fr="Avant")
    page = f"/admin/directory/resource/{entry.pk}/change/"
    data = form_on(editor.get(page), title_fr=["Après"], _reason=["Nom corrigé"])
    assert editor.post(page, data).status_code == 302
    assertContains(editor.get(page), "editor · Nom corrigé</a>")
    history = editor.get(f"/admin/directory/resource/{entry.pk}/history/")
    assertContains(history, "Nom corrigé")
    assertContains(history, "<del>Avant</del><ins>Après</ins>")

    item = last_act()
    page = f"/admin/directory/act/{item.pk}/change/"
    assertContains(editor.get(page), "Nom corrigé")
    editor.post(page, {"change": [change.pk for change in item.changes.all()], "_reason": "Trop tôt"})
    entry.refresh_from_db()
    assert (entry.title_fr, last_act().reason) == ("Avant", "Trop tôt")


def test_what_shipped_is_nobodys_and_is_not_put_before_editors(editor):
    """It is not among the last changes on a form, and opens without anything ticked to be undone."""
    synonym = Synonym.objects.first()
    loaded = Change.objects.of("synonym", synonym).get().act
    assert (loaded.origin, loaded.by) == (Act.Origin.LOAD, "")
    with act(reason="Autre mot"):
        synonym.means = "voiture"
        synonym.save()
    form = editor.get(f"/admin/directory/synonym/{synonym.pk}/change/")
    assertContains(form, f"/admin/directory/act/{last_act().pk}/")
    assertContains(form, "par un programme · Autre mot</a>")
    assertNotContains(form, f"/admin/directory/act/{loaded.pk}/")
    for item, ticked in ((last_act(), 1), (loaded, 0)):
        page = editor.get(f"/admin/directory/act/{item.pk}/change/")
        assertContains(page, '<input type="checkbox" name="change"')
        assert len(re.findall(r'name="change" value="\d+" checked>', page.content.decode())) == ticked


def test_the_history_of_an_object_begins_with_the_last_change_however_many_there_are(editor, monkeypatch):
    entry = make_resource(title_fr="Un")
    for title in ("Deux", "Trois", "Quatre"):
        with act(reason=f"Titre {title}"):
            entry.title_fr = title
            entry.save()
    monkeypatch.setattr("directory.admin.history.MOST_SHOWN", 2)
    page = editor.get(f"/admin/directory/resource/{entry.pk}/history/").content.decode()
    assert page.index("Titre Quatre") < page.index("Titre Trois")
    assert "Titre Deux" not in page
    assert page.count("/restore/") == 1
    assert page.index("/restore/") > page.index("Titre Trois")


def test_the_history_of_an_entry_names_a_branch_that_was_deleted_before_its_address_changed(editor):
    entry = make_resource(slug="avant")
    make_branch(entry, ["15"], name="Mauriac").delete()
    entry.slug = "apres"
    entry.save()
    assertContains(editor.get(f"/admin/directory/resource/{entry.pk}/history/"), "Mauriac")


def test_a_reason_holds_nothing_that_no_database_can_keep(editor):
    entry = make_resource()
    page = f"/admin/directory/resource/{entry.pk}/change/"
    data = form_on(editor.get(page), title_fr=["Après"], _reason=["Nom\x00 corrigé"])
    assert editor.post(page, data).status_code == 302
    assert last_act().reason == "Nom corrigé"


def test_a_difference_is_laid_out_as_its_language_is_written(editor):
    entry = make_resource(title_ar="FAMI صندوق")
    with act():
        entry.title_ar = "FAMI الصندوق"
        entry.save()
    assertContains(editor.get(f"/admin/directory/resource/{entry.pk}/history/"), '<dd lang="ar" dir="rtl">FAMI ')


def test_a_deleted_entry_is_found_in_the_history_and_restored(editor):
    situation = make_situation(steps=2)
    editor.post(f"/admin/directory/situation/{situation.pk}/delete/", {"post": "yes", "_reason": "Doublon"})
    assert not Situation.objects.filter(pk=situation.pk).exists()
    assertContains(editor.get("/admin/directory/act/?deleted=1"), "Doublon")
    item = last_act()
    editor.post(f"/admin/directory/act/{item.pk}/change/", {"change": item.changes.values_list("pk", flat=True)})
    assert Situation.objects.get(pk=situation.pk).steps.count() == 2


def test_the_list_of_changes_costs_no_query_per_row(editor, django_assert_max_num_queries):
    for number in range(30):
        make_resource(title_fr=f"Fiche {number}")
    with django_assert_max_num_queries(12):
        editor.get("/admin/directory/act/")


@pytest.fixture
def renamed(monkeypatch):
    """An act of five changes, where more than two are many."""
    monkeypatch.setattr("directory.admin.history.MOST_SHOWN", 2)
    monkeypatch.setattr("directory.history.undoing.STEP", 2)
    entries = [make_resource(title_fr="Avant") for _number in range(5)]
    with act():
        for entry in entries:
            entry.title_fr = "Après"
            entry.save()
    return entries


def undo_in_the_admin(client, item):
    data = {"change": item.changes.values_list("pk", flat=True)[:2], "rest": "1"}
    return client.post(f"/admin/directory/act/{item.pk}/change/", data)


def titles(entries):
    return set(Resource.objects.filter(pk__in=[entry.pk for entry in entries]).values_list("title_fr", flat=True))


def test_the_undo_of_much_tells_how_far_it_is(editor, renamed):
    page = undo_in_the_admin(editor, last_act()).getvalue().decode()
    assert [f"{done} / 5" in page for done in range(6)] == [False, False, True, False, True, True]
    assert "rétabli comme avant" in page
    assert titles(renamed) == {"Avant"}


def test_the_undo_of_much_says_why_nothing_was_put_back(editor, renamed):
    item = last_act()
    with act():
        renamed[3].title_fr = "Encore"
        renamed[3].save()
    page = undo_in_the_admin(editor, item).getvalue().decode()
    assert "Après a changé depuis." in page
    assert titles(renamed) == {"Après", "Encore"}


def test_an_undo_that_is_cut_on_the_way_puts_nothing_back(renamed):
    steps = undo(last_act().changes.all())
    assert next(steps) == 2
    assert titles(renamed) == {"Avant", "Après"}
    steps.close()
    assert titles(renamed) == {"Après"}
