#!/usr/bin/env python3
"""Prepare fixtures/places/{regions,communes}.csv from the npm package @etalab/decoupage-administratif.

Run once per vintage of the Code officiel géographique, from the root of the repository:

    npm pack @etalab/decoupage-administratif@6.0.0 && tar xzf etalab-decoupage-administratif-6.0.0.tgz
    python3 scripts/prepare_places.py package/data

Kept: the 18 regions and the communes of the 101 departments. Left out: overseas collectivities, which have no
department, and the delegated, associated or municipal-arrondissement parts of a commune, which are not communes.
"""

import csv
import json
import sys
from pathlib import Path

PLACES = Path(__file__).resolve().parent.parent / "fixtures" / "places"


def write(name, header, rows):
    with (PLACES / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(data):
    regions = json.loads((data / "regions.json").read_text(encoding="utf-8"))
    communes = json.loads((data / "communes.json").read_text(encoding="utf-8"))
    write(
        "regions.csv",
        ["code", "name"],
        sorted((region["code"], region["nom"]) for region in regions if region["zone"] in {"metro", "drom"}),
    )
    write(
        "communes.csv",
        ["code", "department", "name", "postal_codes"],
        sorted(
            (commune["code"], commune["departement"], commune["nom"], " ".join(sorted(commune.get("codesPostaux", []))))
            for commune in communes
            if commune["type"] == "commune-actuelle" and commune["zone"] in {"metro", "drom"}
        ),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
