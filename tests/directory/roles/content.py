"""Attempts at content: to change, move, publish, undo and delete it, and to answer what readers wrote of it."""

from django.urls import reverse

from directory.history import Act, act
from directory.models import Branch, Contact, EmptySearch, Link, Proposal, Resource, Situation
from tests.directory.roles.attempts import (
    ADMINS,
    AREAS,
    CHANGES,
    EDITORS,
    EVERYONE,
    LOCAL,
    OTHERS,
    READERS,
    STAFF,
    Attempt,
    action,
    as_sent,
    never,
)
from tests.factories import make_branch, make_resource, make_situation, make_topic
from tests.tables import address
from themes.models import Theme, Topic

MAY = {EmptySearch: {"add": set()}}


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

    def undone(item, by, **said):
        chosen = {"change": list(item.changes.values_list("pk", flat=True)), **said}
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
    yield undone(added, EDITORS, anyway="on")

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
    # So does what would lose its link: a step, another entry; an entry of others its topic.
    stepped, replacing = make_resource(departments=["15"]), make_resource(departments=["15"])
    make_situation(resources=[stepped])
    make_resource(departments=["03"], topics=[make_topic("langue")], replaced_by=replacing)
    for entry_linked in (stepped, replacing):
        yield Attempt(address(Resource, "delete", entry_linked.pk), EDITORS, {"post": "yes"})
    topic = make_topic("mobilite")
    make_resource(topics=[topic, make_topic("langue")])
    yield Attempt(address(Topic, "delete", topic.pk), EDITORS, {"post": "yes"})


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
    yield action(Situation, "publish", [make_situation(is_published=False)], EDITORS)


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
    # The entry made of a proposal is where that was: in its places, or in its themes.
    for owner, proposal in world.messages[Proposal].items():
        url = address(Proposal, "change", proposal.pk)
        yield Attempt(url, EDITORS | {owner}, as_sent(known, url, _draft="on"))


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
