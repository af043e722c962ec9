"""What readers tell us: how it is received, what protects it, how editors answer it, and what is forgotten."""

import re
import time
from datetime import timedelta
from io import StringIO
from smtplib import SMTPException
from unittest import mock
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings as site_settings
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from directory.groups import EDITING_AN_AREA, create_groups
from directory.models import Change, EditorArea, Proposal, Report, Resource
from directory.models.reports import LETTERS, new_reference, read_reference
from directory.reports import answering, guard
from directory.reports.forms import departments_of
from tests.factories import make_branch, make_proposal, make_report, make_resource
from themes.models import Theme

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
EDITOR = "redaction@example.org"
READER = "lectrice@example.org"
OLD = timedelta(days=91)


@pytest.fixture(autouse=True)
def quiet_hour(monkeypatch):
    """Each test begins an hour in which nobody wrote yet."""
    monkeypatch.setattr(guard, "messages_by_address", guard.RateLimit(guard.MOST_PER_HOUR))


@pytest.fixture
def mail_server(settings):
    settings.SENDS_EMAIL = True
    settings.SITE_URL = "https://annuaire.example.org"
    settings.DEFAULT_FROM_EMAIL = "annuaire@example.org"


@pytest.fixture
def resource():
    return make_resource()


def stamp_of(path, age=60):
    """The stamp of a form that was opened some seconds ago."""
    purpose = path.strip("/").split("/", 1)[1]
    with mock.patch("django.core.signing.time.time", return_value=time.time() - age):
        return guard.new_stamp(purpose)


def send(client, path, *, age=60, **fields):
    """What a reader sends a minute after they opened a form."""
    fields = {"stamp": stamp_of(path, age)} | fields
    return client.post(path, fields)


def report_path(resource, language="fr"):
    return f"/{language}/signaler/{resource.slug}/"


def page_of(thing):
    with override("fr"):
        return thing.get_absolute_url()


def count():
    return Report.objects.count() + Proposal.objects.count()


PROPOSAL = {"name": "Les Voisins", "text": "Ils accueillent."}


@pytest.fixture
def area_editor(django_user_model):
    """An account that changes what is entirely in the Cantal."""
    create_groups()
    user = django_user_model.objects.create_user("cantal", "cantal@example.org", is_staff=True)
    user.groups.set(Group.objects.filter(name=EDITING_AN_AREA))
    EditorArea.objects.create(user=user).departments.set(["15"])
    return user


# What readers send


def test_a_report_gets_a_reference_and_a_page_in_its_language_without_any_cookie(client, language, resource):
    path = report_path(resource, language)
    opened = client.get(path)
    sent = send(client, path, kind="ferme", text="Fermé depuis mai", email=READER)
    report = Report.objects.get()
    assert sent.status_code == 303
    assert sent.url == f"/{language}/signalements/{report.reference}/"
    assert (report.resource, report.kind, report.language, report.email) == (resource, "ferme", language, READER)
    page = client.get(sent.url)
    assertContains(page, f'<html lang="{language}"')
    assertContains(page, report.reference)
    assertContains(page, '<meta name="robots" content="noindex">')
    assertNotContains(page, READER)
    assertNotContains(page, "Fermé depuis mai")
    assert not opened.cookies
    assert not sent.cookies
    assert not page.cookies


def test_a_proposal_gets_a_reference_and_a_page_in_its_language_without_any_cookie(client, language):
    path = f"/{language}/proposer/"
    opened = client.get(path)
    sent = send(client, path, **PROPOSAL, place="Aurillac", themes=["sante", "langue"], url="voisins.example")
    proposal = Proposal.objects.get()
    assert sent.status_code == 303
    assert sent.url == f"/{language}/signalements/{proposal.reference}/"
    assert proposal.language == language
    assert proposal.url == "https://voisins.example"
    assert {theme.slug for theme in proposal.themes.all()} == {"sante", "langue"}
    assert [department.pk for department in proposal.departments.all()] == ["15"]
    page = client.get(sent.url)
    assertContains(page, proposal.reference)
    assert not opened.cookies
    assert not sent.cookies
    assert not page.cookies


@pytest.mark.parametrize("kind", Report.Kind)
def test_every_kind_of_mistake_can_be_reported(client, resource, kind):
    assert send(client, report_path(resource), kind=kind, text="Voici.").status_code == 303
    assert Report.objects.get().kind == kind


def test_a_report_may_name_a_branch_of_the_entry(client, resource):
    branch = make_branch(resource, ["15"])
    assertContains(client.get(report_path(resource)), branch.name)
    assert send(client, report_path(resource), kind="contact", branch=branch.pk).status_code == 303
    assert Report.objects.get().branch == branch


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_entry_that_readers_do_not_see_cannot_be_reported(client, method):
    hidden = make_resource(is_published=False)
    assert getattr(client, method)(report_path(hidden)).status_code == 404
    assert getattr(client, method)("/fr/signaler/nulle-part/").status_code == 404


def test_a_report_of_an_entry_that_was_unpublished_meanwhile_leads_to_where_to_go(client, resource):
    resource.is_published = False
    resource.save()
    assertContains(client.get(report_path(resource)), resource.title, status_code=410)


def test_a_report_of_an_entry_that_was_renamed_meanwhile_follows_it_with_what_was_typed(client, resource):
    old = report_path(resource)
    resource.slug = "nouvelle-adresse"
    resource.save()
    opened, sent = client.get(old), send(client, old, kind="ferme", text="Fermé depuis mai")
    assert (opened.status_code, opened.url) == (301, report_path(resource))
    assert (sent.status_code, sent.url) == (308, report_path(resource))
    followed = client.post(sent.url, {"stamp": stamp_of(old, 60), "kind": "ferme", "text": "Fermé depuis mai"})
    assertContains(followed, "Fermé depuis mai", status_code=422)


def test_each_entry_leads_to_its_form(client, resource):
    assertContains(client.get(page_of(resource)), report_path(resource))


def test_the_forms_say_what_not_to_write_and_what_becomes_of_an_address(client, resource):
    for path in (report_path(resource, "en"), "/en/proposer/"):
        page = client.get(path)
        assertContains(page, "Write nothing about the people you help")
        assertContains(page, "after 90 days at most")


def test_a_theme_and_a_place_in_the_address_begin_the_proposal(client):
    form = client.get("/fr/proposer/?departement=15&theme=sante").context["form"]
    assert form["place"].value() == "Cantal (15)"
    assert form["themes"].value() == ["sante"]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("Aurillac", {"15"}),
        ("Cantal (15)", {"15"}),
        ("Cantal (15), Allier (03)", {"15", "03"}),
        ("Bretagne", {"22", "29", "35", "56"}),
        ("Saint-Denis", set()),
        ("par ici", set()),
        ("", set()),
    ],
)
def test_the_departments_of_a_proposal_are_understood_never_guessed(typed, codes):
    assert {department.pk for department in departments_of(typed)} == codes


# What protects the forms


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


# What is wrong in them


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "panne"}, "kind"),
        ({"kind": "autre", "text": ""}, "text"),
        ({"text": "é" * 2001}, "text"),
        ({"text": "http://a http://b www.c www.d"}, "text"),
        ({"email": "lectrice"}, "email"),
        ({"email": f"{'a' * 300}@example.org"}, "email"),
        ({"branch": "9" * 40}, "branch"),
        ({"branch": "<b>"}, "branch"),
    ],
)
def test_a_mistake_in_a_report_is_explained_beside_its_field(client, language, resource, fields, field):
    make_branch(resource, ["15"])
    typed = {"kind": "ferme", "text": "Tout mon texte", "email": READER} | fields
    response = send(client, report_path(resource, language), **typed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    page = response.content.decode()
    assert 'class="error" role="alert"' in page
    assert f'id="id_{field}_error"' in page
    assert re.search(rf'aria-describedby="[^"]*id_{field}_error"', page)
    assert typed["text"] in page
    assert count() == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"text": ""}, "text"),
        ({"text": "x" * 3001}, "text"),
        ({"place": "x" * 201}, "place"),
        ({"themes": ["sante", "astrologie"]}, "themes"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"public_email": "ici"}, "public_email"),
        ({"phone": "0" * 31}, "phone"),
    ],
)
def test_a_mistake_in_a_proposal_is_explained_beside_its_field(client, fields, field):
    response = send(client, "/fr/proposer/", **(PROPOSAL | {"knowledge": "J'y travaille."} | fields))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assertContains(response, "J&#x27;y travaille.", status_code=422)
    assert count() == 0


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\ud800b"])
def test_characters_that_no_database_holds_are_left_out(client, resource, text):
    body = f"stamp={quote(stamp_of(report_path(resource)))}&kind=ferme&text={quote(text, errors='surrogatepass')}"
    response = client.post(report_path(resource), body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 303
    assert Report.objects.get().text.encode()


def test_half_characters_come_by_no_other_encoding(client, resource):
    stamp = stamp_of(report_path(resource))
    parts = [("stamp", stamp), ("kind", "ferme"), ("text", "a+2AA-b")]
    body = "".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts)
    response = client.post(
        report_path(resource), f"{body}--x--\r\n", content_type="multipart/form-data; boundary=x; charset=utf-7"
    )
    assert response.status_code in (303, 400, 422)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("text=" + "x" * 3_000_000, "application/x-www-form-urlencoded"),
        ("&".join(f"a{n}=1" for n in range(10_001)), "application/x-www-form-urlencoded"),
        ("text=x", "application/x-www-form-urlencoded; charset=utf-16"),
        ("text=x", "multipart/form-data; boundary="),
        ("text=x", "multipart/form-data"),
    ],
    ids=["huge", "many fields", "not UTF-8", "no boundary", "nothing"],
)
@pytest.mark.parametrize("path", ["signaler/agir/", "proposer/"])
def test_what_cannot_be_read_gets_a_sentence(client, language, path, body, content_type):
    response = client.post(f"/{language}/{path}", body, content_type=content_type)
    assert response.status_code == 400
    assertContains(response, 'role="alert"', status_code=400)
    assert count() == 0


# References


def test_a_reference_is_easy_to_dictate_and_hard_to_guess():
    references = {new_reference() for _ in range(500)}
    assert len(references) == 500
    assert not set("01OI") & set("".join(references))
    assert len(LETTERS) ** 8 > 10**12


@pytest.mark.parametrize("typed", ["K7QF-3MWD", "k7qf3mwd", " k7qf 3mwd ", "K7QF–3MWD", "K٧QF-٣MWD"])
def test_a_reference_is_found_as_people_type_it(client, typed):
    make_report(reference="K7QF-3MWD")
    assert read_reference(typed) == "K7QF-3MWD"
    assert client.get("/ar/signalements/", {"reference": typed}).url == "/ar/signalements/K7QF-3MWD/"


@pytest.mark.parametrize("typed", ["ABCD-EFGH", "abc", "0000-0000", "%00", "é" * 500, "<script>", "%ED%A0%80"])
def test_a_wrong_reference_gets_a_kind_sentence(client, language, typed):
    page = client.get(f"/{language}/signalements/{typed}/")
    assertContains(page, 'role="alert"', status_code=404)
    assertContains(page, 'name="reference"', status_code=404)
    assertNotContains(page, "<script>", status_code=404)
    assert client.get(f"/{language}/signalements/?reference={typed}", follow=True).status_code == 404


def test_the_page_to_type_a_reference_opens_in_every_language(client, language):
    page = client.get(f"/{language}/signalements/")
    assertContains(page, 'name="reference"')
    assertNotContains(page, 'role="alert"')
    assert not page.cookies


@pytest.mark.parametrize("state", Report.State)
@pytest.mark.parametrize("make", [make_report, make_proposal])
def test_the_page_of_a_message_says_what_became_of_it_and_why(client, language, make, state):
    message = make(state=state, answer="Vérifié <b>par</b> téléphone", email=READER)
    response = client.get(f"/{language}/signalements/{message.reference}/")
    with override(language):
        assertContains(response, escape(message.outcome))
    assertContains(response, "Vérifié &lt;b&gt;par&lt;/b&gt; téléphone")
    assertNotContains(response, READER)
    assertNotContains(response, message.text)


def test_a_message_still_answers_when_its_entry_is_hidden_or_deleted(client, resource):
    report = make_report(resource)
    assertContains(client.get(page_of(report)), page_of(resource))
    Resource.objects.filter(pk=resource.pk).update(is_published=False)
    assertNotContains(client.get(page_of(report)), page_of(resource))
    resource.delete()
    assertContains(client.get(page_of(report)), report.reference)


def test_the_pages_have_a_fixed_number_of_queries(client, resource, django_assert_num_queries):
    for _ in range(10):
        make_branch(resource, ["15"])
        report = make_report(resource)
    with django_assert_num_queries(3):  # the entry, whether it has branches, its branches
        client.get(report_path(resource))
    with django_assert_num_queries(3):  # themes, their choices, the address of the guide
        client.get("/fr/proposer/")
    with django_assert_num_queries(1):
        client.get(page_of(report))


# What editors answer


def admin_of(obj, view="change"):
    return reverse(
        f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{view}", args=[obj.pk] if view == "change" else []
    )


def typed_in(response, **changes):
    """What a browser sends with an admin form as it was opened, but for some changes."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for bound in (bound for form in forms for bound in form):
        value = bound.value()
        if value is False:
            continue
        data[bound.html_name] = "" if value is None else value
    return data | {"_seen": response.context.get("seen", "")} | changes


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


def test_an_answer_that_cannot_be_sent_is_kept_with_the_address(editor, mail_server, monkeypatch):
    monkeypatch.setattr("django.db.transaction.on_commit", lambda callback: callback())
    report = make_report(email=READER)
    opened = editor.get(admin_of(report))
    with mock.patch("django.core.mail.EmailMessage.send", side_effect=SMTPException("refused")):
        response = editor.post(admin_of(report), typed_in(opened, state="fait", answer="Oui."), follow=True)
    assertContains(response, '<li class="error">')
    report.refresh_from_db()
    assert (report.state, report.answer, report.email) == ("fait", "Oui.", READER)


def test_nobody_adds_or_deletes_messages_in_the_admin(editor):
    for message in (make_report(), make_proposal()):
        assert editor.get(admin_of(message, "add")).status_code == 403
        assert editor.post(f"{admin_of(message)[: -len('change/')]}delete/", {"post": "yes"}).status_code == 403


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


# What a proposal becomes


def draft_of(editor, proposal):
    response = editor.post(admin_of(proposal), typed_in(editor.get(admin_of(proposal)), _draft="x"))
    proposal.refresh_from_db()
    assert response.status_code == 302
    assert response.url == admin_of(proposal.draft)
    return proposal.draft


def test_a_proposal_becomes_a_draft_in_one_click(editor):
    proposal = make_proposal(
        name="Les Voisins",
        text="Ils accueillent.",
        organisation="Association",
        place="Aurillac",
        departments=["15"],
        phone="01",
        public_email="voisins@example.org",
        url="https://voisins.example",
        email=READER,
        created_at=timezone.datetime(2026, 3, 1, 12, tzinfo=timezone.get_current_timezone()),
    )
    draft = draft_of(editor, proposal)
    assert not draft.is_published
    assert (draft.slug, draft.title_fr, draft.body_fr) == ("les-voisins", "Les Voisins", "Ils accueillent.")
    assert (draft.organisation, draft.phone, draft.email, draft.url) == (
        "Association",
        "01",
        "voisins@example.org",
        "https://voisins.example",
    )
    assert draft.source == "Proposition reçue le 1 mars 2026"
    assert draft.scope == "local"
    assert [commune.name for commune in draft.communes.all()] == ["Aurillac"]
    assert [department.pk for department in draft.departments.all()] == ["15"]
    assert proposal.state == "en-cours"
    assert editor.get(page_of(draft)).status_code == 404


@pytest.mark.parametrize(
    ("place", "codes", "scope", "regions"),
    [("Cantal", ["15"], "departemental", []), ("Bretagne", ["22", "29"], "regional", ["53"]), ("par ici", [], "", [])],
)
def test_a_draft_stands_where_its_proposal_does(editor, place, codes, scope, regions):
    draft = draft_of(editor, make_proposal(place=place, departments=codes))
    assert draft.scope == scope
    assert [region.pk for region in draft.regions.all()] == regions
    assert [department.pk for department in draft.departments.all()] == ([] if regions else codes)


def test_a_draft_keeps_the_senders_language_and_an_address_of_its_own(editor):
    drafts = [draft_of(editor, make_proposal(name="الجيران", text="نص", language="ar")) for _ in range(2)]
    assert [draft.body_ar for draft in drafts] == ["نص", "نص"]
    assert all(draft.slug.startswith("proposition-") for draft in drafts)
    same = [draft_of(editor, make_proposal(name="x" * 120)).slug for _ in range(3)]
    assert len(set(same)) == 3


def test_a_proposal_makes_one_draft_however_often_one_clicks(editor, django_user_model):
    proposal = make_proposal()
    assert draft_of(editor, proposal) == answering.draft_from(proposal, django_user_model.objects.get())
    assertNotContains(editor.get(admin_of(proposal)), 'name="_draft"')


def test_the_history_says_of_which_proposal_a_draft_was_made(editor):
    proposal = make_proposal()
    draft = draft_of(editor, proposal)
    (change,) = Change.objects.of("resource", draft)
    assert (change.act.by, change.before) == ("editor", None)
    assert proposal.reference in change.act.reason


def test_nobody_makes_a_draft_outside_their_area(client, area_editor):
    proposal = make_proposal(departments=["15"], place="Auvergne-Rhône-Alpes")
    client.force_login(area_editor)
    typed = typed_in(client.get(admin_of(proposal)), _draft="x")
    assertContains(client.post(admin_of(proposal), typed, follow=True), '<li class="error">')
    proposal.refresh_from_db()
    assert proposal.draft is None
    assert not Resource.objects.filter(title_fr=proposal.name).exists()


def test_a_proposal_is_answered_from_its_draft(editor):
    proposal = make_proposal(email=READER)
    draft = draft_of(editor, proposal)
    data = typed_in(editor.get(admin_of(draft))) | {
        "summary_fr": "Une phrase.",
        "topics": [Theme.objects.get(slug="sante").topics.first().pk],
        "scope": "national",
        "is_published": "on",
        "proposals-0-state": "fait",
    }
    response = editor.post(admin_of(draft), data)
    assert response.status_code == 302, response.context["errors"]
    proposal.refresh_from_db()
    assert (proposal.state, proposal.email) == ("fait", "")
    assertContains(editor.get(page_of(proposal)), page_of(draft))


# What is forgotten, and what is told to editors


def digest():
    out = StringIO()
    call_command("send_digest", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("by", ["digest", "prepare", "list", "report"])
def test_an_address_is_forgotten_after_90_days_without_any_clock(editor, resource, by):
    old = make_report(resource, email=READER, created_at=timezone.now() - OLD)
    proposal = make_proposal(email=READER, created_at=timezone.now() - OLD)
    young = make_report(resource, email=READER, created_at=timezone.now() - timedelta(days=89))
    if by == "digest":
        digest()
    elif by == "prepare":
        call_command("prepare", stdout=StringIO())
    elif by == "list":
        editor.get(admin_of(old, "changelist"))
    else:
        send(editor, report_path(resource), kind="ferme")
    for message in (old, proposal, young):
        message.refresh_from_db()
    assert (old.email, young.email) == ("", READER)
    assert proposal.email == ""


@pytest.fixture
def editors(django_user_model):
    django_user_model.objects.create_superuser("edith", EDITOR)
    django_user_model.objects.create_superuser("sans-adresse", "")
    django_user_model.objects.create_user("lecteur", "lecteur@example.org")


def test_a_digest_tells_editors_once_what_came_and_holds_no_readers_address(editors, mail_server):
    report, proposal = make_report(email=READER, text=f"Écrivez à {READER}"), make_proposal(email=READER)
    make_report(state="fait")
    assert "1" in digest()
    (letter,) = mail.outbox
    assert letter.to == [EDITOR]
    for message in (report, proposal):
        assert message.reference in letter.body
        assert f"https://annuaire.example.org{admin_of(message)}" in letter.body
    assert READER not in f"{letter.subject}{letter.body}"
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


def test_a_digest_that_cannot_be_sent_says_so_and_tells_it_the_next_time(editors, mail_server):
    make_report()
    failing = mock.patch("django.core.mail.EmailMessage.send", side_effect=ConnectionRefusedError("refused"))
    with failing, pytest.raises(CommandError, match="refused"):
        digest()
    digest()
    assert len(mail.outbox) == 1


def test_the_legal_notice_says_how_long_addresses_are_kept(client):
    assertContains(client.get("/en/mentions-legales/"), "after 90 days at most")
    assert site_settings.SENDS_EMAIL is False
