"""Accounts and groups: who gives which rights, and what is kept of those decided by hand."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.urls import reverse
from pytest_django.asserts import assertContains

from directory import groups
from directory.models import LoadedRecord
from tests.directory.roles.attempts import as_sent
from tests.tables import address
from themes.models import Theme

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


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
