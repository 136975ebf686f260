"""What the library leaves open under the network's four words: how much is known, and the most-read
cases of which nobody has said it yet."""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.models import Gap, Topic
from policies.content import summary
from policies.models import CaseUse, Revision, Stakeholder
from policies.statistics.flow import last_months

# How many cases each word shows.
SHOWN = {Topic.BUDGET: 3, Topic.MANPOWER: 3, Topic.STAKEHOLDERS: 2, Topic.TIME_FRAME: 2}

KNOWN = {
    Topic.BUDGET: Q(budget_amount__isnull=False) | Q(budget_usd__isnull=False),
    Topic.MANPOWER: Q(staff_fte__isnull=False) | Q(staff_heads__isnull=False),
    Topic.STAKEHOLDERS: Exists(Stakeholder.objects.filter(revision=OuterRef("pk")))
    & ~Exists(Stakeholder.objects.filter(revision=OuterRef("pk"), role="")),
    Topic.TIME_FRAME: Q(start__gt="", end__gt=""),
}
# Where the city says why it cannot tell, nobody need ask.
EXPLAINED = {
    Topic.BUDGET: ~Q(budget_unavailable=""),
    Topic.MANPOWER: ~Q(staff_unavailable=""),
    Topic.STAKEHOLDERS: ~Q(stakeholders_unavailable=""),
    Topic.TIME_FRAME: Q(pk__in=[]),
}
GAPS = {
    Topic.BUDGET: Gap.BUDGET,
    Topic.MANPOWER: Gap.STAFF,
    Topic.STAKEHOLDERS: Gap.STAKEHOLDERS,
    Topic.TIME_FRAME: Gap.DURATION,
}
COLUMNS = (
    *("title", "language", "list_summary", "start", "end", "case__slug", "case__live"),
    *("case__member__name", "case__member__slug", "case__member__country"),
)


@dataclass
class Word:
    """One of the four words: in how many cases it is known, and cases where it is not."""

    topic: str
    label: str
    gap: str
    known: int
    total: int
    cases: list = field(default_factory=list)

    @property
    def known_part(self):
        """The part of cases in which it is known, for an attribute: "62.14%"."""
        return f"{100 * self.known / self.total:.2f}%"

    @property
    def open_part(self):
        """The other part."""
        return f"{100 * (self.total - self.known) / self.total:.2f}%"

    @property
    def sentence(self):
        """In how many cases it is known, in words."""
        texts = {
            Topic.BUDGET: _("%(known)s of %(total)s cases state an amount."),
            Topic.MANPOWER: _("%(known)s of %(total)s cases name a number of people."),
            Topic.STAKEHOLDERS: _("%(known)s of %(total)s cases say what each partner did."),
            Topic.TIME_FRAME: _("%(known)s of %(total)s cases say from when to when."),
        }
        return texts[self.topic] % {"known": self.known, "total": self.total}


def words(shown=None):
    """Return the four :class:`Word` of the library, or none while it is empty."""
    live = Revision.objects.live()
    counted = live.aggregate(
        total=Count("pk"),
        **{name.name: Count("pk", filter=condition) for name, condition in KNOWN.items()},
    )
    if not counted["total"]:
        return []
    return [
        Word(
            topic,
            Topic(topic).label,
            GAPS[topic].value,
            counted[topic.name],
            counted["total"],
            gaps(topic, (shown or SHOWN)[topic]),
        )
        for topic in KNOWN
    ]


def gaps(topic, limit):
    """Return live revisions that do not say it, the most-read of the last year first; each with
    ``open_point``, a sentence, and ``goals``, the numbers of its goals."""
    since = last_months(timezone.localdate()).months[0]
    uses = CaseUse.objects.filter(case=OuterRef("case"), month__gte=since).order_by()
    seen = uses.values("case").annotate(seen=Sum("views")).values("seen")
    found = list(
        Revision.objects.live()
        .exclude(KNOWN[topic])
        .exclude(EXPLAINED[topic])
        .select_related("case__member")
        .only(*COLUMNS)
        .annotate(seen=Coalesce(Subquery(seen), 0))
        .order_by("-seen", "-decided_at", "-pk")[:limit]
    )
    summary.complete(found)
    for revision in found:
        revision.open_point = _open_point(topic, revision)
        targets = revision.list_summary["targets"]
        revision.goals = sorted({int(code.partition(".")[0]) for code in targets})
    return found


def _open_point(topic, revision):
    texts = {
        Topic.BUDGET: _("Nobody has stated what it cost."),
        Topic.MANPOWER: _("Nobody has stated how many people worked on it."),
        Topic.STAKEHOLDERS: _("Nobody has stated who took part."),
        Topic.TIME_FRAME: _("Neither its beginning nor its end is stated."),
    }
    total = revision.list_summary["stakeholders"]
    if topic == Topic.TIME_FRAME and revision.start:
        return _("When it ended is not stated.")
    if topic == Topic.TIME_FRAME and revision.end:
        return _("Nobody has stated when it began.")
    if topic == Topic.STAKEHOLDERS and total:
        unclear = total - revision.list_summary["with_role"]
        words = ngettext(
            "The part of %(count)s of its %(total)s partners is open.",
            "The parts of %(count)s of its %(total)s partners are open.",
            unclear,
        )
        return words % {"count": unclear, "total": total}
    return texts[topic]
