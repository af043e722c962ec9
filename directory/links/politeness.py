"""When a host may be called: one request at a time, with a pause after each, and not where its robots.txt says no."""

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from protego import Protego

PAUSE_SECONDS = 1
# What a site asks for (Crawl-delay, Retry-After) is granted up to here: a check must end some day.
MOST_PAUSE_SECONDS = 10
# RFC 9309: at least 500 kibibytes of a robots.txt are read, and at least five redirects towards it followed.
MOST_ROBOTS_BYTES, MOST_ROBOTS_REDIRECTS = 500 * 1024, 5


class Stopped(Exception):
    """The check is being stopped: no more requests."""


@dataclass
class Turn:
    """The one request that a host gets at a time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    pause: float = PAUSE_SECONDS
    left_at: float = -MOST_PAUSE_SECONDS


class Turns:
    """Whose turn it is, host by host. `clock` and `pause` are for tests; `pause` is true when it was cut short."""

    def __init__(self, clock=time.monotonic, pause=None):
        self.stopping = threading.Event()
        self.clock, self.pause = clock, pause or self.stopping.wait
        self.lock, self.turns = threading.Lock(), {}

    def of(self, host):
        with self.lock:
            return self.turns.setdefault(host, Turn())

    @contextmanager
    def take(self, host):
        """Wait for a host to be free, and keep it for one request; raises Stopped when the check stops meanwhile."""
        turn = self.of(host)
        with turn.lock:
            left = turn.left_at + turn.pause - self.clock()
            if (left > 0 and self.pause(left)) or self.stopping.is_set():
                raise Stopped
            try:
                yield
            finally:
                turn.left_at = self.clock()

    def slow_down(self, host, seconds):
        """Leave more time between two requests to a host: the `seconds` it asks for, which may be no number."""
        try:
            seconds = float(seconds)
        except (TypeError, ValueError):
            return
        turn = self.of(host)
        turn.pause = max(turn.pause, min(seconds, MOST_PAUSE_SECONDS))


def rules(text):
    """What a robots.txt, as bytes, asks of programs, as RFC 9309 has it."""
    return Protego.parse(text.decode("utf-8-sig", errors="replace"))
