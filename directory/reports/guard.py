"""What stands between the readers' forms and floods of them, without cookie, script or record of anybody.

These forms ride on no session, so that there is nothing for another site to abuse; what protects them is a signed
stamp that says when a form was opened and can be used once, a trap for programs, limits of size and of rate.
"""

import ipaddress
import secrets
import time
from datetime import timedelta
from hashlib import blake2b
from http import HTTPStatus

from django.conf import settings
from django.core.checks import Warning
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import IntegrityError, OperationalError, transaction
from django.http import QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import get_language, gettext_lazy as _

from directory.models.reports import forget_old_emails, new_reference
from directory.translations import plain

SHORTEST, LONGEST = timedelta(seconds=3), timedelta(hours=24)
# In a process. Many people may stand behind one address: a town hall's, a telephone operator's.
MOST_PER_HOUR = 20
MOST_ADDRESSES = 10_000

UNREADABLE = _("What was sent could not be read: it is too long, or damaged. Go back, shorten it, then send it again.")
TOO_OLD = _("This form was open for too long. Nothing is lost: check what you wrote, then send it again.")
NOT_SURE = _("We cannot be sure that a person sent this. Check what you wrote, then send it again.")
ALREADY_SENT = _("You have already sent this, under the reference %(reference)s. If you changed it, send it again.")
NOT_NOW = _("Our editors are saving a great deal just now. Nothing is lost: send it again in a minute.")
TOO_MANY = _("Many messages came by your connection within an hour. Keep what you wrote, and send it again later.")


class Refused(Exception):
    """What was sent is not kept. `sentence` tells the reader why, and is empty when the form itself says it beside its
    fields; `status` tells their browser; `is_spent` says that the form needs another stamp."""

    def __init__(self, sentence="", status=HTTPStatus.UNPROCESSABLE_ENTITY, *, is_spent=False):
        self.sentence, self.status, self.is_spent = sentence, status, is_spent
        super().__init__(str(sentence))


class RateLimit:
    """At most `most` times within `seconds` for one address, in this process, in memory.

    Addresses are known by a hash under a key that is drawn at random and forgotten with them: nothing of it can be
    stored, logged or compared with anything else.
    """

    def __init__(self, most, seconds=3600):
        self.most, self.seconds, self.window = most, seconds, None

    def allows(self, address):
        window = int(time.monotonic() // self.seconds)
        if window != self.window:
            self.window, self.key, self.counts = window, secrets.token_bytes(32), {}
        known = blake2b(address.encode(), key=self.key, digest_size=16).digest()
        # Put back last, so that the first ones are those that were quiet the longest.
        count = self.counts[known] = self.counts.pop(known, 0) + 1
        if len(self.counts) > MOST_ADDRESSES:
            self.counts.pop(next(iter(self.counts)))
        return count <= self.most


messages_by_address = RateLimit(MOST_PER_HOUR)


def address_of(request):
    """Where a request comes from: an IPv4 address, or the network of a home in IPv6; "" when it cannot be told.

    A header is believed only when CLIENT_ADDRESS_HEADER names it, and of a list only its last address, which the
    nearest proxy wrote: anybody may send the others.
    """
    named = request.headers.get(settings.CLIENT_ADDRESS_HEADER, "") if settings.CLIENT_ADDRESS_HEADER else ""
    for text in (named.rsplit(",", 1)[-1].strip(), request.META.get("REMOTE_ADDR", "")):
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        if address.version == 4:
            return str(address)
        return str(address.ipv4_mapped or ipaddress.ip_network((address.packed, 64), strict=False))
    return ""


def check_address_header(app_configs, **kwargs):
    """Warn, at `check --deploy`, where all readers would share one limit: behind a proxy whose header is not named."""
    if not settings.HTTPS or settings.CLIENT_ADDRESS_HEADER:
        return []
    return [
        Warning(
            "HTTPS is true, so a proxy stands before the site, but CLIENT_ADDRESS_HEADER does not say in which header "
            "it writes a reader's address: all readers share one limit of messages per hour.",
            id="directory.W001",
        )
    ]


def signer_of(purpose):
    return TimestampSigner(salt=f"directory.reports.{purpose}")


def new_stamp(purpose):
    """What a form carries from its opening to its sending: the reference its message will have, signed and dated.

    `purpose` is what the form is about, and no other form's: "signaler/57", by the key that an entry keeps when its
    address changes.
    """
    return signer_of(purpose).sign(new_reference())


def read_stamp(purpose, stamp):
    """The reference in a stamp; Refused when it is forged, too old or too fresh."""
    try:
        reference = signer_of(purpose).unsign(stamp, max_age=LONGEST)
    except BadSignature:
        raise Refused(TOO_OLD, is_spent=True) from None
    try:
        signer_of(purpose).unsign(stamp, max_age=SHORTEST)
    except SignatureExpired:
        return reference
    raise Refused(NOT_SURE)


class NoFiles(FileUploadHandler):
    """Passes over the files that are sent with a form: none of ours asks for one."""

    def new_file(self, *args, **kwargs):
        raise SkipFile

    def receive_data_chunk(self, raw_data, start):
        return None

    def file_complete(self, file_size):
        return None


def typed_in(request):
    """What was typed in a form, without what no database or page can hold: control characters, halves of characters.

    Refused, before anything is read, when it is larger than Django lets a form be without files.
    """
    request.upload_handlers = [NoFiles(request)]
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        sent = request.POST
    except (SuspiciousOperation, BadRequest, MultiPartParserError):  # too long, too many fields, not UTF-8, cut short
        raise Refused(UNREADABLE, HTTPStatus.BAD_REQUEST) from None
    typed = QueryDict(mutable=True)
    for name, values in sent.lists():
        typed.setlist(name, [plain(value.encode(errors="replace").decode()) for value in values])
    return typed


def keep(form, purpose, address):
    """Keep what a form holds, once; returns the message. Refused, with the reason, when it is not to be kept.

    What was already kept under the same stamp is returned as it is: sending twice makes one message.
    """
    messages = form._meta.model.objects
    if form.data.get("trap"):
        raise Refused(NOT_SURE)
    reference = read_stamp(purpose, form.data.get("stamp", ""))
    if known := messages.filter(reference=reference).first():
        return same(form, known)
    if not form.is_valid():
        raise Refused()
    if not messages_by_address.allows(address):
        raise Refused(TOO_MANY, HTTPStatus.TOO_MANY_REQUESTS)
    form.instance.reference, form.instance.language = reference, get_language()
    try:
        with transaction.atomic():
            forget_old_emails()
            return form.save()
    except OperationalError:  # SQLite's one writer is at work
        raise Refused(NOT_NOW, HTTPStatus.SERVICE_UNAVAILABLE) from None
    except IntegrityError:  # the same form, sent twice at the same moment
        if known := messages.filter(reference=reference).first():
            return same(form, known)
        raise


def same(form, known):
    """The message that was kept under a stamp, when a form sent with that stamp again says the same."""
    if type(form)(form.data, instance=known).has_changed():
        raise Refused(ALREADY_SENT % {"reference": known.reference}, is_spent=True)
    return known
