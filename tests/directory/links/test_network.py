"""One request: which addresses are called, which never, which certificates are trusted, and what is waited for."""

import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from directory.links.judging import Judge, Outcome
from directory.links.network import Network, is_public
from directory.links.politeness import Turns
from directory.models.links import Reason
from tests.directory.links.checks import make_judge
from tests.directory.links.servers import OK, Site, moving, silent

CA, STRANGER = trustme.CA(), trustme.CA()


def drip(handler):
    """Send a header now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.site.closing.wait(0.01):
        handler.wfile.write(b"X-Wait: 1\r\n")


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
        ("http://①②⑦.0.0.1/", Reason.BAD_ADDRESS),
        ("http://xn--orhcp.0.0.1/", Reason.BAD_ADDRESS),  # the same, as Markdown writes it
        ("http://xn--i-7iqv272g.ws/", Reason.BAD_ADDRESS),
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
