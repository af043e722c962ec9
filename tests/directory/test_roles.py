"""Who may do what in the admin: every role at every address, and no way around."""

from dataclasses import dataclass, field
from datetime import date
from functools import partial
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import AutoField, Max
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from pytest_django.asserts import assertContains, assertNotContains

from directory import duplicates, groups
from directory.admin import desk
from directory.exchange.importing import Import
from directory.history import Act, act
from directory.models import (
    Branch,
    Commune,
    Contact,
    Department,
    EditorArea,
    EmptySearch,
    Epci,
    GlossaryTerm,
    Link,
    LoadedRecord,
    Proposal,
    Region,
    Report,
    Resource,
    SearchText,
    SearchWord,
    Situation,
    Step,
    Synonym,
    Upload,
)
from directory.roles import changeable, may_change
from directory.states import KINDS
from tests.factories import make_branch, make_proposal, make_report, make_resource, make_situation, make_topic
from tests.forms import form_on
from themes.models import Theme, Topic

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

ROLES = {
    "anonymous": None,
    "nobody": [],
    "translator": ["Traduction : العربية"],
    "cantal": [groups.EDITING_AN_AREA],
    "mobilite": [groups.EDITING_AN_AREA],
    "editor": [groups.EDITING],
    "administrator": [groups.ADMINISTRATION],
    "statistics": [groups.STATISTICS],
    "superuser": [],
}
EVERYONE = set(ROLES)
STAFF = EVERYONE - {"anonymous"}
ADMINS = {"administrator", "superuser"}
EDITORS = {"editor", *ADMINS}
AREAS = {"cantal", "mobilite"}
READERS = EDITORS | AREAS
OTHERS = "others"  # what is in no area


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


@dataclass
class Attempt:
    """A request, and who gets `ok` (and, with data, changes the database). The others change nothing: anonymous
    visitors are sent to log in, everybody else gets a 403 or what `refused` says."""

    url: str
    by: set
    data: dict | None = None
    ok: int | None = None
    refused: dict = field(default_factory=dict)

    def expected(self, role):
        if role in self.by:
            return [self.ok or (200 if self.data is None else 302)]
        refused = self.refused.get(role, 302 if role == "anonymous" else 403)
        return refused if isinstance(refused, list) else [refused]


def address(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def as_sent(known, url, **changes):
    """What a browser sends with the form of an address when nothing but `changes` was typed."""
    if url not in known.forms:
        known.forms[url] = form_on(known.get(url))
    return known.forms[url] | changes


def site_attempts(world, known):
    yield Attempt("/admin/", STAFF)
    yield Attempt("/admin/login/", {"anonymous"}, refused=dict.fromkeys(STAFF, 302))
    yield Attempt("/admin/logout/", set(), refused=dict.fromkeys(STAFF, 405))
    yield Attempt("/admin/password_change/", STAFF)
    yield Attempt("/admin/password_change/done/", STAFF)
    yield Attempt("/admin/jsi18n/", STAFF)
    yield Attempt("/admin/nothing-here/", STAFF, ok=404)
    yield Attempt(reverse("admin:view_on_site", args=[0, 0]), STAFF, ok=404)
    for label, by in {"directory": {*READERS, "translator"}, "themes": READERS, "auth": ADMINS}.items():
        yield Attempt(f"/admin/{label}/", by, refused=dict.fromkeys(STAFF, 404))
    for model, name, by in (
        ("resource", "departments", READERS),
        ("resource", "topics", READERS),
        ("editorarea", "user", ADMINS),
        ("report", "answered_by", ADMINS),
    ):
        question = f"?app_label=directory&model_name={model}&field_name={name}&term=a"
        yield Attempt(f"/admin/autocomplete/{question}", by)
    yield Attempt(reverse("admin:coverage"), READERS | {"statistics"})
    yield Attempt(reverse("admin:statistics"), EDITORS | {"statistics"})
    yield Attempt(reverse("admin:statistics_csv"), EDITORS | {"statistics"})


def translation_attempts(world, known):
    translators = {"translator", *ADMINS}
    desk = reverse("admin:directory_provenance_changelist")
    yield Attempt(desk, translators)
    yield Attempt(f"{desk}ar/", translators)
    yield Attempt(f"{desk}ru/", ADMINS)
    yield Attempt(f"{desk}ar/resource/{world.across.slug}/", translators)
    yield Attempt(f"{desk}ru/resource/{world.across.slug}/", ADMINS)


def read_only_attempts(world, known):
    for model in (Region, Department, Epci, Commune):
        pk = model.objects.first().pk
        yield Attempt(address(model, "changelist"), READERS)
        yield Attempt(address(model, "changelist") + f"{pk}/", STAFF, ok=302)
        for name in ("change", "history"):
            yield Attempt(address(model, name, pk), READERS)
        for name, args in {"add": [], "change": [pk], "delete": [pk]}.items():
            yield Attempt(address(model, name, *args), set(), {"post": "yes"})
        for name, args in {"add": [], "delete": [pk]}.items():
            yield Attempt(address(model, name, *args), set())


# Who may do what with an object, beside those whose area it is in (`local`), per model.
LOCAL = {Resource, Branch, Contact, Topic}
MAY = {EmptySearch: {"add": set()}}
CHANGES = {Synonym: {"means": "voiture"}, Step: {"position": "7"}}


def content_attempts(world, known):
    for model, objects in world.objects.items():
        may = {"add": EDITORS, "change": EDITORS, "delete": EDITORS} | MAY.get(model, {})
        changes = CHANGES.get(model, {"source": "Une autre source"})
        yield Attempt(address(model, "changelist"), READERS)
        adders = may["add"] | (objects.keys() - {OTHERS} if model in LOCAL else set())
        yield Attempt(address(model, "add"), adders)
        for owner, obj in objects.items():
            change, delete = address(model, "change", obj.pk), address(model, "delete", obj.pk)
            changers = may["change"] | {owner}
            deleters = may["delete"] | ({owner} if model in LOCAL else set())
            if owner == OTHERS:
                yield Attempt(change, READERS)
                yield Attempt(address(model, "history", obj.pk), READERS)
                yield Attempt(address(model, "changelist") + f"{obj.pk}/", STAFF, ok=302)
                yield Attempt(delete, deleters)
            if model is EmptySearch:  # a form without a field: whoever may send it changes nothing
                yield Attempt(change, set(), {}, refused=dict.fromkeys(ADMINS, 302))
            else:
                yield Attempt(change, changers, as_sent(known, change, **changes))
            if (model, owner) != (Theme, "mobilite"):  # which its topics protect
                yield Attempt(delete, deleters, {"post": "yes"})
                # An action that is not offered, or refused, leads back to the list, with a sentence when there is one.
                chosen = {"action": "delete_selected", "post": "yes", "_selected_action": [obj.pk]}
                back = dict.fromkeys(READERS, [200, 302])
                yield Attempt(address(model, "changelist"), deleters, chosen, refused=back)
        both = {"action": "delete_selected", "post": "yes", "_selected_action": [obj.pk for obj in objects.values()]}
        if len(objects) > 1 and model is not Theme:
            yield Attempt(address(model, "changelist"), EDITORS, both, refused=dict.fromkeys(AREAS, 302))


def recorded(obj, **changes):
    """The act of writing some fields of an object."""
    with act():
        for name, value in changes.items():
            if name == "departments":
                obj.departments.set(value)
            else:
                setattr(obj, name, value)
        obj.save()
    return Act.objects.first()


def history_attempts(world, known):
    """Undoing and restoring write what was; they too stay inside an area, before and after."""
    back = dict.fromkeys(AREAS, 302)  # with a sentence

    def undone(item, by):
        chosen = {"change": list(item.changes.values_list("pk", flat=True))}
        return Attempt(address(Act, "change", item.pk), by, chosen, refused=back)

    for owner, obj in world.objects[Resource].items():
        first, last = recorded(obj, organisation="Une"), recorded(obj, organisation="Une autre")
        yield Attempt(address(Act, "change", last.pk), READERS)
        yield undone(last, EDITORS | {owner})
        restored = reverse("admin:directory_change_restore", args=[first.changes.get().pk])
        yield Attempt(restored, EDITORS | {owner}, {}, refused=back)
        yield Attempt(restored, EVERYONE, ok=302)
    langue = make_topic("langue")
    yield undone(recorded(make_resource(departments=["03"], topics=[langue]), departments=["15"]), EDITORS)
    yield undone(recorded(make_resource(departments=["15"], topics=[langue]), departments=["03"]), EDITORS)
    gone = make_resource(departments=["03"], topics=[langue])
    with act():
        gone.delete()
    yield undone(deletion := Act.objects.first(), EDITORS)
    restored = reverse("admin:directory_change_restore", args=[deletion.changes.get().pk])
    yield Attempt(restored, set(), {}, refused=dict.fromkeys(STAFF, 404))  # to when it was not there
    # Undoing an addition deletes what hangs on it too: here, a branch of others.
    with act():
        new = make_resource(departments=["15"], topics=[langue])
    added = Act.objects.first()
    make_branch(new, ["03"])
    yield undone(added, EDITORS)

    yield Attempt(address(Act, "changelist"), READERS)
    yield Attempt(address(Act, "changelist") + f"{last.pk}/", STAFF, ok=302)
    yield Attempt(address(Act, "history", last.pk), READERS)
    yield Attempt(address(Act, "add"), set())
    yield Attempt(address(Act, "delete", last.pk), set())


def border_attempts(world, known):
    """Objects moved out of an area or added outside, and the branches inside an entry's form."""
    redisplayed = dict.fromkeys(AREAS, 200)
    langue = make_topic("langue")

    def moved(model, owner, **changes):
        url = address(model, "change", world.objects[model][owner].pk)
        shown = {**dict.fromkeys(AREAS, 403), owner: 200}
        return Attempt(url, EDITORS, as_sent(known, url, **changes), refused=shown)

    yield moved(Resource, "cantal", departments=["15", "03"])
    yield moved(Resource, "cantal", departments=[], scope="national")
    yield moved(Resource, "cantal", regions=["84"], scope="regional")
    yield moved(Resource, "mobilite", topics=[world.mobile.topics.get().pk, langue.pk])
    yield moved(Branch, "cantal", departments=["03"])
    yield moved(Branch, "mobilite", resource=world.here.pk)
    yield moved(Contact, "cantal", department="")
    yield moved(Contact, "mobilite", resource="")
    yield moved(Topic, "mobilite", theme=Theme.objects.get(slug="langue").pk)

    new = {"slug": "tout-neuf", "title_fr": "Neuf", "summary_fr": "Neuf.", "kind": "outil", "source": "Test"}
    entry = new | {"branches-TOTAL_FORMS": 0, "branches-INITIAL_FORMS": 0}
    add, here = address(Resource, "add"), {"scope": "local", "departments": ["15"], "topics": [langue.pk]}
    mobility = {"topics": [world.mobile.topics.get().pk]}
    yield Attempt(add, EDITORS | {"cantal"}, entry | here, refused=redisplayed)
    yield Attempt(add, EDITORS | {"mobilite"}, entry | mobility, refused=redisplayed)
    yield Attempt(add, EDITORS, entry | here | {"departments": ["03"]}, refused=redisplayed)
    yield Attempt(
        address(Topic, "add"),
        EDITORS | {"mobilite"},
        new | {"theme": world.objects[Theme]["mobilite"].pk, "position": 0},
    )
    by_langue = new | {"theme": Theme.objects.get(slug="langue").pk, "position": 0}
    yield Attempt(address(Topic, "add"), EDITORS, by_langue, refused={"mobilite": 200})

    def with_branch(entry, owner, departments, refused, by=EDITORS):
        url = address(Resource, "change", entry.pk)
        row = {"name": "Neuve", "slug": "neuve", "departments": departments, "source": "Test", "position": 0}
        sent = as_sent(known, url)
        index = int(sent["branches-TOTAL_FORMS"][0])
        sent |= {f"branches-{index}-{name}": value for name, value in row.items()} | {
            "branches-TOTAL_FORMS": index + 1,
            f"branches-{index}-resource": entry.pk,
        }
        return Attempt(url, by, sent, refused=refused)

    yield with_branch(world.here, "cantal", ["15"], {}, EDITORS | {"cantal"})
    yield with_branch(world.here, "cantal", ["03"], {"cantal": 200})
    yield with_branch(world.mobile, "mobilite", ["03"], {}, EDITORS | {"mobilite"})
    yield with_branch(world.across, None, ["15"], {})
    # A branch of others under an entry of theirs: the row can be read only, the form is saved without it.
    url = address(Resource, "change", world.shared.pk)
    for typed in ({"branches-0-name": "Prise"}, {"branches-0-departments": ["15"]}, {"branches-0-DELETE": "on"}):
        yield Attempt(url, EDITORS, as_sent(known, url, **typed), refused={"cantal": 302})
    # What no form offers is no way around: a copy is a change like another,
    url = address(Resource, "change", world.here.pk)
    copy = as_sent(known, url, slug="copie", _saveasnew="on")
    yield Attempt(url, EDITORS | {"cantal"}, copy)
    yield Attempt(url, EDITORS, copy | {"departments": ["03"]}, refused={"cantal": 200})
    # nor is an entry that somebody deleted while its form was open: it is shown once more.
    yield Attempt(f"{add}?_popup=1", EDITORS, entry | here | {"departments": ["03"], "_popup": "1"}, 200, redisplayed)
    gone = as_sent(known, url, departments=["03"])
    yield Attempt(address(Resource, "change", 10**6), set(), gone, refused=dict.fromkeys(READERS, 200))
    # What is shown before it is saved is never saved.
    for owner, obj in world.objects[Resource].items():
        url = address(Resource, "change", obj.pk)
        seen = dict.fromkeys(EDITORS | {owner}, 200)
        yield Attempt(url, set(), as_sent(known, url, source="Autre", _preview="on"), refused=seen)
    # A branch of others under an entry of theirs keeps the entry from being deleted with it.
    yield Attempt(address(Resource, "delete", world.shared.pk), EDITORS, {"post": "yes"})


def action(model, name, objects, by, **more):
    """An action on some objects of a list; those who read the list come back to it, with a sentence."""
    data = {"action": name, "_selected_action": [obj.pk for obj in objects]}
    return Attempt(address(model, "changelist"), by, data, **({"refused": dict.fromkeys(READERS, [200, 302])} | more))


def publication_attempts(world, known):
    entries = world.objects[Resource]
    for owner, obj in entries.items():
        may, url = EDITORS | {owner}, address(Resource, "change", obj.pk)
        for name in ("unpublish", "mark_selected_verified"):
            yield action(Resource, name, [obj], may)
        yield Attempt(address(Resource, "changelist"), may, {"verify": obj.pk})
        yield Attempt(url, may, as_sent(known, url, _verified="on"))
    for name in ("unpublish", "mark_selected_verified"):
        yield action(Resource, name, entries.values(), EDITORS)
    yield action(Situation, "unpublish", world.objects[Situation].values(), EDITORS)
    for departments, may in {("15",): EDITORS | {"cantal"}, ("03",): EDITORS}.items():
        draft = make_resource(departments=departments, topics=[make_topic("langue")], is_published=False)
        yield action(Resource, "publish", [draft], may)


def link_attempts(world, known):
    moved = {"verdict": "moved", "proposed_url": "https://nouveau.example/"}
    links = {
        owner: Link.objects.create(url=obj.url, host="example", **moved)
        for owner, obj in world.objects[Resource].items()
    }
    link = links["cantal"]
    yield Attempt(address(Link, "changelist"), READERS)
    yield Attempt(address(Link, "changelist") + f"{link.pk}/", STAFF, ok=302)
    yield Attempt(address(Link, "change", link.pk), READERS)
    yield Attempt(address(Link, "history", link.pk), READERS)
    yield from never(Link, link)
    yield Attempt(address(Link, "change", link.pk), set(), {"proposed_url": ""})
    yield action(Link, "check_again", links.values(), READERS)
    for owner, link in links.items():
        yield action(Link, "use_proposed_address", [link], EDITORS | {owner})
    for model in (Resource, Branch):
        for owner, obj in world.objects[model].items():
            url = address(model, "links", obj.pk)
            yield Attempt(url, EDITORS | {owner}, {}, ok=200)
        yield Attempt(url, set(), refused=dict.fromkeys(STAFF, 405))


def never(model, obj):
    """What nobody may do with an object that is neither typed nor deleted here."""
    for name, args in {"add": [], "delete": [obj.pk]}.items():
        yield Attempt(address(model, name, *args), set())
        yield Attempt(address(model, name, *args), set(), {"post": "yes"})
    yield action(model, "delete_selected", [obj], set())


def message_attempts(world, known):
    answer = {"state": "non-retenu", "answer": "Merci."}
    for model, objects in world.messages.items():
        yield Attempt(address(model, "changelist"), READERS)
        yield from never(model, objects["cantal"])
        for owner, message in objects.items():
            url, may = address(model, "change", message.pk), EDITORS | {owner}
            if owner == OTHERS:
                yield Attempt(url, READERS)
                yield Attempt(address(model, "history", message.pk), READERS)
                yield Attempt(address(model, "changelist") + f"{message.pk}/", STAFF, ok=302)
            yield Attempt(url, may, as_sent(known, url, **answer))
            yield action(model, "erase", [message], EDITORS)
    # From the form of the entry, with one save.
    for owner, entry in world.objects[Resource].items():
        url = address(Resource, "change", entry.pk)
        typed = {f"reports-0-{name}": value for name, value in answer.items()}
        yield Attempt(url, EDITORS | {owner}, as_sent(known, url, **typed))
    # The entry made of a proposal has its places, and no topic yet: only by place can it be in an area.
    for owner, proposal in world.messages[Proposal].items():
        url = address(Proposal, "change", proposal.pk)
        refused = {"mobilite": 302} if owner == "mobilite" else {}
        by = EDITORS | {owner} - {"mobilite"}
        yield Attempt(url, by, as_sent(known, url, _draft="on"), refused=refused)


def exchange_attempts(world, known):
    for model, objects in world.objects.items():
        if model is EmptySearch:
            continue
        yield Attempt(address(model, "export", "csv"), READERS)
        yield action(model, "export_csv", objects.values(), set(), refused=dict.fromkeys(READERS, 200))
        may = EDITORS | (objects.keys() - {OTHERS} if model in LOCAL else set())
        yield Attempt(address(model, "import"), may)
        looks = READERS if model in LOCAL else EDITORS
        yield Attempt(address(model, "duplicates"), looks if model in duplicates.NAMES else set())
    yield Attempt(address(Branch, "export", "xlsx"), READERS)
    yield action(Branch, "export_xlsx", world.objects[Branch].values(), set(), refused=dict.fromkeys(READERS, 200))
    file = SimpleUploadedFile("fiches.csv", f"slug;source\n{world.here.slug};Autre\n".encode())
    yield Attempt(address(Resource, "import"), READERS, {"file": file})
    yield Attempt(
        address(Theme, "import"), EDITORS, {"file": SimpleUploadedFile("t.csv", b"slug;position\nemploi;3\n")}
    )

    def upload(model, role, refused=None, **cells):
        """A table of one row that somebody sent; `refused` when it may not be saved."""
        user, slug = world.users[role], cells.pop("slug")
        sent = Upload(kind=KINDS[model], user=user, name="fichier.csv")
        sent.pack(["slug", *cells], [(2, {"slug": slug} | cells)])
        sent.save()
        work = Import(model, sent.rows(), user)
        assert list(work.compare())
        assert bool(work.counts["refused"]) is bool(refused), (model, role, cells)
        may = EDITORS | {"mobilite"} if model is Topic else READERS if model in LOCAL else EDITORS
        others = dict.fromkeys(may - {role}, 404)
        by, others = (set(), others | {role: 200}) if refused else ({role}, others)
        return Attempt(address(model, "import_file", sent.pk), by, {"seen": work.fingerprint}, 200, others)

    langue = make_topic("langue")
    in_03 = make_resource(departments=["03"], topics=[langue])
    branches, contacts, topics = (world.objects[model] for model in (Branch, Contact, Topic))
    new = {"title_fr": "Neuf", "summary_fr": "Neuf.", "kind": "outil", "source": "Test", "topics": langue.slug}
    inside = upload(Resource, "cantal", slug=world.here.slug, source="Autre")
    yield inside
    yield Attempt(inside.url, {"cantal"}, refused=inside.refused)
    yield Attempt(inside.url, {"cantal"}, {"cancel": "on"}, refused=inside.refused)
    yield upload(Resource, "editor", slug=in_03.slug, departments="15")
    for model in (Theme, Situation, GlossaryTerm, Synonym, Step):
        obj = world.objects[model][OTHERS]
        yield upload(model, "editor", slug=obj.slug, **CHANGES.get(model, {"source": "Autre"}))
    yield upload(Resource, "cantal", slug="neuve", scope="local", departments="15", **new)
    yield upload(Branch, "mobilite", slug=branches["mobilite"].slug, source="Autre")
    yield upload(Contact, "mobilite", slug=contacts["mobilite"].slug, source="Autre")
    yield upload(Topic, "mobilite", slug=topics["mobilite"].slug, position="3")
    for model, role, cells in [
        (Resource, "cantal", {"slug": world.here.slug, "departments": "15|03"}),
        (Resource, "cantal", {"slug": world.here.slug, "departments": "", "scope": "national"}),
        (Resource, "cantal", {"slug": in_03.slug, "departments": "15"}),
        (Resource, "cantal", {"slug": "neuve", "scope": "local", "departments": "03", **new}),
        (Resource, "mobilite", {"slug": world.mobile.slug, "topics": langue.slug}),
        (Branch, "cantal", {"slug": branches["cantal"].slug, "departments": "03"}),
        (Branch, "mobilite", {"slug": branches["mobilite"].slug, "resource": world.here.slug}),
        (Contact, "cantal", {"slug": contacts["cantal"].slug, "department": ""}),
        (Contact, "mobilite", {"slug": contacts["mobilite"].slug, "resource": ""}),
        (Topic, "mobilite", {"slug": topics["mobilite"].slug, "theme": "langue"}),
        (Topic, "mobilite", {"slug": langue.slug, "theme": "mobilite"}),
    ]:
        yield upload(model, role, "refused", **cells)


def duplicate_attempts(world, known):
    """Two alike are said to be different by those whose area both are in."""
    twin = {"departments": ["15"], "topics": [make_topic("langue")]}
    for owner, obj in world.objects[Resource].items():
        obj.title_fr = f"Semblable {owner}"
        obj.save()
        by = EDITORS | ({owner} if owner == "cantal" else set())
        alike = {"slug": [obj.slug, make_resource(title_fr=obj.title_fr, **twin).slug]}
        yield Attempt(address(Resource, "duplicates"), by, alike, refused=dict.fromkeys(READERS, 302))
    for slugs in ([world.here.slug, world.mobile.slug], ["\0", "x" * 200]):
        said = dict.fromkeys(READERS, 302)
        yield Attempt(address(Resource, "duplicates"), set(), {"slug": slugs}, refused=said)


def account_attempts(world, known):
    user, group = world.users["nobody"], Group.objects.get(name=groups.EDITING)
    for model, obj in {User: user, Group: group}.items():
        yield Attempt(address(model, "changelist"), ADMINS)
        yield Attempt(address(model, "changelist") + f"{obj.pk}/", STAFF, ok=302)
        yield Attempt(address(model, "add"), ADMINS)
        change, delete = address(model, "change", obj.pk), address(model, "delete", obj.pk)
        yield Attempt(change, ADMINS)
        yield Attempt(address(model, "history", obj.pk), ADMINS)
        yield Attempt(delete, ADMINS)
        yield Attempt(delete, ADMINS, {"post": "yes"})
        typed = {"first_name": "Autre"} if model is User else {"name": "Autre"}
        yield Attempt(change, ADMINS, as_sent(known, change, **typed))
    password = {"password1": "un mot de passe long", "password2": "un mot de passe long", "usable_password": "true"}
    yield Attempt(address(User, "add"), ADMINS, {"username": "neuf"} | password)
    yield Attempt(reverse("admin:auth_user_password_change", args=[user.pk]), ADMINS)
    # Nobody but a superuser touches a superuser.
    boss = User.objects.get(username="admin")
    yield Attempt(address(User, "change", boss.pk), ADMINS)
    typed = as_sent(known, address(User, "change", boss.pk), first_name="Autre")
    yield Attempt(address(User, "change", boss.pk), {"superuser"}, typed)
    yield Attempt(address(User, "delete", boss.pk), {"superuser"})
    # Last, because the session is renewed with it.
    yield Attempt(reverse("admin:auth_user_password_change", args=[boss.pk]), {"superuser"}, password)


# Everything that is tried, by subject. A new address belongs here: a test below misses it otherwise.
OF_CONTENT = [
    content_attempts,
    history_attempts,
    border_attempts,
    publication_attempts,
    link_attempts,
    message_attempts,
    exchange_attempts,
    duplicate_attempts,
]
SUBJECTS = [site_attempts, translation_attempts, read_only_attempts, account_attempts, *OF_CONTENT]
# With content these have no more than another role that is tried: an administrator, and who reads statistics.
LIKE_OTHERS = {"superuser", "nobody"}
WATCHED = [
    model
    for label in ("directory", "themes", "auth")
    for model in apps.get_app_config(label).get_models(include_auto_created=True)
    if model not in (SearchText, SearchWord)  # derived, and written anew at every save
]


def newest():
    """The last key of each table that counts its rows; the themes that ship are watched too."""
    return {
        model: model is not Theme and model._base_manager.aggregate(Max("pk"))["pk__max"] or 0
        for model in WATCHED
        if isinstance(model._meta.pk, AutoField)
    }


def rows_after(newest):
    """What an attempt could change: the rows after these, and how many there are in all; without the time of saving."""
    return {
        model: (
            model._base_manager.count(),
            [
                {name: value for name, value in row.items() if name not in ("updated_at", "last_login")}
                for row in model._base_manager.filter(pk__gt=last).order_by("pk").values()
            ],
        )
        for model, last in newest.items()
    }


def sent(client, attempt):
    if attempt.data is None:
        response = client.get(attempt.url)
    else:
        if "file" in attempt.data:
            attempt.data["file"].seek(0)
        response = client.post(attempt.url, attempt.data)
    if response.streaming:  # written as it is read
        b"".join(response)
    return response


def noting(statements, execute, sql, *rest):
    statements.append(sql)
    return execute(sql, *rest)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_role_gets_at_every_address_exactly_what_it_should(subject, start, world, known):
    tried = list(subject(world, known))
    before, wrong = rows_after(start), []
    for role in ROLES.keys() - (LIKE_OTHERS if subject in OF_CONTENT else set()):
        client = Client()
        if role != "anonymous":
            client.force_login(world.users[role])
        for attempt in tried:
            with transaction.atomic():
                statements = []
                with connection.execute_wrapper(partial(noting, statements)):
                    response = sent(client, attempt)
                wrote = any(statement.startswith(("INSERT", "UPDATE", "DELETE")) for statement in statements)
                changed = wrote and rows_after(start) != before
                transaction.set_rollback(True)
            told, expected = f"{role}, {attempt.url} {attempt.data}", attempt.expected(role)
            if response.status_code not in expected:
                wrong.append(f"{told}: {response.status_code}, not {expected}")
            if changed != (attempt.data is not None and role in attempt.by):
                wrong.append(f"{told}: {'changed' if changed else 'left'} the database")
    assert not wrong, "\n".join(wrong)


def routes(patterns, prefix="admin/"):
    for item in patterns:
        route = prefix + str(item.pattern).lstrip("^")
        yield from routes(item.url_patterns, route) if hasattr(item, "url_patterns") else [route]


def test_no_address_of_the_admin_is_left_out(world, known):
    tried = [attempt.url.split("?")[0] for subject in SUBJECTS for attempt in subject(world, known)]
    assert set(routes(admin.site.get_urls())) - {resolve(url).route.replace("^", "") for url in tried} == set()


@pytest.fixture
def as_role(client, world):
    def log_in(role):
        client.force_login(world.users[role])
        return client

    return log_in


def test_the_rule_for_one_object_and_for_many_is_the_same(world):
    for role, user in world.users.items():
        for model, objects in (world.objects | world.messages).items():
            one_by_one = {obj.pk for obj in objects.values() if may_change(user, obj)}
            every = model.objects.filter(pk__in=[obj.pk for obj in objects.values()])
            assert {obj.pk for obj in changeable(user, every)} == one_by_one, (role, model)
            mine = {OTHERS, "cantal", "mobilite"} if role in EDITORS else {role}
            assert one_by_one == {obj.pk for owner, obj in objects.items() if owner in mine}, (role, model)


def test_a_refused_move_is_explained_beside_its_field_and_keeps_what_was_typed(as_role, known, world):
    url = address(Resource, "change", world.here.pk)
    sent = as_sent(known, url, departments=["15", "03"], source="Une source bien trouvée")
    response = as_role("cantal").post(url, sent)
    assert list(response.context["adminform"].errors) == ["departments"]
    assertContains(response, "Cantal (15)")
    assertContains(response, "Une source bien trouvée")
    url = address(Topic, "change", world.objects[Topic]["mobilite"].pk)
    sent = as_sent(known, url, theme=Theme.objects.get(slug="langue").pk)
    assert list(as_role("mobilite").post(url, sent).context["adminform"].errors) == ["theme"]


def test_an_action_on_one_object_of_others_is_refused_whole_and_names_it(as_role, world):
    data = {"action": "delete_selected", "_selected_action": [world.here.pk, world.across.pk]}
    response = as_role("cantal").post(address(Resource, "changelist"), data, follow=True)
    sentence = next(str(message) for message in response.context["messages"])
    assert world.across.title in sentence
    assert world.here.title not in sentence


def test_deleting_asks_with_what_goes_what_stays_and_what_may_not_go(as_role, world):
    contact = world.objects[Contact]["mobilite"]
    step = make_situation(resources=[world.mobile]).steps.get()
    page = as_role("mobilite").get(address(Resource, "delete", world.mobile.pk))
    gone, kept = page.context["deleted_objects"][1], page.context["deleted_objects"][3]
    assert any(world.objects[Branch]["mobilite"].name in line for line in gone)
    assert sorted(str(obj) in " ".join(kept) for obj in (contact, step)) == [True, True]
    page = as_role("cantal").get(address(Resource, "delete", world.shared.pk))
    assert page.context["perms_lacking"] == ["Antenne: Ailleurs"]
    assertNotContains(page, 'name="post"')


def test_an_editor_of_an_area_lists_what_is_theirs(as_role, world):
    page = as_role("cantal").get(address(Resource, "changelist"), {"mine": "yes"})
    assert {world.here, world.shared} <= set(page.context["cl"].result_list)
    assert world.across not in page.context["cl"].result_list
    assertNotContains(as_role("editor").get(address(Resource, "changelist")), "?mine=yes")


def test_the_desk_asks_of_each_role_what_it_may_do(world):
    asked = {role: {line.__name__ for line in desk.LINES if any(line(user))} for role, user in world.users.items()}
    area = {line.__name__ for line in desk.LINES} - {"translations"}
    everything = area | {"translations"}
    assert asked == {
        "nobody": set(),
        "statistics": set(),
        "translator": {"translations"},
        "cantal": area,
        "mobilite": area,
        "editor": area,
        "administrator": everything,
        "superuser": everything,
    }


@pytest.mark.parametrize("model", [Resource, Branch])
def test_what_an_editor_without_an_area_may_change_is_an_empty_list(as_role, world, model):
    EditorArea.objects.all().delete()
    page = as_role("cantal").get(address(model, "changelist"), {"mine": "yes"})
    assert page.context["cl"].result_count == 0


def test_an_editor_without_an_area_changes_and_adds_nothing(as_role, world):
    EditorArea.objects.all().delete()
    assert as_role("cantal").get(address(Resource, "add")).status_code == 403
    assert not changeable(world.users["cantal"], Resource.objects.all()).exists()


def test_an_administrator_gives_only_what_they_hold(as_role, known, world):
    strong = Group.objects.create(name="Plus fort")
    strong.permissions.add(Permission.objects.get(codename="delete_session"))
    user, own = world.users["nobody"], world.users["administrator"]
    for target in (user, own):
        url = address(User, "change", target.pk)
        sent = as_sent(known, url, is_superuser="on", user_permissions=[strong.permissions.get().pk])
        assert as_role("administrator").post(url, sent).status_code == 302
        target.refresh_from_db()
        assert not target.is_superuser
        assert not target.user_permissions.exists()
        refused = as_role("administrator").post(url, sent | {"groups": [strong.pk]})
        assert list(refused.context["adminform"].errors) == ["groups"]
    # Neither through a group, nor through the account of someone who holds more, active or not.
    url = address(Group, "change", Group.objects.get(name=groups.EDITING).pk)
    sent = as_sent(known, url, permissions=[strong.permissions.get().pk])
    assert list(as_role("administrator").post(url, sent).context["adminform"].errors) == ["permissions"]
    assert as_role("administrator").post(address(Group, "change", strong.pk), {"name": "x"}).status_code == 403
    user.groups.set([strong])
    user.is_active = False
    user.save()
    password = reverse("admin:auth_user_password_change", args=[user.pk])
    for url in (address(User, "change", user.pk), password, address(User, "delete", user.pk)):
        assert as_role("administrator").post(url, {"post": "yes"}).status_code == 403, url


def test_an_administrator_gives_an_editor_their_area(as_role, known, world):
    url = address(User, "change", world.users["nobody"].pk)
    sent = as_sent(known, url, groups=[Group.objects.get(name=groups.EDITING_AN_AREA).pk])
    theme = Theme.objects.get(slug="emploi")
    sent |= {"area-0-departments": ["15", "43"], "area-0-themes": [theme.pk]}
    assert as_role("administrator").post(url, sent).status_code == 302
    user = User.objects.get(username="nobody")
    assert str(user.area) == "Cantal (15), Haute-Loire (43), Emploi"
    assertContains(as_role("administrator").get(address(User, "changelist")), "Haute-Loire (43)")


def test_groups_gain_what_is_new_and_keep_what_was_decided_by_hand(world):
    editing = Group.objects.get(name=groups.EDITING)
    taken, given = (Permission.objects.get(codename=name) for name in ("delete_resource", "view_user"))
    editing.permissions.remove(taken)
    editing.permissions.add(given)
    Group.objects.get(name=groups.STATISTICS).delete()
    record = LoadedRecord.objects.get(key=f"group/{groups.EDITING}")
    record.fingerprints["permissions"].remove("themes.view_topic")  # as if this version brought it
    record.save()
    editing.permissions.remove(Permission.objects.get(codename="view_topic"))
    call_command("create_groups")
    held = set(editing.permissions.values_list("codename", flat=True))
    assert "delete_resource" not in held
    assert {"view_user", "view_topic"} <= held
    assert not Group.objects.filter(name=groups.STATISTICS).exists()


def test_the_admin_has_no_list_that_is_edited_in_place():
    assert not [item for item in admin.site._registry.values() if item.list_editable]


@pytest.mark.parametrize(
    ("role", "model"), [("cantal", Resource), ("cantal", Branch), ("mobilite", Topic), ("administrator", User)]
)
def test_lists_have_a_fixed_number_of_queries(role, model, as_role, world, django_assert_max_num_queries):
    with CaptureQueriesContext(connection) as before:
        as_role(role).get(address(model, "changelist"))
    for number in range(5):
        make_branch(make_resource(departments=["15"]), ["15"])
        make_topic()
        user = User.objects.create_user(f"editor-{number}")
        user.groups.set(Group.objects.all())
        EditorArea.objects.create(user=user).departments.set(["15"])
    with django_assert_max_num_queries(len(before)):
        as_role(role).get(address(model, "changelist"))
