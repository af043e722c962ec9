"""The e-mail that tells editors what readers wrote since the last one."""

from django.conf import settings
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext, override

from directory.models import Proposal, Report
from directory.reports.answering import may_answer
from directory.translations import SOURCE


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


def send_digests():
    """Write to each editor about what came since the last time and is theirs to answer; returns how many e-mails left.

    Raises OSError, which smtplib's errors are, when one cannot be sent: all is then told the next time.
    """
    waiting = {model: model.objects.to_answer().filter(announced_at=None) for model in (Report, Proposal)}
    messages = [*waiting[Report].select_related("resource"), *waiting[Proposal]]
    told = {editor: [message for message in messages if may_answer(editor, message)] for editor in editors()}
    told = {editor: theirs for editor, theirs in told.items() if theirs}
    for editor, theirs in told.items():
        digest_to(editor, theirs).send()
    for model in waiting:
        pks = {message.pk for theirs in told.values() for message in theirs if isinstance(message, model)}
        model.objects.filter(pk__in=pks).update(announced_at=timezone.now())
    return len(told)
