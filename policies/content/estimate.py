"""What policies tell of what it would take elsewhere: money, staff and time, under honest rules.

The library is a self-chosen set of mostly successes, not a sample: there is no mean, no deviation, no
chance and no forecast here. From five comparable figures on the lowest and the highest *reported* are
said, and the middle value; from ten on also the middle half. Planned, approved and spent amounts,
totals, yearly amounts and parts never meet in one statement, and what is unknown is left out and
counted by its reason.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import traits
from members.models import Member
from members.traits import Likeness
from policies.models import FundingSource, Revision

from . import formats, lanes, money, prices
from .experience import Experience
from .key_facts import per_person_served, per_resident, qualified
from .sections import CONFIRMATION_LASTS, text_attributes

# From so many figures a range is said, from so many its middle half too.
RANGE, HALF = 5, 10
# Figures further apart than so many times have no middle value.
WIDEST = 100
RESIDENTS = 100_000

BASES = {
    Revision.Basis.SPENT: gettext_lazy("Spent"),
    Revision.Basis.APPROVED: gettext_lazy("Approved"),
    Revision.Basis.PLANNED: gettext_lazy("Planned"),
    "": gettext_lazy("Basis not reported"),
}


class Reason(TextChoices):
    """Why an amount is not compared."""

    ANNUAL = "annual", gettext_lazy("Cost of one year, shown apart")
    PART = "part", gettext_lazy("Part of the cost, not counted")
    NO_YEAR = "no-year", gettext_lazy("No year, so no rate to US dollars")
    NO_RATE = "no-rate", gettext_lazy("No rate to US dollars on file")
    NO_AMOUNT = "no-amount", gettext_lazy("No amount")
    OTHER_CITY = "other-city", gettext_lazy("Not among the cities close to yours")


def why_not(revision):
    """Return the :class:`Reason` why the amount of a revision is not compared; "" where it is."""
    if revision.budget_amount is None and revision.budget_usd is None:
        return Reason.NO_AMOUNT
    if revision.budget_scope == Revision.Scope.PART:
        return Reason.PART
    if revision.budget_usd is None:
        return Reason.NO_YEAR if revision.budget_year is None else Reason.NO_RATE
    return Reason.ANNUAL if revision.budget_scope == Revision.Scope.ANNUAL else ""


@dataclass(eq=False)
class Figure:
    """One policy: its amount as stated and what follows from it, or the reason why nothing does.

    ``city`` is its city beside the asking one (:class:`members.traits.City`), None where none asks;
    ``number`` is its line in the tables, ``siblings`` how many compared amounts its member has.
    """

    revision: Revision
    reason: str
    city: object = None
    is_chosen: bool = False
    number: int = 0
    siblings: int = 1

    @property
    def member(self):
        return self.revision.case.member

    @property
    def usd(self):
        return self.revision.budget_usd

    @property
    def basis(self):
        return self.revision.budget_basis

    @property
    def says_total(self):
        """Whether the source says that the amount is all of it."""
        return self.revision.budget_scope != ""

    @cached_property
    def international(self):
        """The amount in international dollars (``policies.content.prices``), or None."""
        revision = self.revision
        stated = revision.budget_amount, revision.budget_currency
        amount, currency = stated if stated[0] is not None else (revision.budget_usd, "USD")
        return prices.international_dollars(
            amount, currency, revision.budget_year, self.member.country.code
        )

    @cached_property
    def resident(self):
        """USD for each resident where the policy reached the whole city, else None."""
        return per_resident(self.revision)

    @property
    def resident_international(self):
        """The same in international dollars."""
        if self.resident is None or self.international is None:
            return None
        return self.international / self.member.population

    @property
    def served(self):
        """USD for each person that the policy serves, or None."""
        return per_person_served(self.revision)

    @property
    def stated(self):
        """The amount as stated, with "about" and the like."""
        revision = self.revision
        if revision.budget_amount is None:
            return formats.usd(revision.budget_usd)
        amount = formats.money(revision.budget_amount, revision.budget_currency)
        return qualified(amount, revision.budget_qualifier)

    @property
    def details(self):
        """Year, basis and scale of the amount, and which of them are not reported."""
        revision = self.revision
        year = revision.budget_fiscal_year or revision.budget_year
        parts = [
            str(year) if year else _("year not reported"),
            str(BASES[self.basis]).lower() if self.basis else _("basis not reported"),
            _("scale: %(scale)s") % {"scale": revision.get_scale_display().lower()}
            if revision.scale
            else _("scale not reported"),
        ]
        if not self.says_total:
            parts.append(_("does not say whether it is the total"))
        return _("; ").join(parts)

    @property
    def in_usd(self):
        """The amount in US dollars in words: as the source states it, else with two digits."""
        if self.usd is None:
            return ""
        words = formats.money if self.is_stated_in_usd else about
        return words(self.usd, "USD")

    @property
    def is_stated_in_usd(self):
        return self.revision.budget_currency == "USD" or bool(self.revision.budget_usd_source)

    @property
    def how_in_usd(self):
        return money.in_usd(self.revision).how

    @property
    def in_international(self):
        return "" if self.international is None else about(self.international)

    @property
    def a_head(self):
        """The amount for each resident or person served in words; "" where there is none."""
        if self.resident is not None:
            return _("%(amount)s per resident") % {"amount": about(self.resident, "USD")}
        if self.served is not None:
            return _("%(amount)s per person served") % {"amount": about(self.served, "USD")}
        return ""

    @property
    def why_not_a_head(self):
        return "" if self.a_head else money.resident(self.revision).how

    @property
    def in_common(self):
        """Traits in common with the asking city, as (how many, of how many known, in words)."""
        known = [mark for mark in self.city.marks if mark.likeness != Likeness.UNKNOWN]
        shared = [mark for mark in known if mark.likeness != Likeness.DIFFERENT]
        words = [
            _("%(trait)s (near)") % {"trait": mark.trait.label.lower()}
            if mark.likeness == Likeness.NEAR
            else mark.trait.label.lower()
            for mark in shared
        ]
        return len(shared), len(known), _(", ").join(map(str, words))

    @property
    def text_attributes(self):
        return text_attributes(self.revision)

    @property
    def since(self):
        return formats.period(self.revision.start, "")

    def is_confirmed_long_ago(self, today):
        confirmed = self.revision.case.confirmed_at
        return bool(confirmed) and confirmed + CONFIRMATION_LASTS < today


@dataclass(frozen=True)
class Statement:
    """What some values allow to say. ``lowest`` and ``highest`` are (value, figure) and None below
    ``RANGE``; ``middle`` is None too where the values are too far apart; ``half`` is the middle half
    as (low, high, count)."""

    count: int
    lowest: tuple | None = None
    highest: tuple | None = None
    middle: Decimal | None = None
    half: tuple | None = None
    is_too_wide: bool = False

    @property
    def times(self):
        """How many times the lowest the highest is, with two digits; None where that says nothing."""
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
        half = inside[0][0], inside[-1][0], len(inside)
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
        low, high, _count = self.cost.half
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

    @property
    def with_resident(self):
        return [figure for figure in self.figures if figure.resident is not None]

    @property
    def with_served(self):
        return [figure for figure in self.figures if figure.served is not None]

    @property
    def with_international(self):
        return [figure for figure in self.figures if figure.international is not None]

    @property
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
        """The same in the asking city's own money, through international dollars, or None."""
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

    @property
    def of_one_member(self):
        """(member, how many) where more than half of the amounts are of one; None otherwise."""
        found = Counter(figure.member for figure in self.figures).most_common(1)
        if found and found[0][1] > 1 and found[0][1] * 2 > len(self.figures):
            return found[0]
        return None

    @property
    def without_total(self):
        """How many do not say whether they are the total."""
        return sum(not figure.says_total for figure in self.figures)


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


class Estimate:
    """What ``revisions`` tell; synthetic ones never enter.

    ``asker`` is the asking city, also one that is not stored; with ``close_only`` the cities that are
    not close to it are left out; ``chosen`` are numbers of cases that were ticked.
    """

    def __init__(self, revisions, *, asker=None, close_only=False, chosen=()):
        self.asker = asker
        self.figures = [
            self._figure(each, close_only, chosen) for each in revisions if not each.case.synthetic
        ]
        self.compared = sorted(
            (figure for figure in self.figures if not figure.reason), key=_by_amount
        )
        self.annual = sorted(
            (figure for figure in self.figures if figure.reason == Reason.ANNUAL), key=_by_amount
        )
        votes = Counter(figure.member.pk for figure in self.compared)
        for number, figure in enumerate([*self.compared, *self.annual], 1):
            figure.number = number
            figure.siblings = votes[figure.member.pk]

    def _figure(self, revision, close_only, chosen):
        member = revision.case.member
        city = None if self.asker is None else traits.beside(self.asker, member)
        reason = why_not(revision)
        # A joint case is of every city that shares it.
        if close_only and not any(
            _is_close(self.asker, each) for each in (member, *revision.further_members)
        ):
            reason = Reason.OTHER_CITY
        return Figure(revision, reason, city, revision.case_id in chosen)

    @property
    def total(self):
        return len(self.figures)

    @cached_property
    def kept(self):
        """The figures of all policies that were asked for, compared or not."""
        return [figure for figure in self.figures if figure.reason != Reason.OTHER_CITY]

    @property
    def members(self):
        return len({figure.member.pk for figure in self.kept})

    @cached_property
    def groups(self):
        """(reason, label, figures) of those compared and of each reason, where there are any."""
        compared = ("compared", _("Can be compared: total in US dollars"), self.compared)
        left_out = [
            (str(reason), reason.label, [each for each in self.figures if each.reason == reason])
            for reason in Reason
        ]
        return [group for group in (compared, *left_out) if group[2]]

    @cached_property
    def left_out(self):
        """The same without those that can be compared."""
        return [group for group in self.groups if group[0] != "compared"]

    @cached_property
    def picture(self):
        return _draw(self.compared)

    @cached_property
    def annual_picture(self):
        return _draw(self.annual)

    @cached_property
    def words(self):
        """:class:`Words` of each basis of which there are compared amounts."""
        return self._words(self.compared)

    @cached_property
    def chosen(self):
        """The compared amounts that were ticked."""
        return [figure for figure in self.compared if figure.is_chosen]

    @cached_property
    def chosen_words(self):
        return self._words(self.chosen)

    @cached_property
    def annual_words(self):
        return self._words(self.annual)

    def _words(self, figures):
        by_basis = {basis: [each for each in figures if each.basis == basis] for basis in BASES}
        return [Words(basis, found, self.asker) for basis, found in by_basis.items() if found]

    @property
    def is_mostly_plans(self):
        """Whether fewer than five of the compared amounts were spent."""
        return sum(figure.basis == Revision.Basis.SPENT for figure in self.compared) < RANGE

    @cached_property
    def experience(self):
        """Who took part, who paid and what was learnt: cities with the most in common first."""
        nearest = sorted(self.kept, key=lambda each: each.city.order if each.city else ())
        return Experience([figure.revision for figure in nearest], set())

    @cached_property
    def withdrawn(self):
        """The policies from which money was withdrawn."""
        state = FundingSource.State.WITHDRAWN
        return [
            figure
            for figure in self.kept
            if any(row.state == state for row in figure.revision.funding_sources.all())
        ]

    @cached_property
    def with_fte(self):
        found = [each for each in self.kept if each.revision.staff_fte is not None]
        return sorted(found, key=lambda each: -each.revision.staff_fte)

    @cached_property
    def staff(self):
        """The :class:`Statement` of the full-time equivalents."""
        return state((figure.revision.staff_fte, figure) for figure in self.with_fte)

    @cached_property
    def staff_of_residents(self):
        """The same for 100,000 residents, of the policies that reached the whole city."""
        return state(
            (figure.revision.staff_fte * RESIDENTS / figure.member.population, figure)
            for figure in self.with_fte
            if figure.member.population and figure.revision.scale in Revision.WHOLE_CITY
        )

    @property
    def staff_middle(self):
        return prices.two_digits(self.staff.middle)

    @property
    def staff_per(self):
        """Lowest and highest full-time equivalents for 100,000 residents, with two digits."""
        per = self.staff_of_residents
        return prices.two_digits(per.lowest[0]), prices.two_digits(per.highest[0])

    @cached_property
    def with_heads(self):
        found = [each for each in self.kept if each.revision.staff_heads is not None]
        return sorted(found, key=lambda each: -each.revision.staff_heads)

    @cached_property
    def finished(self):
        """The completed policies whose length is known, the shortest first."""
        completed = [
            each
            for each in self.kept
            if each.revision.stage == Revision.Stage.COMPLETED and each.revision.duration_months
        ]
        return sorted(completed, key=lambda each: each.revision.duration_months)

    @cached_property
    def time(self):
        """The :class:`Statement` of their months."""
        return state((Decimal(each.revision.duration_months), each) for each in self.finished)

    @property
    def months(self):
        """The shortest, the longest and the middle length in words; "" where there is no middle."""
        found = self.time.lowest[0], self.time.highest[0], self.time.middle
        return ["" if each is None else formats.duration(round(each)) for each in found]

    @property
    def lengths(self):
        """(figure, length in words) of the completed policies."""
        return [(each, formats.duration(each.revision.duration_months)) for each in self.finished]

    @cached_property
    def so_far(self):
        """The others that say when they began: their lengths are not in any middle value."""
        finished = set(self.finished)
        found = [each for each in self.kept if each not in finished and each.revision.start]
        return sorted(found, key=lambda each: each.revision.start)

    @property
    def without_start(self):
        finished = set(self.finished)
        return sum(each not in finished and not each.revision.start for each in self.kept)

    def against(self, ceiling):
        """Return a :class:`Below` for each basis, as far as the ceiling is known in dollars."""
        return [
            _below(words, ceiling) for words in self.words if ceiling and ceiling.usd is not None
        ]

    def confirmed_long_ago(self, today):
        return [each for each in self.kept if each.is_confirmed_long_ago(today)]


def about(amount, currency=""):
    """Return a computed amount in words with two digits: "USD 3.4 million"; "18 million" without a
    currency."""
    rounded = prices.two_digits(amount)
    if rounded >= formats.MILLION:
        return formats.money(rounded, currency).strip()
    digits = formats.number(rounded)
    names = {"currency": currency, "amount": digits}
    return _("%(currency)s %(amount)s") % names if currency else digits


def _in_words(statement, currency=""):
    """Return lowest, highest and middle value in words; "" where there is no middle."""
    low, high = about(statement.lowest[0], currency), about(statement.highest[0], currency)
    return low, high, "" if statement.middle is None else about(statement.middle, currency)


def _is_close(asker, other):
    """Whether a member is among those close to ``asker``, as ``members.traits.close_to`` has them."""
    is_comparable = other.kind == Member.Kind.LOCAL_GOVERNMENT and other.population
    return bool(is_comparable) and other.pk != asker.pk and traits.beside(asker, other).is_close


def _by_amount(figure):
    return figure.usd, figure.revision.pk


def _draw(figures):
    kinds = {basis: [] for basis in BASES}
    for figure in figures:
        dot = lanes.Amount(
            number=figure.number,
            name=figure.member.name,
            usd=figure.usd,
            symbol=figure.basis or "unsaid",
            title=f"{figure.number}. {figure.member.name}: {figure.in_usd}",
            key=figure.revision.case_id,
            halo=not figure.says_total,
        )
        kinds[figure.basis].append(dot)
    return lanes.draw([(BASES[basis], found) for basis, found in kinds.items()])


def _below(words, ceiling):
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
