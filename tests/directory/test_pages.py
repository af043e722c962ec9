"""One entry, one theme, one department: what each page tells."""

import pytest
from django.http import QueryDict
from pytest_django.asserts import assertContains, assertNotContains

from directory.filters import ResourceFilter
from directory.models import Resource
from tests.factories import make_branch, make_resource, make_topic
from themes.models import Theme

pytestmark = pytest.mark.django_db


def test_an_entry_says_where_it_comes_from_and_that_nobody_verified_it(client):
    resource = make_resource(source="Guide de la Diair, « La mobilité »", url="https://www.exemple.fr/aide/")
    response = client.get(f"/fr/ressources/{resource.slug}/")
    assertContains(response, "Guide de la Diair, « La mobilité »")
    assertContains(response, ">exemple.fr/aide<")
    assertContains(response, "Personne n'a encore vérifié")


def test_what_an_editor_types_is_escaped_or_rendered_as_markdown(client):
    resource = make_resource(
        title_fr="<b>Gras</b>", body_fr="**fort** <script>alert(1)</script> [x](javascript:alert(1))"
    )
    response = client.get(f"/fr/ressources/{resource.slug}/")
    assertContains(response, "&lt;b&gt;Gras&lt;/b&gt;")
    assertContains(response, "<strong>fort</strong> &lt;script&gt;")
    assertNotContains(response, 'href="javascript')


@pytest.mark.parametrize("body", ["![x](https://ailleurs.example/x.png)", "# Titre", "[x](ftp://ailleurs.example)"])
def test_a_body_calls_no_other_host_and_breaks_no_outline(client, body):
    page = client.get(f"/fr/ressources/{make_resource(body_fr=body).slug}/").content.decode()
    assert "<img" not in page
    assert page.count("<h1") == 1
    assert 'href="ftp' not in page


def test_related_entries_share_most_topics_first(client):
    one, two = make_topic(), make_topic()
    resource = make_resource(topics=[one, two])
    make_resource(topics=[one], slug="a-un-sujet")
    make_resource(topics=[one, two], slug="b-deux-sujets")
    related = client.get(f"/fr/ressources/{resource.slug}/").context["related"]
    assert [entry.slug for entry in related] == ["b-deux-sujets", "a-un-sujet"]


def test_a_source_from_before_last_year_says_so(client):
    resource = make_resource()
    make_branch(resource, ["15"], source="Liste A", dated="2024")
    assertContains(client.get(f"/fr/ressources/{resource.slug}/"), "Liste A")
    assertContains(client.get(f"/fr/ressources/{resource.slug}/"), "a pu changer depuis")


@pytest.mark.parametrize("department", ["15", "2A", "971", "75"])
def test_a_theme_seen_from_a_department_says_who_to_call_there(client, department):
    for theme in Theme.objects.all():
        response = client.get(f"/fr/themes/{theme.slug}/?departement={department}")
        assert response.context["branches"], theme.slug
        assert all(branch.departments.filter(pk=department).exists() for branch in response.context["branches"])


def test_a_theme_shows_its_local_entries_first_and_the_nearest_where_there_is_none(client):
    topic = make_topic("lien-social")
    own, neighbour = (
        make_resource(topics=[topic], departments=["15"]),
        make_resource(topics=[topic], departments=["12"]),
    )
    assert [entry.slug for entry in client.get("/fr/themes/lien-social/?departement=15").context["local_entries"]] == [
        own.slug
    ]
    own.delete()
    assert neighbour.slug in [
        entry.slug for entry in client.get("/fr/themes/lien-social/?departement=15").context["local_entries"]
    ]


def test_a_theme_with_an_unknown_place_says_so_and_stays_readable(client):
    response = client.get("/fr/themes/mobilite/?departement=999")
    assertContains(response, 'role="alert"')
    assertContains(response, "Rezo Pouce")


@pytest.mark.parametrize(("theme", "queries"), [("mobilite", 9), ("projet", 9)])
def test_a_theme_page_has_a_fixed_number_of_queries(client, django_assert_num_queries, theme, queries):
    topic = Theme.objects.get(slug=theme).topics.first()
    for _ in range(10):
        make_resource(topics=[topic])
    with django_assert_num_queries(
        queries
    ):  # theme, topics, entries, their departments, regions and topics, situations, themes, glossary
        client.get(f"/fr/themes/{theme}/")


@pytest.mark.parametrize(
    ("address", "queries"), [("", 3), ("themes/", 2), ("territoires/", 4), ("contacts/", 1), ("glossaire/", 1)]
)
def test_plain_pages_have_a_fixed_number_of_queries(client, django_assert_num_queries, address, queries):
    with django_assert_num_queries(queries):
        client.get(f"/fr/{address}")


def test_a_named_persons_address_stands_on_the_contacts_page_only(client):
    personal = "solange"
    assertContains(client.get("/fr/contacts/"), personal)
    for address in [
        "/fr/ressources/jrs-ruralite/",
        "/fr/themes/lien-social/",
        "/fr/ressources/?q=jrs",
        "/fr/territoires/87/",
    ]:
        assertNotContains(client.get(address), personal)


def test_a_theme_seen_from_a_place_says_how_many_entries_serve_all_of_france(client):
    query = "theme=mobilite&departement=15&portee=national"
    total = ResourceFilter(QueryDict(query), Resource.objects.published()).total
    page = client.get("/fr/themes/mobilite/?departement=15")
    assertContains(page, "departement=15&amp;theme=mobilite&amp;portee=national")
    assertContains(page, f"{total} fiches pour toute la France")
