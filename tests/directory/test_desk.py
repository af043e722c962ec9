"""The first page of the admin, the lists it leads to, coverage, statistics, and “Verified today”."""

import csv
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from pytest_django.asserts import assertContains, assertNotContains

from directory.admin import desk, statistics
from directory.groups import create_groups
from directory.models import Branch, Change, EditorArea, EmptySearch, Link, Resource
from directory.models.links import Verdict
from directory.models.resources import VERIFICATION_HOLDS
from directory.translations import work
from tests.factories import make_branch, make_proposal, make_report, make_resource, make_topic
from tests.forms import form_on

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
LIST = "/admin/directory/resource/"
TODAY = timezone.localdate


@pytest.fixture
def something_of_everything():
    """At least one thing to do of each kind, beside what the shipped content has."""
    topic = make_topic("sante")
    make_resource(is_published=False)
    make_resource(topics=[topic, make_topic("sante")], departments=["15", "63"])
    make_resource(topics=[topic], departments=["15"], verified_on=TODAY() - timedelta(days=300), title_ar="عنوان")
    make_resource(topics=[topic], departments=["15"], verified_on=TODAY())
    make_branch(make_resource(), ["15", "63"], dated=f"{TODAY().year - 2}-12-31")
    EmptySearch.objects.create(words="zorglub", language="fr", count=2, last_on=date(2026, 1, 2))
    make_resource(title_fr="La maison"), make_resource(title_fr="Maison (la)")
    make_report(), make_report(state="fait"), make_report(state="en-cours")
    make_proposal()
    for verdict in Verdict:
        Link.objects.create(url=f"https://{verdict}.example.org/", host=f"{verdict}.example.org", verdict=verdict)


@pytest.fixture
def log_in(client, django_user_model):
    """Log in someone of the staff who has these permissions of the directory, and no others."""

    def log_in(*codenames):
        user = django_user_model.objects.create_user("someone", is_staff=True)
        for codename in codenames:
            known = Permission.objects.filter(content_type__app_label="directory", codename=codename).first()
            content_type = ContentType.objects.get_for_model(Resource)
            user.user_permissions.add(known or Permission.objects.create(codename=codename, content_type=content_type))
        client.force_login(user)
        return client

    return log_in


def listed(response):
    """How many objects a page lists in all: a list of the admin says so, other pages give their `total`."""
    return response.context["cl"].result_count if "cl" in response.context else response.context["total"]


def lines_and_parts(lines):
    for line in lines:
        yield line
        for _heading, parts in line.parts:
            yield from parts


@pytest.mark.parametrize("lines", desk.LINES, ids=lambda lines: lines.__name__)
def test_each_count_is_the_length_of_the_list_behind_it(editor, admin_user, something_of_everything, lines):
    found = list(lines_and_parts(lines(admin_user)))
    assert found[0].count > 0
    for line in found:
        assert listed(editor.get(line.url)) == line.count, (line.label, line.url)


@pytest.mark.parametrize("lines", desk.LINES, ids=lambda lines: lines.__name__)
def test_who_may_do_nothing_has_nothing_to_do(django_user_model, lines):
    assert not list(lines(django_user_model.objects.create_user("nobody", is_staff=True)))


def test_who_may_change_only_some_entries_counts_and_lists_these(log_in, something_of_everything, django_user_model):
    client = log_in("change_resource", "view_resource")
    EditorArea.objects.create(user=django_user_model.objects.get(username="someone")).departments.set(["15"])
    make_resource(departments=["15"], is_published=False)
    to_do = client.get("/admin/").context["to_do"]
    assert len(to_do) == 2  # a draft, and entries not verified for long
    for line in to_do:
        assert "mine=yes" in line.url
        assert listed(client.get(line.url)) == line.count


def test_an_unknown_choice_of_a_filter_is_said_once_and_on_no_other_page(editor):
    asked = editor.get("/admin/directory/resource/", {"verified": "toujours"})
    assertContains(asked, "toujours.</li>", count=1)
    assertNotContains(editor.get("/admin/directory/resource/"), "toujours")


def test_the_desk_comes_first_and_the_lists_below(editor, something_of_everything):
    page = editor.get("/admin/").content.decode()
    assert page.index("verified=late") < page.index('href="/admin/directory/resource/add/"')
    assert page.index("was_published__exact=0") < page.index("verified=late")


def test_what_is_done_is_named_without_a_number(editor):
    drafts = f"{LIST}?is_published__exact=0&was_published__exact=0"
    make_resource(is_published=False)
    assertContains(editor.get("/admin/"), f'<a class="line" href="{escape(drafts)}"><b>1</b> ')
    Resource.objects.drafts().delete()
    response = editor.get("/admin/")
    assertContains(response, escape(drafts), count=1)
    assertContains(response, f'<a href="{escape(drafts)}">Brouillons à publier')


def queries_of(client, path, capture):
    with capture() as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/admin/", 45),
        ("/admin/couverture/", 10),
        ("/admin/couverture/?region=84", 10),
        ("/admin/statistiques/", 30),
        (f"{LIST}?verified=late", 40),
        ("/admin/directory/branch/?source_year=old", 25),
    ],
)
def test_the_number_of_queries_does_not_grow(editor, path, most, django_assert_max_num_queries):
    editor.get(path)
    before = queries_of(editor, path, lambda: django_assert_max_num_queries(most))
    for number in range(10):
        make_branch(make_resource(departments=["15", "63"]), ["15"], dated="2019")
        EmptySearch.objects.create(words=f"mot {number}", language="fr", count=1, last_on=TODAY())
    assert queries_of(editor, path, lambda: django_assert_max_num_queries(most)) == before


def test_a_translator_sees_translations_only(client, django_user_model):
    create_groups()
    user = django_user_model.objects.create_user("amal", is_staff=True)
    user.groups.add(Group.objects.get(name="Traduction : العربية"))
    client.force_login(user)
    context = client.get("/admin/").context
    assert [line.url for line in context["to_do"]] == [reverse("admin:translation_todo", args=["ar"])]
    assert not context["done"]
    assert not context["pages"]
    for path in ("couverture/", "statistiques/", "statistiques.csv"):
        assert client.get(f"/admin/{path}").status_code == 403


def test_a_reader_of_statistics_sees_figures_only(log_in):
    client = log_in("view_statistics")
    context = client.get("/admin/").context
    assert [context["to_do"], context["done"], context["app_list"]] == [[], [], []]
    assert [url for _label, url in context["pages"]] == ["/admin/couverture/", "/admin/statistiques/"]
    for _label, url in context["pages"]:
        assertNotContains(client.get(url), "/admin/directory/")
    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize("path", ["couverture/", "statistiques/", "statistiques.csv"])
def test_figures_ask_who_one_is(client, path):
    assert client.get(f"/admin/{path}").status_code == 302


@pytest.mark.parametrize("days", [None, 0, VERIFICATION_HOLDS.days, VERIFICATION_HOLDS.days + 1])
def test_sql_and_python_agree_on_what_is_to_verify(days):
    entry = make_resource(verified_on=None if days is None else TODAY() - timedelta(days=days))
    assert entry.is_to_verify is Resource.objects.to_verify().contains(entry)
    assert entry.is_to_verify is not Resource.objects.verified_lately().contains(entry)


@pytest.mark.parametrize("dated", ["", "year", "year-12-31", "year-01"])
@pytest.mark.parametrize("ago", [1, 2])
def test_sql_and_python_agree_on_old_branches(dated, ago):
    branch = make_branch(make_resource(), ["15"], dated=dated.replace("year", str(TODAY().year - ago)))
    assert branch.is_old is Branch.objects.old().contains(branch)


def test_states_of_objects_are_those_of_their_texts(something_of_everything):
    theirs = sorted(states for language, states in work.states_of_objects(["ar", "ru"]) if language == "ar" and states)
    texts = {}
    for text in work.all_texts("ar"):
        texts.setdefault((text.kind, text.instance.pk), []).append(text.state)
    assert theirs == sorted(texts.values())


def test_the_longest_unverified_come_first(editor):
    Resource.objects.update(verified_on=TODAY())
    days = [200, None, 400]
    entries = [make_resource(verified_on=day and TODAY() - timedelta(days=day)) for day in days]
    shown = editor.get(LIST, {"verified": "late"}).context["cl"].result_list
    assert list(shown) == [entries[1], entries[2], entries[0]]


@pytest.mark.parametrize(
    "path", ["resource/?verified=", "resource/?theme=", "resource/?department=", "branch/?source_year="]
)
@pytest.mark.parametrize("value", ["rien", "%00", "é" * 300])
def test_an_unknown_choice_finds_nothing_and_says_so(editor, path, value):
    response = editor.get(f"/admin/directory/{path}{value}", follow=True)
    assert listed(response) == 0
    assertContains(response, 'class="error"')


def test_a_row_of_the_list_is_verified_in_one_click(editor):
    entry = make_resource(slug="aaa")
    address = f"{LIST}?verified=late&is_published__exact=1"
    assertContains(editor.get(address), f'name="verify" value="{entry.pk}"')
    response = editor.post(address, {"verify": entry.pk})
    assert response.url == address
    before = entry.updated_at
    entry.refresh_from_db()
    assert (entry.verified_on, entry.updated_at) == (TODAY(), before)
    change = Change.objects.select_related("act").get(slug="aaa", act__by="editor")
    assert change.after == {"verified_on": TODAY().isoformat()}


@pytest.mark.parametrize("pk", ["0", "rien", "\0", "9" * 30])
def test_an_unknown_row_is_not_found(editor, pk):
    assert editor.post(LIST, {"verify": pk}).status_code == 404


def test_many_are_verified_at_once(editor):
    entries = [make_resource() for _ in range(3)]
    data = {"action": "mark_selected_verified", "_selected_action": [entry.pk for entry in entries[:2]]}
    assertContains(editor.post(LIST, data, follow=True), 'class="success"')
    assert [Resource.objects.get(pk=entry.pk).verified_on for entry in entries] == [TODAY(), TODAY(), None]
    assert Change.objects.filter(act__by="editor").values("act").distinct().count() == 1


def test_who_may_not_change_an_entry_verifies_nothing(log_in):
    client, entry = log_in("view_resource"), make_resource()
    assertNotContains(client.get(f"{LIST}?verified=late"), 'name="verify"')
    assert client.post(LIST, {"verify": entry.pk}).status_code == 403
    client.post(LIST, {"action": "mark_selected_verified", "_selected_action": [entry.pk]})
    entry.refresh_from_db()
    assert entry.verified_on is None
    assertNotContains(client.get(f"{LIST}{entry.pk}/change/"), "_verified")


def test_the_button_of_the_form_saves_what_was_typed_with_todays_date(editor):
    entry = make_resource()
    address = f"{LIST}{entry.pk}/change/"
    page = editor.get(address)
    assertContains(page, 'name="_verified"', count=2)
    assert editor.post(address, form_on(page, title_fr="Un autre titre", _verified="1")).status_code == 302
    entry.refresh_from_db()
    assert (entry.title_fr, entry.verified_on) == ("Un autre titre", TODAY())


def test_the_form_says_how_old_the_verification_is(editor):
    entry = make_resource()
    make_branch(entry, ["15"])
    assertContains(editor.get(f"{LIST}{entry.pk}/change/"), f'<a href="/fr/ressources/{entry.slug}/">')


def test_coverage_leads_to_the_entries_and_holes_to_adding_one(editor):
    topic = make_topic("sante")
    for department in ("15", "15", "63"):
        make_resource(topics=[topic], departments=[department])
    response = editor.get("/admin/couverture/?region=84")
    rows = response.context["rows"]
    assert all(department.region_id == "84" for department, _row in rows)
    cells = [cell for _department, row in rows for cell in row]
    assert response.context["total"] == sum(not count for count, _url in cells)
    for count, url in cells:
        page = editor.get(url)
        if count:
            assert listed(page) == count
        else:
            initial = page.context["adminform"].form.initial
            assert (len(initial["departments"]), len(initial["topics"]), initial["scope"]) == (1, 1, "local")


@pytest.mark.parametrize("region", ["99", "%00", "é" * 300])
def test_coverage_of_an_unknown_region_says_so(editor, region):
    response = editor.get(f"/admin/couverture/?region={region}")
    assertContains(response, 'class="error"')
    assert not response.context["rows"]


def test_statistics_are_the_same_on_the_page_and_in_the_table(editor, something_of_everything):
    EmptySearch.objects.create(words="=1+1", language="fr", count=9, last_on=TODAY())
    tables = editor.get("/admin/statistiques/").context["tables"]
    assert len(tables) == len(statistics.TABLES)
    response = editor.get("/admin/statistiques.csv")
    header, *lines = csv.reader(response.content.decode("utf-8-sig").splitlines(), delimiter=";")
    assert len(header) == 4
    assert len(lines) == sum(len(values) for table in tables for _name, values in table.rows)
    assert not [line for line in lines if line[1].startswith("=")]


def test_statistics_count_each_entry_once_by_theme(editor):
    topics = [make_topic("sante"), make_topic("sante")]
    row = dict(statistics.entries_by_theme().rows)["Santé"]
    make_resource(topics=topics, verified_on=TODAY())
    make_resource(topics=topics, verified_on=TODAY() - timedelta(days=300))
    make_resource(topics=topics)
    make_resource(topics=topics, is_published=False)
    after = dict(statistics.entries_by_theme().rows)["Santé"]
    assert [now - was for now, was in zip(after, row, strict=True)] == [3, 1, 1, 1, 1]
