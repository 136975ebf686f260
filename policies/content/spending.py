"""What the cases of a target cost, as dots on a scale of powers of ten."""

import math
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from .formats import usd

# Amounts outside the scale are drawn at its end.
SCALE = {
    3: _("1k"),
    4: _("10k"),
    5: _("100k"),
    6: _("1m"),
    7: _("10m"),
    8: _("100m"),
    9: _("1bn"),
    10: _("10bn"),
    11: _("100bn"),
}
SMALLEST, LARGEST = 10 ** min(SCALE), 10 ** max(SCALE)
# Two rows of names above the line, in pixels from the top of the picture.
ROWS = (50, 24)
LINE = 70
# Width of a letter in percent of a wide and of a narrow screen: names that would overlap are left out.
WIDE, NARROW = 1.4, 2.3
GAP = 1.5
LEFT_THIRD, RIGHT_THIRD = 33, 67


@dataclass(frozen=True)
class Tick:
    """A mark on the scale; positions are percentages as text, because a picture knows no locale."""

    x: str
    label: str
    anchor: str


@dataclass(frozen=True)
class Dot:
    """One case: its place on the scale, and the name of its member where there is room for it.

    ``is_wide`` marks a name that has room on a wide screen only.
    """

    x: str
    title: str
    name: str
    anchor: str
    y: int
    is_wide: bool


class Spending:
    """The picture for some revisions of lists; false where none has a budget in USD."""

    def __init__(self, revisions):
        rows = [revision for revision in revisions if revision.budget_usd is not None]
        self.rows = sorted(rows, key=lambda revision: revision.budget_usd)
        self.unknown = len(revisions) - len(rows)
        if rows:
            self.low = _power(self.rows[0].budget_usd, math.floor)
            self.low = min(self.low, max(SCALE) - 1)
            self.high = max(_power(self.rows[-1].budget_usd, math.ceil), self.low + 1)

    def __bool__(self):
        return bool(self.rows)

    @property
    def ticks(self):
        """A mark for each power of ten."""
        powers = range(self.low, self.high + 1)
        anchors = {self.low: "start", self.high: "end"}
        return [
            Tick(_percent(self._position(10**power)), SCALE[power], anchors.get(power, "middle"))
            for power in powers
        ]

    @property
    def dots(self):
        """A dot for each revision with a budget in USD, the smallest first."""
        wide, narrow = _Rows(WIDE), _Rows(NARROW)
        dots = []
        for revision in self.rows:
            name = revision.case.member.name
            x = self._position(revision.budget_usd)
            row = wide.take(x, name, ROWS)
            dots.append(
                Dot(
                    x=_percent(x),
                    title=f"{name}: {usd(revision.budget_usd)}",
                    name=name if row else "",
                    anchor=_anchor(x),
                    y=row or LINE,
                    is_wide=not narrow.take(x, name, [row] if row else []),
                )
            )
        return dots

    def _position(self, amount):
        power = math.log10(min(max(amount, SMALLEST), LARGEST))
        return (power - self.low) / (self.high - self.low) * 100


def _power(amount, rounding):
    return rounding(math.log10(min(max(amount, SMALLEST), LARGEST)))


def _anchor(x):
    if x < LEFT_THIRD:
        return "start"
    return "end" if x > RIGHT_THIRD else "middle"


class _Rows:
    """How far the rows of names are taken, in percent, where a letter is ``letter`` wide."""

    def __init__(self, letter):
        self.letter = letter
        self.taken = dict.fromkeys(ROWS, -GAP)

    def take(self, x, name, rows):
        """Return the first of ``rows`` with room for a name at ``x``, or None; the room is
        taken."""
        width = len(name) * self.letter
        left = x - {"start": 0, "middle": width / 2, "end": width}[_anchor(x)]
        for row in rows:
            if self.taken[row] + GAP <= left:
                self.taken[row] = left + width
                return row
        return None


def _percent(x):
    return f"{x:.1f}%"
