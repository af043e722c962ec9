"""What is known of every link that the site shows: whether it leads somewhere, since when, and what to put instead."""

from datetime import timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

# As many bytes as an index of PostgreSQL takes (2704), with a margin; a longer link is not kept, nor checked.
LONGEST_URL = 2000


class Verdict(models.TextChoices):
    UNKNOWN = "unknown", pgettext_lazy("verdict on a link", "not checked yet")
    GOOD = "good", pgettext_lazy("verdict on a link", "good")
    MOVED = "moved", pgettext_lazy("verdict on a link", "moved for good")
    DOUBTFUL = "doubtful", pgettext_lazy("verdict on a link", "doubtful")
    BROKEN = "broken", pgettext_lazy("verdict on a link", "broken")
    SKIPPED = "skipped", pgettext_lazy("verdict on a link", "cannot be checked")


ANSWERING = (Verdict.GOOD, Verdict.MOVED)
FAILING = (Verdict.DOUBTFUL, Verdict.BROKEN)


class Reason(models.TextChoices):
    """Why a link is neither good nor moved."""

    NOT_FOUND = "not_found", _("page not found")
    GONE = "gone", _("page removed for good")
    SERVER_ERROR = "server_error", _("error of the server")
    TIMEOUT = "timeout", _("no answer in time")
    DNS = "dns", _("this name does not exist")
    DNS_SILENT = "dns_silent", _("the name could not be looked up")
    CONNECTION = "connection", _("connection refused or cut")
    TLS = "tls", _("wrong certificate")
    ISSUER = "issuer", _("certificate of an unknown authority")
    LOOP = "loop", _("redirects in a loop")
    REDIRECTS = "redirects", _("too many redirects")
    BAD_ANSWER = "bad_answer", _("answer that cannot be understood")
    BAD_ADDRESS = "bad_address", _("address that cannot be understood")
    PRIVATE = "private", _("private address, never called")
    NOT_CALLED = "not_called", _("address with a password, or of an unusual port or kind, never called")
    ROBOTS = "robots", _("the site asks programs not to read it")
    ROBOTS_SILENT = "robots_silent", _("what the site asks of programs could not be read")
    REFUSED = "refused", _("the site refuses programs")


# On how many different days a link must fail before readers are told that it is broken. A server that is down,
# overloaded or renewing its certificate is back within two days: the third makes the case. An answer 404 is clear but
# sites err while they are being remade: it is asked once more, another day. An answer 410 says that it is for good.
# What is not here is never called broken: a browser may well open what OpenSSL, h11 or we cannot understand, and of a
# site whose robots.txt fails nothing is known, since RFC 9309 forbids to ask for its pages.
DAYS_BEFORE_BROKEN = {
    Reason.GONE: 1,
    Reason.NOT_FOUND: 2,
    Reason.SERVER_ERROR: 3,
    Reason.TIMEOUT: 3,
    Reason.DNS: 3,
    Reason.DNS_SILENT: 3,
    Reason.CONNECTION: 3,
    Reason.TLS: 3,
    Reason.LOOP: 3,
    Reason.REDIRECTS: 3,
}
# These say nothing of the page: a reader may see it where a program may not.
SKIPPING = {Reason.PRIVATE, Reason.NOT_CALLED, Reason.ROBOTS, Reason.REFUSED}
# After how many days a link of each verdict is checked again: a doubt on another day, since only that counts.
DAYS_BEFORE_NEXT = {
    Verdict.GOOD: 30,
    Verdict.MOVED: 30,
    Verdict.SKIPPED: 30,
    Verdict.BROKEN: 7,
    Verdict.DOUBTFUL: 1,
}


class LinkQuerySet(models.QuerySet):
    def broken(self):
        return self.filter(verdict=Verdict.BROKEN)

    def answering(self):
        """Links that led somewhere when they were last checked."""
        return self.filter(verdict__in=ANSWERING)

    def failing(self):
        """Links that are broken, or may be."""
        return self.filter(verdict__in=FAILING)

    def moved(self):
        """Links that lead somewhere by a redirect that is there for good."""
        return self.filter(verdict=Verdict.MOVED)

    def due(self, today):
        """Links to check on a day: those never checked, and the others when their days have passed."""
        due = Q(checked_at=None)
        for verdict, days in DAYS_BEFORE_NEXT.items():
            due |= Q(verdict=verdict, checked_at__date__lte=today - timedelta(days=days))
        return self.filter(due)

    def longest_ago_first(self):
        return self.order_by(F("checked_at").asc(nulls_first=True), "host", "url")


class Link(models.Model):
    """One address of the web, wherever the site shows it. Written by directory.links, never typed."""

    url = models.CharField(_("link"), max_length=LONGEST_URL, unique=True)
    host = models.CharField(_("site"), max_length=255, db_index=True)
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict, default=Verdict.UNKNOWN)
    reason = models.CharField(_("reason"), max_length=13, choices=Reason, blank=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    failed_on = models.DateField(_("fails since"), null=True)
    last_failed_on = models.DateField(null=True)
    failed_days = models.PositiveSmallIntegerField(_("days on which it failed"), default=0)
    checked_at = models.DateTimeField(_("last checked"), null=True)
    good_on = models.DateField(_("last good on"), null=True)
    proposed_url = models.CharField(_("proposed address"), max_length=300, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["host", "url"]
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self):
        return self.url

    @property
    def finding(self):
        """The verdict with what it rests on, in one line."""
        why = self.get_reason_display() + (f" ({self.status})" if self.status else "")
        return f"{self.get_verdict_display()} – {why}" if self.reason else self.get_verdict_display()

    def record(self, outcome, at, *, counts=True):
        """Write what a check found (a directory.links.judging.Outcome) at a time, and the verdict that follows.

        A failure that does not count (our own network may be down, or the page was not asked for) raises a doubt at
        most. What says nothing of the page, or less than what is known, takes nothing back: a broken link is so until
        it works, or answers what a browser may open. A row that went meanwhile stays gone, and the same failure written
        twice on a day counts once.
        """
        today, verdict = timezone.localdate(at), None
        counts = counts and outcome.reason != Reason.ROBOTS_SILENT
        if not outcome.reason:
            verdict = Verdict.MOVED if outcome.moved_to else Verdict.GOOD
            self.good_on, self.failed_on, self.last_failed_on, self.failed_days = today, None, None, 0
        elif outcome.reason not in SKIPPING:
            self.failed_on = self.failed_on or today
            if counts and self.last_failed_on != today:
                self.last_failed_on = today
                self.failed_days += 1
            needed = DAYS_BEFORE_BROKEN.get(outcome.reason)
            if counts and needed and self.failed_days >= needed:
                verdict = Verdict.BROKEN
            elif self.verdict != Verdict.BROKEN or (counts and not needed):
                verdict = Verdict.DOUBTFUL
        elif not self.failed_on:
            verdict = Verdict.SKIPPED
        self.checked_at = at
        if verdict:
            self.verdict, self.reason, self.status = verdict, outcome.reason, outcome.status
            self.proposed_url = outcome.moved_to
        written = {field.name: getattr(self, field.name) for field in self._meta.fields}
        for fixed in ("id", "url", "host"):
            written.pop(fixed)
        Link.objects.filter(pk=self.pk).update(**written)


class LinkedQuerySet(models.QuerySet):
    """Objects that have a `url`."""

    def with_link(self):
        """Annotate what readers are told of each one's link: `link_is_broken`, and `link_good_on`, the day it led
        somewhere, None unless it still did when it was last checked."""
        known = Link.objects.filter(url=OuterRef("url"))
        return self.annotate(
            link_is_broken=Exists(known.broken()), link_good_on=Subquery(known.answering().values("good_on"))
        )
