"""The page /my/: a person's cases with what to do next, invitations, notices and teams."""

from django.core.paginator import Paginator
from django.db.models import Case, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.models.invitation_tokens import token_of
from members.notices.views import unread_of, with_subjects
from members.secretariat import acts_for_secretariat
from members.teams import invitations, memberships, waiting
from members.teams.leaders import is_secretariat, requests_for
from policies.filters.own_cases import STATES, OwnCaseFilter
from policies.models import CaseStudy, ReviewEvent, Revision, UpdateRequest
from policies.workflow import corrections, reminders

PAGE_SIZE = 50
# With fewer cases the page offers no filters.
MIN_CASES_FOR_FILTERS = 10
NOTICES = REQUESTS = 5

State = Revision.State
# Only what the page shows: the texts of a case are long.
COLUMNS = (
    *("case", "number", "state", "title", "language", "updated_at", "submitted_at", "decided_at"),
    *(
        "case__slug",
        "case__live",
        "case__held_by",
        "case__provenance",
        "case__confirmed_at",
        "case__member",
    ),
    *("case__merged_into", "case__member__name", "case__member__slug", "case__live__decided_at"),
)


@never_cache
@require_safe
def home(request):
    """What waits for the person, what the person's teams have written, and where to go from here."""
    user = request.user
    own = list(
        user.memberships.filter(status__in=memberships.CURRENT)
        .select_related("member")
        .order_by("status", "member__search_names")
    )
    invited = open_invitations(user)
    suggested = None if own or invited else memberships.suggested_member(user.email)
    filters = OwnCaseFilter(request.GET, current_revisions(user), request=request)
    page = Paginator(filters.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    unread, requests = unread_of(user), requests_for(user)
    asked = [each for each in own if each.status == memberships.Status.REQUESTED]
    who_decides = waiting.on_requests(asked) if asked else {}
    for each in asked:
        each.who_decides = who_decides[each.pk]
    context = {
        "memberships": own,
        "may_write": bool(own),
        "in_team": any(each.status == memberships.Status.ACTIVE for each in own),
        "suggested": suggested,
        "invitations": invited,
        "page": page,
        "filters": filters
        if filters.is_in_use or page.paginator.count >= MIN_CASES_FOR_FILTERS
        else None,
        "groups": grouped(page, timezone.localdate()),
        "notices": with_subjects(unread[:NOTICES], user),
        "unread": unread.count(),
        "requests": requests[:REQUESTS],
        "requests_total": requests.count(),
        "is_secretariat": is_secretariat(user),
        "reviews": Revision.objects.awaiting_review().count()
        if acts_for_secretariat(user, "policies.change_revision")
        else None,
    }
    return render(request, "my/home.html", context, status=200 if filters.is_valid() else 400)


def current_revisions(user):
    """Return the revision of each case that the person writes which tells what to do next.

    That is the open one, else the public one, else the newest; ordered by what is asked of the
    city.
    """
    of_the_case = Revision.objects.filter(case=OuterRef("pk")).order_by("-number")
    cases = CaseStudy.objects.written_by(user).annotate(
        current=Coalesce(
            Subquery(of_the_case.filter(state__in=Revision.OPEN_STATES).values("pk")[:1]),
            F("live"),
            Subquery(of_the_case.values("pk")[:1]),
        )
    )
    place = Case(
        *[When(state=state, then=Value(place)) for place, (state, _label) in enumerate(STATES)],
        default=Value(len(STATES)),
    )
    reasons = ReviewEvent.objects.filter(
        ~Q(note=""), to_state__in=(State.CHANGES_REQUESTED, State.REJECTED, State.UNPUBLISHED)
    )
    return (
        Revision.objects.filter(pk__in=cases.order_by().values("current"))
        .select_related("case__member", "case__live")
        .only(*COLUMNS)
        .prefetch_related(Prefetch("events", reasons, to_attr="reasons"))
        .order_by(place, "-updated_at", "-pk")
    )


def grouped(revisions, today):
    """Return the revisions by state, as (state, label, revisions) of those states that occur.

    Each revision gets ``reason`` (what the moderators wrote last), ``days`` that it has waited,
    ``since`` when the city stands by the public text, whether it ``is_due`` to be confirmed,
    ``proposals``, the corrections that wait for the team, and the ``update_request`` that does.
    """
    by_state, proposals = {}, corrections.waiting(revisions)
    asked = UpdateRequest.objects.open().filter(case__in=[each.case_id for each in revisions])
    asked = {each.case_id: each for each in asked}
    for revision in revisions:
        case = revision.case
        revision.reason = revision.reasons[-1].note if revision.reasons else ""
        if revision.state == State.SUBMITTED:
            revision.days = (today - timezone.localtime(revision.submitted_at).date()).days
        revision.proposals = proposals.get(revision.pk)
        revision.update_request = asked.get(revision.case_id)
        revision.since = reminders.true_since(case)
        revision.is_due = reminders.is_due(case, today)
        revision.is_compiled = (
            case.provenance == CaseStudy.Provenance.SECRETARIAT and not case.confirmed_at
        )
        by_state.setdefault(revision.state, []).append(revision)
    return [(state.value, label, by_state[state]) for state, label in STATES if state in by_state]


def open_invitations(user):
    """Return (invitation, token) pairs that the person can accept."""
    pairs = []
    for invitation in invitations.invitations_to(user):
        try:
            pairs.append((invitation, token_of(invitation)))
        except LookupError:  # the site's secret has changed: only the mailed link works
            continue
    return pairs
