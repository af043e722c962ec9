"""A real Chromium in front of the real stack: gunicorn and whitenoise over a database of their own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.browser.navigation import log_in

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
REQUIRED = os.environ.get("REQUIRE_ALL") == "true"


def skip_or_fail(reason):
    """A missing part is skipped on a developer's machine and an error where nothing may be skipped."""
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        skip_or_fail("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def database_url(tmp_path_factory):
    """An empty database of the engine under test, dropped at the end."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('site') / 'site.sqlite3'}"
        return
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    name = f"browser_{os.getpid()}"
    with psycopg.connect(**parameters, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        url = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
        yield f"{url}/{name}"
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def site(database_url):
    """The address of the directory as `make run` would serve it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = os.environ | {"DATABASE_URL": database_url, "PORT": str(port), "WEB_CONCURRENCY": "2"}
    run = {"cwd": settings.BASE_DIR, "env": environment}
    subprocess.run([sys.executable, "manage.py", "prepare"], check=True, capture_output=True, **run)
    withdrawn = "from tests.factories import make_withdrawn_pages as make; make()"
    subprocess.run([sys.executable, "manage.py", "shell", "-c", withdrawn], check=True, capture_output=True, **run)
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"], **run)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urlopen(f"{address}/readyz", timeout=1)
                break
            except (URLError, OSError):
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture
def page(browser, site):
    """A tab 360 px wide, without JavaScript unless the test asks otherwise."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=site, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def scripted_page(browser, site):
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=site)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def account(site, database_url):
    """The name and the password of an administrator, created as `make admin` does."""
    name, password = "edith", "un mot de passe long"
    account = {"DJANGO_SUPERUSER_USERNAME": name, "DJANGO_SUPERUSER_EMAIL": "edith@example.org"}
    environment = os.environ | account | {"DATABASE_URL": database_url, "DJANGO_SUPERUSER_PASSWORD": password}
    command = [sys.executable, "manage.py", "createsuperuser", "--noinput"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True)
    return name, password


@pytest.fixture
def editor_page(browser, site, account):
    """A tab of an administrator."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site)
    page = context.new_page()
    log_in(page, account)
    yield page
    context.close()
