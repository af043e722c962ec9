"""The map of France: the outlines drawn once by scripts/prepare_map.py, shaded by number of local entries."""

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate

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
        """Where the number of a department is written: in the middle of its box or of its outline."""
        if self.box:
            return self.box[0] + BOX[0] / 2, self.box[1] + BOX[1] / 2 + 6
        left, top, right, bottom = extent(self.path)
        return (left + right) / 2, (top + bottom) / 2


def extent(path):
    """(left, top, right, bottom) of an outline made of "M x y l dx dy…" parts."""
    points = []
    for part in path.split("M")[1:]:
        numbers = [int(number) for number in re.findall(r"-?\d+", part)]
        points += zip(accumulate(numbers[::2]), accumulate(numbers[1::2]), strict=True)
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


@dataclass
class Crop:
    """A piece of the map: its shapes, those in `inside` being what it is about, and the frame that holds them all."""

    shapes: list
    inside: set

    @cached_property
    def frame(self):
        """(x, y, width, height) with a margin around."""
        lefts, tops, rights, bottoms = zip(*(extent(shape.path) for shape in self.shapes), strict=True)
        return min(lefts) - 2, min(tops) - 2, max(rights) - min(lefts) + 4, max(bottoms) - min(tops) + 4

    @property
    def view_box(self):
        return " ".join(map(str, self.frame))

    @property
    def size(self):
        """The height of its numbers, so that they look the same in every frame."""
        return round(max(self.frame[2:]) / 20, 1)


def crop(departments, inside, counts):
    """The Crop of departments of the mainland and Corsica; None where there is none to draw."""
    drawn = [shape for shape in shapes(departments, counts) if shape.path]
    return Crop(drawn, inside) if drawn else None


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
