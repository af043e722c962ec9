#!/usr/bin/env python3
"""How the cost of a search grows from 200 entries to 100,000: ratios within one run, for `make bench`.

Entries are synthetic: an invented name, sentences drawn from the guide's own entries, so that words are as frequent as
they really are, and a territory drawn at random. A temporary SQLite file is used, or the PostgreSQL database that
BENCH_DATABASE_URL names, which must be empty.
"""

import argparse
import io
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEARCHES = {
    "two filters": "q=permis&theme=mobilite&type=initiative",
    "a place and a filter": "q=permis conduire&departement=15&theme=mobilite",
    "a place in the words": "q=hébergement cantal&type=organisme",
    "a misspelling": "q=covoiturrage&theme=mobilite&type=initiative",
    "the commonest word": "q=logement&theme=logement&type=organisme",
}
SYLLABLES = ["ba", "co", "di", "fa", "gu", "la", "mi", "no", "pe", "ro", "su", "ta", "vi", "zo", "lu", "ma", "ne", "ri"]


def generate(count, start, french, english, random):
    """Write `count` published entries in French and English, numbered from `start`, with their topics and places."""
    from directory.models import Department, Region, Resource
    from themes.models import Topic

    topics = list(Topic.objects.values_list("pk", flat=True))
    departments = list(Department.objects.values_list("pk", flat=True))
    regions = list(Region.objects.values_list("pk", flat=True))
    kinds = Resource.Kind.values
    for first in range(start, start + count, 2000):
        numbers = range(first, min(first + 2000, start + count))
        entries, scopes = [], {}
        for number in numbers:
            name = "".join(random.choices(SYLLABLES, k=4)).capitalize()
            scopes[number] = scope = random.choices(("local", "regional", "national"), (90, 5, 5))[0]
            entries.append(
                Resource(
                    slug=f"fiche-{number}",
                    title_fr=f"{name} : {' '.join(random.choice(french).split()[:4])}"[:120],
                    title_en=f"{name}: {' '.join(random.choice(english).split()[:4])}"[:120],
                    summary_fr=random.choice(french)[:200],
                    summary_en=random.choice(english)[:200],
                    body_fr=" ".join(random.choices(french, k=5)),
                    body_en=" ".join(random.choices(english, k=5)),
                    kind=random.choice(kinds),
                    scope=scope,
                    source="make bench",
                    is_practice=random.random() < 0.3,
                )
            )
        made = Resource.objects.bulk_create(entries)
        link(Resource.topics, "topic_id", ((entry, pk) for entry in made for pk in random.sample(topics, 2)))
        link(
            Resource.departments,
            "department_id",
            ((e, random.choice(departments)) for e, n in zip(made, numbers, strict=True) if scopes[n] == "local"),
        )
        link(
            Resource.regions,
            "region_id",
            ((e, random.choice(regions)) for e, n in zip(made, numbers, strict=True) if scopes[n] == "regional"),
        )


def link(relation, name, pairs):
    relation.through.objects.bulk_create(
        [relation.through(resource_id=entry.pk, **{name: pk}) for entry, pk in pairs], batch_size=5000
    )


def take_sentences():
    """The guide's sentences, in French and in English; its entries go, so that only synthetic ones are measured."""
    from directory.models import Resource

    shipped = [
        [sentence.strip(" -*\n") for body in bodies for sentence in body.split(".") if len(sentence.split()) > 4]
        for bodies in (Resource.objects.values_list(f"body_{language}", flat=True) for language in ("fr", "en"))
    ]
    Resource.objects.all().delete()
    return shipped


def measure(query, runs):
    """(median seconds, number of queries, number of answers) of the list page for a query."""
    from django.db import connection
    from django.http import QueryDict
    from django.test import Client

    from directory.filters import ResourceFilter
    from directory.models import Resource

    client, times = Client(SERVER_NAME="localhost"), []
    asked = []
    with connection.execute_wrapper(lambda run, *query: asked.append(1) or run(*query)):
        response = client.get(f"/fr/ressources/?{query}")
    assert response.status_code == 200
    for _ in range(runs):
        start = time.perf_counter()
        client.get(f"/fr/ressources/?{query}")
        times.append(time.perf_counter() - start)
    total = ResourceFilter(QueryDict(query), Resource.objects.published()).total
    return statistics.median(times), len(asked), total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from directory.search import index

        call_command("prepare", verbosity=0, stdout=io.StringIO())
        texts = take_sentences()
        found, done = {}, 0
        for size in (200, options.entries):
            generate(size - done, done, *texts, random.Random(size))
            done = size
            index.rebuild()
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            found[size] = {name: measure(query, options.runs) for name, query in SEARCHES.items()}
    lines = [
        f"{connection.vendor}: {options.entries} entries against 200, the same search on the list page with its counts"
    ]
    for name in SEARCHES:
        (small, few, some), (large, many, all_of_them) = (found[size][name] for size in found)
        lines.append(
            f"  {name:22} {large / small:5.1f} times ({small * 1000:.0f} → {large * 1000:.0f} ms),"
            f" answers {some} → {all_of_them}, queries {few} → {many}"
        )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
