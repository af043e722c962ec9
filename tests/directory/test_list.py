"""The list of entries: what its parameters keep, in which order, under which headings."""

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from directory.filters import ResourceFilter
from directory.models import Department, Resource, Rung
from tests.factories import make_branch, make_resource, make_topic
from themes.models import Theme

pytestmark = pytest.mark.django_db
LIST = "/fr/ressources/"


def found(query):
    """Slugs that a query string gives, in order."""
    return [resource.slug for resource in ResourceFilter(QueryDict(query), Resource.objects.published()).qs]


def test_each_filter_narrows_and_several_values_add_up():
    topic = make_topic("sante")
    tool = make_resource(topics=[topic], kind="outil")
    funder = make_resource(topics=[topic], kind="financeur", departments=["15"])
    assert set(found(f"sujet={topic.slug}")) == {tool.slug, funder.slug}
    assert found(f"sujet={topic.slug}&type=outil") == [tool.slug]
    assert set(found(f"sujet={topic.slug}&type=outil&type=financeur")) == {tool.slug, funder.slug}
    assert found(f"sujet={topic.slug}&portee=local") == [funder.slug]
    assert tool.slug in found("theme=sante")
    assert tool.slug not in found("theme=langue")
    assert {tool.slug, funder.slug} <= set(found("theme=langue&theme=sante"))


def test_an_empty_value_means_everyone_everywhere():
    assert found("q=&theme=&type=&portee=&departement=&lieu=") == found("")
    assert len(found("")) == Resource.objects.published().count()


@pytest.mark.parametrize("words", ["METROPOLE ecole", "métropole École", "l'ecole de la metropole", "ecol metropol"])
def test_words_are_found_without_accents_case_or_ending(words):
    resource = make_resource(body_fr="L'École de la Métropole accueille.")
    assert resource.slug in found(f"q={words}")


def test_words_of_the_title_summary_body_and_organisation_all_count():
    resource = make_resource(title_fr="Zédille", summary_fr="Oxalide.", body_fr="Quetsche.", organisation="Yttrium")
    assert found("q=zedille oxalide quetsche yttrium") == [resource.slug]


def test_a_percent_sign_or_an_underscore_is_not_a_wildcard():
    assert found("q=zz%25") == []
    assert found("q=qqq_%25") == []


@pytest.mark.parametrize(
    ("words", "first"), [("Mob'In", "mob-in"), ("spe", "service-public-de-l-emploi"), ("cir", None)]
)
def test_an_exact_name_comes_before_what_only_starts_like_it(words, first):
    slugs = found(f"q={words}")
    title = Resource.objects.get(slug=slugs[0]).title_fr
    assert slugs[0] == first or words.upper() in title.upper()


def test_the_best_match_comes_first():
    topic = make_topic()
    make_resource(topics=[topic], slug="a-texte", body_fr="Le zinc vert du marché.")
    make_resource(topics=[topic], slug="b-phrase", summary_fr="Du zinc vert.")
    make_resource(topics=[topic], slug="c-dans-le-titre", title_fr="Marché du zinc vert")
    make_resource(topics=[topic], slug="d-titre", title_fr="Zinc vert")
    make_resource(topics=[topic], slug="e-ailleurs", summary_en="Zinc vert.")
    order = ["d-titre", "c-dans-le-titre", "b-phrase", "a-texte", "e-ailleurs"]
    assert found(f"sujet={topic.slug}&q=zinc vert") == order


@pytest.mark.parametrize(("written", "typed"), [("كار", "کار"), ("اللغة", "اللغه"), ("مدني", "مدنی"), ("ёлка", "елка")])
def test_letters_that_keyboards_write_in_several_ways_are_one(written, typed):
    resource = make_resource(title_ar=written)
    assert resource.slug in found(f"q={typed}")


def test_an_entry_whose_territory_is_not_known_is_found_but_serves_no_place(client):
    topic = make_topic()
    resource = make_resource(topics=[topic], scope="")
    assert found(f"sujet={topic.slug}") == [resource.slug]
    assert found(f"sujet={topic.slug}&departement=15") == []
    assertContains(client.get(f"/fr/ressources/{resource.slug}/"), "Territoire non précisé")


def test_an_unpublished_entry_is_nowhere(client):
    hidden = make_resource(is_published=False)
    assert hidden.slug not in found("")
    assert client.get(reverse("resource", args=[hidden.slug])).status_code == 404


def test_a_department_keeps_its_own_then_its_region_then_france():
    topic = make_topic()
    national = make_resource(topics=[topic], slug="a-france")
    regional = make_resource(topics=[topic], slug="b-region", regions=["84"])
    own = make_resource(topics=[topic], slug="c-cantal", departments=["15"])
    make_resource(topics=[topic], slug="d-ailleurs", departments=["59"], is_practice=True)
    make_resource(topics=[topic], slug="e-voisin", departments=["12"])
    make_resource(topics=[topic], slug="f-autre-region", regions=["11"])
    assert found(f"sujet={topic.slug}&departement=15") == [own.slug, regional.slug, national.slug]


def test_nothing_local_leads_on_to_neighbours_region_france_and_practices_elsewhere(client):
    topic = make_topic()
    make_resource(topics=[topic], slug="france")
    make_resource(topics=[topic], slug="region", regions=["84"])
    make_resource(topics=[topic], slug="voisin", departments=["12"])
    make_resource(topics=[topic], slug="pratique", departments=["59"], is_practice=True)
    make_resource(topics=[topic], slug="loin", departments=["59"])
    query = f"sujet={topic.slug}&departement=15"
    assert found(query) == ["voisin", "region", "france", "pratique"]
    page = client.get(f"{LIST}?{query}").content.decode()
    with override("fr"):
        headings = [str(rung.label) for rung in (Rung.NEIGHBOURS, Rung.REGION, Rung.NATIONAL, Rung.ELSEWHERE)]
    positions = [page.index(f'class="rung">{escape(heading)}') for heading in headings]
    assert positions == sorted(positions)


def test_a_commune_comes_before_its_department():
    topic = make_topic()
    department = make_resource(topics=[topic], slug="a-departement", departments=["38"])
    commune = make_resource(topics=[topic], slug="b-commune", departments=["38"], communes=["38299"])
    assert found(f"sujet={topic.slug}&commune=38299") == [commune.slug, department.slug]


def test_a_region_keeps_what_stands_in_its_departments_and_itself():
    topic = make_topic()
    own = make_resource(topics=[topic], slug="a", departments=["15"])
    regional = make_resource(topics=[topic], slug="b", regions=["84"])
    make_resource(topics=[topic], slug="c", departments=["23"])
    assert found(f"sujet={topic.slug}&region=84") == [own.slug, regional.slug]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("departement=999", "999"),
        ("departement=15&departement=zz", "zz"),
        ("region=77", "77"),
        ("commune=99999", "99999"),
        ("lieu=Trifouillis", "Trifouillis"),
        ("departement=%00", 'role="alert"'),
        ("region=%00&commune=%00", 'role="alert"'),
        ("lieu=%00", 'role="alert"'),
        ("&".join(f"departement={code:02}" for code in range(1, 25)), "20"),
        ("theme=astrologie", "astrologie"),
        ("sujet=rien", "rien"),
        ("type=autre", "autre"),
        ("portee=mondiale", "mondiale"),
        ("q=%00", 'role="alert"'),
        ("q=%25", 'role="alert"'),
        ("q=...&theme=sante", 'role="alert"'),
    ],
)
def test_a_wrong_value_gets_a_sentence_and_no_entries(client, query, sentence):
    response = client.get(f"{LIST}?{query}")
    assertContains(response, 'role="alert"')
    assertContains(response, sentence)
    assertNotContains(response, 'class="card"')


def test_the_same_place_asked_many_times_is_one_place(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        response = client.get(f"{LIST}?{'commune=15014&' * 900}")
    assert [commune.code for commune in response.context["filterset"].place.communes] == ["15014"]


@pytest.mark.parametrize("query", ["page=", "page=+", "page=1"])
def test_a_blank_page_is_the_first(client, query):
    assert client.get(f"{LIST}?{query}").context["page"].number == 1


def test_each_chip_takes_its_choice_back_even_with_a_space_after_the_words(client):
    chips = client.get(f"{LIST}?q=permis+&departement=15&theme=mobilite").context["filterset"].chips
    assert [query for _label, query in chips] == [
        "departement=15&theme=mobilite",
        "q=permis&theme=mobilite",
        "q=permis&departement=15",
    ]


@pytest.mark.parametrize("page", ["99", "0", "-1", "deux"])
def test_a_page_that_does_not_exist_gets_a_sentence_and_a_way_back(client, page):
    response = client.get(LIST, {"page": page, "theme": "mobilite"})
    assert response.status_code == 404
    assertContains(response, 'role="alert"', status_code=404)
    assertContains(response, "page=2", status_code=404)
    assertContains(response, "theme=mobilite", status_code=404)


def test_the_place_box_becomes_a_code_that_can_be_shared_and_keeps_the_rest(client):
    response = client.get(LIST, {"lieu": "cantal", "q": "permis", "page": "3", "type": ["outil", "document"]})
    assert response.status_code == 302
    assert response.url == f"{LIST}?q=permis&type=outil&type=document&departement=15"


def test_a_shared_name_offers_its_communes(client):
    response = client.get(LIST, {"lieu": "saint-denis", "q": "permis"})
    assertContains(response, "?q=permis&amp;commune=93066")
    assertContains(response, "?q=permis&amp;commune=97411")


def test_the_form_and_the_page_links_keep_what_was_asked(client):
    response = client.get(LIST, {"q": "emploi", "type": "organisme", "departement": "1"})
    assertContains(response, 'value="emploi"')
    assertContains(response, '<input type="checkbox" name="type" value="organisme" id="id_type_0" checked>', html=True)
    assertContains(response, '<input type="hidden" name="departement" value="1" id="id_departement_0">', html=True)
    response = client.get(LIST, {"type": "dispositif"})
    assertContains(response, "?type=dispositif&amp;page=2")


def test_the_number_under_each_heading_is_the_number_of_entries_there():
    filterset = ResourceFilter(QueryDict("departement=38"), Resource.objects.published())
    listed = [resource.rung for resource in filterset.qs]
    assert filterset.counts == {rung: listed.count(rung) for rung in set(listed)}
    assert filterset.total == len(listed)


@pytest.mark.parametrize(
    "query", ["", "departement=15", "departement=83", "commune=38299&q=projet", "region=84&type=outil"]
)
@pytest.mark.parametrize("name", ["theme", "sujet", "type", "portee"])
def test_the_count_beside_a_choice_is_what_choosing_it_gives(query, name):
    asked = QueryDict(query)
    published = Resource.objects.published()
    for box in ResourceFilter(asked, published).form.fields[name].choices:
        value = str(box[0])
        chosen = asked.copy()
        chosen.setlist(name, [value])
        counted = ResourceFilter(asked, published).choice_counts[name].get(value, 0)
        assert counted == ResourceFilter(chosen, published).total, value


def test_a_card_seen_from_a_place_shows_the_branch_that_serves_it(client):
    topic = make_topic()
    resource = make_resource(topics=[topic])
    make_branch(resource, ["15"], name="Antenne d'Aurillac", phone="04 71 00 00 00")
    make_branch(resource, ["59"], name="Antenne de Lille")
    response = client.get(LIST, {"sujet": topic.slug, "departement": "15"})
    assertContains(response, "Antenne d&#x27;Aurillac")
    assertContains(response, 'href="tel:0471000000"')
    assertNotContains(response, "Antenne de Lille")


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        # the choices of themes and topics, the counts and the topics they stand for, entries, their places, topics
        ("", 8),
        # and the department, its neighbours, the branches
        ("departement=15", 11),
        # and the chosen themes, checked; the words: known stems, synonyms, full names, whether enough entries have them
        # all and one is named so, what else bears them
        ("departement=15&theme=mobilite&q=permis", 19),
        # and the place among them: departments, regions, communes, common words
        ("theme=mobilite&q=permis cantal", 22),
    ],
)
def test_the_number_of_queries_does_not_depend_on_the_number_of_entries(
    client, django_assert_num_queries, query, queries
):
    for _ in range(10):
        make_resource(departments=["15"])
    with django_assert_num_queries(queries):
        client.get(f"{LIST}?{query}")


def test_every_theme_of_every_department_leads_somewhere_and_its_counts_are_what_the_click_gives():
    published, themes = Resource.objects.published(), list(Theme.objects.values_list("slug", flat=True))
    local = published.local_counts()
    for code in Department.objects.values_list("code", flat=True):
        counts = ResourceFilter(QueryDict(f"departement={code}"), published).choice_counts["theme"]
        for theme in themes:
            clicked = ResourceFilter(QueryDict(f"departement={code}&theme={theme}"), published)
            assert 0 < counts[theme] == clicked.total, (code, theme)
            if here := local[code][theme]:
                query = f"departement={code}&theme={theme}&portee=local&portee=departemental"
                assert ResourceFilter(QueryDict(query), published).total == here, (code, theme)


def test_the_place_stays_in_the_links_of_the_menu_and_of_the_themes(client):
    page = client.get("/fr/themes/?departement=15")
    assertContains(page, 'href="/fr/themes/mobilite/?departement=15"')
    assertContains(page, 'href="/fr/ressources/?departement=15"')
    assertContains(page, 'href="/fr/situations/?departement=15"')
