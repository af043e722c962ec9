"""The e-mail that tells editors what readers wrote since the last one."""

import logging

from django.conf import settings
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext, override

from directory.groups import can
from directory.models import Proposal, Report
from directory.roles import changeable
from directory.translations import SOURCE

logger = logging.getLogger(__name__)


def editors():
    """Who may answer reports, and has an e-mail address."""
    users = get_user_model().objects.with_perm(
        "directory.change_report", backend="django.contrib.auth.backends.ModelBackend"
    )
    return users.exclude(email="").order_by("pk")


def digest_to(editor, messages):
    """The e-mail to an editor about messages: it names entries and leads to the admin, so that neither what readers
    wrote nor their addresses leave the site."""
    with override(SOURCE):
        lines = [(message, settings.SITE_URL + admin_address(message)) for message in messages]
        subject = ngettext("%(count)s message to answer", "%(count)s messages to answer", len(messages))
        text = render_to_string("reports/digest.txt", {"lines": lines})
    return EmailMessage(subject % {"count": len(messages)}, text, to=[editor.email])


def admin_address(message):
    return reverse(admin_urlname(message._meta, "change"), args=[message.pk])


def waiting_for(editor):
    """The messages that are an editor's to answer, and of which nobody was told yet."""
    for messages in (Report.objects.select_related("resource"), Proposal.objects.all()):
        if editor.has_perms(can("change", messages.model)):
            yield from changeable(editor, messages.to_answer().filter(announced_at=None))


def send_digests():
    """Write to each editor about what came since the last time and is theirs to answer; returns (how many e-mails left,
    {user name: error} of those that could not be sent, which are logged).

    A message counts as told once one editor has been: an address that is refused each day must not have the others
    read the same each day, and who missed it sees it on the desk. What nobody could be told is told the next time.
    """
    told = {editor: theirs for editor in editors() if (theirs := list(waiting_for(editor)))}
    failed = {}
    for editor, theirs in told.items():
        try:
            digest_to(editor, theirs).send()
        except (OSError, ValueError) as error:  # smtplib's are the first; the second are of what is no address
            logger.exception("The e-mail to the editor %s could not be sent", editor)
            failed[editor.get_username()] = error
    sent = [theirs for editor, theirs in told.items() if editor.get_username() not in failed]
    for model in (Report, Proposal):
        pks = {message.pk for theirs in sent for message in theirs if isinstance(message, model)}
        model.objects.filter(pk__in=pks).update(announced_at=timezone.now())
    return len(sent), failed
