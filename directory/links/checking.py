"""Checking many links: several hosts side by side, one request at a time on each, every result written at once."""

import logging
import queue
import random
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from django.utils import timezone

from directory.links.judging import Judge
from directory.links.politeness import ComeBack, Stopped
from directory.models.links import Link

logger = logging.getLogger(__name__)
HOSTS_AT_ONCE = 8


def check(links, *, judge=None, seconds=None, now=timezone.now):
    """Check Links, and yield each of them as soon as what was found is written.

    After `seconds`, when given, the links that are left are left; so they are when the generator is closed, and when
    their host asks for more time than a check has. Threads call the web, this one alone the database: what was yielded
    is written, whatever happens next. Two checks at once only ask twice. `judge` and `now` are for tests.
    """
    judge = judge or Judge()
    by_host, found = defaultdict(list), queue.SimpleQueue()
    for link in links:
        by_host[link.host].append(link)
    hosts = list(by_host.values())
    random.shuffle(hosts)  # so that two checks at once do not go side by side from host to host
    left = sum(map(len, hosts))
    end = time.monotonic() + seconds if seconds else None

    def work(host):
        for link in host:
            try:
                found.put((link, judge.judge(link.url)))
            except Stopped:
                return
            except ComeBack:
                found.put((link, None))
            except Exception:
                logger.exception("The check of %s failed", link.url)
                found.put((link, None))

    # A failure without any answer may be our own network's. It counts only on a day when some server answered us.
    is_heard = Link.objects.filter(good_on=timezone.localdate(now())).exists()
    unheard = []
    pool = ThreadPoolExecutor(HOSTS_AT_ONCE)
    try:
        for host in hosts:
            pool.submit(work, host)
        while left:
            try:
                link, outcome = found.get(timeout=max(0, end - time.monotonic()) if end else None)
            except queue.Empty:
                break
            left -= 1
            if outcome is None:
                continue
            is_heard = is_heard or outcome.status is not None
            unheard.append((link, outcome))
            if is_heard or outcome.status is not None:
                yield from written(unheard, now)
        yield from written(unheard, now, counts=is_heard)
    finally:
        judge.turns.stopping.set()
        pool.shutdown(wait=not end, cancel_futures=True)


def written(found, now, *, counts=True):
    """Write each (Link, Outcome) of a list, which it empties, and yield the Link; `is_heard` says if it answered."""
    while found:
        link, outcome = found.pop(0)
        link.record(outcome, now(), counts=counts)
        link.is_heard = outcome.status is not None
        yield link
