"""What readers send: how it is received, and what is wrong in it."""

import re
from io import BytesIO
from urllib.parse import quote

import pytest
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from directory.models import Proposal, Report
from directory.reports.forms import departments_of
from tests.directory.reports.messages import PROPOSAL, READER, count, page_of, report_path, send, stamp_of
from tests.factories import make_branch, make_resource

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

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


def test_an_entry_that_was_unpublished_meanwhile_says_where_to_go_and_receives_what_was_being_written(client, resource):
    resource.is_published = False
    resource.save()
    path = report_path(resource)
    assertContains(client.get(path), resource.title, status_code=410)
    assertContains(client.post(path, {"text": "Fermé depuis mai"}), "Fermé depuis mai", status_code=422)
    assert send(client, path, kind="ferme", text="Fermé depuis mai").status_code == 303
    assert Report.objects.get().resource == resource


def test_a_report_of_an_entry_that_was_renamed_meanwhile_follows_it_with_what_was_typed(client, resource):
    old, stamp = report_path(resource), stamp_of(report_path(resource))
    resource.slug = "nouvelle-adresse"
    resource.save()
    typed = {"stamp": stamp, "kind": "ferme", "text": "Fermé depuis mai"}
    opened, sent = client.get(old), client.post(old, typed)
    assert (opened.status_code, opened.url) == (301, report_path(resource))
    assert (sent.status_code, sent.url) == (308, report_path(resource))
    assert client.post(sent.url, typed).status_code == 303
    assert Report.objects.get().resource == resource


def test_each_entry_leads_to_its_form(client, resource):
    assertContains(client.get(page_of(resource)), report_path(resource))


def test_the_forms_say_what_not_to_write_and_what_becomes_of_an_address(client, resource):
    for path in (report_path(resource, "en"), "/en/proposer/"):
        page = client.get(path)
        assertContains(page, "Write nothing about the people you help")
        assertContains(page, "after 90 days at most")
        # What programs fill in and people neither see nor hear.
        assert re.search(r'<p hidden>(?:(?!</p>).)*<input name="trap"', page.content.decode(), re.DOTALL)


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


def test_a_text_that_is_sometimes_needed_says_when(client, language, resource):
    page = client.get(report_path(resource, language)).content.decode()
    with override(language):
        assert str(Report.Kind.OTHER.label) in re.search(r'<label for="id_text">(.+?)</label>', page, re.DOTALL)[1]


# What is wrong in it


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
        ({"url": "ftp://voisins.example"}, "url"),
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


@pytest.mark.parametrize(("size", "status"), [(2_000_000, 303), (3_000_000, 400)])
def test_a_file_that_nobody_asked_for_is_never_stored(client, resource, monkeypatch, size, status):
    """What is larger than any form is not even read."""
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", None)
    monkeypatch.setattr("django.core.files.uploadedfile.InMemoryUploadedFile.__init__", None)
    if status == 400:
        monkeypatch.setattr("django.http.multipartparser.MultiPartParser.parse", None)
    response = send(client, report_path(resource), kind="ferme", file=BytesIO(b"x" * size))
    assert response.status_code == status
    assert count() == (status == 303)


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
