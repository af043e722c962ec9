"""What a link answers, and what is to be thought of it."""

import pytest

from directory.links.judging import Outcome
from directory.models.links import Reason
from tests.directory.links.checks import make_judge
from tests.directory.links.servers import GZIP_BOMB, OK, hang_up, moving, silent

PAGES = {
    "a page": ({"/": OK}, Outcome("", 200)),
    "an empty page": ({"/": (204, {}, b"")}, Outcome("", 204)),
    "moved for good": ({"/": moving(301, "/ici"), "/ici": OK}, Outcome("", 200, "/ici")),
    "moved for good twice": (
        {"/": moving(308, "/a"), "/a": moving(301, "/b"), "/b": OK},
        Outcome("", 200, "/b"),
    ),
    "elsewhere for now": ({"/": moving(302, "/ici"), "/ici": OK}, Outcome("", 200)),
    "another page instead": ({"/": moving(303, "/ici"), "/ici": OK}, Outcome("", 200)),
    "for now, then for good": (
        {"/": moving(307, "/a"), "/a": moving(301, "/b"), "/b": OK},
        Outcome("", 200),
    ),
    "moved to a page that is not there": ({"/": moving(301, "/ici")}, Outcome(Reason.NOT_FOUND, 404)),
    "not found": ({}, Outcome(Reason.NOT_FOUND, 404)),
    "gone": ({"/": (410, {}, b"")}, Outcome(Reason.GONE, 410)),
    "server error": ({"/": (500, {}, b"")}, Outcome(Reason.SERVER_ERROR, 500)),
    "in maintenance": ({"/": (503, {"Retry-After": "120"}, b"")}, Outcome(Reason.SERVER_ERROR, 503)),
    "gateway timeout": ({"/": (504, {}, b"")}, Outcome(Reason.TIMEOUT, 504)),
    "500 once, then 200": ({"/": [(500, {}, b""), OK]}, Outcome("", 200)),
    "login wanted": ({"/": (401, {}, b"")}, Outcome(Reason.REFUSED, 401)),
    "forbidden": ({"/": (403, {}, b"")}, Outcome(Reason.REFUSED, 403)),
    "too many requests": ({"/": (429, {}, b"")}, Outcome(Reason.REFUSED, 429)),
    "a status of no standard": ({"/": (999, {}, b"")}, Outcome(Reason.REFUSED, 999)),
    "a challenge for browsers": ({"/": (503, {"CF-Mitigated": "challenge"}, b"")}, Outcome(Reason.REFUSED, 503)),
    "loop": ({"/": moving(301, "/a"), "/a": moving(301, "/")}, Outcome(Reason.LOOP, 301)),
    "redirect to itself": ({"/": moving(302, "/")}, Outcome(Reason.LOOP, 302)),
    "ten redirects": (
        {"/": moving(302, "/1")} | {f"/{n}": moving(302, f"/{n + 1}") for n in range(1, 10)} | {"/10": OK},
        Outcome("", 200),
    ),
    "redirects without end": (
        {"/": lambda handler: moving(302, f"/?{len(handler.server.site.asked)}")},
        Outcome(Reason.REDIRECTS, 302),
    ),
    "a redirect that leads nowhere": ({"/": (302, {}, b"")}, Outcome(Reason.BAD_ANSWER, 302)),
    "a redirect to an application": ({"/": moving(302, "intent://page")}, Outcome(Reason.NOT_CALLED)),
    "a redirect with a password": ({"/": moving(302, "http://moi:secret@exemple.fr/")}, Outcome(Reason.NOT_CALLED)),
    "a redirect that is no address": ({"/": moving(302, "http://exemple.fr:port/")}, Outcome(Reason.BAD_ANSWER, 302)),
    "silent": ({"/": silent}, Outcome(Reason.TIMEOUT)),
    "hangs up": ({"/": hang_up}, Outcome(Reason.CONNECTION)),
    "speaks something else": ({"/": b"SSH-2.0-OpenSSH\r\n\r\n"}, Outcome(Reason.BAD_ANSWER)),
    "a bad length": ({"/": (200, {"Content-Length": "beaucoup"}, b"")}, Outcome(Reason.BAD_ANSWER)),
    "headers without end": ({"/": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000}, Outcome(Reason.BAD_ANSWER)),
    "a body shorter than said": ({"/": (200, {"Content-Length": "999"}, b"court")}, Outcome("", 200)),
    "a packed bomb": ({"/": (200, {"Content-Encoding": "gzip"}, GZIP_BOMB)}, Outcome("", 200)),
    "HEAD not allowed": ({"/": OK, "HEAD /": (405, {}, b"")}, Outcome("", 200)),
    "HEAD not implemented": ({"/": OK, "HEAD /": (501, {}, b"")}, Outcome("", 200)),
    "HEAD forbidden": ({"/": OK, "HEAD /": (403, {}, b"")}, Outcome("", 200)),
    "HEAD not found": ({"/": OK, "HEAD /": (404, {}, b"")}, Outcome("", 200)),
    "HEAD fails": ({"/": OK, "HEAD /": (500, {}, b"")}, Outcome("", 200)),
    "HEAD hangs up": ({"/": OK, "HEAD /": hang_up}, Outcome("", 200)),
    "HEAD silent": ({"/": OK, "HEAD /": silent}, Outcome("", 200)),
    "HEAD sent to an error page": ({"/": OK, "HEAD /": moving(302, "/erreur")}, Outcome("", 200)),
    "HEAD moved for good, GET not": ({"/": OK, "HEAD /": moving(301, "/erreur")}, Outcome("", 200)),
}


@pytest.mark.parametrize(("pages", "expected"), PAGES.values(), ids=PAGES)
def test_what_is_thought_of_an_answer(site, pages, expected):
    site.pages |= {path: list(page) if isinstance(page, list) else page for path, page in pages.items()}
    moved_to = site.url(expected.moved_to) if expected.moved_to else ""
    assert make_judge(site).judge(site.url("/")) == Outcome(expected.reason, expected.status, moved_to)


def test_a_page_costs_its_server_one_request_without_a_body(site):
    site.pages["/"] = OK
    make_judge(site).judge(site.url("/"))
    assert site.asked == [("GET", "exemple.fr", "/robots.txt"), ("HEAD", "exemple.fr", "/")]


def test_a_page_that_needs_the_cookie_of_its_redirect_is_good(site):
    def page(handler):
        return OK if handler.headers["Cookie"] == "vu=1" else (302, {"Location": "/", "Set-Cookie": "vu=1"}, b"")

    site.pages["/"] = page
    assert make_judge(site).judge(site.url("/")) == Outcome("", 200)


def test_the_place_in_a_page_is_kept_and_not_sent(site):
    site.pages |= {"/": moving(301, "/ici"), "/ici": OK}
    assert make_judge(site).judge(site.url("/#horaires")).moved_to == site.url("/ici#horaires")
    assert all("#" not in path for _method, _host, path in site.asked)


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/caf\N{LATIN SMALL LETTER E WITH ACUTE}".encode(), "/caf%C3%A9"),
        ("/caf\N{LATIN SMALL LETTER E WITH ACUTE}".encode("latin-1"), "/caf%E9"),
        (b"/un espace", "/un%20espace"),
        (b"  /ici  ", "/ici"),
        (b"\\ici", "/ici"),
        (b"ici\\la?a\\b", "/ici/la"),
    ],
)
def test_a_redirect_is_read_as_browsers_do(site, location, path):
    site.pages["/"] = b"HTTP/1.1 301 Moved\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    site.pages[path] = OK
    outcome = make_judge(site).judge(site.url("/"))
    assert (outcome.reason, outcome.moved_to.partition("?")[0]) == ("", site.url(path))


def test_a_backslash_leads_to_another_host_as_in_a_browser(site):
    site.pages |= {"/": moving(302, rf"http:\\autre.fr:{site.port}\ici"), "/ici": OK}
    assert make_judge(site).judge(site.url("/")) == Outcome("", 200)
    assert site.asked[-1] == ("HEAD", "autre.fr", "/ici")
