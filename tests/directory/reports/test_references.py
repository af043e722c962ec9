"""The reference of a message, and the page that says what became of it."""

import pytest
from django.utils.html import escape
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from directory.history import Act, act
from directory.history.undoing import undo
from directory.models import Report, Resource
from directory.models.reports import LETTERS, new_reference, read_reference
from tests.directory.reports.messages import READER, page_of, report_path
from tests.factories import make_branch, make_proposal, make_report

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


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


def test_a_deleted_entry_that_is_restored_has_its_messages_again(resource):
    branch = make_branch(resource, ["15"])
    report, proposal, other = make_report(resource, branch=branch), make_proposal(draft=resource), make_report()
    about = (resource.pk, branch.pk, resource.pk, other.resource.pk)
    with act():
        resource.delete()
    report.refresh_from_db()
    assert (report.resource, report.branch) == (None, None)
    list(undo(Act.objects.first().changes.all()))
    for message in (report, proposal, other):
        message.refresh_from_db()
    assert (report.resource_id, report.branch_id, proposal.draft_id, other.resource_id) == about


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
