"""What is known of links from one day to the next."""

import socket
from datetime import UTC, date, datetime, timedelta

import pytest

from directory.links.checking import check
from directory.links.judging import Judge
from directory.models import Link
from directory.models.links import DAYS_BEFORE_BROKEN, SKIPPING, Reason, Verdict
from tests.directory.links.checks import DAY, make_judge, make_link, run
from tests.directory.links.servers import OK, Site, hang_up, moving, silent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("page", "verdicts"),
    [
        ((404, {}, b""), ["doubtful", "broken", "broken"]),
        ((410, {}, b""), ["broken", "broken", "broken"]),
        ((500, {}, b""), ["doubtful", "doubtful", "broken"]),
        (silent, ["doubtful", "doubtful", "broken"]),
        (hang_up, ["doubtful", "doubtful", "broken"]),
        (moving(301, "/lien"), ["doubtful", "doubtful", "broken"]),
        (b"SSH-2.0-OpenSSH\r\n\r\n", ["doubtful", "doubtful", "doubtful"]),
        ((403, {}, b""), ["skipped", "skipped", "skipped"]),
        (OK, ["good", "good", "good"]),
        (moving(301, "/ici"), ["moved", "moved", "moved"]),
    ],
)
def test_how_many_days_a_link_must_fail_before_it_is_called_broken(site, page, verdicts):
    site.pages |= {"/lien": page, "/ici": OK}
    link, other = make_link(site.url("/lien")), make_link(site.url("/ici", "autre.fr"))
    for day, verdict in enumerate(verdicts):
        assert run([link, other], make_judge(site), day)[link.url].verdict == verdict


def test_every_reason_has_its_rule():
    never = {Reason.ISSUER, Reason.BAD_ANSWER, Reason.BAD_ADDRESS, Reason.ROBOTS_SILENT}
    assert set(Reason) == set(DAYS_BEFORE_BROKEN) | SKIPPING | never
    assert len(Reason) == len(DAYS_BEFORE_BROKEN) + len(SKIPPING) + len(never)


def test_only_a_page_removed_for_good_is_broken_on_the_first_day():
    assert {reason for reason, days in DAYS_BEFORE_BROKEN.items() if days < 2} == {Reason.GONE}


def test_failing_often_on_one_day_counts_once(site):
    link = make_link(site.url("/lien"))
    for _time in range(5):
        found = run([link], make_judge(site))[link.url]
    assert (found.verdict, found.failed_days, found.failed_on) == (Verdict.DOUBTFUL, 1, DAY.date())


def test_a_link_that_works_again_is_good_again_by_itself(site):
    link = make_link(site.url("/lien"))
    for day in range(3):
        found = run([link], make_judge(site), day)[link.url]
    assert (found.verdict, found.reason, found.status) == (Verdict.BROKEN, Reason.NOT_FOUND, 404)
    site.pages["/lien"] = OK
    found = run([link], make_judge(site), 10)[link.url]
    assert (found.verdict, found.reason, found.failed_on, found.failed_days) == (Verdict.GOOD, "", None, 0)
    assert found.good_on == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("page", "robots"),
    [
        ((403, {}, b""), None),
        ((429, {}, b""), None),
        ((404, {}, b""), (200, {}, b"User-agent: *\nDisallow: /")),
        ((404, {}, b""), (503, {}, b"")),
    ],
)
@pytest.mark.parametrize(("days", "verdict", "next_in"), [(1, Verdict.DOUBTFUL, 1), (2, Verdict.BROKEN, 7)])
def test_what_says_nothing_of_the_page_takes_nothing_back_from_a_link_that_fails(
    site, page, robots, days, verdict, next_in
):
    link = make_link(site.url("/lien"))
    for day in range(days):
        run([link], make_judge(site), day)
    site.pages |= {"/lien": page, "/robots.txt": robots or site.pages["/robots.txt"]}
    found = run([link], make_judge(site), 5)[link.url]
    assert (found.verdict, found.failed_days, found.failed_on) == (verdict, days, DAY.date())
    last = DAY.date() + timedelta(days=5)
    assert not Link.objects.due(last + timedelta(days=next_in - 1)).exists()
    assert Link.objects.due(last + timedelta(days=next_in)).exists()
    if verdict == Verdict.BROKEN:
        assert (found.reason, found.status) == (Reason.NOT_FOUND, 404)


def test_a_page_removed_for_good_stays_broken_when_its_server_fails(site):
    site.pages["/lien"] = (410, {}, b"")
    link = make_link(site.url("/lien"))
    run([link], make_judge(site))
    site.pages["/lien"] = (500, {}, b"")
    assert run([link], make_judge(site), 7)[link.url].verdict == Verdict.BROKEN


def test_a_site_that_is_wholly_down_is_doubtful_for_as_long_as_it_is_and_never_broken(site):
    site.pages |= {"/robots.txt": (503, {}, b""), "/lien": (503, {}, b"")}
    link = make_link(site.url("/lien"))
    for day in range(5):
        assert Link.objects.due((DAY + timedelta(days=day)).date()).exists()
        found = run([link], make_judge(site), day)[link.url]
        assert (found.verdict, found.reason, found.status) == (Verdict.DOUBTFUL, Reason.ROBOTS_SILENT, 503)
    assert (Link.objects.failing().get().failed_on, found.failed_days) == (DAY.date(), 0)
    assert site.paths("HEAD") == []


def test_the_last_good_day_is_remembered_while_a_link_fails(site):
    site.pages["/lien"] = OK
    link = make_link(site.url("/lien"))
    run([link], make_judge(site))
    del site.pages["/lien"]
    found = run([link], make_judge(site), 5)[link.url]
    assert (found.good_on, found.failed_on) == (date(2026, 3, 2), date(2026, 3, 7))


def test_days_of_failure_before_a_good_one_are_forgotten(site):
    link = make_link(site.url("/lien"))
    for day, page in enumerate([(404, {}, b""), OK, (404, {}, b"")]):
        site.pages["/lien"] = page
        found = run([link], make_judge(site), day)[link.url]
    assert found.verdict == Verdict.DOUBTFUL


def test_a_network_that_is_down_breaks_no_link():
    def look_up(host, port):
        raise socket.gaierror(socket.EAI_AGAIN, "no network")

    links = [make_link(f"https://site-{number}.fr/") for number in range(3)]
    for day in range(9):
        found = run(links, make_judge(look_up=look_up), day)
    assert {link.verdict for link in found.values()} == {Verdict.DOUBTFUL}
    assert {link.failed_days for link in found.values()} == {0}


def test_the_order_in_which_servers_fail_and_answer_changes_nothing(site):
    site.pages["/"] = OK
    closed = Site()
    closed.close()
    dead = [make_link(closed.url("/", f"mort-{number}.fr")) for number in range(3)]
    for day in range(3):
        found = run([*dead, make_link(site.url(f"/?{day}"))], make_judge(site, closed), day)
    assert {found[link.url].verdict for link in dead} == {Verdict.BROKEN}


def test_when_a_link_is_checked_again():
    today = date(2026, 6, 30)
    for verdict, days in [
        ("unknown", None),
        ("good", 30),
        ("good", 29),
        ("moved", 30),
        ("broken", 7),
        ("broken", 6),
        ("doubtful", 1),
        ("doubtful", 0),
        ("skipped", 30),
    ]:
        checked = None if days is None else datetime(2026, 6, 30, 9, tzinfo=UTC) - timedelta(days=days)
        make_link(f"https://exemple.fr/{verdict}-{days}", verdict=verdict, checked_at=checked)
    due = {link.url.split("/")[-1] for link in Link.objects.due(today)}
    assert due == {"unknown-None", "good-30", "moved-30", "broken-7", "doubtful-1", "skipped-30"}


def test_a_check_that_is_stopped_keeps_what_it_found_and_goes_on_from_there(site):
    site.pages |= {f"/{number}": OK for number in range(6)}
    for number in range(6):
        make_link(site.url(f"/{number}"))
    first = check(list(Link.objects.due(DAY.date())), judge=make_judge(site), now=lambda: DAY)
    stopped_at = [next(first).url, next(first).url]
    first.close()
    assert set(Link.objects.answering().values_list("url", flat=True)) == set(stopped_at)
    left = list(Link.objects.due(DAY.date()))
    assert len(left) == 4
    run(left, make_judge(site))
    assert not Link.objects.due(DAY.date()).exists()


def test_two_checks_at_once_do_no_harm(site):
    link = make_link(site.url("/lien"))
    first, second = (list(Link.objects.all()) for _time in range(2))
    run(first, make_judge(site))
    run(second, make_judge(site))
    assert Link.objects.get(pk=link.pk).failed_days == 1
    link.delete()
    run(first, make_judge(site), day=1)
    assert not Link.objects.exists()


def test_a_fault_of_ours_on_one_link_stops_neither_the_others_nor_the_check(site, caplog):
    class Faulty(Judge):
        def judge(self, link):
            return 1 / 0 if link.endswith("/0") else super().judge(link)

    judge = make_judge(site)
    judge.__class__ = Faulty
    links = [make_link(site.url(f"/{number}")) for number in range(3)]
    found = run(links, judge)
    assert [found[link.url].verdict for link in links] == [Verdict.UNKNOWN, Verdict.DOUBTFUL, Verdict.DOUBTFUL]
    assert "The check of" in caplog.text


def test_a_check_with_little_time_leaves_the_rest(site):
    site.pages["/"] = silent
    links = [make_link(site.url("/"))]
    assert list(check(links, judge=make_judge(site, read_seconds=20), seconds=0.05)) == []
