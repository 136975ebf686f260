"""Who could answer a question, and why each: shown to the asker before anything is sent.

Asked is the member of the case; proposed are members with a public case on the same target, those
that offer to answer questions on it, and those that say in public that they adopt the case. The more
reasons a member has, the earlier it stands; then who has a case on the first of the targets; then the
more it is like the asker's city (:mod:`members.traits`).
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from exchange.models import Adoption, Cooperation, CooperationForm
from members.models import Member, Membership
from members.traits import POINTS, Likeness, Mark, beside
from policies.models import CaseStudy, Contribution

PROPOSED = 5
# Offered at once when nobody has answered for long, or somebody has declined.
NEXT = 3
# More rows than any target has; a guard against a library that grows beyond what is looked at here.
MAX_ROWS = 5000


@dataclass(frozen=True)
class Reason:
    """Why a member is proposed, with the title and address of the case that says it, if any.

    Only the words are kept with a question: the title would stay there when the case is unpublished.
    """

    words: str
    title: str = ""
    url: str = ""
    target: str = ""

    def __str__(self):
        return self.words


@dataclass
class Candidate:
    """A member that could be asked: why, how like it is, and whether anybody of it is here."""

    member: Member
    reasons: list[Reason] = field(default_factory=list)
    marks: tuple[Mark, ...] = ()
    team: int = 0
    is_fixed: bool = False
    is_on_first_target: bool = False

    @property
    def why(self):
        """All reasons in one text, as they are kept with the question."""
        return " ".join(map(str, self.reasons))

    @property
    def alike(self):
        """The traits that the two have in common, in words: pairs of a likeness and trait names."""
        groups = defaultdict(list)
        for mark in self.marks:
            groups[mark.likeness].append(str(mark.trait.label))
        return [
            (likeness, ", ".join(groups[likeness])) for likeness in Likeness if groups[likeness]
        ]

    @property
    def order(self):
        points = sum(POINTS[mark.likeness] for mark in self.marks)
        return (
            -len(self.reasons),
            not self.is_on_first_target,
            -points,
            self.member.search_names,
        )


def propose(member, *, case=None, targets=(), besides=(), limit=PROPOSED):
    """Return up to ``limit`` candidates for a question of ``member``, that of the ``case`` first.

    ``targets`` are codes, where there is no case; ``besides`` keys of members that are left out. At
    most seven queries, however many there are.
    """
    codes = list(targets)
    if case is not None:
        rows = Contribution.objects.filter(revision__live_of=case).order_by("position")
        codes = codes or list(rows.values_list("target", flat=True))
    left_out = {*besides, member.pk if member else None}
    reasons = defaultdict(list)
    for found in (_by_offer(codes), _by_case(codes, case), _by_adoption(case)):
        for key, reason in found.items():
            if key not in left_out:
                reasons[key].append(reason)
    fixed = case.member_id if case is not None and case.member_id not in left_out else None
    keys = {*reasons, fixed} - {None}
    candidates = []
    for other in Member.objects.filter(pk__in=keys):
        marks = beside(member, other).marks if _can_be_compared(member, other) else ()
        is_fixed = other.pk == fixed
        own = [Reason(_("The case is its own."))] if is_fixed else reasons[other.pk]
        on_first = any(each.target and each.target == codes[0] for each in own)
        candidates.append(
            Candidate(other, own, marks, is_fixed=is_fixed, is_on_first_target=on_first)
        )
    candidates.sort(key=lambda each: (not each.is_fixed, *each.order))
    return with_teams(candidates[:limit])


def next_for(question, limit=NEXT):
    """Return the candidates that were not asked yet, for a question that waits."""
    asked = question.addressees.values_list("member", flat=True)
    codes = [target.pk for target in question.targets.all()]
    return propose(
        question.member, case=question.case, targets=codes, besides=list(asked), limit=limit
    )


def by_choice(member, others):
    """Return candidates for members that the asker named."""
    candidates = [
        Candidate(
            other,
            [Reason(_("You named it."))],
            beside(member, other).marks if _can_be_compared(member, other) else (),
        )
        for other in others
    ]
    return with_teams(candidates)


def with_teams(candidates):
    """Return the candidates, each with how many people are in its team; one query."""
    keys = [each.member.pk for each in candidates]
    numbers = dict(
        Membership.objects.active()
        .filter(member__in=keys, user__is_active=True)
        .order_by()
        .values_list("member")
        .annotate(number=Count("pk"))
    )
    for candidate in candidates:
        candidate.team = numbers.get(candidate.member.pk, 0)
    return candidates


def _by_offer(codes):
    """Return member -> reason for open offers to answer questions on one of the targets."""
    offers = (
        Cooperation.objects.open()
        .filter(
            kind=Cooperation.Kind.OFFER,
            valid_until__gte=timezone.localdate(),
            forms__form=CooperationForm.Form.QUESTIONS,
            targets__in=codes,
        )
        .order_by("pk")
        .values_list("member", "targets", "valid_until")
    )
    found = {}
    for key, code, until in offers[:MAX_ROWS]:
        words = _("Offers to answer questions on %(target)s until %(date)s.")
        date = date_format(until, "DATE_FORMAT")
        found.setdefault(key, Reason(words % {"target": code, "date": date}))
    return found


def _by_case(codes, case):
    """Return member -> reason for public cases on one of the targets, the first of them first."""
    rank = {code: position for position, code in enumerate(codes)}
    rows = (
        Contribution.objects.filter(target__in=codes, revision__live_of__isnull=False)
        .exclude(revision__live_of=case)
        .order_by("revision__live_of")
        .values_list("revision__live_of__member", "revision__live_of", "target")
    )
    best = {}
    for key, number, code in rows[:MAX_ROWS]:
        if key not in best or rank[code] < rank[best[key][1]]:
            best[key] = (number, code)
    cases = CaseStudy.objects.select_related("live").only("slug", "live__title")
    cases = cases.in_bulk([number for number, _code in best.values()])
    return {
        key: Reason(
            _("Has a case on %(target)s.") % {"target": code},
            cases[number].live.title,
            cases[number].get_absolute_url(),
            code,
        )
        for key, (number, code) in best.items()
        if number in cases
    }


def _by_adoption(case):
    """Return member -> reason for who adopts the case, as everybody may read: so may the reason."""
    if case is None:
        return {}
    adopted = Adoption.objects.public().adopted().about_case(case)
    keys = adopted.values_list("member", flat=True)
    return dict.fromkeys(keys, Reason(_("Adopts this policy.")))


def _can_be_compared(member, other):
    """Return whether the traits of cities say anything about the two."""
    kind = Member.Kind.LOCAL_GOVERNMENT
    return bool(member) and member.kind == kind and other.kind == kind
