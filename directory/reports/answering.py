"""What becomes of a message: its answer, and the entry that a proposal becomes."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext, override

from directory.history import act
from directory.models import Proposal, Resource
from directory.places import find_typed, parameter_of
from directory.roles import may_change
from directory.translations import SOURCE

SLUG_LENGTH = Resource._meta.get_field("slug").max_length


def letter_to(message):
    """The e-mail that tells a message's sender what became of it, in the language of the page they wrote on."""
    with override(message.language):
        link = settings.SITE_URL and f"{settings.SITE_URL}{message.get_absolute_url()}"
        text = render_to_string("reports/answer.txt", {"message": message, "link": link})
        subject = gettext("What became of your message %(reference)s") % {"reference": message.reference}
    return EmailMessage(subject, text, to=[message.email])


def mailto(message):
    """The address that opens that letter in the editor's own e-mail program, while the site sends none itself."""
    letter = letter_to(message)
    return f"mailto:{message.email}?{urlencode({'subject': letter.subject, 'body': letter.body}).replace('+', '%20')}"


def record_answer(message, user):
    """Note who answered a message that was just changed, and when; one put back among those to answer has no answerer.

    Their address is forgotten, unless the site has a letter to send to it: then `send_answer` does both.
    """
    message.answered_at, message.answered_by = (timezone.now(), user) if message.is_answered else (None, None)
    if message.is_answered and not settings.SENDS_EMAIL:
        message.email = ""
    message.save(update_fields=["answered_at", "answered_by", "email"])


def send_answer(message):
    """Tell a message's sender what became of it, and forget their address.

    Raises OSError, which smtplib's errors are, when the e-mail cannot be sent, ValueError when no letter can be sent
    to such an address, OperationalError while the database is busy: the address is then kept.
    """
    letter = letter_to(message)
    with transaction.atomic():  # first what can be undone
        type(message).objects.filter(pk=message.pk).update(email="")
        letter.send()


def free_slug(text, otherwise):
    """An address made of a text, or of another when no letter of it can stand in one, that no entry has yet."""
    base = (slugify(text) or slugify(otherwise))[: SLUG_LENGTH - 4].strip("-")
    taken = set(Resource.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{number}" for number in range(2, 1000))) if slug not in taken)


def draft_from(proposal, user):
    """An unpublished entry with what a proposal says, each thing where it belongs; the one already made, if there is.

    A name is the same in every language; the text stands in the sender's. What a reader cannot know, the type, the
    summary, the topics, is left for the editor; to who edits themes it is given one topic of each theme, for without
    any it would not be theirs. Raises PermissionDenied, and writes nothing, when the entry would not be the user's to
    change.
    """
    with transaction.atomic(), act(user=user) as recorder:
        draft = write_draft(proposal, user)
        if not may_change(user, draft):
            raise PermissionDenied
        made_of = gettext("Proposal %(reference)s") % {"reference": proposal.reference}
        recorder.act.reason = " · ".join(filter(None, [recorder.act.reason, made_of]))[:200]
    return draft


def write_draft(proposal, user):
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.draft:
        return proposal.draft
    departments = list(proposal.departments.all())
    places = find_typed(proposal.place)
    place = places[0] if len(places) == 1 else None
    parameter = parameter_of(place)[0] if place else ""
    with override(SOURCE):
        received = date_format(timezone.localtime(proposal.created_at), "DATE_FORMAT")
    draft = Resource.objects.create(
        slug=free_slug(proposal.name, f"proposition-{proposal.reference}"),
        title_fr=proposal.name,
        kind=Resource.Kind.ORGANISATION,
        scope={
            "commune": Resource.Scope.LOCAL,
            "departement": Resource.Scope.DEPARTMENTAL,
            "region": Resource.Scope.REGIONAL,
        }.get(parameter, Resource.Scope.LOCAL if departments else ""),
        organisation=proposal.organisation,
        phone=proposal.phone,
        email=proposal.public_email,
        url=proposal.url,
        source=f"Proposition reçue le {received}",
        is_published=False,
        **{f"body_{proposal.language}": proposal.text},
    )
    if parameter == "region":
        draft.regions.add(place)
    else:
        draft.departments.set(departments)
    if parameter == "commune":
        draft.communes.add(place)
    if not may_change(user, draft):
        draft.topics.add(*filter(None, (theme.topics.first() for theme in proposal.themes.all())))
    proposal.draft = draft
    if proposal.state == proposal.State.RECEIVED:
        proposal.state = proposal.State.CHECKING
    proposal.save(update_fields=["draft", "state"])
    return draft
