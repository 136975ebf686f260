"""Amounts in USD as dots on one scale of powers of ten, a lane for each kind of amount."""

import math
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

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
# Heights in pixels from the top of a lane: its line, and the words above the dots in up to two rows.
LOW_LINE, TALL_LINE = 42, 58
FIRST_ROW, SECOND_ROW = 20, 40
# Dots closer than so many percent hide each other, unless they stand so many pixels below the line.
HIDES, BELOW = 1, (0, 12, 6)
# Width of a letter in percent of a wide screen: words that would overlap are left out.
LETTER = 1.2
GAP = 1.5
LEFT_THIRD, RIGHT_THIRD = 33, 67


@dataclass(frozen=True)
class Amount:
    """One amount to draw: its number in the table, whose it is, in USD, and its symbol; ``halo``
    where it does not say whether it is the total."""

    number: int
    name: str
    usd: object
    symbol: str
    title: str
    key: int
    halo: bool = False
    # Where its line in the table is.
    line: str = ""


@dataclass(frozen=True)
class Tick:
    """A mark on the scale; positions are percentages as text, because a picture knows no locale."""

    x: str
    label: str
    anchor: str


@dataclass(frozen=True)
class Dot:
    """An amount at its place; ``y`` is where its words stand, None where there is no room; ``below``
    is how far it stands below the line of its lane."""

    x: str
    y: int | None
    anchor: str
    amount: Amount
    below: int = 0


@dataclass(frozen=True)
class Lane:
    """The amounts of one kind; ``is_tall`` where their words need two rows."""

    label: str
    dots: tuple[Dot, ...]
    is_tall: bool

    @property
    def line(self):
        return TALL_LINE if self.is_tall else LOW_LINE


@dataclass(frozen=True)
class Lanes:
    """The picture: false where there is nothing to draw. ``limit`` is where a line stands across
    all lanes, such as that of a ceiling."""

    ticks: tuple[Tick, ...] = ()
    lanes: tuple[Lane, ...] = ()
    limit: Tick | None = None

    def __bool__(self):
        return bool(self.lanes)


def draw(kinds, limit=None):
    """Return the :class:`Lanes` of ``kinds``, which are (label, amounts); empty ones are left out.

    ``limit`` is an amount in USD; the scale reaches it.
    """
    kinds = [(label, sorted(amounts, key=_usd)) for label, amounts in kinds if amounts]
    if not kinds:
        return Lanes()
    everything = [amount.usd for _label, amounts in kinds for amount in amounts]
    if limit is not None:
        everything.append(limit)
    low = min(_power(min(everything), math.floor), max(SCALE) - 1)
    scale = low, max(_power(max(everything), math.ceil), low + 1)
    anchors = {scale[0]: "start", scale[1]: "end"}
    ticks = tuple(
        Tick(_percent(_position(10**power, scale)), SCALE[power], anchors.get(power, "middle"))
        for power in range(scale[0], scale[1] + 1)
    )
    line = None
    if limit is not None:
        x = _position(limit, scale)
        line = Tick(_percent(x), "", _anchor(x))
    return Lanes(ticks, tuple(_lane(label, amounts, scale) for label, amounts in kinds), line)


def _lane(label, amounts, scale):
    rows = {FIRST_ROW: -GAP, SECOND_ROW: -GAP}
    placed, last, run = [], -GAP, 0
    for amount in amounts:
        x = _position(amount.usd, scale)
        run = run + 1 if x - last < HIDES else 0
        last = x
        width = len(f"{amount.number} {amount.name}") * LETTER
        left = x - {"start": 0, "middle": width / 2, "end": width}[_anchor(x)]
        # The row next to the line first; a lane without a second row stays low.
        row = next((row for row in (SECOND_ROW, FIRST_ROW) if rows[row] + GAP <= left), None)
        if row:
            rows[row] = left + width
        placed.append((x, row, amount, BELOW[run % len(BELOW)]))
    is_tall = any(row == FIRST_ROW for _x, row, _amount, _below in placed)
    lift = 0 if is_tall else SECOND_ROW - FIRST_ROW
    dots = tuple(
        Dot(_percent(x), row and row - lift, _anchor(x), amount, below)
        for x, row, amount, below in placed
    )
    return Lane(label, dots, is_tall)


def _usd(amount):
    return amount.usd


def _power(amount, rounding):
    return rounding(math.log10(min(max(amount, SMALLEST), LARGEST)))


def _position(amount, scale):
    low, high = scale
    power = math.log10(min(max(amount, SMALLEST), LARGEST))
    return (power - low) / (high - low) * 100


def _anchor(x):
    if x < LEFT_THIRD:
        return "start"
    return "end" if x > RIGHT_THIRD else "middle"


def _percent(x):
    return f"{x:.1f}%"
