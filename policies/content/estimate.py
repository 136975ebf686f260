"""What policies tell of what it would take elsewhere: money, staff and time, under honest rules.

The library is a self-chosen set of mostly successes, not a sample: there is no mean, no deviation, no
chance and no forecast here. From five comparable figures on the lowest and the highest *reported* are
said, and the middle value; from ten on also the middle half. Planned, approved and spent amounts,
totals, yearly amounts and parts never meet in one statement, and what is unknown is left out and
counted by its reason.
"""

from collections import Counter, defaultdict
from decimal import Decimal

from django.db.models import F, FilteredRelation, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from members import traits
from members.models import Member
from policies.models import FundingSource, Revision

from . import bands, formats, gaps, lanes, prices
from .comparable import BASES, Figure, Home, Reason, why_not
from .experience import Experience
from .key_facts import residents
from .statements import RANGE, Words, below, state
from .summary import complete

RESIDENTS = 100_000
ASK = 2  # cities that are offered to be asked
MEMBER_COLUMNS = (*traits.LISTED, "kind", "population_source", "population_year")
# The scale that stands for a scale which is not reported.
NONE = bands.NONE


# What is read of each revision; all else would be read one by one.
COLUMNS = (
    *("case__slug", "case__live", "case__member", "case__confirmed_at", "case__synthetic"),
    *("title", "language", "summary", "lessons", "list_summary", "stage", "start", "end", "scale"),
    *("people_served", "people_served_qualifier", "staff_fte", "staff_heads", "decided_at"),
    *("budget_amount", "budget_currency", "budget_qualifier", "budget_year", "budget_usd"),
    *("budget_fiscal_year", "budget_basis", "budget_scope", "budget_usd_source"),
    "budget_unavailable",
)


# What apps that policies must not know add to a class: functions that are given live revisions and
# return unsaved ones, each the policy of a city that took one of them up, with a case of a negative
# number. Registered in ``AppConfig.ready``.
FURTHER = []


def read(revisions, most):
    """Return at most ``most`` of ``revisions`` for :class:`Estimate`, in a fixed number of queries."""
    found = list(revisions.select_related("case").only(*COLUMNS)[:most])
    complete(found)
    members, sharing = _members(found)
    for each in found:
        each.case.member = members[each.case.member_id]
        lead = each.case.member_id
        each.further_members = [
            member for member in dict.fromkeys(sharing[each.pk]) if member.pk != lead
        ]
    return found


def _members(revisions):
    """Return the members of revisions by their numbers, and number of a revision -> the members that
    share it; in one query."""
    rows, sharing = Member.objects.only(*MEMBER_COLUMNS), defaultdict(list)
    leads = {each.case.member_id for each in revisions}
    joint = [each.pk for each in revisions if each.list_summary["further_members"]]
    if not joint:
        return rows.order_by().in_bulk(leads), sharing
    # A line for each that shares one, too.
    shared = FilteredRelation("joint_rows", condition=Q(joint_rows__revision__in=joint))
    rows = rows.annotate(shared=shared).annotate(shares=F("shared__revision"))
    members = {}
    for member in rows.filter(Q(pk__in=leads) | Q(shares__isnull=False)).order_by(
        "shared__position", "shared__pk"
    ):
        members.setdefault(member.pk, member)
        if member.shares:
            sharing[member.shares].append(member)
    return members, sharing


def read_adopted(revisions):
    """Return what cities that adopted these revisions, from :func:`read`, report of their own costs."""
    return [each for further in FURTHER for each in further(revisions)]


def adopted(numbers):
    """Return the numbers by which :class:`Estimate` knows policies that were adopted from another city,
    from those of what ``FURTHER`` returns: no case has them."""
    return {-number for number in numbers}


class Estimate:
    """What ``revisions`` tell; synthetic ones never enter.

    ``asker`` is the asking city, also one that is not stored; with ``close_only`` the cities that are
    not close to it are left out, with ``scale`` the policies of another one ("none": of any that is
    reported); ``chosen`` are numbers of cases that were ticked.
    """

    def __init__(self, revisions, *, asker=None, close_only=False, scale="", chosen=()):
        self.asker, self.close_only, self.scale = asker, close_only, scale
        self._homes = {}
        self.figures = [self._figure(each, chosen) for each in revisions if not each.case.synthetic]
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

    def _figure(self, revision, chosen):
        return Figure(
            revision=revision,
            why_not=why_not(revision),
            home=self._home(revision.case.member),
            unlike=tuple(filter(None, (self._other_city(revision), self._other_scale(revision)))),
            is_chosen=revision.case_id in chosen,
        )

    def _home(self, member):
        if member.pk not in self._homes:
            city = None if self.asker is None else traits.beside(self.asker, member)
            self._homes[member.pk] = Home(member, city)
        return self._homes[member.pk]

    def _other_city(self, revision):
        # A joint case is of every city that shares it.
        if not self.close_only or any(
            _is_close(self.asker, each)
            for each in (revision.case.member, *revision.further_members)
        ):
            return ""
        return Reason.OTHER_CITY

    def _other_scale(self, revision):
        if not self.scale or (revision.scale or NONE) == self.scale:
            return ""
        return Reason.OTHER_SCALE if revision.scale else Reason.NO_SCALE

    def comparable_without(self, *reasons):
        """Return how many amounts could be compared if these of ``CHOSEN`` left nothing out."""
        return sum(
            not figure.why_not and set(figure.unlike) <= set(reasons) for figure in self.figures
        )

    @property
    def total(self):
        return len(self.figures)

    @cached_property
    def kept(self):
        """The figures of all policies that were asked for, compared or not."""
        return [figure for figure in self.figures if not figure.unlike]

    @property
    def own(self):
        """Those of them that are cases in the library."""
        return [figure for figure in self.kept if not figure.is_adopted]

    @property
    def adopted(self):
        """Those that were adopted from another city."""
        return [figure for figure in self.kept if figure.is_adopted]

    @property
    def members(self):
        return len({figure.member.pk for figure in self.kept})

    @cached_property
    def groups(self):
        """(reason, label, figures) of those compared and of each reason, where there are any."""
        compared = ("compared", _("Can be compared: total in US dollars"), self.compared)
        found = defaultdict(list)
        for figure in self.figures:
            found[figure.reason].append(figure)
        left_out = [(str(reason), reason.label, found[reason]) for reason in Reason]
        return [group for group in (compared, *left_out) if group[2]]

    @cached_property
    def left_out(self):
        """(reason, label, figures) of those left out of the comparison."""
        return [group for group in self.groups if group[0] != "compared"]

    @cached_property
    def by_basis(self):
        """(basis, label, figures) of the compared amounts: planned and spent ones never meet."""
        return _by_basis(self.compared)

    @cached_property
    def annual_by_basis(self):
        """(basis, label, figures) of the amounts of one year."""
        return _by_basis(self.annual)

    def picture(self, ceiling=None):
        """Return the compared amounts as dots; the line of the ceiling where it is known in USD."""
        return _draw(self.by_basis, ceiling and ceiling.usd)

    @cached_property
    def annual_picture(self):
        return _draw(self.annual_by_basis)

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
        return [Words(basis, found, self.asker) for basis, _label, found in _by_basis(figures)]

    @property
    def has_too_few(self):
        """Whether no basis has enough compared amounts for a range."""
        return all(words.cost.lowest is None for words in self.words)

    @property
    def is_mostly_plans(self):
        """Whether fewer than five of the compared amounts were spent, and others are among them."""
        spent = sum(figure.basis == Revision.Basis.SPENT for figure in self.compared)
        return spent < min(RANGE, len(self.compared))

    @cached_property
    def experience(self):
        """Who took part, who paid and what was learnt: cities with the most in common first."""
        # What was adopted is asked for its cost only; of the rest its original tells.
        return Experience([figure.revision for figure in self._nearest], set())

    @cached_property
    def _nearest(self):
        """The policies in the library, those of cities with the most in common first."""
        return sorted(self.own, key=_by_likeness)

    @cached_property
    def to_ask(self):
        """(figure, address) of one policy each of the two cities with the most in common, where they
        can be asked; never the asking city itself."""
        found = {}
        for figure in self._nearest:
            if len(found) == ASK:
                break
            if figure.member.pk in found or figure.member == self.asker:
                continue
            if address := gaps.asking_of_anything(figure.revision.case):
                found[figure.member.pk] = figure, address
        return list(found.values())

    @cached_property
    def withdrawn(self):
        """The policies from which money was withdrawn."""
        withdrawn = FundingSource.State.WITHDRAWN
        return [
            figure
            for figure in self.kept
            if any(state == withdrawn for _name, state in figure.summary["funding"])
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
        """The :class:`Statement` of full-time equivalents for 100,000 residents, of policies that reached
        the whole city."""
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
        """(length in words, figure) of the completed policies."""
        return [(formats.duration(each.revision.duration_months), each) for each in self.finished]

    @property
    def people(self):
        """(how many in words, figure): full-time equivalents, then heads, never added."""
        fte = [(_("%(count)s FTE"), each.revision.staff_fte, each) for each in self.with_fte]
        heads = [
            (_("%(count)s heads"), each.revision.staff_heads, each) for each in self.with_heads
        ]
        return [
            (words % {"count": formats.number(count)}, each) for words, count, each in fte + heads
        ]

    @cached_property
    def so_far(self):
        """The others that say when they began: their lengths are not in any middle value."""
        finished = set(self.finished)
        found = [each for each in self.kept if each not in finished and each.revision.start]
        return sorted(found, key=lambda each: each.revision.start)

    @property
    def so_far_in_words(self):
        return [(each, each.since) for each in self.so_far]

    @cached_property
    def without_start(self):
        finished = set(self.finished)
        return [each for each in self.kept if each not in finished and not each.revision.start]

    @property
    def without_start_in_words(self):
        return [(each, each.home.country) for each in self.without_start]

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


def _by_likeness(figure):
    """Return the order in which cities are heard: those with the most in common first."""
    city = figure.home.city
    return city.order if city else ()


def _by_amount(figure):
    """Return the order of amounts: those of one basis together, the smallest first."""
    return list(BASES).index(figure.basis), figure.usd, figure.revision.pk


def _by_basis(figures):
    return [
        (basis, label, found)
        for basis, label in BASES.items()
        if (found := [figure for figure in figures if figure.basis == basis])
    ]


def _draw(kinds, limit=None):
    return lanes.draw(
        [(label, [_dot(figure) for figure in figures]) for _basis, label, figures in kinds], limit
    )


def _dot(figure):
    return lanes.Amount(
        number=figure.number,
        name=figure.member.name,
        usd=figure.usd,
        symbol=figure.basis or "unsaid",
        title=f"{figure.number}. {figure.member.name}: {figure.in_usd}",
        key=figure.revision.case_id,
        halo=not figure.says_total,
        line=figure.line,
    )
