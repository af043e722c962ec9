"""When a host may be called: one request at a time, with a pause after each, and not where its robots.txt says no."""

import fcntl
import os
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path

from protego import Protego

PAUSE_SECONDS = 1
# What a site asks for (Crawl-delay, Retry-After) is granted up to here: a check must end some day.
MOST_PAUSE_SECONDS = 10
# How often a host that another process is calling is looked at.
POLL_SECONDS = 0.1
# RFC 9309: at least 500 kibibytes of a robots.txt are read, and at least five redirects towards it followed.
MOST_ROBOTS_BYTES, MOST_ROBOTS_REDIRECTS = 500 * 1024, 5


class Stopped(Exception):
    """The check is being stopped: no more requests."""


class ComeBack(Exception):
    """A host asked to be left alone for longer than a check can wait."""


@dataclass
class Turn:
    """The one request that a host gets at a time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    pause: float = PAUSE_SECONDS
    is_over: bool = False


class Turns:
    """Whose turn it is, host by host. `clock` and `pause` are for tests; `pause` is true when it was cut short.

    The processes of a machine wait for each other by a file per host, locked while the host is called; it keeps when
    the last call ended.
    """

    def __init__(self, clock=time.time, pause=None):
        self.stopping, self.folder = threading.Event(), folder_of_ours()
        self.clock, self.pause = clock, pause or self.stopping.wait
        self.lock, self.turns = threading.Lock(), {}

    def of(self, host):
        with self.lock:
            return self.turns.setdefault(host, Turn())

    @contextmanager
    def take(self, host):
        """Wait for a host to be free, and keep it for one request.

        Raises Stopped when the check stops meanwhile, ComeBack when the host asked to be left alone.
        """
        turn = self.of(host)
        with turn.lock, (self.folder / sha256(host.encode()).hexdigest()).open("a+") as file:
            while not is_locked(file):
                self.wait(POLL_SECONDS)
            self.heed(host)
            file.seek(0)
            left = float(file.read() or "-inf") + turn.pause - self.clock()
            self.wait(min(left, turn.pause))  # whatever was done to the clock meanwhile
            try:
                yield
            finally:
                file.truncate(0)
                file.write(str(self.clock()))

    def heed(self, host):
        """Raise ComeBack when a host asked to be left alone."""
        if self.of(host).is_over:
            raise ComeBack

    def wait(self, seconds):
        """Pause, if there is time left; raises Stopped when the check stops meanwhile."""
        if (seconds > 0 and self.pause(seconds)) or self.stopping.is_set():
            raise Stopped

    def slow_down(self, host, seconds):
        """Leave more time between two requests to a host: the `seconds` it asks for, within reason."""
        turn = self.of(host)
        turn.pause = max(turn.pause, min(seconds, MOST_PAUSE_SECONDS))

    def put_off(self, host, retry_after):
        """Do as a host says in Retry-After: slow down or, when that is longer than we can wait, ask it no more."""
        seconds = seconds_until(retry_after, self.clock())
        self.slow_down(host, seconds)
        if seconds > MOST_PAUSE_SECONDS:
            self.of(host).is_over = True


def folder_of_ours():
    """A folder for the processes of one user of this machine; raises PermissionError when another user made it."""
    folder = Path(tempfile.gettempdir()) / f"surquicompter-links-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else.")
    return folder


def is_locked(file):
    """Lock a file for this one alone, until it is closed; False when another has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def seconds_until(retry_after, now):
    """How long a Retry-After is from now: a number of seconds or a date (RFC 9110); 0 when it is neither."""
    try:
        if retry_after.strip().isdecimal():
            return float(retry_after)
        return parsedate_to_datetime(retry_after).timestamp() - now
    except (ValueError, OverflowError):
        return 0


def rules(text):
    """What a robots.txt, as bytes, asks of programs, as RFC 9309 has it."""
    return Protego.parse(text.decode("utf-8-sig", errors="replace"))
