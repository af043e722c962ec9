"""Finding by words: what is forgiven, what is understood, what is said of it. On both databases alike."""

import csv
from pathlib import Path

import pytest
from django.http import QueryDict
from django.utils.html import escape
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from directory.filters import ResourceFilter
from directory.models import EmptySearch, Resource, SearchText, SearchWord, Synonym
from directory.search import index
from directory.search.query import understand
from tests.factories import make_resource, make_topic

pytestmark = pytest.mark.django_db
LIST = "/fr/ressources/"
QUERIES = list(csv.DictReader(Path(__file__).parent.with_name("search_queries.csv").read_text().splitlines()))


def found(words, language="fr", **filters):
    asked = QueryDict(mutable=True)
    asked.update({"q": words} | filters)
    with override(language):
        return [resource.slug for resource in ResourceFilter(asked, Resource.objects.published()).qs]


def test_95_in_100_of_what_people_type_finds_what_they_want_among_the_first_five():
    """The queries were written from the content by someone who had not read the search."""
    missed = [
        (row["language"], row["query"])
        for row in QUERIES
        if not set(row["wanted"].split()) & set(found(row["query"], row["language"])[:5])
    ]
    assert len(missed) <= len(QUERIES) * 0.05, missed


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("covoiturage", "co-voiturage"),
        ("co-voiturage", "covoiturage"),
        ("UPE2A", "upe2 a"),
        ("UPE2A", "UPE 2A"),
        ("l'école", "lecole"),
        ("travailler", "travail"),
        ("chevaux", "chevaux"),
        ("xylophone", "xylofone"),
        ("xylophone", "xylo"),
        ("жильё", "жилье"),
        ("мова", "мовою"),
        ("المدرسة", "للمدرسه"),
        ("مَدْرَسَة", "مدرسة"),
        ("خانه‌ها", "خانه"),
        ("ትምህርቲ", "ንትምህርቲ"),
        ("ፀሓይ", "ጸሓይ"),
    ],
)
def test_what_is_typed_otherwise_is_found(written, typed):
    topic = make_topic()
    resource = make_resource(topics=[topic], title_fr=f"Alpha {written}")
    assert resource.slug in found(typed, sujet=topic.slug)


def test_words_that_every_entry_could_have_tell_nothing_beside_others():
    resource = make_resource(title_fr="Xylophone en colocation")
    assert found("xylophone réfugiés gratuit") == [resource.slug]
    assert len(found("réfugiés")) > 20


def test_an_acronym_and_its_full_name_find_each_other():
    by_acronym = make_resource(title_fr="Zéphyr FLE")
    by_name = make_resource(title_fr="Zéphyr du français langue étrangère")
    assert {by_acronym.slug, by_name.slug} <= set(found("zephyr FLE"))
    assert {by_acronym.slug, by_name.slug} <= set(found("zephyr français langue étrangère"))


def test_a_synonym_works_as_soon_as_an_editor_saves_it():
    resource = make_resource(title_fr="Xylophone pour tous")
    assert resource.slug not in found("marimba")
    Synonym.objects.create(language="fr", said="Le Marimba", means="batterie | xylophone")
    assert found("marimba") == [resource.slug]


def test_a_saved_entry_is_found_by_its_new_words_and_no_longer_by_the_old():
    resource = make_resource(title_fr="Zinnia")
    resource.title_fr = "Wapiti"
    resource.save()
    assert found("wapiti") == [resource.slug]
    assert resource.slug not in found("zinnia")
    resource.delete()
    assert not SearchText.objects.filter(kind="resource", object_id=resource.pk).exists()


def test_an_entry_is_found_by_its_topics_and_a_topic_renamed_is_enough():
    topic = make_topic(title_fr="Wapitis")
    resource = make_resource(topics=[topic])
    assert resource.slug in found("wapiti")
    topic.title_fr = "Zinnias"
    topic.save()
    assert resource.slug in found("zinnia")


def test_a_rebuilt_index_is_the_one_that_saves_have_made():
    make_resource(title_fr="Zinnia des bois", title_ar="زينيا", title_ru="Циннии")
    fields = ("kind", "object_id", "language", "title", "summary", "body")
    saved = set(SearchText.objects.values_list(*fields))
    words = set(SearchWord.objects.values_list("word", "stem"))
    index.rebuild()
    assert set(SearchText.objects.values_list(*fields)) == saved
    assert set(SearchWord.objects.values_list("word", "stem")) == words


@pytest.mark.parametrize(
    ("words", "place", "others"),
    [
        ("emploi vosges", "Vosges (88)", "emploi"),
        ("emploi dans les Vosges", "Vosges (88)", "emploi"),
        ("permis 15", "Cantal (15)", "permis"),
        ("2A emploi", "Corse-du-Sud (2A)", "emploi"),
        ("santé Gannat", "Gannat (03)", "sante"),
        ("santé à Saint-Flour", "Saint-Flour (15)", "sante"),
        ("logement Saint Denis 974", "Saint-Denis (974)", "logement"),
        ("travail Auvergne-Rhône-Alpes", "Auvergne-Rhône-Alpes", "travail"),
        ("vélo 15000", None, "velo"),
        ("logement pas cher", None, "logement pas cher"),
        ("jeune de 25 ans", None, "jeune de 25 ans"),
        ("maire", None, "maire"),
        ("job", None, "job"),
        ("emploi Limoges 87", "Limoges (87)", "emploi"),
    ],
)
def test_a_place_among_the_words_is_understood(words, place, others):
    search = understand(words, "fr")
    assert (search.place.label if search.place else None, search.other_words) == (place, others)


def test_a_town_in_another_script_is_understood():
    assert understand("عمل باريس", "ar").place.label == "Paris (75)"


def test_the_place_read_in_the_words_narrows_says_so_and_can_be_taken_back(client):
    topic = make_topic()
    here = make_resource(topics=[topic], title_fr="Zinnia d'ici", departments=["88"])
    there = make_resource(topics=[topic], title_fr="Zinnia de là", departments=["15"])
    page = client.get(LIST, {"q": "zinnia vosges"})
    assertContains(page, "«\N{NO-BREAK SPACE}vosges\N{NO-BREAK SPACE}»")
    assertContains(page, here.get_absolute_url())
    assertNotContains(page, there.get_absolute_url())
    assertContains(page, "?q=zinnia+vosges&amp;mots=tels-quels")
    assert set(found("zinnia vosges", mots="tels-quels", sujet=topic.slug)) == {here.slug, there.slug}


@pytest.mark.parametrize("words", ["vosges", "88", "2A", "la Réunion", "lorraine", "dans le Cantal"])
def test_a_place_alone_is_seen_from_there(words):
    code = understand(words, "fr").place.departments[0].code
    assert found(words)[:3] == found("", departement=code)[:3] or understand(words, "fr").place.chosen_regions


def test_a_shared_name_alone_lists_nothing_until_one_is_chosen():
    assert found("Saint-Denis") == []


@pytest.mark.parametrize("words", ["a", "le la les", "de l'"])
def test_small_words_alone_find_nothing_rather_than_everything(words):
    assert found(words) == []


def test_dots_in_an_acronym_change_nothing():
    assert found("F.L.E.")[:5] == found("FLE")[:5]
    assert found("R.S.A") == found("RSA")


def test_a_place_chosen_in_its_box_is_not_read_again_in_the_words():
    resource = make_resource(title_fr="Zinnia vosgienne des Vosges", departments=["15"])
    assert found("zinnia vosges", departement="15") == [resource.slug]


def test_communes_that_share_a_name_are_offered(client):
    make_resource(title_fr="Zinnia")
    page = client.get(LIST, {"q": "zinnia saint-denis"})
    assertContains(page, "Saint-Denis (93)")
    assertContains(page, "?q=zinnia&amp;commune=97411")


def test_a_misspelling_is_mended_and_said(client):
    make_resource(title_fr="Xylophone")
    page = client.get(LIST, {"q": "xylofone"})
    assertContains(page, "«\N{NO-BREAK SPACE}xylofone\N{NO-BREAK SPACE}»")
    assertContains(page, "«\N{NO-BREAK SPACE}xylophone\N{NO-BREAK SPACE}»")


def test_the_words_found_are_marked_and_nothing_typed_or_written_becomes_markup(client):
    make_resource(
        title_fr="Le <b>Xylophone</b>", body_fr="Il y a **un** [lien](https://exemple.fr) et le *balafon* ici."
    )
    assertContains(client.get(LIST, {"q": "xylophones"}), "Le &lt;b&gt;<mark>Xylophone</mark>&lt;/b&gt;")
    page = client.get(LIST, {"q": "balafon"})
    assertContains(page, "Il y a un lien et le <mark>balafon</mark> ici.")
    assertNotContains(client.get(LIST, {"q": "<script>alert(1)</script>"}), "<script>alert")


def test_a_french_name_marked_in_arabic_text_keeps_its_direction(client):
    make_resource(title_ar="برنامج Xylophone للجميع")
    page = client.get("/ar/ressources/", {"q": "xylophone"})
    assertContains(page, '<bdi lang="fr"><mark>Xylophone</mark></bdi>')


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("conduire une voiture en france", "/fr/themes/mobilite/#"),
        ("santé mentale", "/fr/themes/sante-mentale/"),
        ("OFII", "/fr/glossaire/#ofii"),
        ("mairie de sissonne", "/fr/contacts/#"),
        ("nous avons une maison vide", "/fr/situations/une-maison-vide/"),
    ],
)
def test_themes_topics_terms_contacts_and_situations_answer_too(client, words, address):
    page = client.get(LIST, {"q": words}).content.decode()
    assert address in page[page.index('class="answers"') : page.index('class="cards"')]


def test_nothing_found_advises_without_the_filters_and_says_where_the_nearest_are(client):
    topic = make_topic()
    make_resource(topics=[topic], title_fr="Zinnia", departments=["12"], kind="outil")
    make_resource(topics=[topic], title_fr="Zinnia", departments=["59"], kind="outil")
    page = client.get(LIST, {"q": "zinnia", "departement": "974"})
    assertContains(page, "2 fiches")
    assertContains(page, 'href="?q=zinnia"')
    assertContains(page, "departement=59")
    assertContains(page, "/fr/proposer/")


def test_searches_that_find_nothing_are_counted_in_words_and_language_only(client):
    for words in ("Zzyzx Qqq", "zzyzx  qqq"):
        client.get(LIST, {"q": words})
    client.get("/ar/ressources/", {"q": "zzyzx qqq"})
    counted = EmptySearch.objects.values_list("words", "language", "count")
    assert set(counted) == {("zzyzx qqq", "fr", 2), ("zzyzx qqq", "ar", 1)}


@pytest.mark.parametrize("words", ["zzq@exemple.fr", "0612345678", "zzyzx 0612345678"])
def test_what_may_be_an_address_or_a_number_is_not_kept(client, words):
    client.get(LIST, {"q": words})
    assert not EmptySearch.objects.exists()


def test_a_search_that_finds_nothing_only_because_of_a_filter_is_not_counted(client):
    make_resource(title_fr="Zinnia", kind="outil")
    client.get(LIST, {"q": "zinnia", "type": "financeur"})
    assert not EmptySearch.objects.exists()


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("proximite", ["b", "c", "a"]),
        ("verification", ["a", "b", "c"]),
        ("nom", ["a", "b", "c"]),
        ("", ["c", "a", "b"]),
    ],
)
def test_the_answers_are_sorted_as_asked_within_each_step_of_the_ladder(sort, order):
    topic = make_topic()
    make_resource(
        topics=[topic], slug="a", body_fr="Un zinnia.", departments=["59"], is_practice=True, verified_on="2026-02-01"
    )
    make_resource(
        topics=[topic], slug="b", body_fr="Un zinnia.", departments=["12"], is_practice=True, verified_on="2026-01-01"
    )
    make_resource(topics=[topic], slug="c", title_fr="Zinnia", departments=["63"], is_practice=True)
    assert found("zinnia", departement="66", sujet=topic.slug, tri=sort) == order


def test_a_sort_that_does_not_exist_gets_a_sentence(client):
    assertContains(client.get(LIST, {"tri": "hasard"}), escape("hasard"))


@pytest.mark.parametrize(
    "words", ["é" * 200, "% _ ' \" \\ : & | ! ( ) *", "OR AND NOT NEAR", '"', "a" * 200, "1 2 3 4 5 6 7 8"]
)
def test_no_words_break_the_search(client, words):
    assert client.get(LIST, {"q": words}).status_code == 200


def test_many_words_are_not_tried_in_every_combination():
    words = "permis logement emploi santé école vélo français commune mairie accueil famille travail"
    search = understand(words, "fr")
    assert len(search.parts) == 12
    assert len(search.having(0.4).parts) <= 20
    assert found(words)


def test_an_entry_is_no_longer_found_by_a_topic_that_was_deleted():
    topic = make_topic(title_fr="Trottinettes")
    entry = make_resource(topics=[topic, make_topic()])
    text = SearchText.objects.filter(kind="resource", object_id=entry.pk, language="fr", body__contains="trottinet")
    assert text.exists()
    topic.delete()
    assert not text.exists()
