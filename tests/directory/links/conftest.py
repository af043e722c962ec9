"""A server of this machine for the link checker to call."""

import socket
import tempfile

import pytest

from directory.links.politeness import Turns
from tests.directory.links.servers import Site


@pytest.fixture(autouse=True)
def locks_of_this_test(tmp_path, monkeypatch):
    """The hosts that other tests, or checks, of this machine are calling make nobody wait."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def site():
    server = Site()
    yield server
    server.close()


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
