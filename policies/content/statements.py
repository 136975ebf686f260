"""What some figures allow to say: a range from five on, never a mean or a chance: see ``estimate``."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import cached_property

from members.models import Member

from . import formats, prices
from .comparable import BASES, about

# From so many figures a range is said, from so many its middle half too.
RANGE, HALF = 5, 10
# Figures further apart than so many times have no middle value.
WIDEST = 100


@dataclass(frozen=True)
class Statement:
    """What some values allow to say. ``lowest`` and ``highest`` are (value, figure) and None below
    ``RANGE``; ``middle`` is None too where the values are too far apart; ``half`` is the middle half
    as (low, high, its figures)."""

    count: int
    lowest: tuple | None = None
    highest: tuple | None = None
    middle: Decimal | None = None
    half: tuple | None = None
    is_too_wide: bool = False

    @property
    def times(self):
        """Return how many times larger the highest is than the lowest, with two digits; None where that
        says nothing."""
        if not self.lowest or self.lowest[0] <= 0:
            return None
        return prices.two_digits(Decimal(self.highest[0]) / Decimal(self.lowest[0]))


def state(values, *, with_middle=True):
    """Return the :class:`Statement` of ``values``, which are (value, figure); None is left out."""
    known = sorted(
        ((value, figure) for value, figure in values if value is not None), key=lambda pair: pair[0]
    )
    count = len(known)
    if count < RANGE:
        return Statement(count)
    lowest, highest = known[0], known[-1]
    is_too_wide = highest[0] > WIDEST * lowest[0]
    if is_too_wide or not with_middle:
        return Statement(count, lowest, highest, is_too_wide=is_too_wide)
    first, second = known[(count - 1) // 2][0], known[count // 2][0]
    middle = first if first == second else (Decimal(first) + Decimal(second)) / 2
    half = None
    if count >= HALF:
        left_out = count // 4
        inside = known[left_out : count - left_out]
        half = inside[0][0], inside[-1][0], [figure for _value, figure in inside]
    return Statement(count, lowest, highest, middle, half)


@dataclass(frozen=True)
class Scaled:
    """A statement per resident, for the residents of the asking city; amounts in words."""

    lowest: str
    highest: str
    middle: str
    count: int


@dataclass(frozen=True)
class Words:
    """What the compared amounts of one basis allow to say."""

    basis: str
    figures: list
    asker: Member | None

    @property
    def label(self):
        return BASES[self.basis]

    @cached_property
    def cost(self):
        return self._state(lambda figure: figure.usd)

    @cached_property
    def international(self):
        return self._state(lambda figure: figure.international)

    @cached_property
    def resident(self):
        return self._state(lambda figure: figure.resident)

    @cached_property
    def served(self):
        return self._state(lambda figure: figure.served)

    def _state(self, value):
        # Among amounts that do not say so there are plans and outturns: they have no middle.
        return state(
            ((value(figure), figure) for figure in self.figures), with_middle=bool(self.basis)
        )

    @property
    def middle_in_usd(self):
        """The middle value in words: as stated where it is one amount, else with two digits."""
        middle = self.middle_figures
        return middle[0].in_usd if len(middle) == 1 else about(self.cost.middle, "USD")

    @property
    def half_in_usd(self):
        low, high, _figures = self.cost.half
        return about(low, "USD"), about(high, "USD")

    @property
    def a_resident(self):
        return _in_words(self.resident, "USD")

    @property
    def a_person_served(self):
        return _in_words(self.served, "USD")

    @property
    def in_international(self):
        return _in_words(self.international)

    @cached_property
    def with_resident(self):
        return [figure for figure in self.figures if figure.resident is not None]

    @cached_property
    def with_served(self):
        return [figure for figure in self.figures if figure.served is not None]

    @cached_property
    def with_international(self):
        return [figure for figure in self.figures if figure.international is not None]

    @cached_property
    def middle_figures(self):
        """The figures from which the middle value comes: one, or the two around it."""
        ordered = sorted(self.figures, key=lambda figure: figure.usd)
        count = len(ordered)
        return ordered[(count - 1) // 2 : count // 2 + 1]

    @cached_property
    def scaled(self):
        """The range per resident for the asking city in USD, or None."""
        return self._scaled(self.resident, lambda amount: about(amount, "USD"))

    @cached_property
    def scaled_at_home(self):
        """The range per resident in the asking city's own money, by international dollars, or None."""
        if self.asker is None:
            return None
        country = self.asker.country.code
        if prices.in_money_of(country, Decimal(1)) is None:
            return None
        values = self._state(lambda figure: figure.resident_international)
        return self._scaled(values, lambda amount: about(*prices.in_money_of(country, amount)))

    def _scaled(self, statement, words):
        if self.asker is None or not self.asker.population or not statement.lowest:
            return None
        people = self.asker.population
        return Scaled(
            lowest=words(statement.lowest[0] * people),
            highest=words(statement.highest[0] * people),
            middle="" if statement.middle is None else words(statement.middle * people),
            count=statement.count,
        )

    @cached_property
    def of_one_member(self):
        """(member, how many, which) where more than half of the amounts are of one; None
        otherwise."""
        for member, count in Counter(figure.member for figure in self.figures).most_common(1):
            if count > 1 and count * 2 > len(self.figures):
                return member, count, [each for each in self.figures if each.member == member]
        return None

    @cached_property
    def without_total(self):
        """Those that do not say whether they are the total."""
        return [figure for figure in self.figures if not figure.says_total]


@dataclass(frozen=True)
class Below:
    """Which of the compared amounts of one basis are lower than the ceiling."""

    label: str
    lower: list
    count: int
    lower_international: list
    count_international: int


@dataclass(frozen=True)
class Ceiling:
    """The most that the asking city can pay: as typed, in USD at the last rate, and in
    international dollars; None where they are unknown."""

    amount: Decimal
    currency: str
    usd: Decimal | None
    rate_year: int | None
    international: Decimal | None

    @property
    def stated(self):
        return formats.money(self.amount, self.currency)

    @property
    def in_usd(self):
        return about(self.usd, "USD") if self.usd is not None and self.currency != "USD" else ""

    @property
    def in_international(self):
        return "" if self.international is None else about(self.international)


def below(words, ceiling):
    """Return the :class:`Below` of one basis; the ceiling is known in dollars."""
    in_usd = [each for each in words.figures if each.usd < ceiling.usd]
    known = [each for each in words.figures if each.international is not None]
    if ceiling.international is None:
        known = []
    return Below(
        label=words.label,
        lower=in_usd,
        count=len(words.figures),
        lower_international=[each for each in known if each.international < ceiling.international],
        count_international=len(known),
    )


def _in_words(statement, currency=""):
    """Return lowest, highest and middle value in words; "" where there is no middle."""
    low, high = about(statement.lowest[0], currency), about(statement.highest[0], currency)
    return low, high, "" if statement.middle is None else about(statement.middle, currency)
