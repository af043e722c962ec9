"""What editors answer is kept like all they write; what readers typed never is, so that it can be erased."""

import json

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from directory.history import Act, Change
from directory.models import Report
from directory.models.reports import TYPED
from tests.directory.reports.messages import PROPOSAL, READER, admin_of, report_path, send, typed_in
from tests.factories import make_proposal, make_report, make_resource

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


def history_of(message):
    return reverse(f"admin:directory_{message._meta.model_name}_history", args=[message.pk])


def answer(client, message, **fields):
    data = typed_in(client.get(admin_of(message)), **fields)
    assert client.post(admin_of(message), data).status_code == 302


def undo_last(client, **fields):
    item = Act.objects.first()
    changes = [change.pk for change in item.changes.all()]
    return client.post(reverse("admin:directory_act_change", args=[item.pk]), {"change": changes, **fields})


@pytest.mark.parametrize("make", [make_report, make_proposal])
def test_who_wrote_over_an_answer_is_known_word_by_word_and_the_first_one_comes_back(editor, make):
    message = make()
    assertContains(editor.get(admin_of(message)), 'name="_reason"')
    answer(editor, message, state="fait", answer="Le numéro est corrigé.", _reason="Appelé ce matin")
    answer(editor, message, answer="Le nom est corrigé.")
    page = editor.get(history_of(message))
    assertContains(page, "Appelé ce matin")
    assertContains(page, "<del>numéro</del>")
    assertContains(page, "<ins>nom</ins>")
    undo_last(editor)
    message.refresh_from_db()
    assert (message.state, message.answer) == ("fait", "Le numéro est corrigé.")
    first = Change.objects.filter(kind=message._meta.model_name).earliest("pk")
    editor.post(reverse("admin:directory_change_restore", args=[first.pk]))
    assert Act.objects.first().origin == Act.Origin.UNDO


def test_an_answer_given_inside_an_entry_is_one_act_with_what_mends_the_entry(editor, resource):
    make_report(resource)
    data = typed_in(editor.get(admin_of(resource)), phone="04 71 00 00 00")
    editor.post(admin_of(resource), data | {"reports-0-state": "fait", "reports-0-answer": "Corrigé."})
    assert {change.kind for change in Act.objects.first().changes.all()} == {"resource", "report"}
    undo_last(editor)
    resource.refresh_from_db()
    report = Report.objects.get()
    assert (resource.phone, report.state, report.answer) == ("", "recu", "")
    assert (report.answered_at, report.answered_by) == (None, None)


def test_a_merge_names_who_answered_meanwhile(editor):
    report = make_report()
    opened = editor.get(admin_of(report))
    answer(editor, report, state="fait", answer="La première.", _reason="Appelé ce matin")
    refused = editor.post(admin_of(report), typed_in(opened, state="fait", answer="La seconde."))
    assertContains(refused, "Appelé ce matin")


def test_nothing_a_reader_typed_is_in_the_history(editor, client, resource):
    typed = dict.fromkeys(TYPED, "Motdelectrice") | {"email": READER, "public_email": READER, "url": "motdelectrice.fr"}
    count = Act.objects.count()
    send(client, report_path(resource), kind="autre", **typed)
    send(client, "/fr/proposer/", **PROPOSAL | typed)
    assert Act.objects.count() == count
    for message in (Report.objects.get(), make_proposal(**typed)):
        answer(editor, message, state="fait", answer="Merci.")
        message.delete()
    kept = json.dumps(list(Change.objects.values()) + list(Act.objects.values()), default=str).lower()
    assert "merci." in kept
    assert "motdelectrice" not in kept
    assert READER not in kept


def test_an_undone_answer_brings_no_erased_address_back_and_sends_no_second_letter(
    editor, mail_server, django_capture_on_commit_callbacks
):
    report = make_report(email=READER)
    with django_capture_on_commit_callbacks(execute=True):
        answer(editor, report, state="fait", answer="Corrigé.")
    with django_capture_on_commit_callbacks(execute=True):
        for state in ("recu", "fait"):  # undone, then done again
            undo_last(editor)
            report.refresh_from_db()
            assert (report.state, report.email) == (state, "")
    assert report.answered_by.username == "editor"
    assert len(mail.outbox) == 1


def test_what_is_undone_of_a_message_that_is_no_more_is_refused_with_a_sentence(editor):
    report = make_report()
    answer(editor, report, state="fait")
    report.delete()
    response = undo_last(editor, anyway="on")
    assertContains(editor.get(response.url), '<li class="error">')
    assert not Report.objects.exists()


def test_an_editor_of_an_area_undoes_the_answers_that_are_theirs(editor, area_editor):
    theirs = Client()
    theirs.force_login(area_editor)
    mine, other = make_report(make_resource(departments=["15"])), make_report(make_resource(departments=["03"]))
    for report, state in ((mine, "recu"), (other, "fait")):
        answer(editor, report, state="fait")
        undo_last(theirs)
        report.refresh_from_db()
        assert report.state == state


def test_messages_are_in_no_table_of_the_admin(editor):
    report = make_report()
    page = editor.get(admin_of(report, "changelist"))
    assertNotContains(page, "export_csv")
    assertNotContains(page, "/import/")
