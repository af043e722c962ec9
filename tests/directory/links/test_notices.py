"""What readers are told of links: the day of the last check, or a warning."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format
from django.utils.translation import override
from pytest_django.asserts import assertContains

from directory.models.links import Verdict
from tests.directory.links.checks import DAY, known
from tests.factories import make_branch, make_resource
from themes.models import Topic

pytestmark = pytest.mark.django_db


def shown_link(client, address, verdict):
    """The page at an address, filled with the slug of an entry whose branch has a link of this verdict; before it, and
    from it on."""
    resource = make_resource(topics=Topic.objects.filter(theme__slug="mobilite")[:1])
    make_branch(resource, ["15"], url="https://antenne.fr/page")
    known("https://antenne.fr/page", verdict)
    page = client.get(address.format(slug=resource.slug)).content.decode()
    link = '<a href="https://antenne.fr/page"'
    assert page.count(link) == 1  # whatever is thought of it, the link is there
    return page[: page.index(link)], page[page.index(link) :]


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("address", ["ressources/{slug}/", "territoires/15/", "themes/mobilite/?departement=15"])
def test_readers_are_told_when_a_link_was_checked_or_is_broken(client, address, verdict):
    before, after = shown_link(client, f"/fr/{address}", verdict)
    assert before.rstrip().endswith("</em>") is (verdict == Verdict.BROKEN)
    assert ('class="checked"' in after) is (verdict in (Verdict.GOOD, Verdict.MOVED))


def test_the_day_of_the_check_is_written_in_the_readers_language(client, language):
    _before, after = shown_link(client, f"/{language}/territoires/15/", Verdict.GOOD)
    with override(language):
        assert date_format(DAY) in after


def test_the_warning_is_a_drawing_and_words(client):
    resource = make_resource(url="https://fiche.fr/")
    known("https://fiche.fr/", Verdict.BROKEN)
    page = client.get(f"/en/ressources/{resource.slug}/")
    assertContains(page, "this link did not work")
    assertContains(page, "#warning")


def test_a_broken_link_in_a_text_is_announced_in_the_readers_language(client, language):
    body = "[bon](https://bon.fr/) [mort](https://mort.fr/) [perdu](https://perdu.fr/)"
    resource = make_resource(body_fr=body)  # in the other languages, the French stands in for a translation
    for url in ("https://mort.fr/", "https://perdu.fr/"):
        known(url, Verdict.BROKEN)
    page = client.get(f"/{language}/ressources/{resource.slug}/").content.decode()
    assert page.count(f'class="broken" lang="{language}"') == 2
    assert re.search(r"</em>\s*<a href=.https://mort.fr/", page)
    assert not re.search(r"</em>\s*<a href=.https://bon.fr/", page)


def test_what_is_known_of_links_costs_no_query_per_link(client):
    resource = make_resource(url="https://fiche.fr/")
    counted = []
    for number in range(2):
        for place in range(1 + 9 * number):
            url = f"https://antenne.fr/{number}-{place}"
            make_branch(resource, ["15"], url=url)
            known(url, Verdict.GOOD)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/fr/ressources/{resource.slug}/")
        counted.append(len(queries))
    assert counted[0] == counted[1]
