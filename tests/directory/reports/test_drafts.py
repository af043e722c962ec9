"""The draft that a proposal becomes."""

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from directory.models import Change, Resource
from directory.reports import answering
from tests.directory.reports.messages import READER, admin_of, page_of, typed_in
from tests.factories import make_proposal
from themes.models import Theme

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


def draft_of(editor, proposal):
    opened = editor.get(admin_of(proposal))
    assertContains(opened, 'name="_draft"')
    response = editor.post(admin_of(proposal), typed_in(opened, _draft="x"))
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
    opened = client.get(admin_of(proposal))
    assertContains(opened, 'name="_draft"')
    typed = typed_in(opened, _draft="x")
    assertContains(client.post(admin_of(proposal), typed, follow=True), '<li class="error">')
    proposal.refresh_from_db()
    assert proposal.draft is None
    assert not Resource.objects.filter(title_fr=proposal.name).exists()


def test_an_editor_of_a_theme_makes_a_draft_of_what_is_proposed_for_it(client, area_editor):
    theme = Theme.objects.get(slug="sante")
    area_editor.area.departments.clear()
    area_editor.area.themes.set([theme])
    client.force_login(area_editor)
    draft = draft_of(client, make_proposal(themes=[theme], place="par ici"))
    assert draft.topics.get().theme == theme


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
