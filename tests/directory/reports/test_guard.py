"""What protects the forms that readers send."""

import time
from unittest import mock

import pytest
from django.apps import apps
from django.db import OperationalError
from django.test import RequestFactory
from pytest_django.asserts import assertContains

from directory.models import Report
from directory.reports import guard
from tests.directory.reports.messages import PROPOSAL, READER, count, page_of, report_path, send, stamp_of
from tests.factories import make_report, make_resource

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.mark.parametrize(
    "fields",
    [
        {"trap": "x"},
        {"age": 1},
        {"age": 25 * 3600},
        {"stamp": ""},
        {"stamp": "K7QF-3MWD:1abc:faux"},
        {"stamp": "é"},
    ],
    ids=["trap", "too fast", "too old", "without stamp", "forged", "no stamp at all"],
)
def test_what_no_person_sent_comes_back_with_a_sentence_and_nothing_lost(client, language, resource, fields):
    response = send(client, report_path(resource, language), **({"kind": "ferme", "text": "Tout mon texte"} | fields))
    assert response.status_code == 422
    assertContains(response, 'role="alert"', status_code=422)
    assertContains(response, "Tout mon texte", status_code=422)
    assertContains(response, 'value="ferme"', status_code=422)
    assert not response.cookies
    assert count() == 0
    again = {"kind": "ferme", "text": "Tout mon texte", "stamp": response.context["stamp"]}
    with mock.patch("django.core.signing.time.time", return_value=time.time() + 60):
        assert client.post(report_path(resource, language), again).status_code == 303


def test_the_stamp_of_one_form_opens_no_other(client, resource):
    stamp = stamp_of("/fr/proposer/")
    assert send(client, report_path(resource), kind="ferme", stamp=stamp).status_code == 422
    assert (
        send(client, report_path(make_resource()), kind="ferme", stamp=stamp_of(report_path(resource))).status_code
        == 422
    )
    assert count() == 0


@pytest.mark.parametrize("path", ["report", "proposal"])
def test_a_form_sent_twice_makes_one_message(client, resource, path):
    path, fields = (
        (report_path(resource), {"kind": "autre", "text": " Deux\r\nlignes ", "email": READER})
        if path == "report"
        else ("/fr/proposer/", PROPOSAL | {"themes": ["sante", "langue"], "url": "voisins.example", "place": "Cantal"})
    )
    fields = fields | {"stamp": stamp_of(path)}
    first, second = send(client, path, **fields), send(client, path, **fields)
    assert first.status_code == second.status_code == 303
    assert first.url == second.url
    assert count() == 1


def test_a_form_sent_again_with_another_text_names_the_first_and_can_be_sent_as_another(client, resource):
    path = report_path(resource)
    stamp = stamp_of(path)
    send(client, path, kind="ferme", text="Un", stamp=stamp)
    response = send(client, path, kind="ferme", text="Deux", stamp=stamp)
    assertContains(response, Report.objects.get().reference, status_code=422)
    assertContains(response, "Deux", status_code=422)
    assert response.context["stamp"] != stamp
    assert Report.objects.get().text == "Un"


def test_two_forms_sent_at_the_same_moment_make_one_message(client, resource, monkeypatch):
    path, typed = report_path(resource), {"kind": "ferme", "text": "Un"}
    stamp = stamp_of(path)

    class Rival:
        """Between the look for the other and the writing of this one, the other is written."""

        def allows(self, address):
            return make_report(resource, reference=stamp.split(":")[0], **typed)

    monkeypatch.setattr(guard, "messages_by_address", Rival())
    assert send(client, path, stamp=stamp, **typed).url == page_of(Report.objects.get())


def test_too_many_messages_from_one_address_are_told_to_wait_and_lose_nothing(client, resource, monkeypatch):
    monkeypatch.setattr(guard, "messages_by_address", guard.RateLimit(2))
    for _ in range(2):
        assert send(client, report_path(resource), kind="ferme").status_code == 303
    refused = send(client, report_path(resource), kind="ferme", text="Et encore")
    assert refused.status_code == 429
    assertContains(refused, "Et encore", status_code=429)
    elsewhere = client.post(
        report_path(resource), {"kind": "ferme", "stamp": refused.context["stamp"]}, REMOTE_ADDR="203.0.113.9"
    )
    assert elsewhere.status_code == 303
    assert count() == 3


def test_while_the_database_is_busy_a_reader_is_asked_to_send_again_and_nothing_is_lost(client, resource, monkeypatch):
    path, stamp = report_path(resource), stamp_of(report_path(resource))
    with monkeypatch.context() as patch:
        patch.setattr(Report, "save", mock.Mock(side_effect=OperationalError("database is locked")))
        refused = send(client, path, kind="ferme", text="Tout mon texte", stamp=stamp)
    assert refused.status_code == 503
    assertContains(refused, "Tout mon texte", status_code=503)
    assert send(client, path, kind="ferme", stamp=refused.context["stamp"]).status_code == 303
    assert count() == 1


def test_the_rate_limit_forgets_every_hour_and_holds_so_many_addresses(monkeypatch):
    limit = guard.RateLimit(1)
    now = mock.Mock(return_value=7200.0)
    monkeypatch.setattr(guard.time, "monotonic", now)
    assert [limit.allows("a"), limit.allows("a"), limit.allows("b")] == [True, False, True]
    now.return_value = 7200.0 + 3600
    assert limit.allows("a")
    monkeypatch.setattr(guard, "MOST_ADDRESSES", 2)
    assert [limit.allows("b"), limit.allows("c"), limit.allows("d")] == [True, True, True]
    assert len(limit.counts) == 2


@pytest.mark.parametrize(
    ("header", "forwarded", "remote", "address"),
    [
        ("", "198.51.100.7", "10.0.0.1", "10.0.0.1"),
        ("X-Forwarded-For", "198.51.100.7", "10.0.0.1", "198.51.100.7"),
        ("X-Forwarded-For", "1.1.1.1, 198.51.100.7", "10.0.0.1", "198.51.100.7"),
        ("X-Forwarded-For", "<script>", "10.0.0.1", "10.0.0.1"),
        ("X-Forwarded-For", "2001:db8:1:2:3:4:5:6", "10.0.0.1", "2001:db8:1:2::/64"),
        ("X-Forwarded-For", "::ffff:198.51.100.7", "10.0.0.1", "198.51.100.7"),
        ("", "", "", ""),
    ],
)
def test_an_address_is_that_of_the_connection_unless_a_setting_names_a_header(
    settings, header, forwarded, remote, address
):
    settings.CLIENT_ADDRESS_HEADER = header
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"x-forwarded-for": forwarded})
    assert guard.address_of(request) == address


@pytest.mark.parametrize(("https", "header", "warnings"), [(True, "", 1), (True, "X-Real-IP", 0), (False, "", 0)])
def test_a_proxy_without_a_named_header_is_warned_of(settings, https, header, warnings):
    settings.HTTPS, settings.CLIENT_ADDRESS_HEADER = https, header
    assert len(guard.check_address_header(None)) == warnings


def test_nothing_of_the_connection_is_stored_or_logged(client, resource, caplog):
    caplog.set_level("DEBUG")
    fields = {"kind": "ferme", "stamp": stamp_of(report_path(resource))}
    client.post(report_path(resource), fields, REMOTE_ADDR="203.0.113.77", headers={"user-agent": "Netscape 4"})
    client.post(report_path(resource), fields | {"text": "x"}, REMOTE_ADDR="203.0.113.77")
    stored = [list(model.objects.values()) for model in apps.get_models()]
    assert Report.objects.exists()
    assert "203.0.113.77" not in f"{stored} {caplog.text}"
    assert "Netscape 4" not in f"{stored} {caplog.text}"
    assert b"203.0.113.77" not in b"".join(guard.messages_by_address.counts)


def test_no_cache_shares_a_form_or_a_message(client, resource):
    for path in (report_path(resource), "/fr/proposer/", make_report(resource).get_absolute_url()):
        assert "private" in client.get(path).headers["Cache-Control"], path
    assert client.get("/fr/proposer/").context["stamp"] != client.get("/fr/proposer/").context["stamp"]
