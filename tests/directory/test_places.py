"""Places as people type them, and what surrounds them."""

import pytest
from django.core.exceptions import ValidationError

from directory.models import Commune, Department, DepartmentDistance, Epci, PostalCode, Region, Resource, Rung
from directory.models.resources import check_places
from directory.places import Place, find_communes, find_department, find_region, find_typed, normalise_name, suggestions
from tests.factories import make_resource

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("15", "15"),
        ("1", "01"),
        ("01", "01"),
        ("2a", "2A"),
        ("2B", "2B"),
        ("971", "971"),
        (" 15 ", "15"),
        ("15000", "15"),
        ("١٥", "15"),
        ("۱۵۰۰۰", "15"),
        ("1\0", None),
        ("20000", "2A"),
        ("cantal", "15"),
        ("cotes d'armor", "22"),
        ("La Réunion", "974"),
        ("ILE ET VILAINE", None),
        ("999", None),
        ("", None),
        ("99999", None),
    ],
)
def test_a_department_is_understood_in_its_old_forms(typed, code):
    department = find_department(typed)
    assert (department and department.code) == code


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("42218", {"42218"}),
        ("saint etienne", {"42218"}),
        ("st-etienne", {"42218"}),
        ("SAINT-ÉTIENNE", {"42218"}),
        ("ste colombe sur seine", {"21545"}),
        ("l'abergement clemenciat", {"01001"}),
        ("Trifouillis", set()),
    ],
)
def test_a_commune_is_understood_by_code_or_by_name(typed, codes):
    assert {commune.code for commune in find_communes(typed)} == codes


def test_five_digits_typed_in_the_box_are_a_postal_code():
    assert {commune.code for commune in find_typed("01000")} == {"01053", "01344"}
    assert {commune.code for commune in find_typed("01400")} >= {"01093"}


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("Aurillac (15)", {"15014"}),
        ("Aurillac 15000", {"15014"}),
        ("saint-denis, 974", {"97411"}),
        ("Cantal (15)", {"15"}),
        ("Corse-du-Sud (2a)", {"2A"}),
        ("75000", {"75"}),
        ("Bretagne (36)", {"36024"}),
        ("Aurillac (63)", set()),
        ("99000", set()),
    ],
)
def test_a_name_with_its_number_is_understood(typed, codes):
    assert {place.pk for place in find_typed(typed)} == codes


def test_a_name_shared_by_communes_gives_them_all():
    assert {commune.department_id for commune in find_typed("Saint-Denis")} >= {"93", "974"}


def test_a_region_is_understood_by_code_or_by_name():
    assert find_region("84") == find_region("auvergne rhone alpes") == Region.objects.get(pk="84")
    assert find_region("1") == Region.objects.get(pk="01")
    assert find_typed("bretagne") == [Region.objects.get(pk="53")]


def test_names_are_compared_without_accents_hyphens_or_abbreviation():
    assert normalise_name("St-Étienne-d’Œuvre") == normalise_name("saint etienne d'oeuvre")


def test_every_department_commune_and_postal_code_is_there():
    assert Region.objects.count() == 18
    assert Department.objects.count() == 101
    assert Commune.objects.count() == 34_875
    assert not Commune.objects.filter(postal_codes=None).exists()
    assert PostalCode.objects.filter(code="97400").exists()


def test_neighbours_know_each_other_and_stay_on_land():
    assert {place.code for place in Department.objects.get(pk="15").neighbours.all()} == {
        "12",
        "19",
        "43",
        "46",
        "48",
        "63",
    }
    for department in Department.objects.prefetch_related("neighbours__neighbours"):
        assert all(department in neighbour.neighbours.all() for neighbour in department.neighbours.all())
    assert not Department.objects.get(pk="974").neighbours.exists()


def test_distance_is_counted_in_borders_crossed():
    from_cantal = dict(DepartmentDistance.objects.filter(origin="15").values_list("destination", "borders"))
    assert from_cantal["15"] == 0
    assert from_cantal["63"] == 1
    assert from_cantal["03"] == 2
    assert "974" not in from_cantal
    assert "2A" not in from_cantal


def test_a_place_sees_its_departments_regions_and_neighbours():
    place = Place(communes=find_communes("38299"), chosen_departments=[find_department("2A")])
    assert [department.code for department in place.departments] == ["2A", "38"]
    assert place.regions == {"84", "94"}
    assert place.neighbours == {"01", "05", "07", "26", "42", "69", "73", "2B"}
    assert not Place()


def test_every_commune_but_four_islands_is_in_a_group_of_communes():
    assert Epci.objects.count() == 1255
    assert set(Commune.objects.filter(epci=None).values_list("name", flat=True)) == {
        "Île-de-Bréhat",
        "Île-de-Sein",
        "Ouessant",
        "L'Île-d'Yeu",
    }
    assert Commune.objects.get(pk="41018").epci.name == "Communauté d'agglomération de Blois « Agglopolys »"
    assert not Epci.objects.filter(name__contains="''").exists()


def test_the_rural_share_of_a_department_counts_people_in_small_communes():
    shares = dict(Department.objects.values_list("code", "rural_share"))
    assert all(0 <= share <= 100 for share in shares.values())
    assert shares["75"] == 0
    assert shares["23"] > shares["15"] > shares["59"]


def test_an_entry_that_names_a_group_of_communes_is_near_each_of_them():
    entry = make_resource(departments=["41"], epcis=["200030385"])
    blois, vendome = find_communes("41018"), find_communes("41269")
    rungs = [Resource.objects.near(Place(communes=communes)).get(pk=entry.pk).rung for communes in (blois, vendome)]
    assert rungs == [Rung.COMMUNE, Rung.HERE]


def test_a_group_of_communes_needs_a_department_of_the_entry():
    check_places("local", ["41"], [], [], ["200030385"])
    with pytest.raises(ValidationError, match="Agglopolys"):
        check_places("local", ["15"], [], [], ["200030385"])


def test_practices_equally_near_come_from_the_most_alike_first():
    cantal = Place(chosen_departments=[find_department("15")])
    lozere, puy_de_dome = (
        make_resource(departments=[code], is_practice=True, slug=slug)
        for code, slug in (("48", "z-lozere"), ("63", "a-puy-de-dome"))
    )
    practices = list(Resource.objects.practices_from_elsewhere(cantal))
    assert practices.index(lozere) < practices.index(puy_de_dome)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("saint-den", ["Saint-Denis (11)", "Saint-Denis (30)", "Saint-Denis (93)", "Saint-Denis (974)"]),
        ("ST DENIS", ["Saint-Denis (11)", "Saint-Denis (30)", "Saint-Denis (93)", "Saint-Denis (974)"]),
        ("heraul", ["Hérault (34)"]),
        ("2a", ["Corse-du-Sud (2A)"]),
        ("bret", ["Bretagne"]),
        ("la reu", ["La Réunion (974)"]),
        ("1500", ["Aurillac 15000", "Ytrac 15000"]),
        ("15", ["Cantal (15)", "Aurillac 15000", "Ytrac 15000"]),
    ],
)
def test_the_place_box_offers_what_it_understands(typed, first):
    offered = suggestions(typed)
    assert offered[: len(first)] == first
    assert len(offered) <= 10
    assert all(find_typed(label) for label in offered)


@pytest.mark.parametrize("typed", ["", "s", " ", "%", "\0\0", "--", "zzzz", "x" * 500])
def test_the_place_box_offers_nothing_for_too_little_or_nonsense(typed):
    assert suggestions(typed) == []


def test_suggestions_are_public_and_take_three_queries(client, django_assert_num_queries):
    with django_assert_num_queries(3):
        response = client.get("/lieux.json", {"lieu": "sain"})
    assert len(response.json()) == 10
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    assert client.get("/lieux.json").json() == []


def test_names_are_looked_up_by_an_index():
    plan = Commune.objects.starting_with("gannat").explain()
    assert "INDEX" in plan.upper()
