"""The shared cache, on a real Redis."""

import os

import environ
import pytest
from django.core.cache import caches

from tests.browser.conftest import skip_or_fail

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared_cache(settings):
    if "TEST_CACHE_URL" not in os.environ:
        skip_or_fail("TEST_CACHE_URL names no Redis")
    settings.CACHES = {"default": environ.Env.cache_url_config(os.environ["TEST_CACHE_URL"])}
    caches["default"].clear()
    yield caches["default"]
    caches["default"].clear()


def test_the_sitemap_is_made_once_for_every_process(client, shared_cache, django_assert_num_queries):
    first = client.get("/sitemap.xml").content
    with django_assert_num_queries(0):
        assert client.get("/sitemap.xml").content == first
    assert b"/ti/ressources/agir/" in first
