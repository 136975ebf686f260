"""What waits for the secretariat in the exchange: each kind with its number and its oldest row."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.models import (
    Addressee,
    Adoption,
    Advice,
    Cooperation,
    Flag,
    Introduction,
    Question,
)
from members.models import Membership

# After an introduction was made both are asked what came of it; later the secretariat asks.
OUTCOME_LATE = timedelta(days=75)

CHECKING = Q(state="checking", removed_at=None)
NO_ENGLISH = ~Q(language="en") & Q(english="", removed_at=None, hidden_at=None)
STANDS = Q(removed_at=None, hidden_at=None)


@dataclass(frozen=True)
class Kind:
    """A kind of work: the rows of ``model`` that need it, the oldest by ``since``."""

    name: str
    label: str
    model: type
    since: str
    related: tuple = ()

    def rows(self):
        """Return the rows that wait, the oldest first."""
        return (
            CONDITIONS[self.name](self.model.objects.all())
            .select_related(*self.related)
            .order_by(self.since, "pk")
        )

    @property
    def url(self):
        """The list of these rows."""
        return reverse(self.list_name, query={"waits": self.name})

    @property
    def list_name(self):
        return f"admin:{self.model._meta.label_lower.replace('.', '_')}_changelist"


def without_team(rows):
    """Return those of ``rows`` (addressees) of whose member nobody is here."""
    here = Membership.objects.active().filter(member=OuterRef("member"))
    return rows.filter(~Exists(here), state="asked", question__state__in=("open", "answered"))


def waits_too_long(rows, now=None):
    """Return open questions that nobody has answered for the days after which that is too long."""
    before = (now or timezone.now()) - timedelta(days=settings.EXCHANGE_DAYS["waits"])
    return rows.filter(STANDS, state="open", opened_at__lte=before)


def figures_not_in_case(rows):
    """Return advice that states a figure which its case does not, and that nobody has dealt with; of a
    merged case the one that stays is looked at."""
    missing = Q()
    for path in ("case", "case__merged_into"):
        missing |= Q(**{f"{path}__live__isnull": False}) & (
            Q(**{"amount__isnull": False, f"{path}__live__budget_amount": None})
            | Q(**{"people_fte__isnull": False, f"{path}__live__staff_fte": None})
            | Q(months__isnull=False)
            & (Q(**{f"{path}__live__start": ""}) | Q(**{f"{path}__live__end": ""}))
        )
    return rows.filter(STANDS, missing, state="published", figure_settled_at=None)


def _late_introductions(rows):
    before = timezone.now() - OUTCOME_LATE
    return rows.filter(state="accepted", outcome="", decided_at__lte=before)


CONDITIONS = {
    "check-questions": lambda rows: rows.filter(CHECKING),
    "check-advice": lambda rows: rows.filter(CHECKING),
    "check-cooperation": lambda rows: rows.filter(CHECKING),
    "flags": lambda rows: rows.filter(decided_at=None),
    "disputes": lambda rows: rows.filter(
        disputed_at__isnull=False, dispute_decided_at=None, removed_at=None
    ),
    "unanswered": waits_too_long,
    "letters": lambda rows: without_team(rows).filter(letter_sent_at=None),
    "replies": lambda rows: without_team(rows).filter(letter_sent_at__isnull=False),
    "english-questions": lambda rows: rows.filter(
        NO_ENGLISH, state__in=("open", "answered", "closed")
    ),
    "english-advice": lambda rows: rows.filter(NO_ENGLISH, state="published"),
    "figures": figures_not_in_case,
    "outcomes": _late_introductions,
}
KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "check-questions",
            gettext_lazy("Questions to check"),
            Question,
            "created_at",
            ("member",),
        ),
        Kind("check-advice", gettext_lazy("Advice to check"), Advice, "created_at", ("member",)),
        Kind(
            "check-cooperation",
            gettext_lazy("Needs and offers to check"),
            Cooperation,
            "created_at",
            ("member",),
        ),
        Kind("flags", gettext_lazy("Flags"), Flag, "created_at", ("member",)),
        Kind(
            "disputes",
            gettext_lazy("Disputes"),
            Adoption,
            "disputed_at",
            ("member", "case__member"),
        ),
        Kind(
            "unanswered",
            gettext_lazy("Questions without an answer"),
            Question,
            "opened_at",
            ("member",),
        ),
        Kind(
            "letters",
            gettext_lazy("Letters to cities without a team"),
            Addressee,
            "asked_at",
            ("member", "question__member"),
        ),
        Kind(
            "replies",
            gettext_lazy("Replies to our letters"),
            Addressee,
            "letter_sent_at",
            ("member", "question__member"),
        ),
        Kind(
            "english-questions",
            gettext_lazy("Questions without an English text"),
            Question,
            "created_at",
            ("member",),
        ),
        Kind(
            "english-advice",
            gettext_lazy("Advice without an English text"),
            Advice,
            "created_at",
            ("member",),
        ),
        Kind(
            "figures",
            gettext_lazy("Figures given and not in the case"),
            Advice,
            "created_at",
            ("member", "case__member"),
        ),
        Kind(
            "outcomes",
            gettext_lazy("Introductions without an outcome"),
            Introduction,
            "decided_at",
            ("from_member", "to_member"),
        ),
    )
}


@dataclass(frozen=True)
class Waiting:
    """A kind of work that waits: how many rows, and the oldest."""

    kind: Kind
    number: int
    title: str
    detail: str
    url: str
    days: int
    late_after: int

    @property
    def is_late(self):
        return self.days > self.late_after


def desk(now=None):
    """Return what waits, as :class:`Waiting`, and the labels of the kinds of which nothing does."""
    now = now or timezone.now()
    waits, nothing = [], []
    for kind in KINDS.values():
        rows = kind.rows()
        number = rows.count()
        if not number:
            nothing.append(kind.label)
            continue
        oldest = rows.first()
        days = (now - getattr(oldest, kind.since)).days
        waits.append(
            Waiting(
                kind=kind,
                number=number,
                title=_title(oldest),
                detail=_detail(kind, oldest),
                url=_url(kind, oldest),
                days=days,
                late_after=_patience(kind),
            )
        )
    return waits, nothing


def _patience(kind):
    """Return after how many days a kind of work is marked: a look is promised within two working
    days, which may be four; an answer after the days of the settings."""
    if kind.name.startswith("check-") or kind.name == "flags":
        return 4
    return settings.EXCHANGE_DAYS["offer_next" if kind.name == "unanswered" else "waits"]


def _title(row):
    if isinstance(row, Addressee):
        return row.question.title
    return str(row)


def _detail(kind, row):
    if isinstance(row, Addressee):
        names = {"asker": row.question.member, "member": row.member}
        return _("%(asker)s asks %(member)s") % names
    if isinstance(row, Flag):
        return row.get_reason_display()
    if isinstance(row, Introduction):
        return ""
    if kind.name.startswith("english-"):
        return _("%(member)s, %(language)s") % {
            "member": row.member,
            "language": row.get_language_display(),
        }
    return str(getattr(row, "member", ""))


def _url(kind, row):
    if isinstance(row, Addressee):
        return reverse("admin:exchange_addressee_letter", args=[row.pk])
    name = kind.model._meta.label_lower.replace(".", "_")
    return reverse(f"admin:{name}_change", args=[row.pk])
