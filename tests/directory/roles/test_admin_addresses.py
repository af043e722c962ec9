"""Every role at every address of the admin."""

from functools import partial

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve

from tests.directory.roles.attempts import ROLES, rows_after
from tests.directory.roles.content import (
    border_attempts,
    content_attempts,
    duplicate_attempts,
    history_attempts,
    link_attempts,
    message_attempts,
    publication_attempts,
)
from tests.directory.roles.pages import account_attempts, read_only_attempts, site_attempts, translation_attempts
from tests.directory.roles.tables import exchange_attempts
from tests.tables import address

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
# Everything that is tried, by subject. A new address or action belongs here: a test below misses it otherwise.
SUBJECTS = [
    site_attempts,
    translation_attempts,
    read_only_attempts,
    account_attempts,
    content_attempts,
    history_attempts,
    border_attempts,
    publication_attempts,
    link_attempts,
    message_attempts,
    exchange_attempts,
    duplicate_attempts,
]


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
    for role in ROLES:
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


def test_no_action_of_a_list_is_left_out(world, known, rf):
    request = rf.get("/admin/")
    request.user = world.users["superuser"]
    lists = {address(model, "changelist"): model for model in admin.site._registry}
    offered = {(model, name) for model, item in admin.site._registry.items() for name in item.get_actions(request)}
    tried = {
        (lists[attempt.url], attempt.data["action"])
        for subject in SUBJECTS
        for attempt in subject(world, known)
        if attempt.data and "action" in attempt.data
    }
    assert offered - tried == set()
