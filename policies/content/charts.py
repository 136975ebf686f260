"""Where the pieces of the drawn bars lie, in percent of the width; pure arithmetic.

A bar never stands alone: the numbers are in the table or text beside it. What is unknown is a
piece of its own kind, never a zero.
"""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from policies.models import months

KNOWN, UNKNOWN, WITHDRAWN = "known", "unknown", "withdrawn"
# Neighbours in a stacked bar differ in shade and are parted by a gap.
SHADES = 3
GAP = 0.25
TENTH = Decimal("0.1")
# A single known month would else be too thin to be seen.
THINNEST = 0.8
MOST_TICKS = 5
TICK_STEPS = (1, 2, 3, 5, 10, 20, 50, 100)
# A year this close to the word "today" would be written across it.
LABEL_WIDTH = 14
EDGE = 4


@dataclass(frozen=True)
class Piece:
    """A stretch of a bar: where it begins and how wide it is, in percent."""

    start: float
    width: float
    kind: str = KNOWN
    shade: int = 0


@dataclass(frozen=True)
class Bar:
    """Pieces from left to right; ``mark`` is where the line for today crosses it, if it does."""

    pieces: tuple[Piece, ...] = ()
    mark: float | None = None


@dataclass(frozen=True)
class Change:
    """From a ring at ``start`` to a dot at ``end``, in percent."""

    start: float
    end: float


@dataclass(frozen=True)
class Curve:
    """Values over years: points as (x from the left, y from the top) in percent, joined by stretches
    (from, to, whether no year between them is missing)."""

    points: tuple[tuple[float, float], ...]
    stretches: tuple[tuple[tuple[float, float], tuple[float, float], bool], ...]
    first: str
    last: str


@dataclass(frozen=True)
class Tick:
    """A year below a time bar; no label where another word stands."""

    at: float
    label: str
    anchor: str


def shares(amounts, total):
    """Return the percentage of ``total`` that each amount is, rounded to one decimal; None for unknown
    amounts.

    Equal amounts have equal shares, so that rounded shares may add up to a little more or less
    than 100. All are None where the total is unknown or zero, or where the amounts exceed it.
    """
    if not total or sum(amount for amount in amounts if amount is not None) > total:
        return [None] * len(amounts)
    return [
        None
        if amount is None
        else (Decimal(amount) * 100 / Decimal(total)).quantize(TENTH, ROUND_HALF_UP)
        for amount in amounts
    ]


def stacked(parts, total):
    """Return one bar of all the parts, and one bar for each of them, as ``(bar, bars)``.

    ``parts`` are (amount, kind); a part without an amount has an empty bar. What the parts leave
    of ``total`` is unknown. Parts that exceed the total, or have none, share their own sum.
    """
    amount_known = sum(amount for amount, _kind in parts if amount is not None)
    whole = max(total or 0, amount_known)
    if not whole:
        return Bar(), [Bar()] * len(parts)
    stretches = [(amount, kind) for amount, kind in parts if amount]
    rest = whole - amount_known
    if rest:
        stretches.append((rest, UNKNOWN))
    pieces, edge = [], 0.0
    for place, (amount, kind) in enumerate(stretches):
        width = float(amount * 100 / whole)
        is_last = place == len(stretches) - 1
        drawn = width if is_last else max(width - GAP, min(width, GAP))
        pieces.append(Piece(edge, drawn, kind, place % SHADES))
        edge += width
    drawn = iter(pieces)
    single = [_alone(next(drawn), amount, whole) if amount else Bar() for amount, _kind in parts]
    return Bar(tuple(pieces)), single


def _alone(piece, amount, whole):
    return Bar((Piece(0.0, float(amount * 100 / whole), piece.kind, piece.shade),))


@dataclass(frozen=True)
class Scale:
    """From ``low`` at the left edge to ``high`` at the right; by powers of ten when ``is_log``."""

    low: float
    high: float
    is_log: bool = False

    def position(self, value):
        """Return the percentage from the left edge, kept inside the bar."""
        low, high, value = float(self.low), float(self.high), float(value)
        if self.is_log:
            if value <= low:
                return 0.0
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        if high == low:
            return 0.0
        return min(100.0, max(0.0, (value - low) * 100 / (high - low)))

    def bar(self, value):
        """Return a bar from the left edge to the value; none where it is unknown."""
        if value is None:
            return None
        return Bar((Piece(0.0, self.position(value)),))


def linear(values):
    """Return a scale from zero to the largest value; None where no value is known."""
    known = [value for value in values if value is not None]
    return Scale(0, max(known)) if known else None


def logarithmic(values):
    """Return a scale over whole powers of ten that holds all values above zero; None where there is
    none.

    The smallest value still has some length, and the largest is not cut.
    """
    known = [float(value) for value in values if value]
    if not known:
        return None
    low = math.ceil(math.log10(min(known))) - 1
    high = math.ceil(math.log10(max(known)))
    return Scale(10.0**low, 10.0 ** max(high, low + 1), is_log=True)


def change(before, after, *, in_percent=False):
    """Return the ring and dot of an indicator, or None where either value is unknown.

    Percentages lie between 0 and 100 where they fit in; other values between zero and the larger
    one, or below zero as far as they go.
    """
    if before is None or after is None:
        return None
    scale = _scale_of((before, after), in_percent)
    return Change(scale.position(before), scale.position(after))


def curve(values, *, in_percent=False):
    """Return the :class:`Curve` of (year, value) pairs in the order of time; None for fewer than two.

    It is drawn on the scale of :func:`change`, which begins at zero.
    """
    if len(values) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    years, heights = [year for year, _value in values], [value for _year, value in values]
    across = Scale(years[0], years[-1])
    up = _scale_of(heights, in_percent)
    points = tuple((across.position(year), 100 - up.position(value)) for year, value in values)
    followed = [later - year == 1 for year, later in pairwise(years)]
    stretches = tuple(
        (*ends, is_next) for ends, is_next in zip(pairwise(points), followed, strict=True)
    )
    return Curve(points, stretches, str(years[0]), str(years[-1]))


def _scale_of(values, in_percent):
    low, high = min(0, *values), max(0, *values)
    if in_percent and low == 0 and high <= 100:  # noqa: PLR2004 - a hundred percent
        high = 100
    return Scale(low, high)


@dataclass(frozen=True)
class TimeScale:
    """Whole years side by side, the last one included."""

    first: int
    last: int

    def position(self, month):
        """Return the percentage from the left edge to a number of months since the year 0, kept inside."""
        length = (self.last - self.first + 1) * 12
        return min(100.0, max(0.0, (month - self.first * 12) * 100 / length))

    def day(self, date):
        """Return the percentage to a day, or None where it lies outside."""
        if not self.first <= date.year <= self.last:
            return None
        return self.position(date.year * 12 + date.month - 1 + (date.day - 1) / 31)

    def ticks(self, today=None):
        """Return at most five years below the bar, without label where ``today`` (percent) is
        written."""
        span = self.last - self.first + 1
        step = next((step for step in TICK_STEPS if span / step <= MOST_TICKS), TICK_STEPS[-1])
        found = []
        for year in range(self.first, self.last + 1, step):
            at = self.position(year * 12)
            hidden = today is not None and abs(at - today) < LABEL_WIDTH
            found.append(Tick(at, "" if hidden else str(year), anchor(at)))
        return found

    def bar(self, start, end, *, today=None, under_way=False, since="", until=""):
        """Return the bar of a period ("2013-04", "2013", or "" where unknown).

        What goes on today is known until ``today`` (a date). Of an open period without that, only
        the first month or year is known, or the last one; the rest is unknown, between
        ``since`` and ``until`` where these are known.
        """
        mark = self.day(today) if today else None
        if not start and not end:
            return Bar((Piece(0.0, 100.0, UNKNOWN),), mark)
        if start and end:
            stretch = (self._left(start), self._right(end), KNOWN)
            return Bar(_pieces(stretch), mark)
        if not start:
            left = self._left(end)
            earliest = self._left(since) if since else 0.0
            return Bar(_pieces((earliest, left, UNKNOWN), (left, self._right(end), KNOWN)), mark)
        left, right = self._left(start), self._right(start)
        if under_way and mark is not None:
            right = max(right, mark)
        right = min(100.0, max(right, left + THINNEST))
        latest = self._right(until) if until else 100.0
        return Bar(_pieces((left, right, KNOWN), (right, latest, UNKNOWN)), mark)

    def _left(self, month):
        return self.position(months.month_number(month, last=False))

    def _right(self, month):
        return self.position(months.month_number(month, last=True) + 1)


def time_scale(periods, today):
    """Return the years that hold all periods, each (start, end); None where no month is known.

    They reach to today where a period has no known end or ends later, and begin a year earlier
    where a start is unknown.
    """
    years = [months.year_of(month) for period in periods for month in period if month]
    if not years:
        return None
    first, last = min(years), max(years)
    if any(end and not start for start, end in periods):
        first -= 1
    if last >= today.year or any(start and not end for start, end in periods):
        first, last = min(first, today.year), max(last, today.year)
    return TimeScale(first, last)


def anchor(at):
    """Return how a word below the bar is set, so that it does not stick out at the edges."""
    if at < EDGE:
        return "start"
    return "end" if at > 100 - EDGE else "middle"


def _pieces(*stretches):
    """Return pieces from (left, right, kind), those without length left out."""
    return tuple(Piece(left, right - left, kind) for left, right, kind in stretches if right > left)
