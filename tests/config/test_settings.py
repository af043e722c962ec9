"""The knobs: a wrong value stops the start with a sentence."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings


def start(**environment):
    """Django's start in a process of its own, with these variables."""
    return subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", ["DEBUG", "HTTPS"])
@pytest.mark.parametrize("value", ["yes", "oui", "2", ""])
def test_a_value_that_is_neither_true_nor_false_stops_the_start(name, value):
    started = start(**{name: value})
    assert started.returncode != 0
    assert f"{name} must be true or false" in started.stderr


def test_the_site_starts_behind_https():
    assert start(HTTPS="true").returncode == 0


MAIL = {"EMAIL_URL": "smtp://localhost", "EMAIL_FROM": "annuaire@example.org", "SITE_URL": "https://example.org"}


def test_the_site_starts_with_a_mail_server():
    assert start(**MAIL).returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMAIL_URL", "imap://localhost"),
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp://localhost:port"),
        ("EMAIL_FROM", ""),
        ("EMAIL_FROM", "annuaire"),
        ("SITE_URL", ""),
        ("SITE_URL", "example.org"),
        ("CLIENT_ADDRESS_HEADER", "yes, please"),
        ("CLIENT_ADDRESS_HEADER", "X-Forwarded-For,X-Real-IP"),
    ],
)
def test_a_wrong_value_for_e_mail_or_addresses_stops_the_start(name, value):
    started = start(**(MAIL | {name: value}))
    assert started.returncode != 0
    assert f"{name}" in started.stderr


def test_every_variable_is_in_the_readme():
    source = (settings.BASE_DIR / "config/settings.py").read_text() + (
        settings.BASE_DIR / "config/gunicorn.py"
    ).read_text()
    readme = (settings.BASE_DIR / "README.md").read_text()
    names = set(re.findall(r'(?:env(?:_bool|\.\w+)|environ\.get)\("([A-Z_]+)"', source))
    assert len(names) >= 9
    assert [name for name in sorted(names) if f"`{name}`" not in readme] == []
