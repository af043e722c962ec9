"""The map, the table, and the sheets of departments, regions and communes."""

import re

import pytest
from django.utils.html import escape
from pytest_django.asserts import assertContains, assertNotContains

from directory.models import Branch, Contact, Department, Region, Resource, Rung
from directory.places import Place, find_department
from tests.factories import make_branch, make_resource, make_topic

pytestmark = pytest.mark.django_db


PUBLIC_BODIES = ["prefecture", "ddets", "conseil-departemental", "conseil-regional", "dreets", "ars", "rectorat"]


def test_every_department_names_its_public_bodies_and_leads_somewhere_on_every_theme(client):
    for department in Department.objects.all():
        context = client.get(f"/fr/territoires/{department.code}/").context
        slugs = {branch.resource.slug for branch in context["branches"]}
        assert slugs >= set(PUBLIC_BODIES), department
        assert len(context["themes"]) == 10
        assert all(theme.national_count for theme in context["themes"]), department
        assert context["practices"], department


def test_practices_from_elsewhere_come_nearest_first(client):
    far = make_resource(departments=["59"], is_practice=True, slug="a-loin")
    near = make_resource(departments=["12"], is_practice=True, slug="z-pres")
    overseas = make_resource(departments=["974"], is_practice=True, slug="b-outre-mer")
    place = Place(chosen_departments=[find_department("15")])
    slugs = [entry.slug for entry in Resource.objects.practices_from_elsewhere(place)]
    assert slugs.index(near.slug) < slugs.index(far.slug) < slugs.index(overseas.slug)


def test_a_department_says_what_is_not_known_there(client):
    response = client.get("/fr/territoires/83/")
    assert "ofii" in [resource.slug for resource in response.context["unknown_here"]]


@pytest.mark.parametrize(("typed", "code"), [("1", "01"), ("2a", "2A"), ("cantal", "15")])
def test_a_department_answers_to_its_old_forms(client, typed, code):
    response = client.get(f"/fr/territoires/{typed}/")
    assert response.status_code == 302
    assert response.url == f"/fr/territoires/{code}/"


def test_an_unknown_department_is_a_page_that_helps(client):
    response = client.get("/ar/territoires/zz/")
    assert response.status_code == 404
    assertContains(response, 'name="lieu"', status_code=404)
    assertContains(response, 'lang="ar" dir="rtl"', status_code=404)


def test_a_department_sheet_has_a_fixed_number_of_queries(client, django_assert_num_queries):
    for _ in range(10):
        make_resource(departments=["15"], is_practice=True)
        make_resource(departments=["12"], is_practice=True)
    with django_assert_num_queries(22):
        client.get("/fr/territoires/15/")


def test_a_typed_place_opens_its_sheet(client):
    assert client.get("/fr/territoires/", {"lieu": "Gannat"}).url == "/fr/territoires/commune/03118/"
    assert client.get("/fr/territoires/", {"lieu": "Cantal"}).url == "/fr/territoires/15/"
    assert client.get("/fr/territoires/", {"lieu": "Bretagne"}).url == "/fr/territoires/region/53/"
    assert client.get("/fr/territoires/", {"commune": "97411"}).url == "/fr/territoires/commune/97411/"
    assertContains(client.get("/fr/territoires/", {"lieu": "Trifouillis"}), 'role="alert"')
    assertContains(client.get("/fr/territoires/", {"lieu": "saint-denis"}), "?commune=97411")
    assertContains(client.get("/fr/territoires/", {"lieu": "15000"}), "?commune=15014")


def test_the_numbers_of_the_table_are_what_their_links_give(client):
    response = client.get("/fr/territoires/")
    links = set(re.findall(r'href="([^"]+portee=departemental)">(\d+)<', response.content.decode()))
    assert len(links) > 30
    for link, count in links:
        assert client.get(link.replace("&amp;", "&")).context["filterset"].total == int(count), link


def test_the_map_is_filtered_by_theme_and_an_unknown_theme_gets_a_sentence(client):
    shapes = client.get("/fr/territoires/", {"theme": "sante"}).context["shapes"]
    assert len(shapes) == 101
    assert {shape.department.code: shape.count for shape in shapes}["03"] == 2
    assert all(shape.path or shape.box for shape in shapes)
    assertContains(client.get("/fr/territoires/", {"theme": "astrologie"}), 'role="alert"')


def test_an_empty_cell_of_the_table_leads_to_proposing_an_entry(client):
    page = client.get("/ar/territoires/").content.decode()
    links = set(re.findall(r'href="([^"]*/proposer/[^"]*)"', page))
    assert len(links) > 800
    assert "/ar/proposer/?departement=15&amp;theme=sante" in links
    assert "/ar/proposer/?departement=15&amp;theme=mobilite" not in links  # Cantal'Mouv


def test_the_numbers_beside_the_departments_of_a_region_are_those_of_the_table(client):
    counted = dict(client.get("/fr/territoires/region/84/").context["counted"])
    rows = client.get("/fr/territoires/").context["rows"]
    assert len(counted) == 12
    assert counted == {row["department"]: row["total"] for row in rows if row["department"].region_id == "84"}


def test_a_region_names_its_bodies_and_its_own_entries_first(client):
    topic = make_topic("sante")
    local = make_resource(topics=[topic], departments=["15"])
    regional = make_resource(topics=[topic], regions=["84"])
    context = client.get("/fr/territoires/region/84/").context
    assert {branch.resource.slug for branch in context["branches"]} == {"conseil-regional", "dreets", "ars", "rectorat"}
    health = next(theme for theme in context["themes"] if theme.slug == "sante")
    assert health.rungs[0] == (Rung.REGION, [regional])
    assert local in dict(health.rungs)[Rung.HERE]


def test_every_region_has_a_sheet(client):
    for region in Region.objects.all():
        assertContains(client.get(f"/fr/territoires/region/{region.pk}/"), escape(region.name))


def test_a_commune_has_its_departments_sheet_with_what_names_it_or_its_group_first(client):
    own = make_resource(topics=[make_topic("sante")], departments=["03"], communes=["03118"])
    grouped = make_resource(topics=[make_topic("sante")], departments=["03"], epcis=["200071389"])
    response = client.get("/fr/territoires/commune/03118/")
    assertContains(response, "Communauté de communes Saint-Pourçain Sioule Limagne")
    assertContains(response, "Préfecture de l&#x27;Allier")
    health = next(theme for theme in response.context["themes"] if theme.slug == "sante")
    assert set(dict(health.rungs)[Rung.COMMUNE]) >= {own, grouped}
    assert health.rungs[1][0] == Rung.HERE


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("region/1", "region/01"),
        ("region/bretagne", "region/53"),
        ("commune/2a004", "commune/2A004"),
        ("commune/gannat", "commune/03118"),
    ],
)
def test_a_sheet_answers_to_what_people_write(client, typed, address):
    assert client.get(f"/fr/territoires/{typed}/?avec=fr").url == f"/fr/territoires/{address}/?avec=fr"


@pytest.mark.parametrize(
    "path", ["region/999", "region/%00", "commune/99999", "commune/%00", "commune/saint-denis", "%00"]
)
def test_an_unknown_place_is_a_page_that_helps(client, path):
    assertContains(client.get(f"/fr/territoires/{path}/"), 'name="lieu"', status_code=404)


def test_actors_stand_in_the_order_of_a_project_with_their_names_here(client):
    stages = client.get("/fr/territoires/15/").context["stages"]
    before, arrival, after = (dict.fromkeys(actor.slug for actor in actors) for _title, actors in stages[:3])
    assert list(before)[0] == "mairie"
    assert "agir" in arrival
    assert "acteurs-de-l-acces-a-l-emploi" in after
    names = {actor.slug: [branch.name for branch in actor.names_here] for _title, actors in stages for actor in actors}
    assert names["prefecture"] == ["Préfecture du Cantal, à Aurillac"]
    assert any("Clermont-Ferrand" in name for name in names["acteurs-de-l-education"])


def test_every_branch_of_a_department_has_one_place_among_the_actors(client):
    make_branch(make_resource(), ["15"], slug="antenne-nouvelle")
    stages = client.get("/fr/territoires/15/").context["stages"]
    named = [branch for _title, actors in stages for actor in actors for branch in actor.names_here]
    assert sorted(branch.slug for branch in named) == sorted(
        Branch.objects.serving(["15"]).values_list("slug", flat=True)
    )


def test_an_actor_that_is_no_longer_published_leaves_its_place(client):
    Resource.objects.filter(slug__in=["mairie", "ofii"]).update(is_published=False)
    stages = client.get("/fr/territoires/15/").context["stages"]
    assert not {"mairie", "ofii"} & {actor.slug for _title, actors in stages for actor in actors}


def test_funders_of_the_place_come_first(client):
    funder = make_resource(kind="financeur", departments=["15"])
    elsewhere = make_resource(kind="financeur", departments=["59"])
    context = client.get("/fr/territoires/15/").context
    assert context["funders"][0] == funder
    assert elsewhere not in context["funders"]
    assert {branch.resource.slug for branch in context["funding_branches"]} >= {"ddets", "conseil-departemental"}


def test_a_sheet_says_what_is_missing_and_where_to_tell_it(client):
    response = client.get("/fr/territoires/15/")
    gaps = [theme.slug for theme in response.context["gaps"]]
    assert "sante" in gaps
    assert "mobilite" not in gaps
    assertContains(response, "/fr/proposer/?departement=15&amp;theme=sante")
    assert [branch.resource.slug for branch in response.context["silent"]] == ["ddets"]


def test_a_sheet_shows_where_the_department_is(client):
    drawn = client.get("/fr/territoires/15/").context["map"]
    assert [shape.department.code for shape in drawn.shapes] == ["15", "12", "19", "43", "46", "48", "63"]
    assert client.get("/fr/territoires/974/").context["map"] is None


@pytest.mark.parametrize(("path", "queries"), [("region/84", 22), ("commune/03118", 21)])
def test_the_other_sheets_have_a_fixed_number_of_queries(client, django_assert_num_queries, path, queries):
    for _ in range(10):
        make_resource(departments=["03"], regions=["84"], is_practice=True)
        make_branch(make_resource(), ["03"])
    with django_assert_num_queries(queries):
        client.get(f"/fr/territoires/{path}/")


def test_proposing_also_gives_the_address_of_the_guide(client):
    response = client.get("/fr/proposer/?departement=15&theme=sante")
    subject = "Cantal%20%2815%29%20%E2%80%93%20Sant%C3%A9"
    assertContains(response, "mailto:contact-diair@interieur.gouv.fr?subject=")
    assertContains(response, subject)
    assertNotContains(response, 'role="alert"')


@pytest.mark.parametrize("query", ["departement=999", "theme=astrologie", "departement=%00", "theme=%00"])
def test_proposing_for_an_unknown_place_or_theme_says_so(client, query):
    assertContains(client.get(f"/fr/proposer/?{query}"), 'role="alert"')


def test_proposing_without_an_address_is_done_by_the_form_alone(client):
    Contact.objects.all().delete()
    response = client.get("/fr/proposer/")
    assertNotContains(response, "mailto:")
    assertContains(response, '<form method="post"')
