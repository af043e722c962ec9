"""What must hold on every page and in every language: one crawl of all that the sitemap and the links lead to."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.utils.translation import get_language_info

from directory.sitemaps import SITEMAPS
from tests.factories import make_withdrawn_pages

pytestmark = pytest.mark.django_db


class Page(HTMLParser):
    """What a page declares and where it leads."""

    def __init__(self, html):
        super().__init__()
        self.attributes, self.links, self.ids, self.headings, self.resources = {}, set(), [], [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "html":
            self.attributes = attrs
        if tag == "a" and "href" in attrs:
            self.links.add(attrs["href"])
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in {"script", "img", "iframe", "link"} and attrs.get("rel") not in {"alternate"}:
            self.resources.add(attrs.get("src") or attrs.get("href"))


def addresses(language):
    """Every address of the sitemap, in one language."""
    from django.utils.translation import override

    with override(language):
        for sitemap in SITEMAPS.values():
            section = sitemap()
            for item in section.items():
                yield section.location(item) if hasattr(section, "location") else item.get_absolute_url()


def test_every_page_answers_in_its_language_and_leads_nowhere_wrong(client, language):
    visited, links = {}, set()
    info = get_language_info(language)
    make_withdrawn_pages()
    gone = [f"/{language}/{kind}/retiree/" for kind in ("ressources", "situations")]
    for path in (*addresses(language), *gone):
        response = client.get(path)
        assert response.status_code == (410 if path in gone else 200), path
        assert not response.cookies, path
        page = Page(response.content.decode())
        assert page.attributes["lang"] == language, path
        assert page.attributes["dir"] == ("rtl" if info["bidi"] else "ltr"), path
        assert len(page.ids) == len(set(page.ids)), (path, [name for name in page.ids if page.ids.count(name) > 1])
        assert page.headings.count(1) == 1, path
        assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False)), path
        assert all(link.startswith("/") for link in page.resources), (path, page.resources)
        visited[path] = page
        links |= {urljoin(path, link) for link in page.links}
    for link in links:
        parts = urlsplit(link)
        if parts.scheme or not parts.path.startswith(f"/{language}/"):
            continue  # the web outside, and the same pages in the other languages, which are visited in their turn
        if parts.path not in visited:
            response = client.get(parts.path)
            assert response.status_code == 200, link
            visited[parts.path] = Page(response.content.decode())
        if parts.fragment:
            assert parts.fragment in visited[parts.path].ids, link
    assert len(visited) > 430


def test_the_language_menu_keeps_the_page_and_its_filters(client, language):
    page = Page(
        client.get(f"/{language}/ressources/?departement=15&q=permis&type=outil&type=document").content.decode()
    )
    for code, _ in settings.LANGUAGES:
        assert f"/{code}/ressources/?departement=15&q=permis&type=outil&type=document" in page.links


@pytest.mark.parametrize(
    ("accepted", "home"),
    [
        ("fr", "/fr/"),
        ("uk,ru;q=0.8", "/uk/"),
        ("ti-ER,en;q=0.5", "/ti/"),
        ("prs", "/fa/"),
        ("prs-AF,en;q=0.5", "/fa/"),
        ("fa-AF", "/fa/"),
        ("ps-AF", "/ps/"),
        ("ar-SY", "/ar/"),
        ("de", "/fr/"),
        ("", "/fr/"),
    ],
)
def test_the_bare_address_answers_in_the_readers_language(client, accepted, home):
    response = client.get("/", headers={"accept-language": accepted})
    assert response.status_code == 302
    assert response.url == home
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize(
    "path", ["themes/nulle-part/", "situations/nulle-part/", "ressources/nulle-part/", "territoires/zz/", "nulle-part/"]
)
def test_a_wrong_address_gets_a_sentence_in_the_readers_language(client, language, path):
    response = client.get(f"/{language}/{path}")
    assert response.status_code == 404
    page = Page(response.content.decode())
    assert page.attributes["lang"] == language
    assert f"/{language}/themes/" in page.links


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/robots.txt", "/opensearch.xml", "/sitemap.xml"])
def test_addresses_for_programs_answer_without_a_cookie(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies


def test_the_sitemap_gives_each_page_in_every_language(client):
    content = client.get("/sitemap.xml").content.decode()
    for code, _ in settings.LANGUAGES:
        assert f"<loc>http://testserver/{code}/ressources/agir/</loc>" in content
        assert f'hreflang="{code}"' in content
