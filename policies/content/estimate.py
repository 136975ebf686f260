"""What policies tell of what it would take elsewhere: money, staff and time, under honest rules.

The library is a self-chosen set of mostly successes, not a sample: there is no mean, no deviation, no
chance and no forecast here. From five comparable figures on the lowest and the highest *reported* are
said, and the middle value; from ten on also the middle half. Planned, approved and spent amounts,
totals, yearly amounts and parts never meet in one statement, and what is unknown is left out and
counted by its reason.
"""

from collections import Counter
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from members import traits
from members.models import Member
from policies.models import FundingSource, Revision

from . import formats, lanes, prices
from .comparable import BASES, Figure, Reason, why_not
from .experience import Experience
from .key_facts import residents
from .statements import RANGE, Words, below, state

RESIDENTS = 100_000


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
            (figure.revision.staff_fte * RESIDENTS / people, figure)
            for figure in self.with_fte
            if figure.revision.scale in Revision.WHOLE_CITY
            and (people := residents(figure.revision))
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
            below(words, ceiling) for words in self.words if ceiling and ceiling.usd is not None
        ]

    def confirmed_long_ago(self, today):
        return [each for each in self.kept if each.is_confirmed_long_ago(today)]


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
