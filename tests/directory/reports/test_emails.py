"""A reader's e-mail address: who sees it, and how long it is kept."""

from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone
from pytest_django.asserts import assertContains

from directory.groups import EDITING_AN_AREA, create_groups
from directory.models import EditorArea
from tests.directory.reports.messages import READER, admin_of, digest, report_path, send
from tests.factories import make_proposal, make_report, make_resource

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
OLD = timedelta(days=91)


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


def test_the_legal_notice_says_how_long_addresses_are_kept(client):
    assertContains(client.get("/en/mentions-legales/"), "after 90 days at most")
    assert site_settings.SENDS_EMAIL is False


def test_a_readers_address_is_shown_only_to_those_who_may_answer(client, django_user_model):
    create_groups()
    user = django_user_model.objects.create_user("cantal", is_staff=True)
    user.groups.set(Group.objects.filter(name=EDITING_AN_AREA))
    EditorArea.objects.create(user=user).departments.set(["15"])
    client.force_login(user)
    for code, is_shown in {"15": True, "03": False}.items():
        report = make_report(make_resource(departments=[code]), email="lea@example.org")
        for page in (f"report/{report.pk}", f"resource/{report.resource.pk}"):
            response = client.get(f"/admin/directory/{page}/change/")
            assert response.status_code == 200
            assert (b"lea@example.org" in response.content) == is_shown


def test_who_may_change_an_entry_does_not_see_the_address_of_a_proposal_that_is_not_theirs(client, area_editor):
    client.force_login(area_editor)
    for departments, is_shown in ((["15"], True), ([], False)):
        entry = make_resource(departments=["15"], scope="local")
        make_proposal(draft=entry, departments=departments, email="lea@example.org", text="Ils accueillent.")
        page = client.get(f"/admin/directory/resource/{entry.pk}/change/").content.decode()
        assert "Ils accueillent." in page
        assert ("lea@example.org" in page) == is_shown
