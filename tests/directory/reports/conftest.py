"""An hour without messages, an entry to report, a mail server, an editor of one department."""

import pytest
from django.contrib.auth.models import Group

from directory.groups import EDITING_AN_AREA, create_groups
from directory.models import EditorArea
from directory.reports import guard
from tests.factories import make_resource


@pytest.fixture(autouse=True)
def quiet_hour(monkeypatch):
    """Each test begins an hour in which nobody wrote yet."""
    monkeypatch.setattr(guard, "messages_by_address", guard.RateLimit(guard.MOST_PER_HOUR))


@pytest.fixture
def mail_server(settings):
    settings.SENDS_EMAIL = True
    settings.SITE_URL = "https://annuaire.example.org"
    settings.DEFAULT_FROM_EMAIL = "annuaire@example.org"


@pytest.fixture
def resource():
    return make_resource()


@pytest.fixture
def area_editor(django_user_model):
    """An account that changes what is entirely in the Cantal."""
    create_groups()
    user = django_user_model.objects.create_user("cantal", "cantal@example.org", is_staff=True)
    user.groups.set(Group.objects.filter(name=EDITING_AN_AREA))
    EditorArea.objects.create(user=user).departments.set(["15"])
    return user
