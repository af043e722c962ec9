"""The map of France: the outlines drawn once by scripts/prepare_map.py, shaded by number of local entries."""

import json
from dataclasses import dataclass
from functools import cache

from django.conf import settings

# Upper bounds of the shades, in local entries; more than the last is the darkest.
SHADES = (0, 1, 3)
# The overseas departments, which the drawing leaves out, as boxes along the west coast: (x, y) in its units.
BOXES = {"971": (8, 330), "972": (8, 378), "973": (8, 426), "974": (8, 474), "976": (8, 522)}
BOX = (58, 38)


@dataclass
class Shape:
    """A department on the map: a path or, overseas, the place of its box; its count and its shade, from 0."""

    department: object
    path: str
    box: tuple | None
    count: int

    @property
    def shade(self):
        return next((shade for shade, most in enumerate(SHADES) if self.count <= most), len(SHADES))

    @property
    def label_place(self):
        """Where the number of an overseas department is written in its box."""
        return self.box[0] + BOX[0] / 2, self.box[1] + BOX[1] / 2 + 6


@cache
def outlines():
    """{department code: SVG path in a drawing of 613 × 585 units}."""
    return json.loads((settings.CONTENT_DIR / "places/carte.json").read_text(encoding="utf-8"))


def shapes(departments, counts):
    """The Shapes of departments, in their order; `counts` gives local entries by code."""
    paths = outlines()
    return [
        Shape(department, paths.get(department.code, ""), BOXES.get(department.code), counts.get(department.code, 0))
        for department in departments
    ]
