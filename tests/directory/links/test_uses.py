"""Where links stand, and an address put in the place of another."""

import pytest

from directory.links.uses import collect, rewritten
from directory.models import Link
from directory.rendering import links_in
from tests.directory.links.checks import make_link
from tests.factories import make_branch, make_resource, make_situation
from themes.models import Theme

pytestmark = pytest.mark.django_db


def test_every_link_that_the_site_shows_is_collected_in_any_language_and_no_other():
    resource = make_resource(
        url="https://fiche.fr/",
        body_fr="[Voir](https://corps.fr/a_(b)), <https://auto.fr>, [nous](/fr/), [écrire](mailto:a@b.fr)",
        body_ar="[هنا](https://عربي.example/صفحة)",
    )
    make_branch(resource, ["15"], url="https://antenne.fr/")
    Theme.objects.filter(slug="emploi").update(context_ru="[тут](HTTPS://theme.fr/x?a=1&amp;b=2)")
    situation = make_situation()
    situation.steps.update(text_ti="[x](https://etape.fr)")
    make_link("https://plus-personne.fr/")
    collect()
    links = set(Link.objects.values_list("url", flat=True))
    assert {
        "https://fiche.fr/",
        "https://corps.fr/a_(b)",
        "https://auto.fr",
        "https://antenne.fr/",
        "https://etape.fr",
        "https://xn--ngbrx4e.example/%D8%B5%D9%81%D8%AD%D8%A9",
    } <= links
    assert "https://plus-personne.fr/" not in links
    assert any("theme.fr/x?a=1&b=2" in url for url in links)
    assert not any(url.startswith(("mailto", "/")) for url in links)
    known = Link.objects.count()
    collect()
    assert Link.objects.count() == known


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("http://Médiathèque-Été.fr:81/Été", "http://xn--mdiathque-t-39ahkb.fr:81/%C3%89t%C3%A9"),
        ("https://Fiche.fr/?a=http://Été.fr", "https://fiche.fr/?a=http://%C3%89t%C3%A9.fr"),
    ],
)
def test_a_host_written_with_capitals_is_the_one_that_was_typed(typed, link):
    assert links_in(f"[a]({typed})") == {link}
    assert rewritten(f"[a]({typed})", link, "https://b.fr/") == "[a](https://b.fr/)"


def test_what_ships_is_collected_with_a_host():
    collect()
    assert Link.objects.count() > 200
    assert not Link.objects.filter(host="").exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](https://a.fr)", "[a](https://b.fr/n)"),
        ("[a](<https://a.fr>) et <https://a.fr>", "[a](<https://b.fr/n>) et <https://b.fr/n>"),
        ('[https://a.fr](https://a.fr "Titre")', '[https://b.fr/n](https://b.fr/n "Titre")'),
        (
            "[a](https://a.fr/page), [a][1]\n\n[1]: https://a.fr",
            "[a](https://a.fr/page), [a][1]\n\n[1]: https://b.fr/n",
        ),
        ("[a](https://a.fr.example) ([b](https://a.fr))", "[a](https://a.fr.example) ([b](https://b.fr/n))"),
    ],
)
def test_an_address_is_replaced_in_a_text_where_it_stands_whole(text, expected):
    assert rewritten(text, "https://a.fr", "https://b.fr/n") == expected
    assert links_in(expected) == links_in(text) - {"https://a.fr"} | {"https://b.fr/n"}
