"""The command that checks links: which ones, and what it says."""

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from directory.links.judging import Judge, Outcome
from directory.models import Link, Resource
from directory.models.links import Reason
from tests.directory.links.servers import OK, moving
from tests.factories import make_resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def command(local_web, capsys):
    """`check_links` on a content whose only links are those of one entry, to the test site; gives what it said."""
    site = local_web
    Resource.objects.update(url="")
    Resource.branches.rel.related_model.objects.update(url="")
    site.pages |= {"/bon": OK, "/parti": moving(301, "/bon")}
    make_resource(
        slug="liens",
        url=site.url("/bon"),
        body_fr=f"[a]({site.url('/parti')}) [b]({site.url('/absent', 'autre.fr')})",
    )

    def call(*arguments):
        with override("en"):
            call_command("check_links", *arguments)
        return capsys.readouterr().out

    return call


def test_the_command_says_where_it_is_and_sums_up_by_site(site, command):
    said = command()
    assert "3 links to check" in said
    assert "3 of 3: " in said
    assert f"{site.url('/parti')}: moved for good → {site.url('/bon')}" in said
    assert f"{site.url('/absent', 'autre.fr')}: doubtful – page not found (404)" in said
    assert "  autre.fr: 1 doubtful\n  exemple.fr: 1 good, 1 moved\nIn all: 1 good, 1 moved, 1 doubtful" in said


def test_the_command_asks_for_what_is_due_unless_told_otherwise(site, command):
    command()
    assert "0 links to check" in command()
    assert "3 links to check" in command("--all")
    assert "3 links to check" in command("--entry", "liens")
    assert "1 links to check" in command("--url", site.url("/bon"))
    assert "1 links to check" in command("--host", "autre.fr")
    assert "2 links to check" in command("--all", "--limit", "2")


def test_the_command_says_what_is_left_for_another_day(site, command):
    site.pages["/robots.txt"] = (503, {"Retry-After": "3600"}, b"")
    said = command()
    assert "1 left for another day" in said
    assert "In all: 2 doubtful" in said


def test_the_command_says_when_no_server_answered_though_some_did_another_day(site, command, monkeypatch):
    assert "No server answered" not in command()
    monkeypatch.setattr(Judge, "judge", lambda judge, url: Outcome(Reason.CONNECTION))
    Link.objects.update(good_on=None, status=404)
    assert "No server answered" in command("--all")


@pytest.mark.parametrize(
    "arguments", [("--entry", "nulle-part"), ("--url", "https://nulle-part.fr"), ("--host", "nulle-part.fr")]
)
def test_the_command_says_what_it_cannot_find(command, arguments):
    with pytest.raises(CommandError, match="nulle-part"):
        command(*arguments)


def test_the_command_sums_up_when_it_is_stopped(command, monkeypatch):
    record = Link.record
    stopped = iter([False, True])

    def stop(link, *arguments, **options):
        if next(stopped):
            raise KeyboardInterrupt
        record(link, *arguments, **options)

    monkeypatch.setattr(Link, "record", stop)
    said = command()
    assert "run it again for the rest" in said
    assert said.count(" of 3: ") == 1
    assert "In all: 1 " in said
    monkeypatch.undo()
