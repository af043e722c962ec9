"""The e-mail that tells editors what readers wrote."""

from smtplib import SMTPRecipientsRefused
from unittest import mock

import pytest
from django.core import mail
from django.core.management import CommandError

from directory.models import Report
from tests.directory.reports.messages import READER, admin_of, digest
from tests.factories import make_proposal, make_report, make_resource

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
EDITOR = "redaction@example.org"


@pytest.fixture
def editors(django_user_model):
    django_user_model.objects.create_superuser("edith", EDITOR)
    django_user_model.objects.create_superuser("sans-adresse", "")
    django_user_model.objects.create_user("lecteur", "lecteur@example.org")


def test_a_digest_tells_editors_once_what_came_and_holds_no_readers_address(editors, mail_server):
    report, proposal = (
        make_report(email=READER, text=f"Écrivez à {READER}"),
        make_proposal(email=READER, name="Nomproposé"),
    )
    make_report(state="fait")
    assert "1" in digest()
    (letter,) = mail.outbox
    assert letter.to == [EDITOR]
    for message in (report, proposal):
        assert message.reference in letter.body
        assert f"https://annuaire.example.org{admin_of(message)}" in letter.body
    assert READER not in f"{letter.subject}{letter.body}"
    assert "Nomproposé" not in f"{letter.subject}{letter.body}"
    digest()
    assert len(mail.outbox) == 1


def test_nothing_to_tell_sends_nothing(editors, mail_server):
    make_report(state="fait")
    digest()
    assert mail.outbox == []


def test_without_a_mail_server_the_digest_says_that_it_is_off(editors):
    make_report()
    assert "E-mail is off" in digest()
    assert mail.outbox == []
    assert Report.objects.get().announced_at is None


def test_a_digest_holds_what_its_editor_may_answer(area_editor, mail_server):
    mine, other = make_report(make_resource(departments=["15"])), make_report(make_resource(departments=["03"]))
    proposed, elsewhere = make_proposal(departments=["15"]), make_proposal()
    digest()
    (letter,) = mail.outbox
    assert letter.to == [area_editor.email]
    assert mine.reference in letter.body
    assert proposed.reference in letter.body
    assert other.reference not in letter.body
    assert elsewhere.reference not in letter.body
    assert Report.objects.get(pk=other.pk).announced_at is None


@pytest.mark.parametrize("error", [SMTPRecipientsRefused({EDITOR: (550, b"No such user")}), ValueError("No address")])
def test_an_address_that_is_refused_is_named_and_the_others_hear_once(editors, mail_server, django_user_model, error):
    django_user_model.objects.create_superuser("zoe", "zoe@example.org")
    make_report()
    deliver = mail.EmailMessage.send

    def send(letter):
        if letter.to == [EDITOR]:
            raise error
        return deliver(letter)

    with mock.patch("django.core.mail.EmailMessage.send", send), pytest.raises(CommandError, match="edith"):
        digest()
    assert "E-mails to editors: 0" in digest()
    assert [letter.to for letter in mail.outbox] == [["zoe@example.org"]]


def test_a_digest_that_cannot_be_sent_says_so_and_tells_it_the_next_time(editors, mail_server):
    make_report()
    failing = mock.patch("django.core.mail.EmailMessage.send", side_effect=ConnectionRefusedError("refused"))
    with failing, pytest.raises(CommandError, match="refused"):
        digest()
    digest()
    assert len(mail.outbox) == 1
