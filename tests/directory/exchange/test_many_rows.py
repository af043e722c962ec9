"""Tables of many rows: their queries, their progress, their undoing, and an import that is killed."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory.history import Act
from directory.models import Resource, Synonym
from directory.states import BATCH
from tests.tables import everything, export, new_entry, send, table
from themes.models import Topic

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
KILLED = """
import os, signal, sys
import django
django.setup()
from django.contrib.auth.models import User
from directory.exchange.importing import Import
from directory.models import Resource
from directory.search import index
editor = User(username="editor", is_superuser=True)
rows = [
    (number, {"slug": f"tue-{number}", "title_fr": f"Tuée {number}", "summary_fr": "x", "kind": "outil",
              "topics": sys.argv[1], "source": "x"})
    for number in range(1500)
]
def compared():
    work = Import(Resource, rows, editor)
    for _rows in work.compare():
        pass
    return work.fingerprint
def die(*args):
    written = Resource.objects.filter(slug__startswith="tue-").count()
    if written == 1000:
        print(written, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
seen = compared()
index.written_in_bulk = die
for _done in Import(Resource, rows, editor).save(seen=seen):
    pass
"""


def test_the_number_of_queries_does_not_depend_on_the_rows(editor, django_assert_max_num_queries):
    rows = [new_entry(slug=f"essai-{number}", title_fr=f"Essai {number}") for number in range(400)]
    with django_assert_max_num_queries(60):
        page = send(editor, Resource, table(*rows))
    with django_assert_max_num_queries(100):
        assert "Added: 400." in page.confirm()
    with django_assert_max_num_queries(40):
        export(editor, Resource)


def test_each_batch_of_rows_costs_the_same_few_queries(editor):
    compared, saved = [], []
    for batches in (1, 2, 3):
        names = [f"zz {batches}-{number}" for number in range(batches * BATCH)]
        rows = [{"slug": "", "language": "fr", "said": name, "means": "x"} for name in names]
        with CaptureQueriesContext(connection) as queries:
            page = send(editor, Synonym, table(*rows))
        compared.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            assert f"Added: {len(rows):,}." in page.confirm()
        saved.append(len(queries))
    for first, second, third in (compared, saved):
        assert third - second == second - first < 20


def test_progress_is_told_as_rows_are_read(editor):
    rows = [new_entry(slug=f"essai-{number}", title_fr=f"Essai {number}") for number in range(1001)]
    page = send(editor, Resource, table(*rows))
    assert page.text.count("<progress") == 3
    assert 'value="500" max="1001"' in page


def test_an_import_of_many_is_undone_at_once(editor, settings):
    """However many there are, the page of an act sends few fields: Django refuses forms of more than a thousand."""
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 205
    before = everything()
    rows = [{"slug": f"fr-zz-{n}", "language": "fr", "said": f"zz {n}", "means": "x"} for n in range(210)]
    send(editor, Synonym, table(*rows)).confirm()
    url = reverse("admin:directory_act_change", args=[Act.objects.latest("pk").pk])
    form = editor.get(url).content.decode()
    ticked = {name: re.findall(f'name="{name}" value="(\\w+)"', form) for name in ("change", "rest")}
    assert "210 / 210" in editor.post(url, ticked).getvalue().decode()
    assert everything() == before


def test_a_killed_import_leaves_the_database_unchanged(tmp_path):
    topic, copy = Topic.objects.first().slug, tmp_path / "copy.sqlite3"
    if connection.vendor == "sqlite":  # in memory, where no other process reaches it
        copy.write_bytes(connection.connection.serialize())
        url, everything_there = f"sqlite:///{copy}", lambda: tables_of(copy)
    else:
        url, everything_there = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}", everything
        url = url.format(**connection.settings_dict)
    before = everything_there()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, topic],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (killed.stdout.strip(), killed.returncode) == ("1000", -signal.SIGKILL), killed.stderr
    assert everything_there() == before


def tables_of(path):
    """All that our tables hold in an SQLite file."""
    with closing(sqlite3.connect(path)) as file:
        names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {
            name: file.execute(f'SELECT * FROM "{name}"').fetchall()
            for name in names
            if name.startswith(("themes_", "directory_"))
        }
