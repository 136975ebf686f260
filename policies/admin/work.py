"""What waits for the secretariat in the library and in the teams: each kind with its number, how much
of it is given to the person who looks, and its oldest row."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.models import MemberProposal
from members.notices.failed import failed_mail
from members.secretariat import acts_for_secretariat
from members.teams import leaders, proposals
from policies.models import ImportRun, Revision, UpdateRequest

from .queue import Queue, days_waiting, flags_of, kind_of, late_days, screening_of
from .queue_filters import late_after

IN_QUEUE = 5  # submissions that the first page names


@dataclass(frozen=True)
class Work:
    """A kind of work: how many rows wait, and the oldest of them."""

    label: str
    url: str
    number: int
    title: str
    detail: str
    title_url: str
    days: int
    late_after: int | None = None  # days; None where nothing is promised
    mine: int | None = None  # None where such rows are not given to persons
    mine_url: str = ""

    @property
    def is_late(self):
        return self.late_after is not None and self.days > self.late_after


def waiting(request):
    """Return what waits, as :class:`Work`, and the labels of the kinds of which nothing does.

    Of each kind only who may decide it is told.
    """
    found, nothing = [], []
    for permission, label, read in KINDS:
        if acts_for_secretariat(request.user, permission):
            work = read(label, request)
            if work is None:
                nothing.append(label)
            else:
                found.append(work)
    return found, nothing


def oldest_submissions(request):
    """Return the submissions that wait longest, with what the queue says of each."""
    rows = Revision.objects.awaiting_review().select_related(*Queue.RELATED).defer(*Queue.DEFERRED)
    shown = list(rows[:IN_QUEUE])
    for row in shown:
        screening = screening_of(row)
        row.days = days_waiting(row)
        row.look_at = list(flags_of(screening)) if screening else []
        row.kind = kind_of(row)
        row.complete = screening.completeness if screening else None
        row.late_after = late_days(row, late_after(request))
    return shown


def _days_since(moment):
    return (timezone.now() - moment).days


def _submissions(label, request):
    rows = Revision.objects.awaiting_review()
    number = rows.count()
    if not number:
        return None
    oldest = rows.select_related("case__member").first()
    queue = reverse("admin:policies_revision_changelist")
    return Work(
        label,
        queue,
        number,
        oldest.title,
        f"{oldest.case.member}, {kind_of(oldest)}",
        reverse("admin:policies_revision_review", args=[oldest.pk]),
        days_waiting(oldest) or 0,
        late_after(request),
        rows.filter(reviewer=request.user).count(),
        f"{queue}?reviewer=me",
    )


def _updates(label, _request):
    rows = UpdateRequest.objects.open().select_related("case__live", "case__member")
    number = rows.count()
    if not number:
        return None
    oldest = rows.first()
    return Work(
        label,
        reverse("admin:policies_revision_changelist", query={"state": "update-asked"}),
        number,
        oldest.case.live.title,
        _("%(member)s has not answered yet") % {"member": oldest.case.member},
        reverse("admin:policies_casestudy_change", args=[oldest.case_id]),
        _days_since(oldest.created_at),
    )


def _requests(label, request):
    # Of one's own request somebody else decides.
    rows = leaders.requests_for(request.user)
    number = rows.count()
    if not number:
        return None
    oldest = rows[0]
    led = leaders.coordinators(oldest.member).exists()
    return Work(
        label,
        reverse("admin:members_membership_changelist", query={"status__exact": "requested"}),
        number,
        _("%(name)s, %(member)s") % {"name": oldest.user, "member": oldest.member},
        _("its coordinator decides") if led else _("no coordinator yet"),
        reverse("admin:members_membership_decide", args=[oldest.pk]),
        _days_since(oldest.created_at),
    )


def _proposals(label, _request):
    rows = MemberProposal.objects.filter(state=MemberProposal.State.PROPOSED)
    number = rows.count()
    if not number:
        return None
    oldest = rows.order_by("created_at", "pk").first()
    similar = proposals.similar(oldest)
    return Work(
        label,
        reverse("admin:members_memberproposal_changelist", query={"state__exact": "proposed"}),
        number,
        oldest.name,
        _("one of nearly this name is listed already") if similar else oldest.country.name,
        reverse("admin:members_memberproposal_decide", args=[oldest.pk]),
        _days_since(oldest.created_at),
    )


def _mail(label, _request):
    rows = failed_mail()
    number = rows.count()
    if not number:
        return None
    oldest = rows.order_by("created_at", "pk").first()
    return Work(
        label,
        reverse("admin:members_notice_changelist", query={"trouble": "yes"}),
        number,
        oldest.email,
        oldest.last_error,
        reverse("admin:members_notice_change", args=[oldest.pk]),
        _days_since(oldest.created_at),
    )


def _imports(label, request):
    unfinished = ImportRun.objects.exclude(state=ImportRun.State.DONE).order_by("created_at", "pk")
    number = unfinished.count()
    if not number:
        return None
    oldest = unfinished.defer("errors", "warnings", "drafts").first()
    bad = (oldest.counts.get("check") or {}).get("bad", 0)
    wrong = ngettext("%(count)s row with mistakes", "%(count)s rows with mistakes", bad)
    return Work(
        label,
        reverse("admin:policies_importrun_changelist"),
        number,
        oldest.original_name,
        ", ".join([oldest.get_state_display(), *([wrong % {"count": bad}] if bad else [])]),
        reverse("admin:policies_importrun_change", args=[oldest.pk]),
        _days_since(oldest.created_at),
        mine=unfinished.filter(by=request.user).count(),
        mine_url=reverse("admin:policies_importrun_changelist"),
    )


# The right to decide, what it is called, and the function that reads it.
KINDS = (
    ("policies.change_revision", gettext_lazy("Submissions"), _submissions),
    ("policies.change_revision", gettext_lazy("Updates asked for"), _updates),
    ("members.change_membership", gettext_lazy("Requests to join a team"), _requests),
    ("members.add_member", gettext_lazy("Proposed members"), _proposals),
    ("members.view_notice", gettext_lazy("Mail that failed"), _mail),
    ("policies.add_importrun", gettext_lazy("Imports not finished"), _imports),
)
