import pytest
from django.conf import settings
from django.utils import translation

from directory.loading.content import load_content
from directory.loading.places import load_places

LANGUAGES = [code for code, _ in settings.LANGUAGES]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The tests run on what ships: every place and the whole guide, loaded once."""
    with django_db_blocker.unblock():
        load_places(settings.CONTENT_DIR / "places")
        load_content(settings.CONTENT_DIR)


@pytest.fixture(autouse=True)
def default_language():
    """Each test starts in French: a page asked for in another language leaves its thread in that language."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def editor(client, django_user_model):
    """A client logged in as an administrator."""
    client.force_login(django_user_model.objects.create_superuser("editor"))
    return client
