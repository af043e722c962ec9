"""The link checker, against servers of this machine that answer well, badly, slowly, or not at all."""

import gzip
import re
import socket
import ssl
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from directory.links import checking
from directory.links.checking import check
from directory.links.judging import Judge, Outcome
from directory.links.network import Network, is_public
from directory.links.politeness import MOST_PAUSE_SECONDS, PAUSE_SECONDS, Turns
from directory.links.uses import collect, rewritten
from directory.models import Link, Provenance, Resource
from directory.models.links import DAYS_BEFORE_BROKEN, SKIPPING, Reason, Verdict
from directory.rendering import links_in
from directory.translations import provenance
from tests.factories import make_branch, make_resource, make_situation
from themes.models import Theme, Topic

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
OK = (200, {}, b"Bonjour")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.server.site.answer(self)

    do_GET = do_HEAD = answer

    def log_message(self, *args):
        pass


class Site:
    """A server whose `pages` are, by path: (status, headers, body), a list of these for one request after the other,
    the bytes of a whole answer, or a function of the handler. A page has another answer for HEAD under "HEAD /path".

    It remembers what was asked in `asked`, as (method, host, path), and how many requests each host got at a time.
    """

    def __init__(self, context=None):
        self.pages = {"/robots.txt": (404, {}, b"")}
        self.asked, self.agents, self.most_at_once = [], set(), Counter()
        self.active, self.lock, self.closing = Counter(), threading.Lock(), threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.site, self.server.daemon_threads = self, True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.scheme = "https" if context else "http"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def url(self, path, host="exemple.fr"):
        return f"{self.scheme}://{host}:{self.port}{path}"

    def paths(self, method):
        return [path for asked, _host, path in self.asked if asked == method]

    def answer(self, handler):
        host = handler.headers["Host"].partition(":")[0]
        with self.lock:
            self.asked.append((handler.command, host, handler.path))
            self.agents.add(handler.headers["User-Agent"])
            self.active[host] += 1
            self.most_at_once[host] = max(self.most_at_once[host], self.active[host])
        try:
            page = self.page(handler)
            with self.lock:
                self.active[host] -= 1  # before the answer leaves: after it, the next request may come at once
            self.write(handler, page)
        except OSError:
            handler.close_connection = True  # the checker went away, as it does from a page that it will not read

    def page(self, handler):
        path = handler.path.partition("?")[0]
        page = self.pages.get(f"{handler.command} {path}", self.pages.get(path, (404, {}, b"")))
        page = page.pop(0) if isinstance(page, list) else page
        return page(handler) if callable(page) else page

    def write(self, handler, page):
        if isinstance(page, tuple):
            status, headers, body = page
            handler.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body if handler.command == "GET" else b"")
        elif page:
            handler.wfile.write(page)
            handler.close_connection = True


@pytest.fixture
def site():
    server = Site()
    yield server
    server.close()


def make_judge(*sites, turns=None, **options):
    """A Judge for whom every name is this machine, where it may call these sites; it makes no pause."""
    options = {
        "look_up": lambda host, port: ["127.0.0.1"],
        "local": {("127.0.0.1", server.port) for server in sites},
        "read_seconds": 0.3,
    } | options
    return Judge(Network(**options), turns or Turns(pause=lambda seconds: None))


def make_link(url, **fields):
    return Link.objects.create(url=url, host=url.split("/")[2].split(":")[0], **fields)


def run(links, judge, day=0):
    """Check links on a day, the first being 0."""
    at = DAY + timedelta(days=day)
    for _link in check(links, judge=judge, now=lambda: at):
        pass
    return {link.url: link for link in Link.objects.all()}


def silent(handler):
    """Accept a request and never answer it."""
    handler.server.site.closing.wait()


def hang_up(handler):
    handler.close_connection = True


def drip(handler):
    """Send a header now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.site.closing.wait(0.01):
        handler.wfile.write(b"X-Wait: 1\r\n")


# What a link answers, and what is to be thought of it -----------------------------------------------------------------


def moving(status, target):
    return (status, {"Location": target}, b"")


GZIP_BOMB = gzip.compress(bytes(20_000_000))
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


def test_the_checker_says_its_name_and_where_it_comes_from(site, settings):
    settings.SITE_URL = "https://annuaire.exemple.fr"
    make_judge(site).judge(site.url("/"))
    assert site.agents == {"SurQuiCompter/1.0 (+https://annuaire.exemple.fr)"}


def test_a_body_is_not_waited_for(site):
    def slow(handler):
        handler.send_response(200)
        handler.end_headers()
        silent(handler)

    site.pages |= {"HEAD /": (405, {}, b""), "/": slow}
    assert make_judge(site).judge(site.url("/")) == Outcome("", 200)


def test_an_answer_that_never_ends_is_cut_off_in_time(site):
    site.pages["/"] = drip
    ticks = iter(range(10_000))
    judge = make_judge(site, total_seconds=50, clock=lambda: next(ticks))
    assert judge.judge(site.url("/")) == Outcome(Reason.TIMEOUT)


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
    ],
)
def test_a_redirect_is_read_as_browsers_do(site, location, path):
    site.pages["/"] = b"HTTP/1.1 301 Moved\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    site.pages[path] = OK
    assert make_judge(site).judge(site.url("/")) == Outcome("", 200, site.url(path))


def test_a_name_with_accents_is_called_by_its_ascii_form(site):
    site.pages["/\N{LATIN SMALL LETTER E WITH ACUTE}".encode().decode("latin-1")] = OK
    site.pages["/%C3%A9"] = OK
    assert make_judge(site).judge(site.url("/é", host="préfecture.fr")).reason == ""
    assert {host for _method, host, _path in site.asked} == {"préfecture.fr".encode("idna").decode()}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://", Reason.BAD_ADDRESS),
        ("http:///page", Reason.BAD_ADDRESS),
        ("https://exemple.fr:port/", Reason.BAD_ADDRESS),
        ("https://[::1/", Reason.BAD_ADDRESS),
        (f"https://{'a' * 64}.fr/", Reason.BAD_ADDRESS),
        ("https://moi:secret@exemple.fr/", Reason.NOT_CALLED),
        ("ftp://exemple.fr/", Reason.NOT_CALLED),
        ("https://exemple.fr:8080/", Reason.NOT_CALLED),
    ],
)
def test_an_address_that_cannot_or_may_not_be_called(url, reason):
    def look_up(host, port):
        host.encode("idna")  # as the system's resolver does
        return ["93.184.216.34"]

    assert make_judge(look_up=look_up).judge(url) == Outcome(reason)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), Reason.DNS),
        (socket.gaierror(socket.EAI_AGAIN, "later"), Reason.DNS_SILENT),
    ],
)
def test_a_name_that_does_not_exist_is_told_from_one_that_cannot_be_looked_up(error, reason):
    def look_up(host, port):
        raise error

    assert make_judge(look_up=look_up).judge("https://nulle-part.fr/") == Outcome(reason)


def test_a_closed_port_is_a_refused_connection(site):
    judge = make_judge(site)
    site.close()
    assert judge.judge(site.url("/")) == Outcome(Reason.CONNECTION)


def test_another_address_of_the_same_name_is_tried(site):
    site.pages["/"] = OK
    judge = make_judge(site, look_up=lambda host, port: ["127.0.0.9", "127.0.0.1"])
    judge.network.local |= {("127.0.0.9", site.port)}  # where nobody listens
    assert judge.judge(site.url("/")) == Outcome("", 200)


# Certificates ---------------------------------------------------------------------------------------------------------

CA, STRANGER = trustme.CA(), trustme.CA()


def certificates(tmp_path):
    """{name of a host: what configures a server with its certificate}."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    expired = CA.issue_cert("expire.fr", not_before=yesterday - timedelta(days=9), not_after=yesterday)
    yield "bon.fr", CA.issue_cert("bon.fr").configure_cert
    yield "autre-nom.fr", CA.issue_cert("bon.fr").configure_cert
    yield "expire.fr", expired.configure_cert
    yield "inconnu.fr", STRANGER.issue_cert("inconnu.fr").configure_cert
    (tmp_path / "self.pem").write_bytes(STRANGER.private_key_pem.bytes() + STRANGER.cert_pem.bytes())
    yield "soi-meme.fr", lambda context: context.load_cert_chain(tmp_path / "self.pem")


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("bon.fr", ""),
        ("autre-nom.fr", Reason.TLS),
        ("expire.fr", Reason.TLS),
        ("soi-meme.fr", Reason.TLS),
        ("inconnu.fr", Reason.ISSUER),
    ],
)
def test_a_wrong_certificate_is_told_from_everything_else(tmp_path, host, reason):
    context, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    dict(certificates(tmp_path))[host](context)
    CA.configure_trust(trust)
    server = Site(context)
    server.pages["/"] = OK
    try:
        assert make_judge(server, trust=trust).judge(server.url("/", host)).reason == reason
    finally:
        server.close()


def test_a_server_that_speaks_no_tls_is_no_secure_link(site):
    assert make_judge(site).judge(site.url("/").replace("http:", "https:")) == Outcome(Reason.TLS)


# Addresses that are never called --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "100::1",
    ],
)
def test_an_address_of_this_machine_or_network_or_of_nobody_is_not_public(address):
    assert not is_public(address)
    judge = make_judge(look_up=lambda host, port: [address])
    assert judge.judge("https://exemple.fr/") == Outcome(Reason.PRIVATE)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "0"]
)
def test_no_way_of_writing_this_machine_reaches_it(site, host):
    judge = Judge(Network(), Turns(pause=lambda seconds: None))
    assert judge.judge(f"http://{host}:{site.port}/").reason in {Reason.PRIVATE, Reason.DNS, Reason.DNS_SILENT}
    assert site.asked == []


@pytest.mark.parametrize("target", ["http://127.0.0.1:{}/", "http://169.254.169.254/latest/", "http://[::1]:{}/"])
def test_a_redirect_to_a_private_address_is_not_followed(site, target):
    inside = Site()
    site.pages["/"] = moving(302, target.format(inside.port))
    judge = make_judge(site, look_up=lambda host, port: ["127.0.0.1"] if host == "exemple.fr" else [host])
    assert judge.judge(site.url("/")) == Outcome(Reason.PRIVATE)
    assert inside.asked == []
    inside.close()


def test_a_name_that_changes_its_mind_is_called_where_it_was_checked(site):
    """DNS rebinding: the name answers a public address, then a private one."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]])
    site.pages["/"] = OK
    judge = make_judge(site, look_up=lambda host, port: next(answers))
    assert judge.judge(site.url("/")) == Outcome(Reason.PRIVATE)
    assert site.paths("HEAD") == []  # robots.txt was read from the first address, the page asked from none


def test_only_the_public_addresses_of_a_name_are_kept():
    network = Network(look_up=lambda host, port: ["10.0.0.1", "93.184.216.34", "::1"])
    assert network.addresses("exemple.fr", 443) == ["93.184.216.34"]


def test_nothing_of_this_machine_may_be_called_unless_a_test_says_so(settings):
    assert settings.LINKS_LOCAL_SERVERS == ()
    assert Network().local == frozenset()


# Politeness -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        ((200, {}, b"User-agent: *\nDisallow: /prive/"), Reason.ROBOTS),
        ((200, {}, b"\xef\xbb\xbfUser-agent: surquicompter\nDisallow: /"), Reason.ROBOTS),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"User-agent: *\nDisallow: /")), Reason.ROBOTS),
        ((200, {}, b"User-agent: *\nDisallow: /prive/\n\nUser-agent: SurQuiCompter\nAllow: /"), ""),
        ((200, {}, b"User-agent: *\nDisallow: /ailleurs/"), ""),
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


# From one day to the next ---------------------------------------------------------------------------------------------


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
    never = {Reason.ISSUER, Reason.BAD_ANSWER, Reason.BAD_ADDRESS}
    assert set(Reason) == set(DAYS_BEFORE_BROKEN) | SKIPPING | never
    assert len(Reason) == len(DAYS_BEFORE_BROKEN) + len(SKIPPING) + len(never)


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


# Where links stand ----------------------------------------------------------------------------------------------------


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


# The command ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def local_web(site, settings, monkeypatch):
    """The web as the checker finds it when nothing is passed to it: every name in .fr is that of the test site."""
    getaddrinfo = socket.getaddrinfo

    def to_this_machine(host, *arguments, **options):
        return getaddrinfo("127.0.0.1" if str(host).endswith(".fr") else host, *arguments, **options)

    settings.LINKS_LOCAL_SERVERS = [("127.0.0.1", site.port)]
    monkeypatch.setattr(socket, "getaddrinfo", to_this_machine)
    monkeypatch.setattr("directory.links.judging.Turns", lambda: Turns(pause=lambda seconds: None))
    return site


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


# What readers see -----------------------------------------------------------------------------------------------------


def known(url, verdict, **fields):
    return make_link(url, verdict=verdict, checked_at=DAY, **({"good_on": DAY.date()} | fields))


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


# What editors see and do ----------------------------------------------------------------------------------------------

admin_page = pytest.mark.ignore_template_errors


@admin_page
def test_the_list_says_where_each_link_stands_in_a_fixed_number_of_queries(editor, django_assert_max_num_queries):
    for number in range(10):
        make_resource(title_fr=f"Fiche cassée {number}", url=f"https://casse.fr/{number}")
        known(f"https://casse.fr/{number}", Verdict.BROKEN, reason=Reason.NOT_FOUND, status=404)
    with django_assert_max_num_queries(30):
        page = editor.get(reverse("admin:directory_link_changelist"), {"verdict__exact": "broken"})
    for number in range(10):
        assertContains(page, f"Fiche cassée {number}")
    assertContains(editor.get(reverse("admin:directory_link_changelist"), {"host": "casse.fr"}), "https://casse.fr/3")
    assert editor.get(reverse("admin:directory_link_changelist"), {"host": "a\0b"}).status_code == 200


def act(client, action, *links):
    return client.post(
        reverse("admin:directory_link_changelist"),
        {"action": action, "_selected_action": [link.pk for link in links]},
        follow=True,
    )


@admin_page
def test_a_proposed_address_takes_the_place_of_the_old_one_everywhere(editor):
    old, new = "https://ancien.fr/", "https://nouveau.fr/page"
    first = make_resource(url=old, body_fr=f"[ici]({old})", body_en=f"[here]({old})", body_ru="Тест")
    second = make_branch(first, ["15"], url=old)
    situation = make_situation()
    situation.steps.update(text_fr=f"[a]({old})")
    french = first.body_fr
    provenance.record([provenance.provenance(first, "body", language) for language in ("en", "ru")])
    link = known(old, Verdict.MOVED, proposed_url=new, status=200)
    response = act(editor, "use_proposed_address", link)
    assertContains(response, first.title_fr)
    for instance in (first, second):
        instance.refresh_from_db()
    assert (first.url, first.body_fr, first.body_en) == (new, f"[ici]({new})", f"[here]({new})")
    assert second.url == new
    assert situation.steps.get().text_fr == f"[a]({new})"
    assert {known.state(first.body_fr) for known in Provenance.objects.of([first], "en")} == {"unchecked"}
    assert french != first.body_fr
    assert list(Link.objects.filter(url__in=[old, new]).values_list("url", "verdict")) == [(new, "good")]


@admin_page
def test_a_proposed_address_is_not_used_where_the_editor_may_not_or_it_would_not_fit(editor, client, django_user_model):
    old, new = "https://ancien.fr/", "https://nouveau.fr/" + "x" * 280
    situation = make_situation()
    text = f"[a]({old})" + "e" * 580
    situation.steps.update(text_fr=text[:600])
    link = known(old, Verdict.MOVED, proposed_url=new)
    act(editor, "use_proposed_address", link)
    assert situation.steps.get().text_fr == text[:600]
    assert Link.objects.filter(pk=link.pk).exists()


@admin_page
def test_only_who_may_change_an_object_replaces_its_links(client, django_user_model):
    from django.contrib.auth.models import Permission

    user = django_user_model.objects.create_user("lien", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_link"))
    client.force_login(user)
    resource = make_resource(url="https://ancien.fr/")
    link = known("https://ancien.fr/", Verdict.MOVED, proposed_url="https://nouveau.fr/")
    act(client, "use_proposed_address", link)
    resource.refresh_from_db()
    assert resource.url == "https://ancien.fr/"
    assert client.post(reverse("admin:directory_resource_links", args=[resource.pk])).status_code == 403


@admin_page
def test_an_editor_checks_the_links_of_one_entry(editor, local_web):
    local_web.pages["/bon"] = OK
    resource = make_resource(url=local_web.url("/bon"), body_fr=f"[x]({local_web.url('/absent')})")
    make_branch(resource, ["15"], url=local_web.url("/antenne"))
    form = reverse("admin:directory_resource_change", args=[resource.pk])
    address = reverse("admin:directory_resource_links", args=[resource.pk])
    assertContains(editor.get(form), f'action="{address}"')
    assert editor.get(address).status_code == 405
    page = editor.post(address)
    for path in ("/bon", "/absent", "/antenne"):
        assertContains(page, local_web.url(path))
    assert Link.objects.answering().get().url == local_web.url("/bon")
    assert Link.objects.failing().count() == 2
    assertContains(editor.get(form), "404")
    assert editor.post(reverse("admin:directory_resource_links", args=[10**12])).status_code == 404


@admin_page
def test_an_editor_checks_links_again(editor, local_web):
    local_web.pages["/bon"] = OK
    link = known(local_web.url("/bon"), Verdict.BROKEN, failed_on=DAY.date(), failed_days=3)
    act(editor, "check_again", link)
    assert Link.objects.get().verdict == Verdict.GOOD


@admin_page
def test_nobody_types_into_the_list_of_links(editor):
    link = known("https://fiche.fr/", Verdict.GOOD)
    assert editor.get(reverse("admin:directory_link_add")).status_code == 403
    assert editor.post(reverse("admin:directory_link_delete", args=[link.pk])).status_code == 403
    assertNotContains(editor.get(reverse("admin:directory_link_change", args=[link.pk])), 'name="_save"')
