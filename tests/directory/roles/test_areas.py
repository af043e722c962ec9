"""What an editor of an area may change, and is shown."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains

from directory.admin import desk
from directory.history import Act, act
from directory.models import Branch, Contact, EditorArea, Resource
from directory.roles import changeable, may_change
from tests.directory.roles.attempts import EDITORS, OTHERS, as_sent
from tests.factories import make_branch, make_resource, make_situation, make_topic
from tests.tables import address
from themes.models import Theme, Topic

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


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


def undone(client, item):
    """The sentences with which the undo of a whole act is answered."""
    data = {"change": item.changes.values_list("pk", flat=True)}
    answer = client.post(f"/admin/directory/act/{item.pk}/change/", data, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_an_addition_is_not_undone_when_an_object_of_others_would_lose_its_link(as_role, world):
    topics = [make_topic()]
    with act():
        mine = make_resource(topics=topics, departments=["15"], scope="local")
    added = Act.objects.first()
    Resource.objects.filter(pk=world.across.pk).update(replaced_by=mine)
    (sentence,) = undone(as_role("cantal"), added)[1:]
    assert world.across.title in sentence
    world.across.refresh_from_db()
    assert world.across.replaced_by == mine


def test_a_version_is_put_back_though_a_branch_of_others_hangs_on_it(as_role, world):
    with act():
        mine = make_resource(departments=["15"], scope="local", title_fr="Un")
    added = Act.objects.first().changes.get(kind="resource")
    make_branch(mine, ["03"])
    mine.title_fr = "Deux"
    mine.save()
    as_role("cantal").post(f"/admin/directory/act/restore/{added.pk}/")
    mine.refresh_from_db()
    assert mine.title_fr == "Un"


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
