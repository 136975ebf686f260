"""Dots and names on the map of Asia and the Pacific (static/img/world.svg, 1000 by 681).

The picture is a plain grid of degrees: 60° east to 175° west, 55° north to 25° south.
"""

import math
from dataclasses import dataclass

from django.utils.translation import ngettext

WIDTH, HEIGHT = 1000, 681
WEST, NORTH = 60, 55
UNITS_PER_DEGREE_EAST, UNITS_PER_DEGREE_SOUTH = 8, 8.5134

# A dot's area, not its radius, grows with the number of policies.
SMALLEST_RADIUS, RADIUS_PER_ROOT = 4, 2.6
MINI_SCALE = 2

# Names are set in 15 units; a line needs a little less, a letter about half. Long names are left
# to the list.
LETTER_WIDTH, LETTER_HEIGHT = 7.6, 14
LONGEST_NAME = 30


@dataclass(frozen=True)
class Label:
    """A name beside its dot: where it stands and from which side it runs (SVG text-anchor)."""

    x: str
    y: str
    anchor: str


@dataclass(frozen=True)
class Point:
    """One dot: coordinates and radius as text, because a picture knows no local number format."""

    name: str
    title: str
    url: str
    x: str
    y: str
    radius: str
    here: bool = False
    label: Label | None = None


def project(latitude, longitude):
    """Return where a place lies on the picture, as (x, y); outside it for places that it does not
    show.

    East is counted past 180°, so that the Pacific stays in one piece.
    """
    x = ((float(longitude) - WEST) % 360) * UNITS_PER_DEGREE_EAST
    y = (NORTH - float(latitude)) * UNITS_PER_DEGREE_SOUTH
    return x, y


def on_map(member):
    """Return whether the member's place is known and inside the picture."""
    if member.latitude is None:
        return False
    x, y = project(member.latitude, member.longitude)
    return 0 <= x <= WIDTH and 0 <= y <= HEIGHT


def points(members, *, mini=False, here=None):
    """Return the dots of the members on the picture, the largest first, so that no dot hides a smaller
    one.

    Members need ``case_count`` (``with_case_counts``). Names stand where they collide with
    nothing. ``here`` is the member to point out: it comes last, on top. ``mini`` doubles the dots
    for a narrow map and leaves the names out.
    """
    scale = MINI_SCALE if mini else 1
    shown = sorted(
        filter(on_map, members),
        key=lambda member: (member == here, -member.case_count, len(member.name), member.name),
    )
    circles = [_circle(member, scale) for member in shown]
    labels = [None] * len(shown) if mini else _labels(shown, circles)
    return [
        _point(member, circle, member == here, label)
        for member, circle, label in zip(shown, circles, labels, strict=True)
    ]


def outside(members):
    """Return members with a known place that the picture does not show: the page names them."""
    return [member for member in members if member.latitude is not None and not on_map(member)]


def _circle(member, scale):
    x, y = project(member.latitude, member.longitude)
    return x, y, (SMALLEST_RADIUS + RADIUS_PER_ROOT * math.sqrt(member.case_count)) * scale


def _point(member, circle, here, label):
    x, y, radius = circle
    title = ngettext(
        "%(name)s: %(count)s policy", "%(name)s: %(count)s policies", member.case_count
    )
    return Point(
        name=member.name,
        title=title % {"name": member.name, "count": member.case_count},
        url=member.get_absolute_url(),
        x=f"{x:.0f}",
        y=f"{y:.0f}",
        radius=f"{radius:.1f}",
        here=here,
        label=label,
    )


def _labels(members, circles):
    """Return a place for each name, or None: the first to come takes it, nothing is covered."""
    taken = [(x - r, y - r, x + r, y + r) for x, y, r in circles]
    return [
        _label(member.name, circle, taken) for member, circle in zip(members, circles, strict=True)
    ]


def _label(name, circle, taken):
    """Return the first free side of a dot (right, left, below, above); adds what it takes to
    ``taken``."""
    if len(name) > LONGEST_NAME:
        return None
    x, y, radius = circle
    width, gap, half = len(name) * LETTER_WIDTH, radius + 3, LETTER_HEIGHT / 2
    sides = (
        ("start", x + gap, y),
        ("end", x - gap, y),
        ("middle", x, y + gap + half),
        ("middle", x, y - gap - half),
    )
    for anchor, at, middle in sides:
        left = {"start": at, "end": at - width, "middle": at - width / 2}[anchor]
        box = (left, middle - half, left + width, middle + half)
        if _is_inside(box) and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            return Label(x=f"{at:.0f}", y=f"{middle + 5:.0f}", anchor=anchor)
    return None


def _is_inside(box):
    left, top, right, bottom = box
    return left >= 0 and top >= 0 and right <= WIDTH and bottom <= HEIGHT


def _overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
