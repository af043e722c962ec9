#!/usr/bin/env python3
"""Prepare fixtures/places/{regions,epcis,communes}.csv from the npm package @etalab/decoupage-administratif.

Run once per vintage of the Code officiel géographique, from the root of the repository:

    npm pack @etalab/decoupage-administratif@6.0.0 && tar xzf etalab-decoupage-administratif-6.0.0.tgz
    python3 scripts/prepare_places.py package/data

Kept: the 18 regions and the communes of the 101 departments. Left out: overseas collectivities, which have no
department, and the delegated, associated or municipal-arrondissement parts of a commune, which are not communes.
Four islands belong to no group of communes (EPCI).

In departements.csv, which is written by hand, it fills one column: rural_share, the share of the department's
inhabitants, in %, who live in communes of fewer than 2,000 (populations of the INSEE, as the package gives them).
"""

import csv
import json
import re
import sys
from collections import Counter
from pathlib import Path

PLACES = Path(__file__).resolve().parent.parent / "fixtures" / "places"
ZONES = {"metro", "drom"}
RURAL = 2000  # inhabitants; below it, the INSEE long called a commune rural
# How the package abbreviates the kinds of EPCI, which people know by their full names.
KINDS = {"CC": "Communauté de communes", "CA": "Communauté d'agglomération", "CU": "Communauté urbaine"}


def write(name, header, rows):
    with (PLACES / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def epci_name(name):
    """A name in full, with French quotation marks: "CA de Blois ''Agglopolys''" has neither."""
    kind, _, rest = name.partition(" ")
    return re.sub(r"''(.+?)''", "« \\1 »", f"{KINDS.get(kind, kind)} {rest}".strip())


def rural_shares(communes):
    """{department code: % of its inhabitants, with one decimal, in communes of fewer than RURAL}."""
    everyone, rural = Counter(), Counter()
    for commune in communes:
        everyone[commune["departement"]] += commune["population"]
        rural[commune["departement"]] += commune["population"] if commune["population"] < RURAL else 0
    return {code: round(100 * rural[code] / count, 1) for code, count in everyone.items()}


def add_rural_shares(shares):
    with (PLACES / "departements.csv").open(encoding="utf-8", newline="") as file:
        departments = [row | {"rural_share": shares[row["code"]]} for row in csv.DictReader(file)]
    write("departements.csv", list(departments[0]), [row.values() for row in departments])


def main(data):
    regions, epcis, communes = (
        json.loads((data / f"{name}.json").read_text(encoding="utf-8")) for name in ("regions", "epci", "communes")
    )
    communes = [item for item in communes if item["type"] == "commune-actuelle" and item["zone"] in ZONES]
    epci_of = {member["code"]: epci["code"] for epci in epcis for member in epci["membres"]}
    write(
        "regions.csv",
        ["code", "name"],
        sorted((region["code"], region["nom"]) for region in regions if region["zone"] in ZONES),
    )
    write("epcis.csv", ["code", "name"], sorted((epci["code"], epci_name(epci["nom"])) for epci in epcis))
    write(
        "communes.csv",
        ["code", "department", "epci", "name", "postal_codes"],
        sorted(
            (
                commune["code"],
                commune["departement"],
                epci_of.get(commune["code"], ""),
                commune["nom"],
                " ".join(sorted(commune.get("codesPostaux", []))),
            )
            for commune in communes
        ),
    )
    add_rural_shares(rural_shares(communes))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
