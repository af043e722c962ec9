"""What editors see of messages, and answer."""

from smtplib import SMTPException
from unittest import mock

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.validators import EmailValidator
from django.db import OperationalError
from pytest_django.asserts import assertContains, assertNotContains

from directory.groups import ROLES, can
from directory.models import Report
from tests.directory.reports.messages import READER, admin_of, page_of, typed_in
from tests.factories import make_branch, make_proposal, make_report, make_resource

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


def test_an_editor_answers_from_the_entry_in_the_save_that_mends_it(editor, resource):
    report = make_report(resource, text="Le numéro a changé", email=READER, language="ar")
    address = admin_of(resource)
    opened = editor.get(address)
    assertContains(opened, "Le numéro a changé")
    assertContains(opened, "#reports-group")
    data = typed_in(opened, phone="04 71 00 00 00") | {"reports-0-state": "fait", "reports-0-answer": "C'est corrigé."}
    response = editor.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    report.refresh_from_db()
    resource.refresh_from_db()
    assert resource.phone == "04 71 00 00 00"
    assert (report.state, report.answer, report.email) == ("fait", "C'est corrigé.", "")
    assert report.answered_by.username == "editor"
    assert report.answered_at
    assertContains(editor.get(page_of(report)), "C&#x27;est corrigé.")
    assertNotContains(editor.get(address), "Le numéro a changé")


def test_saving_an_entry_without_answering_leaves_its_reports_alone(editor, resource):
    report = make_report(resource, email=READER)
    assert editor.post(admin_of(resource), typed_in(editor.get(admin_of(resource)))).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.email, report.answered_at) == ("recu", READER, None)


def test_what_somebody_else_answered_meanwhile_stands(editor, resource):
    make_report(resource)
    opened = editor.get(admin_of(resource))
    Report.objects.update(state="non-retenu", answer="Nous avons appelé : c'est ouvert.")
    shown = editor.post(admin_of(resource), typed_in(opened, phone="01"))
    assertContains(shown, "Nous avons appelé")
    assert editor.post(admin_of(resource), typed_in(shown)).status_code == 302
    resource.refresh_from_db()
    report = Report.objects.get()
    assert (resource.phone, report.state, report.answered_at) == ("01", "non-retenu", None)
    assert editor.post(admin_of(resource), typed_in(opened) | {"reports-0-state": "fait"}).status_code == 200
    assert Report.objects.get().state == "non-retenu"


def test_a_report_that_comes_meanwhile_hinders_no_save(editor, resource):
    without = editor.get(admin_of(resource))
    first = make_report(resource)
    assert editor.post(admin_of(resource), typed_in(without, phone="01")).status_code == 302
    with_one = editor.get(admin_of(resource))
    make_report(resource)
    data = typed_in(with_one, phone="02") | {"reports-0-state": "fait"}
    assert editor.post(admin_of(resource), data).status_code == 302
    first.refresh_from_db()
    assert first.state == "fait"
    assert Report.objects.to_answer().count() == 1


@pytest.mark.parametrize("make", [make_report, make_proposal])
def test_two_editors_answering_one_message_see_both_answers(editor, make):
    message = make()
    opened = editor.get(admin_of(message))
    editor.post(admin_of(message), typed_in(opened, state="fait", answer="La première."))
    refused = editor.post(admin_of(message), typed_in(opened, state="non-retenu", answer="La seconde."))
    assertContains(refused, "première.")
    assertContains(refused, "seconde.")
    message.refresh_from_db()
    assert message.answer == "La première."


@pytest.mark.parametrize("make", [make_report, make_proposal])
def test_an_editor_answers_from_the_page_of_the_message(editor, make):
    message = make(email=READER)
    opened = editor.get(admin_of(message))
    assert editor.post(admin_of(message), typed_in(opened, state="en-cours")).status_code == 302
    message.refresh_from_db()
    assert (message.state, message.email, message.answered_at) == ("en-cours", READER, None)
    opened = editor.get(admin_of(message))
    without_reason = editor.post(admin_of(message), typed_in(opened, state="non-retenu"))
    assert list(without_reason.context["adminform"].errors) == ["answer"]
    opened = editor.get(admin_of(message))
    editor.post(admin_of(message), typed_in(opened, state="non-retenu", answer="Hors sujet."))
    message.refresh_from_db()
    assert (message.state, message.answer, message.email) == ("non-retenu", "Hors sujet.", "")


def test_without_a_mail_server_the_editor_sees_the_address_to_write_to(editor, resource):
    report = make_report(resource, email=READER)
    for page in (editor.get(admin_of(resource)), editor.get(admin_of(report))):
        assertContains(page, f"mailto:{READER}?subject=")
    editor.post(admin_of(report), typed_in(editor.get(admin_of(report)), state="fait"))
    assert mail.outbox == []
    assertNotContains(editor.get(admin_of(report)), READER)


def test_with_a_mail_server_the_answer_is_sent_in_the_readers_language_and_the_address_forgotten(
    editor, mail_server, language, django_capture_on_commit_callbacks
):
    report = make_report(email=READER, language=language)
    opened = editor.get(admin_of(report))
    assertNotContains(opened, READER)
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(admin_of(report), typed_in(opened, state="fait", answer="C'est corrigé."))
    (letter,) = mail.outbox
    assert letter.to == [READER]
    assert letter.from_email == "annuaire@example.org"
    assert report.reference in letter.subject
    assert "C'est corrigé." in letter.body
    assert f"https://annuaire.example.org/{language}/signalements/{report.reference}/" in letter.body
    assert Report.objects.get().email == ""


@pytest.mark.parametrize("error", [SMTPException("refused"), OperationalError("database is locked")])
def test_an_answer_that_cannot_be_sent_is_kept_with_the_address(editor, mail_server, monkeypatch, error):
    monkeypatch.setattr("django.db.transaction.on_commit", lambda callback: callback())
    report = make_report(email=READER)
    opened = editor.get(admin_of(report))
    with mock.patch("django.core.mail.EmailMessage.send", side_effect=error):
        response = editor.post(admin_of(report), typed_in(opened, state="fait", answer="Oui."), follow=True)
    assertContains(response, '<li class="error">')
    report.refresh_from_db()
    assert (report.state, report.answer, report.email) == ("fait", "Oui.", READER)


def test_an_address_to_which_no_letter_can_be_written_is_no_reason_to_fail(editor, mail_server, monkeypatch):
    monkeypatch.setattr("django.db.transaction.on_commit", lambda callback: callback())
    email = f"a@{'é' * 60}.fr"
    EmailValidator()(email)
    report = make_report(email=email)
    sent = typed_in(editor.get(admin_of(report)), state="fait", answer="Oui.")
    assertContains(editor.post(admin_of(report), sent, follow=True), '<li class="error">')
    assert Report.objects.get().answer == "Oui."


def test_an_answer_typed_on_an_entry_that_was_deleted_meanwhile_is_shown(editor, resource):
    report = make_report(resource)
    typed = typed_in(editor.get(admin_of(resource)), **{"reports-0-answer": "Le numéro est corrigé."})
    address = admin_of(resource)
    resource.delete()
    page = editor.post(address, typed)
    assertContains(page, "Le numéro est corrigé.")
    assertContains(page, admin_of(report))


def test_nobody_adds_or_deletes_messages_in_the_admin(editor):
    for message in (make_report(), make_proposal()):
        assert editor.get(admin_of(message, "add")).status_code == 403
        assert editor.post(f"{admin_of(message)[: -len('change/')]}delete/", {"post": "yes"}).status_code == 403
        several = {"action": "delete_selected", "_selected_action": [message.pk], "post": "yes"}
        editor.post(admin_of(message, "changelist"), several)
        message.refresh_from_db()
        assert not any(can("delete", message) & labels for labels in ROLES.values())


def test_what_a_deletion_leaves_is_listed_once(editor, resource):
    report = make_report(resource, branch=make_branch(resource, ["15"]))
    page = editor.get(admin_of(resource).replace("/change/", "/delete/"))
    (line,) = [line for line in page.context["deleted_objects"][-1] if report.reference in line]
    assert admin_of(report) in line


def test_what_was_written_can_be_erased_and_its_reference_still_answers(editor):
    for message in (make_report(email=READER), make_proposal(email=READER, place="Ici")):
        action = {"action": "erase", "_selected_action": [message.pk]}
        editor.post(admin_of(message, "changelist"), action)
        message.refresh_from_db()
        assert (message.text, message.email) == ("", "")
        assert editor.get(page_of(message)).status_code == 200


def test_the_lists_are_filtered_by_theme_and_department(editor):
    here, elsewhere = make_report(make_resource(departments=["15"])), make_report(make_resource(departments=["63"]))
    page = editor.get(admin_of(here, "changelist"), {"resource__departments__code__exact": "15"})
    assert list(page.context["cl"].queryset) == [here]
    theme = here.resource.topics.get().theme
    page = editor.get(admin_of(here, "changelist"), {"resource__topics__theme__id__exact": theme.pk})
    assert set(page.context["cl"].queryset) == {here, elsewhere}
    proposal = make_proposal(themes=[theme], departments=["15"])
    for query in ({"themes__id__exact": theme.pk}, {"departments__code__exact": "15"}):
        assert list(editor.get(admin_of(proposal, "changelist"), query).context["cl"].queryset) == [proposal]


@pytest.mark.parametrize("make", [make_report, make_proposal])
def test_the_lists_have_a_fixed_number_of_queries(editor, django_assert_max_num_queries, make):
    for _ in range(10):
        message = make()
    with django_assert_max_num_queries(12):  # two forget old addresses, two count, two are of the days
        editor.get(admin_of(message, "changelist"))


def test_who_has_no_right_to_messages_sees_none_in_an_entry(client, django_user_model, resource):
    user = django_user_model.objects.create_user("stagiaire", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_resource", "change_resource"]))
    client.force_login(user)
    report = make_report(resource, text="Le numéro a changé", email=READER)
    page = client.get(admin_of(resource))
    assertNotContains(page, "Le numéro a changé")
    assertNotContains(page, READER)
    assert client.get(admin_of(report)).status_code == 403
