"""One request to the web, and nothing else: never to a private address, never for long, never for much.

The address that is checked is the address that is called: names are looked up here, and the connection goes to the
number that was found, so that a name cannot answer something else a moment later.
"""

import ipaddress
import socket
import ssl
import time
import zlib
from dataclasses import dataclass
from urllib.parse import quote

import httpcore
import httpx
from django.conf import settings

from directory.models.links import Reason

PORTS = {"http": 80, "https": 443}
CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 5, 10, 20
MOST_ADDRESSES = 3  # of one name, tried one after the other
AGENT = "SurQuiCompter"
# OpenSSL's codes for a certificate whose issuer was not sent along: browsers look for it elsewhere, and often find it.
UNKNOWN_ISSUER = {20, 21}
# Servers of before RFC 5746 are refused by OpenSSL 3 and opened by every browser (ssl.OP_LEGACY_SERVER_CONNECT from
# Python 3.12 on).
LEGACY_SERVER_CONNECT = 0x4


class Failure(Exception):
    """A link that leads nowhere, or that we may not follow; `reason` is a Reason, `status` the answer if there was
    one."""

    def __init__(self, reason, status=None):
        super().__init__(reason)
        self.reason, self.status = reason, status


@dataclass(frozen=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: bytes = b""

    @property
    def location(self):
        """Where a redirect leads, as browsers read it: UTF-8 or else bytes to be quoted; "" for any other answer."""
        if self.status not in {301, 302, 303, 307, 308}:
            return ""
        raw = {name.lower(): value for name, value in self.headers.raw}.get(b"location", b"").strip()
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return quote(raw, safe="!#$%&'()*+,/:;=?@[]~")


def user_agent():
    """How the checker names itself: RFC 9110 wants a product, and webmasters somewhere to turn to."""
    return f"{AGENT}/1.0 (+{settings.SITE_URL})" if settings.SITE_URL else f"{AGENT}/1.0"


def is_public(address):
    """True for an IP address (as text) that anybody on the Internet can call; False for one of ours or of nobody."""
    number = ipaddress.ip_address(address.partition("%")[0])
    number = getattr(number, "ipv4_mapped", None) or number
    if number.is_multicast or number.is_reserved or not number.is_global:
        return False
    # Addresses that carry another one inside: 6to4 here; Teredo is not global, and NAT64 is reserved.
    return not (number.version == 6 and (number.sixtofour or number.is_site_local))


def look_up(host, port):
    """The IP addresses of a name, from the system's resolver; raises OSError as it does."""
    return [found[4][0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Stream(httpcore.NetworkStream):
    """A connection that is cut at a time, however slowly the other side keeps talking."""

    def __init__(self, stream, deadline, clock):
        self.stream, self.deadline, self.clock = stream, deadline, clock

    def left(self, timeout):
        left = self.deadline - self.clock()
        if left <= 0:
            raise Failure(Reason.TIMEOUT)
        return min(left, timeout or left)

    def read(self, max_bytes, timeout=None):
        return self.stream.read(max_bytes, self.left(timeout))

    def write(self, buffer, timeout=None):
        self.stream.write(buffer, self.left(timeout))

    def close(self):
        self.stream.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        try:
            stream = self.stream.start_tls(ssl_context, server_hostname, self.left(timeout))
        except httpcore.ConnectError as error:
            if not isinstance(error.__cause__, ssl.SSLError):
                raise
            is_incomplete = getattr(error.__cause__, "verify_code", None) in UNKNOWN_ISSUER
            raise Failure(Reason.ISSUER if is_incomplete else Reason.TLS) from error
        return Stream(stream, self.deadline, self.clock)

    def get_extra_info(self, info):
        return self.stream.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """What opens connections for httpcore: the one place where a name becomes an address."""

    def __init__(self, network):
        self.network, self.backend = network, httpcore.SyncBackend()
        self.deadline = network.clock() + network.total_seconds

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        failure = None
        for address in self.network.addresses(host, port)[:MOST_ADDRESSES]:
            try:
                stream = self.backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return Stream(stream, self.deadline, self.network.clock)
        raise failure

    def connect_unix_socket(self, *args, **kwargs):
        raise Failure(Reason.NOT_CALLED)


class Network:
    """How the web is called. Every argument is for tests: what looks names up, which (address, port) of this machine
    may be called all the same, which certificates are trusted, how long is too long, and by which clock."""

    def __init__(self, *, look_up=look_up, local=(), trust=None, read_seconds=READ_SECONDS, total_seconds=TOTAL_SECONDS,
                 clock=time.monotonic):  # fmt: skip
        self.look_up, self.clock = look_up, clock
        self.local = frozenset(local) | frozenset(settings.LINKS_LOCAL_SERVERS)
        self.read_seconds, self.total_seconds = read_seconds, total_seconds
        # Mozilla's authorities, those of most browsers.
        self.trust = trust or httpx.create_ssl_context(trust_env=False)
        self.trust.options |= LEGACY_SERVER_CONNECT

    def addresses(self, host, port):
        """The addresses of a host that may be called at a port; raises Failure when there is none."""
        try:
            found = list(dict.fromkeys(self.look_up(host, port)))
        except socket.gaierror as error:
            nobody = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
            raise Failure(Reason.DNS if error.errno in nobody else Reason.DNS_SILENT) from error
        except OSError as error:
            raise Failure(Reason.DNS_SILENT) from error
        except ValueError as error:  # a label that is too long, a NUL
            raise Failure(Reason.BAD_ADDRESS) from error
        allowed = [
            address
            for address in found
            if (address, port) in self.local or (port in PORTS.values() and is_public(address))
        ]
        if not allowed:
            raise Failure(Reason.NOT_CALLED if any(map(is_public, found)) else Reason.PRIVATE)
        return allowed

    def send(self, method, url, *, cookies=None, most=0):
        """The Answer to one request, with the first `most` bytes of its body; redirects are not followed.

        `url` is an httpx.URL, `cookies` an httpx.Cookies that is sent and filled. Raises Failure.
        """
        if url.scheme not in PORTS or url.userinfo:
            raise Failure(Reason.NOT_CALLED)
        if not url.host:
            raise Failure(Reason.BAD_ADDRESS)
        headers = {"User-Agent": user_agent(), "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
        request = httpx.Request(method, url, headers=headers, cookies=cookies)
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port or PORTS[url.scheme], target=url.raw_path
        )
        timeouts = {"connect": CONNECT_SECONDS, "read": self.read_seconds, "write": self.read_seconds}
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self.trust, network_backend=Backend(self)) as pool,
                pool.stream(method, target, headers=request.headers.raw, extensions={"timeout": timeouts}) as response,
            ):
                answer = httpx.Response(response.status, headers=response.headers, request=request)
                if cookies is not None:
                    cookies.extract_cookies(answer)
                body = read(response.iter_stream(), answer.headers.get("content-encoding"), most) if most else b""
                return Answer(response.status, answer.headers, body)
        except httpcore.TimeoutException as error:
            raise Failure(Reason.TIMEOUT) from error
        except httpcore.NetworkError as error:
            raise Failure(Reason.CONNECTION) from error
        except httpcore.ProtocolError as error:
            # A server that hangs up without a word is cut off rather than misunderstood.
            cut = "disconnected" in str(error)
            raise Failure(Reason.CONNECTION if cut else Reason.BAD_ANSWER) from error


def read(chunks, encoding, most):
    """The first `most` bytes of a body, unpacked if it was packed although we asked that it be not."""
    raw = b""
    for chunk in chunks:
        raw += chunk
        if len(raw) >= most:
            break
    if encoding in {"gzip", "deflate"}:
        try:
            return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(raw[:most], most)
        except zlib.error:
            return b""
    return raw[:most]
