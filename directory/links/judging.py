"""One link, followed to its end as a reader's browser would, and what is to be thought of it."""

import re
from dataclasses import dataclass

import httpx

from directory.links.network import AGENT, Failure, Network
from directory.links.politeness import MOST_ROBOTS_BYTES, MOST_ROBOTS_REDIRECTS, ComeBack, Turns, rules
from directory.models.links import Link, Reason

MOST_REDIRECTS = 10
PERMANENT = {301, 308}
LONGEST_PROPOSAL = Link._meta.get_field("proposed_url").max_length
# After these, asking with GET what was asked with HEAD would tell nothing more, or would be rude.
CLEAR = {
    Reason.DNS,
    Reason.DNS_SILENT,
    Reason.TLS,
    Reason.ISSUER,
    Reason.BAD_ADDRESS,
    Reason.PRIVATE,
    Reason.NOT_CALLED,
    Reason.ROBOTS,
    Reason.ROBOTS_SILENT,
}
TOO_MANY_REQUESTS, UNAVAILABLE, TIMEOUTS, NO_PROGRAMS = 429, 503, {408, 504, 524}, "cf-mitigated"


@dataclass(frozen=True)
class Outcome:
    """What one check found: a Reason why the link does not lead anywhere, or none; and where it moved for good."""

    reason: str = ""
    status: int | None = None
    moved_to: str = ""


def reason_of(answer):
    """Why an Answer that is no redirect is not a page: a Reason, or "" for a page."""
    status = answer.status
    if 200 <= status < 300:
        return ""
    if NO_PROGRAMS in answer.headers:
        return Reason.REFUSED
    if status in TIMEOUTS:
        return Reason.TIMEOUT
    if status == 404:
        return Reason.NOT_FOUND
    if status == 410:
        return Reason.GONE
    if 500 <= status < 600:
        return Reason.SERVER_ERROR
    # The other errors (401, 403, 429, 999…) are for the one who asks as much as for what is asked.
    return Reason.REFUSED if status >= 400 else Reason.BAD_ANSWER


class Judge:
    """Judges links, several threads at a time; remembers the robots.txt of each site as long as it lives."""

    def __init__(self, network=None, turns=None):
        self.network, self.turns = network or Network(), turns or Turns()
        self.robots = {}

    def judge(self, link):
        """The Outcome of a link, as text. Raises Stopped when the check is being stopped, ComeBack when a host on the
        way asked to be left alone.

        HEAD costs a server less than GET. Some answer it wrongly: only a page, or what GET could not change, is
        believed; else the link is followed once more, with GET, from its start.
        """
        try:
            url = address(link)
        except httpx.InvalidURL:
            return Outcome(Reason.BAD_ADDRESS)
        outcome = self.follow("HEAD", url)
        if not outcome.reason or outcome.reason in CLEAR or outcome.status == TOO_MANY_REQUESTS:
            return outcome
        try:
            return self.follow("GET", url)
        except ComeBack:
            if outcome.status == UNAVAILABLE:
                return outcome  # that is what asks for time
            raise

    def follow(self, method, url):
        """The Outcome of following an httpx.URL with one method."""
        start, cookies, seen, permanent = url, httpx.Cookies(), set(), True
        answer = None
        try:
            for _redirects in range(MOST_REDIRECTS + 1):
                # The same page again, with nothing new in hand: it would go on for ever.
                step = (url, frozenset((cookie.name, cookie.value) for cookie in cookies.jar))
                if step in seen:
                    return Outcome(Reason.LOOP, answer.status)
                seen.add(step)
                self.turns.heed(url.host)
                self.ask_robots(url)
                answer = self.send(method, url, cookies=cookies)
                if not answer.location:
                    reason = reason_of(answer)
                    moved = str(url) if permanent and url != start and not reason else ""
                    return Outcome(reason, answer.status, moved if len(moved) <= LONGEST_PROPOSAL else "")
                permanent = permanent and answer.status in PERMANENT
                url = onwards(url, answer)
        except Failure as failure:
            return Outcome(failure.reason, failure.status)
        return Outcome(Reason.REDIRECTS, answer.status)

    def send(self, method, url, **options):
        """An Answer, in the turn of its host."""
        with self.turns.take(url.host):
            answer = self.network.send(method, url, **options)
        if answer.status in {TOO_MANY_REQUESTS, UNAVAILABLE}:
            self.turns.put_off(url.host, answer.headers.get("retry-after", ""))
        return answer

    def ask_robots(self, url):
        """Return when a site lets programs read a page; else raise Failure.

        As RFC 9309 has it: a site without robots.txt allows everything, one whose robots.txt fails nothing for now.
        """
        site = url.copy_with(raw_path=b"/robots.txt", fragment=None)
        if site not in self.robots:
            self.robots[site] = self.read_robots(site)
        found = self.robots[site]
        if isinstance(found, int):
            raise Failure(Reason.ROBOTS_SILENT, found)
        if not found.can_fetch(str(url), AGENT):
            raise Failure(Reason.ROBOTS)

    def read_robots(self, site):
        """The rules of a site, or the status with which it fails to say them; raises Failure when no page of the site
        can be had.

        Silence forbids nothing: whether the site is down, its page will tell.
        """
        url = site
        for _redirects in range(MOST_ROBOTS_REDIRECTS + 1):
            try:
                answer = self.send("GET", url, most=MOST_ROBOTS_BYTES)
                if answer.location:
                    url = onwards(url, answer)
                    continue
            except Failure as failure:
                if url == site and failure.reason in CLEAR:
                    raise  # the page itself cannot be reached either
                break
            if answer.status >= 500:
                return answer.status
            if answer.status == TOO_MANY_REQUESTS and self.turns.of(url.host).is_over:
                raise Failure(Reason.REFUSED, answer.status)
            found = rules(answer.body if answer.status == 200 else b"")
            self.turns.slow_down(site.host, found.crawl_delay(AGENT) or 0)
            return found
        return rules(b"")


def onwards(url, answer):
    """The httpx.URL that a redirect leads to; it keeps the place in the page. Raises Failure."""
    try:
        target = address(answer.location, url)
    except httpx.InvalidURL:
        raise Failure(Reason.BAD_ANSWER, answer.status) from None
    return target if target.fragment or not url.fragment else target.copy_with(fragment=url.fragment)


def address(text, base=None):
    """The httpx.URL of a link, or of one in a page at `base`, as browsers read it: a backslash before the query or the
    place in the page is a slash (WHATWG URL).

    Raises httpx.InvalidURL, also for a name that IDNA refuses.
    """
    text = re.sub(r"^[^?#]+", lambda path: path[0].replace("\\", "/"), text)
    try:
        url = base.join(text) if base else httpx.URL(text)
        _name = url.host  # httpx reads "xn--…" only when it is asked to
    except UnicodeError as error:
        raise httpx.InvalidURL(str(error)) from error
    return url
