"""Who may take tables away and bring them back."""

import pytest
from django.contrib.auth.models import Group, Permission

from directory.groups import EDITING_AN_AREA, create_groups
from directory.models import Contact, EditorArea, Resource
from tests.factories import make_resource
from tests.tables import address, everything, export, fingerprint, new_entry, rows_of, send, table

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.mark.parametrize(
    ("permissions", "exports", "imports"),
    [([], 403, 403), (["view"], 200, 403), (["view", "change"], 200, 403), (["view", "add", "change"], 200, 200)],
)
def test_export_needs_view_and_import_needs_add_and_change(client, django_user_model, permissions, exports, imports):
    user = django_user_model.objects.create_user("someone", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["edit_everywhere", *(f"{verb}_contact" for verb in permissions)])
    )
    client.force_login(user)
    assert client.get(address(Contact, "export", "csv")).status_code == exports
    assert client.get(address(Contact, "import")).status_code == imports


def test_a_file_is_its_senders_alone(editor, client, django_user_model):
    page = send(editor, Resource, table(new_entry()))
    client.force_login(django_user_model.objects.create_superuser("other"))
    assert client.get(page.url).status_code == 404


@pytest.fixture
def area_editor(client, django_user_model):
    """A client logged in as someone who edits Cantal and nothing else."""
    create_groups()
    user = django_user_model.objects.create_user("cantal", is_staff=True)
    user.groups.add(Group.objects.get(name=EDITING_AN_AREA))
    EditorArea.objects.create(user=user).departments.add("15")
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ({"slug": "zz-ici", "title_fr": "Mieux"}, False),
        ({"slug": "zz-ailleurs", "title_fr": "Mieux"}, True),
        ({"slug": "zz-ici", "departments": "15|43"}, True),
        ({"slug": "zz-ici", "departments": "43"}, True),
        ({"slug": "zz-ailleurs", "departments": "15"}, True),
        ({"scope": "local", "departments": "15"}, False),
        ({"scope": "local", "departments": "43"}, True),
        ({"scope": "national"}, True),
    ],
)
def test_an_editor_of_an_area_imports_what_is_theirs(area_editor, row, refused):
    make_resource(slug="zz-ici", departments=["15"])
    make_resource(slug="zz-ailleurs", departments=["43"])
    before = everything()
    page = send(area_editor, Resource, table(row if "slug" in row else new_entry(**row)))
    assert everything() == before
    assert ("Your role does not let you change this one" in page) == refused
    assert ("Imported." in page.confirm(seen=fingerprint(page))) != refused
    assert (everything() == before) == refused


def test_an_editor_of_an_area_exports_everything(area_editor):
    entry = make_resource(departments=["43"])
    assert set(rows_of(export(area_editor, Resource, slug=entry.slug))) == {entry.slug}
    data = {"action": "export_csv", "_selected_action": [entry.pk]}
    assert set(rows_of(area_editor.post(address(Resource, "changelist"), data).getvalue())) == {entry.slug}
