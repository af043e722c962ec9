"""Links for tests, and their check on a given day by a judge who calls only this machine."""

from datetime import UTC, datetime, timedelta

from directory.links.checking import check
from directory.links.judging import Judge
from directory.links.network import Network
from directory.links.politeness import Turns
from directory.models import Link

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


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


def known(url, verdict, **fields):
    return make_link(url, verdict=verdict, checked_at=DAY, **({"good_on": DAY.date()} | fields))


def run(links, judge, day=0):
    """Check links on a day, the first being 0."""
    at = DAY + timedelta(days=day)
    for _link in check(links, judge=judge, now=lambda: at):
        pass
    return {link.url: link for link in Link.objects.all()}
