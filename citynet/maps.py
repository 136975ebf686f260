"""Dots on the map of Asia and the Pacific (static/img/world.svg, 1000 by 681).

The map is a plain grid of degrees: 60° east to 175° west, 55° north to 25° south.
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


def project(latitude, longitude):
    """Where a place lies on the picture, as (x, y); outside it for places that it does not show.

    East is counted past 180°, so that the Pacific stays in one piece.
    """
    x = ((float(longitude) - WEST) % 360) * UNITS_PER_DEGREE_EAST
    y = (NORTH - float(latitude)) * UNITS_PER_DEGREE_SOUTH
    return x, y


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


def on_map(member):
    """Whether the member's place is known and inside the picture."""
    if member.latitude is None:
        return False
    x, y = project(member.latitude, member.longitude)
    return 0 <= x <= WIDTH and 0 <= y <= HEIGHT


def points(members, *, mini=False, here=None):
    """Dots of the members on the picture, the largest first, so that no dot hides a smaller one.

    Members need ``case_count`` (``with_case_counts``). ``here`` is the member to point out;
    ``mini`` doubles the dots for a map of half the width.
    """
    scale = MINI_SCALE if mini else 1
    shown = sorted(filter(on_map, members), key=lambda member: (-member.case_count, member.name))
    return [_point(member, scale, member == here) for member in shown]


def outside(members):
    """Members with a known place that the picture does not show: the page names them."""
    return [member for member in members if member.latitude is not None and not on_map(member)]


def _point(member, scale, here):
    x, y = project(member.latitude, member.longitude)
    radius = (SMALLEST_RADIUS + RADIUS_PER_ROOT * math.sqrt(member.case_count)) * scale
    policies = ngettext(
        "%(name)s: %(count)s policy", "%(name)s: %(count)s policies", member.case_count
    )
    return Point(
        name=member.name,
        title=policies % {"name": member.name, "count": member.case_count},
        url=member.get_absolute_url(),
        x=f"{x:.0f}",
        y=f"{y:.0f}",
        radius=f"{radius:.1f}",
        here=here,
    )
