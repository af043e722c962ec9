"""What a site asks of programs: its robots.txt, its pauses, one request at a time."""

import gzip
import os
import subprocess
import sys
import tempfile
import threading
from email.utils import formatdate

import pytest

from directory.links import checking
from directory.links.judging import Outcome
from directory.links.politeness import MOST_PAUSE_SECONDS, PAUSE_SECONDS, POLL_SECONDS, Stopped, Turns, seconds_until
from directory.models.links import Reason, Verdict
from tests.directory.links.checks import DAY, known, make_judge, make_link, run
from tests.directory.links.servers import GZIP_BOMB, OK, Site, moving, silent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        ((200, {}, b"User-agent: *\nDisallow: /prive/"), Reason.ROBOTS),
        ((200, {}, b"\xef\xbb\xbfUser-agent: surquicompter\nDisallow: /"), Reason.ROBOTS),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"User-agent: *\nDisallow: /")), Reason.ROBOTS),
        ((200, {}, b"User-agent: *\nDisallow: /prive/\n\nUser-agent: SurQuiCompter\nAllow: /"), ""),
        ((200, {}, b"User-agent: *\nDisallow: /ailleurs/"), ""),
        ((200, {}, b"User-agent: *\nDisallow: /*/page$"), Reason.ROBOTS),
        ((200, {}, b"User-agent: *\nDisallow: /*.pdf$"), ""),
        ((200, {}, b"User-agent: *\nDisallow: /\nAllow: /prive/"), ""),  # the longer rule, wherever it stands
        ((200, {}, b"\xff\xfe<html>\x00pas un robots.txt"), ""),
        ((200, {"Content-Encoding": "gzip"}, b"ni un gzip"), ""),
        ((200, {"Content-Encoding": "gzip"}, GZIP_BOMB), ""),
        ((200, {}, b"#" * 2_000_000 + b"\nUser-agent: *\nDisallow: /"), ""),  # beyond what is read
        ((404, {}, b""), ""),
        ((403, {}, b""), ""),
        ((500, {}, b""), Reason.ROBOTS_SILENT),
        (moving(301, "/regles.txt"), Reason.ROBOTS),
        (moving(302, "/robots.txt"), ""),
        (silent, ""),
    ],
)
def test_robots_txt_is_obeyed(site, robots, reason):
    site.pages |= {"/robots.txt": robots, "/prive/page": OK}
    site.pages["/regles.txt"] = (200, {}, b"User-agent: *\nDisallow: /prive/")
    assert make_judge(site).judge(site.url("/prive/page")).reason == reason
    assert bool(site.paths("HEAD")) is (not reason)


def test_the_robots_txt_of_another_host_is_obeyed_too(site):
    other = Site()
    site.pages["/"] = moving(302, other.url("/page", "autre.fr"))
    other.pages["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /")
    assert make_judge(site, other).judge(site.url("/")) == Outcome(Reason.ROBOTS)
    assert other.paths("HEAD") == []
    other.close()


def test_robots_txt_is_read_once_for_all_the_links_of_a_site(site):
    links = [make_link(site.url(f"/{number}")) for number in range(5)]
    run(links, make_judge(site))
    assert site.paths("GET").count("/robots.txt") == 1


@pytest.mark.parametrize(
    ("robots", "pause"),
    [
        (b"", PAUSE_SECONDS),
        (b"User-agent: *\nCrawl-delay: 4", 4),
        (b"User-agent: *\nCrawl-delay: 86400", MOST_PAUSE_SECONDS),
        (b"User-agent: *\nCrawl-delay: plus tard", PAUSE_SECONDS),
    ],
)
def test_a_host_gets_a_pause_between_two_requests_as_long_as_it_asks_within_reason(site, robots, pause):
    site.pages |= {"/robots.txt": (200, {}, robots), "/": OK}
    pauses = []
    make_judge(site, turns=Turns(clock=lambda: 0, pause=pauses.append)).judge(site.url("/"))
    assert pauses == [pause]


def test_a_host_that_says_to_come_back_later_is_given_time(site):
    site.pages["/"] = [(503, {"Retry-After": "7"}, b""), OK]
    pauses = []
    make_judge(site, turns=Turns(clock=lambda: 0, pause=pauses.append)).judge(site.url("/"))
    assert pauses == [PAUSE_SECONDS, 7]


LATER = formatdate(60, usegmt=True)  # for a clock at 0, a minute


@pytest.mark.parametrize(
    ("pages", "verdict", "asked"),
    [
        ({"/a": (429, {"Retry-After": "3600"}, b"")}, Verdict.SKIPPED, ["/robots.txt", "/a"]),
        ({"/a": (503, {"Retry-After": LATER}, b"")}, Verdict.DOUBTFUL, ["/robots.txt", "/a"]),
        ({"/robots.txt": (503, {"Retry-After": LATER}, b"")}, Verdict.DOUBTFUL, ["/robots.txt"]),
        ({"/robots.txt": (429, {"Retry-After": "11"}, b"")}, Verdict.SKIPPED, ["/robots.txt"]),
    ],
)
def test_a_host_that_asks_for_more_time_than_we_have_is_left_for_this_run(site, pages, verdict, asked):
    site.pages |= pages | {"/b": OK}
    links = [make_link(site.url("/a")), known(site.url("/b"), Verdict.MOVED)]
    found = run(links, make_judge(site, turns=Turns(clock=lambda: 0, pause=lambda seconds: None)), day=40)
    assert [path for _method, _host, path in site.asked] == asked
    assert found[links[0].url].verdict == verdict
    assert (found[links[1].url].verdict, found[links[1].url].checked_at) == (Verdict.MOVED, DAY)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("7", 7), (formatdate(7, usegmt=True), 7), (formatdate(-7, usegmt=True), -7), ("", 0), ("demain", 0), ("²", 0)],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(retry_after, seconds):
    assert seconds_until(retry_after, now=0) == seconds


def test_processes_of_a_machine_call_a_host_one_at_a_time_and_make_its_pause_together():
    """What two processes share is the file: here, two Turns."""
    waited = []

    def wait(seconds):
        waited.append(seconds)
        return len(waited) == 2  # the check is stopped

    here, there = Turns(clock=lambda: 100), Turns(clock=lambda: 100.25, pause=wait)
    with here.take("exemple.fr"):
        with there.take("autre.fr"):
            pass
        with pytest.raises(Stopped), there.take("exemple.fr"):
            pass
    assert waited == [POLL_SECONDS, POLL_SECONDS]
    with there.take("exemple.fr"):
        pass
    assert waited[2:] == [0.75]


def test_a_process_that_dies_frees_its_host():
    script = """
import os
from directory.links.politeness import Turns
with Turns().take("exemple.fr"):
    os._exit(9)
"""
    environment = os.environ | {"TMPDIR": tempfile.gettempdir()}
    assert subprocess.run([sys.executable, "-c", script], env=environment).returncode == 9  # noqa: S603
    assert list(Turns().folder.iterdir())
    with Turns(pause=lambda seconds: True).take("exemple.fr"):  # would be stopped if it had to wait
        pass


def test_a_clock_that_was_put_back_makes_nobody_wait_long():
    waited = []
    for now in (9_000, 1_000):
        with Turns(clock=lambda now=now: now, pause=waited.append).take("exemple.fr"):
            pass
    assert waited == [PAUSE_SECONDS]


def test_a_folder_that_somebody_else_made_is_not_used(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 12345)  # the folder is made by who runs the test
    with pytest.raises(PermissionError):
        Turns()


def test_one_request_at_a_time_for_a_host_and_several_hosts_side_by_side(site):
    hosts = [f"site-{number}.fr" for number in range(checking.HOSTS_AT_ONCE)]
    meeting = threading.Barrier(len(hosts), timeout=20)

    def together(handler):
        meeting.wait()  # passes when every host is being called at once
        return OK

    site.pages["/page-0"] = together
    for number in range(1, 4):
        site.pages[f"/page-{number}"] = moving(302, site.url("/ici", hosts[0]))  # all lead to the same host
    site.pages["/ici"] = OK
    links = [make_link(site.url(f"/page-{number}", host)) for number in range(4) for host in hosts]
    found = run(links, make_judge(site, read_seconds=20))
    assert {link.verdict for link in found.values()} == {Verdict.GOOD}
    assert site.most_at_once == dict.fromkeys(hosts, 1)
