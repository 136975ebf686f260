"""Home, the pages about the platform, its health, and what is shown when something is wrong."""

import logging
import os
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet import maps
from policies import criteria, turnaround
from policies.counts import (
    count_cases,
    goals_with_counts,
    members_with_counts,
    reported,
)
from policies.listing import listed
from policies.models import CaseStudy, Revision
from policies.search import index

from . import codebook as codebook_page
from . import kept, licence, pages, requestlog, runs
from .examples import examples
from .readiness import database_answers, readiness, works

logger = logging.getLogger(__name__)

NEWEST = 4
FEATURED = 4
# What can be back in a moment: the database, the shared cache or the store of files.
AWAY = (OperationalError, InterfaceError, ConnectionError)
RETRY_AFTER = "5"  # seconds
# Texts of a form that failed are shown again from so many characters on; never passwords and tokens.
WORTH_KEEPING = 20
# Machines need not visit what people ask for one at a time, nor the same list in other forms.
ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /policies/suggest/
Disallow: /policies/export.
Disallow: /policies/compare/

Sitemap: {sitemap}
"""


@login_not_required
@require_safe
@pages.shared
def home(request):
    """Search, the goals, the newest cases, where they come from, and what the library amounts to."""
    featured = list(CaseStudy.objects.featured().values_list("live", flat=True)[:FEATURED])
    # Some of the newest may be featured as well, and stand there only.
    counts = count_cases(newest=NEWEST + len(featured))
    newest = [key for key in counts.newest if key not in featured][:NEWEST]
    shown = listed([*featured, *newest])
    goals = goals_with_counts(counts)
    members = members_with_counts(counts)
    covered = sum(goal.covered for goal in goals)
    context = {
        "counts": counts,
        "reported": reported(),
        # Those that are shown by name: as many as the filter lists.
        "countries": len({member.country_code for member in members} - {""}),
        "goals": goals,
        "columns": _columns(goals),
        "covered": covered,
        "empty": sum(len(goal.rows) for goal in goals) - covered,
        "members": members,
        "points": maps.points(members),
        "outside": maps.outside(members),
        "featured": [each for each in shown if each.pk in featured],
        "revisions": [each for each in shown if each.pk not in featured],
        "examples": examples(counts),
    }
    return render(request, "citynet/home.html", context)


def _columns(goals):
    """The histogram of cases by goal: for each goal its column, in percent as text."""
    highest = max((goal.case_count for goal in goals), default=0) or 1
    width = 100 / max(len(goals), 1)
    columns = []
    for slot, goal in enumerate(goals):
        height = 78 * goal.case_count / highest
        columns.append(
            {
                "goal": goal,
                "x": f"{slot * width:.2f}%",
                "width": f"{width - 0.5:.2f}%",
                "middle": f"{slot * width + (width - 0.5) / 2:.2f}%",
                "y": f"{88 - height:.1f}%",
                "height": f"{height:.1f}%",
                "label_y": f"{85 - height:.1f}%",
            }
        )
    return columns


@login_not_required
@require_safe
@pages.shared
def about(request):
    """What the platform is, how its texts come about, and how to use its data."""
    context = {
        "contact": settings.CONTACT_EMAIL,
        "total": CaseStudy.objects.live().count(),
        "licence": licence.name_and_address(),
    }
    return render(request, "citynet/about.html", context)


@login_not_required
@require_safe
@pages.shared
def review(request):
    """Who decides on submissions, by what, how long it takes now, and what happens on an edit."""
    median, ninety, decided = turnaround.of_last_year()
    context = {
        "criteria": criteria.criteria(),
        # Whole days: nobody plans by hours.
        "median": None if median is None else round(median),
        "ninety": None if ninety is None else round(ninety),
        "decided": decided,
        "waiting": Revision.objects.awaiting_review().count(),
        "contact": settings.CONTACT_EMAIL,
    }
    return render(request, "citynet/review.html", context)


@login_not_required
@require_safe
@pages.shared
def accessibility(request):
    """The accessibility statement."""
    return render(request, "citynet/accessibility.html", {"contact": settings.CONTACT_EMAIL})


@login_not_required
@require_safe
@pages.shared
def codebook(request):
    """Every field of a case study, from the models themselves."""
    context = {
        "sections": codebook_page.sections(),
        "computed": codebook_page.computed(),
        "bands": codebook_page.bands(),
        "facets": codebook_page.facets(),
        "licence": licence.name_and_address(),
    }
    return render(request, "citynet/codebook.html", context)


@login_not_required
@require_safe
def healthz(request):
    """Whether this process can serve: 200 with all well, else 503; details go to the log only."""
    state = {
        "database": works(database_answers),
        "index": _index_state(),
        "storage": works(_storage_answers),
        "runs": _ages_of_runs(),
    }
    well = state["database"] and state["storage"] and state["index"] is not None
    well = well and state["index"]["live"] == state["index"]["indexed"]
    # Told, but no fault of this process: another would not send the letters either.
    state["late"] = runs.late(state["runs"] or {})
    return _for_machines(state, well=well)


@login_not_required
@require_safe
def readyz(request):
    """Whether this machine may be given visitors: 200, else 503 with the part that is missing."""
    state = readiness.parts()
    return _for_machines(state, well=all(state.values()))


def _for_machines(state, *, well):
    response = JsonResponse(state, status=200 if well else 503)
    response["Cache-Control"] = "no-store"
    return response


def _storage_answers():
    """Whether files can be kept: a folder can be written to, another store can be asked."""
    if isinstance(default_storage, FileSystemStorage):
        folder = Path(default_storage.location)
        folder.mkdir(parents=True, exist_ok=True)
        return os.access(folder, os.W_OK)
    default_storage.exists("healthz")
    return True


def _index_state():
    """How many cases are public and how many of them the index has; None where it cannot be told."""
    state = {}

    def compare():
        state["live"] = CaseStudy.objects.live().count()
        state["indexed"] = index.count()
        return True

    return state if works(compare) else None


def _ages_of_runs():
    """Seconds since each command of the timers succeeded; None where it cannot be told."""
    state = {}

    def ages():
        state.update(runs.ages())
        return True

    return state if works(ages) else None


@login_not_required
@require_safe
def robots(request):
    """What search engines may visit, and where the sitemap is."""
    text = ROBOTS.format(sitemap=settings.SITE_URL + reverse("sitemap"))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@login_not_required
def bad_request(request, exception):
    """400, also for addresses of hosts that are not ours: so it reads nothing from the request."""
    return HttpResponse(render_to_string("400.html"), status=400)


@login_not_required
def permission_denied(request, exception):
    """403."""
    return render(request, "403.html", status=403)


@login_not_required
def csrf_failure(request, reason=""):
    """403 for a form that was sent without our token: it is too old, or cookies are off.

    What was written in it is shown again, but not what another site has sent.
    """
    logger.warning("Forbidden (%s)", reason)
    # Their own pages keep what they can of a form for signing in or up.
    if reason.startswith("CSRF ") and request.user.is_authenticated:
        written = kept.again(request, "expired", _("The form was open for too long"))
        if written:
            return written
    return render(request, "403.html", {"is_form": True}, status=403)


@login_not_required
def page_not_found(request, exception):
    """404, with ways to go on, and with what was written for something that is gone meanwhile."""
    if request.resolver_match and request.method == "POST" and request.user.is_authenticated:
        written = kept.again(request, "gone", _("There is no such page for you"))
        if written:
            return written
    return render(request, "404.html", status=404)


@login_not_required
def server_error(request):
    """500, or 503 where what failed can be back in a moment: asks nothing of the database, the
    session or the manifest of files.

    It names the request, so that a person who asks for help can tell which one it was.
    ``database_error`` of the answer is what a database said, for ``citynet.replicas``.
    """
    error = sys.exc_info()[1]
    try:
        stylesheet = static("css/site.css")
    except ValueError:
        stylesheet = ""
    context = {"stylesheet": stylesheet, "reference": requestlog.current_id()}
    if isinstance(error, AWAY):
        context["typed"] = _typed(request)
        response = HttpResponse(render_to_string("503.html", context), status=503)
        response["Retry-After"] = RETRY_AFTER
        response["Cache-Control"] = "no-store"
    else:
        response = HttpResponse(render_to_string("500.html", context), status=500)
    response.database_error = error if isinstance(error, DatabaseError | InterfaceError) else None
    return response


def _typed(request):
    """The texts of a form that came from one of our own pages, to be shown again."""
    if request.method != "POST" or not getattr(request, "csrf_processing_done", False):
        return []
    try:
        sent = request.POST.items()
    except (OSError, ValueError, RequestDataTooBig):
        return []
    return [
        value
        for name, value in sent
        if len(value) >= WORTH_KEEPING and not kept.SECRET.search(name)
    ]
