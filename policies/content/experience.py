"""What the policies for a target or goal tell together: done, paid, took part, learnt, missing."""

import re
from collections import defaultdict
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from policies.models import Contribution, FundingSource, Revision, Stakeholder, months

from . import formats, lanes, money
from .comparable import BASES
from .key_facts import budget_year, qualified
from .sections import IndicatorRow, indicator_rows, text_attributes
from .summary import complete, summary_of

# From so many policies, the newest of them, the sections are made.
MOST = 60
MOST_VOICES = 10
ROWS = ("joint_members", "contributions", "indicators", "stakeholders")
# Kinds of amounts, which are never compared with each other.
LANES = {
    Revision.Scope.TOTAL: gettext_lazy("Total"),
    Revision.Scope.ANNUAL: gettext_lazy("One year"),
    Revision.Scope.PART: gettext_lazy("A part"),
    "": gettext_lazy("What it covers is not reported"),
}
_BULLET = re.compile(r"^\s*[-*•]\s*")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?。！？।])\s+")


@dataclass(frozen=True)
class Deed:
    """What one policy did for the target, and its first figure from before and after."""

    revision: Revision
    start: str
    how: str
    is_primary: bool
    figure: IndicatorRow | None
    text_attributes: str


@dataclass(frozen=True)
class StatedAmount:
    """A line of the table of amounts."""

    number: int
    revision: Revision
    stated: str
    note: str
    details: str
    usd: str
    how: str
    text_attributes: str


@dataclass(frozen=True)
class Share:
    """How many of the policies name something, and which of them as leading. Percent for bars."""

    label: str
    slug: str
    named: list
    led: list
    percent: str
    leads_percent: str

    @property
    def count(self):
        return len(self.named)

    @property
    def leads(self):
        return len(self.led)


@dataclass(frozen=True)
class Voice:
    """One sentence that a policy's people learnt."""

    revision: Revision
    text: str
    text_attributes: str


@dataclass(frozen=True)
class Gap:
    """Something that ``count`` of the policies do not report."""

    label: str
    detail: str
    count: int
    percent: str


def read(keys, codes):
    """Return the :class:`Experience` of the live revisions with ``keys``, in a fixed number of
    queries; ``codes`` are the targets that it is about."""
    live = Revision.objects.live().with_rows(*ROWS).defer("challenge", "solution", "results")
    revisions = list(live.in_order(keys[:MOST]))
    complete(revisions)
    return Experience(revisions, set(codes))


class Experience:
    """What some revisions tell of some targets."""

    def __init__(self, revisions, codes):
        self.revisions, self.codes = revisions, codes
        self.total = len(revisions)

    @cached_property
    def deeds(self):
        """What each did: the policies with the target as primary one first, the oldest first."""
        found = []
        for revision in self.revisions:
            rows = [row for row in revision.contributions.all() if row.target_id in self.codes]
            if rows:
                figures = [row for row in indicator_rows(revision) if row.before and row.result]
                found.append(
                    Deed(
                        revision=revision,
                        start=months.label(revision.start) if revision.start else "",
                        how=next((row.how for row in rows if row.how), ""),
                        is_primary=any(row.role == Contribution.Role.PRIMARY for row in rows),
                        figure=figures[0] if figures else None,
                        text_attributes=text_attributes(revision),
                    )
                )
        return sorted(
            found,
            key=lambda deed: (not deed.is_primary, deed.revision.start or "9", deed.revision.pk),
        )

    @cached_property
    def amounts(self):
        """The stated amounts, lane by lane and the smallest first, each a :class:`StatedAmount`."""
        rows = [each for each in self.revisions if each.budget_amount is not None]
        order = list(LANES)
        rows.sort(key=lambda each: (order.index(each.budget_scope), _usd_or_last(each), each.pk))
        return [self._stated(number, each) for number, each in enumerate(rows, 1)]

    def _stated(self, number, revision):
        in_usd = money.in_usd(revision)
        basis = revision.budget_basis
        details = [
            LANES[revision.budget_scope],
            budget_year(revision) or _("year not reported"),
            str(BASES[basis]).lower() if basis else _("basis not reported"),
        ]
        amount = formats.money(revision.budget_amount, revision.budget_currency)
        return StatedAmount(
            number=number,
            revision=revision,
            stated=qualified(amount, revision.budget_qualifier),
            note=revision.budget_note,
            details=_("; ").join(map(str, details)),
            usd=in_usd.value,
            how=in_usd.how,
            text_attributes=text_attributes(revision),
        )

    @cached_property
    def lanes(self):
        """The picture of the amounts that are known in USD."""
        kinds = {scope: [] for scope in LANES}
        for row in self.amounts:
            usd = row.revision.budget_usd
            if usd is not None:
                name = ", ".join(member.name for member in row.revision.members)
                amount = lanes.Amount(
                    number=row.number,
                    name=name,
                    usd=usd,
                    symbol=row.revision.budget_basis or "unsaid",
                    title=f"{row.number}. {name}: {formats.usd(usd)}",
                    key=row.revision.case_id,
                )
                kinds[row.revision.budget_scope].append(amount)
        return lanes.draw([(LANES[scope], found) for scope, found in kinds.items()])

    @cached_property
    def symbols(self):
        """The symbols in that picture, as (name, what it says)."""
        known = (row.revision for row in self.amounts if row.revision.budget_usd is not None)
        drawn = {revision.budget_basis for revision in known}
        return [(basis or "unsaid", label) for basis, label in BASES.items() if basis in drawn]

    @cached_property
    def participants(self):
        """Which kinds of stakeholders took part, the most frequent first."""
        kinds, leads = defaultdict(list), defaultdict(list)
        for revision in self.revisions:
            for kind in summary_of(revision)["stakeholder_kinds"]:
                kinds[kind].append(revision)
            for kind in summary_of(revision)["leading_kinds"]:
                leads[kind].append(revision)
        return self._shares(kinds, leads, Stakeholder.Kind)

    @cached_property
    def payers(self):
        """Which kinds of sources paid, the most frequent first."""
        kinds = defaultdict(list)
        for revision in self.revisions:
            for kind in summary_of(revision)["funding_kinds"]:
                kinds[kind].append(revision)
        return self._shares(kinds, {}, FundingSource.Kind)

    @cached_property
    def without_payer(self):
        """How many name no source of money."""
        return self._gap("", "", lambda each: not summary_of(each)["funding_kinds"])

    def _shares(self, kinds, leads, choices):
        return [
            Share(
                label=choices(kind).label,
                slug=kind,
                named=found,
                led=leads.get(kind, []),
                percent=self._percent(len(found)),
                leads_percent=self._percent(len(leads.get(kind, []))),
            )
            for kind, found in sorted(kinds.items(), key=lambda pair: -len(pair[1]))
        ]

    @cached_property
    def voices(self):
        """What was learnt, one voice a member: of stopped policies first."""
        found, heard = [], set()
        stopped_first = sorted(self.revisions, key=lambda each: not _stopped(each))
        for revision in stopped_first:
            if len(found) == MOST_VOICES:
                break
            if revision.case.member_id in heard:
                continue
            if text := _first_lesson(revision):
                heard.add(revision.case.member_id)
                found.append(Voice(revision, text, text_attributes(revision)))
        return found

    @cached_property
    def gaps(self):
        """What is missing most, for others to know what they cannot learn here."""
        found = [
            self._gap(
                _("Total cost"),
                _("an amount for all of it, not for a year or a part"),
                lambda each: (
                    each.budget_amount is None or each.budget_scope != Revision.Scope.TOTAL
                ),
            ),
            self._gap(
                _("Staff in full-time equivalents"),
                _("how much work it takes"),
                lambda each: each.staff_fte is None,
            ),
            self._gap(
                _("Conditions for transfer"),
                _("what another city would need before it starts"),
                lambda each: not each.transferability,
            ),
            self._gap(
                _("Figure before and after"),
                _("the same indicator twice"),
                lambda each: (
                    not any(
                        row.baseline is not None and row.result is not None
                        for row in each.indicators.all()
                    )
                ),
            ),
            self._gap(
                _("Who leads"),
                _("which of the partners is responsible"),
                lambda each: not any(row.leads for row in each.stakeholders.all()),
            ),
            self._gap(_("Start"), _("no year is given"), lambda each: not each.start),
        ]
        return sorted((gap for gap in found if gap.count), key=lambda gap: -gap.count)

    def _gap(self, label, detail, is_missing):
        count = sum(map(is_missing, self.revisions))
        return Gap(label, detail, count, self._percent(count))

    @property
    def confirmed(self):
        """How many were confirmed by their city, in a sentence."""
        count = sum(each.case.confirmed_at is not None for each in self.revisions)
        if not count:
            return _("None of these policies has been confirmed by its city.")
        return ngettext(
            "%(count)s of them has been confirmed by its city.",
            "%(count)s of them have been confirmed by their cities.",
            count,
        ) % {"count": formats.number(count)}

    def _percent(self, count):
        return f"{count * 100 / self.total:.1f}%" if self.total else "0%"


def _usd_or_last(revision):
    """Return the amount in USD; those that cannot be converted come after all others."""
    return (revision.budget_usd is None, revision.budget_usd or 0)


def _stopped(revision):
    return revision.stage == Revision.Stage.STOPPED


def _first_lesson(revision):
    """Return the first line of the lessons; of a stopped policy without them, how its summary
    ends."""
    lines = [_BULLET.sub("", line).strip() for line in revision.lessons.splitlines()]
    lines = [line for line in lines if line]
    if lines:
        return lines[0]
    return _SENTENCE_ENDS.split(revision.summary.strip())[-1] if _stopped(revision) else ""
