"""An account of each role, and what is in their areas or beyond."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group, User

from directory import groups
from directory.models import (
    Branch,
    Contact,
    EditorArea,
    EmptySearch,
    GlossaryTerm,
    Link,
    Proposal,
    Report,
    Resource,
    Situation,
    Step,
    Synonym,
)
from tests.directory.roles.attempts import OTHERS, ROLES, newest
from tests.factories import make_branch, make_proposal, make_report, make_resource, make_situation, make_topic
from themes.models import Theme, Topic


@pytest.fixture
def start():
    return newest()


@pytest.fixture
def world(start):
    """An account of each role; objects of each kind in the Cantal, of the theme Mobilité, and across their borders."""
    groups.create_groups()
    users = {}
    for role, names in ROLES.items():
        if names is not None:
            users[role] = User.objects.create_user(role, is_staff=True, is_superuser=role == "superuser")
            users[role].groups.set(Group.objects.filter(name__in=names))
    EditorArea.objects.create(user=users["cantal"]).departments.set(["15"])
    mobility = Theme.objects.get(slug="mobilite")
    EditorArea.objects.create(user=users["mobilite"]).themes.set([mobility])

    here = make_resource(departments=["15"], topics=[make_topic("langue")], url="https://cantal.example/")
    mobile = make_resource(topics=[make_topic("mobilite")], url="https://mobilite.example/")
    shared = make_resource(departments=["15"], topics=[make_topic("langue")])
    make_branch(shared, ["03"], name="Ailleurs")
    topics = [make_topic("mobilite"), make_topic("langue")]
    across = make_resource(departments=["15", "03"], topics=topics, url="https://others.example/")
    contact = {"group": "association", "email": "a@example.org", "source": "Test"}
    term = GlossaryTerm.objects.create(slug="zorglub", term="Zorglub", source="Test")
    search = EmptySearch.objects.create(words="zorglub", language="fr", count=1, last_on=date(2026, 1, 2))
    objects = {
        Resource: {"cantal": here, "mobilite": mobile, OTHERS: across},
        Branch: {
            "cantal": make_branch(across, ["15"], url="https://antenne.example/15"),
            "mobilite": make_branch(mobile, ["03"], url="https://antenne.example/03"),
            OTHERS: make_branch(across, ["15", "03"], url="https://antenne.example/"),
        },
        Contact: {
            "cantal": Contact.objects.create(slug="c", name="C", department_id="15", resource=across, **contact),
            "mobilite": Contact.objects.create(slug="m", name="M", resource=mobile, **contact),
            OTHERS: Contact.objects.create(slug="o", name="O", department_id="03", resource=across, **contact),
        },
        Topic: {"mobilite": make_topic("mobilite"), OTHERS: make_topic("langue")},
        Theme: {"mobilite": mobility, OTHERS: Theme.objects.create(slug="nouveau", title_fr="N", summary_fr="N")},
        Situation: {OTHERS: (situation := make_situation(resources=[across]))},
        Step: {OTHERS: situation.steps.get()},
        GlossaryTerm: {OTHERS: term},
        Synonym: {OTHERS: Synonym.objects.create(said="zorglub", means="permis")},
        EmptySearch: {OTHERS: search},
    }
    written = {
        Report: {owner: make_report(entry) for owner, entry in objects[Resource].items()},
        Proposal: {
            "cantal": make_proposal(departments=["15"]),
            "mobilite": make_proposal(themes=[mobility]),
            OTHERS: make_proposal(departments=["15", "03"], themes=[mobility, here.topics.get().theme]),
        },
    }
    return SimpleNamespace(
        users=users, objects=objects, messages=written, here=here, mobile=mobile, shared=shared, across=across
    )


@pytest.fixture
def known(admin_client):
    """A client who may see every form, and remembers them (`as_sent`)."""
    admin_client.forms = {}
    return admin_client


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Links are found to be good without asking anybody."""

    def check(links, seconds):
        for link in links:
            Link.objects.filter(pk=link.pk).update(verdict="good", failed_days=0, host="verifie")
            yield link

    monkeypatch.setattr("directory.admin.links.check", check)


@pytest.fixture
def as_role(client, world):
    def log_in(role):
        client.force_login(world.users[role])
        return client

    return log_in
