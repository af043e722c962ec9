"""Regions, departments with their neighbours, groups of communes, communes and postal codes, from fixtures/places/."""

import csv

from django.db import transaction

from directory.loading import fingerprint_of_files, is_loaded, mark_loaded
from directory.models import Commune, Department, DepartmentDistance, Epci, PostalCode, Region
from directory.places import normalise_name


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def borders_from(origin, neighbours):
    """{department: borders crossed by land from the origin, which is at 0}, breadth first."""
    reached, frontier = {origin: 0}, [origin]
    while frontier:
        ring = {code for reached_code in frontier for code in neighbours[reached_code]} - reached.keys()
        reached |= dict.fromkeys(ring, max(reached.values()) + 1)
        frontier = ring
    return reached


def upsert(model, objects, fields):
    model.objects.bulk_create(
        objects, batch_size=2000, update_conflicts=True, unique_fields=["code"], update_fields=fields
    )


@transaction.atomic
def load_places(folder):
    """Write the places of a folder; return the number of communes, or None when these files are already loaded."""
    files = fingerprint_of_files(folder.glob("*.csv"))
    if is_loaded("places", files):
        return None
    upsert(Region, [Region(code=row["code"], name=row["name"]) for row in rows(folder / "regions.csv")], ["name"])

    departments = list(rows(folder / "departements.csv"))
    upsert(
        Department,
        [
            Department(
                code=row["code"],
                name=row["name"],
                region_id=row["region"],
                prefecture_town=row["prefecture_town"],
                rural_share=row["rural_share"] or None,
            )
            for row in departments
        ],
        ["name", "region", "prefecture_town", "rural_share"],
    )
    neighbours = {row["code"]: row["neighbours"].split() for row in departments}
    for department in Department.objects.all():
        department.neighbours.set(neighbours[department.code])
    DepartmentDistance.objects.all().delete()
    DepartmentDistance.objects.bulk_create(
        [
            DepartmentDistance(origin_id=origin, destination_id=destination, borders=borders)
            for origin in neighbours
            for destination, borders in borders_from(origin, neighbours).items()
        ],
        batch_size=2000,
    )

    epcis = list(rows(folder / "epcis.csv"))
    upsert(Epci, [Epci(code=row["code"], name=row["name"]) for row in epcis], ["name"])
    communes = list(rows(folder / "communes.csv"))
    upsert(
        Commune,
        [
            Commune(
                code=row["code"],
                name=row["name"],
                search_name=normalise_name(row["name"]),
                department_id=row["department"],
                epci_id=row["epci"] or None,
            )
            for row in communes
        ],
        ["name", "search_name", "department", "epci"],
    )
    gone = set(Commune.objects.values_list("code", flat=True)) - {row["code"] for row in communes}
    Commune.objects.filter(code__in=gone).delete()
    Epci.objects.exclude(code__in=[row["code"] for row in epcis]).delete()
    PostalCode.objects.all().delete()
    PostalCode.objects.bulk_create(
        [PostalCode(code=code, commune_id=row["code"]) for row in communes for code in row["postal_codes"].split()],
        batch_size=2000,
    )
    mark_loaded("places", files)
    return len(communes)
