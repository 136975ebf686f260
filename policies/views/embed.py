"""Parts of the library in frames on pages of other sites: a case, a target's list, the coverage.

Which sites may is a setting (``EMBED_SITES``); without it browsers show these pages nowhere but by
themselves. They hold no form and run no script, and their links open outside of the frame.
"""

from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from citynet.web.text import LONGEST_NUMBER
from policies.content import lists
from policies.models import Revision
from policies.search.counts import count_cases, goals_with_counts
from sdg.models import Target, plain_code

from .gone import kept_for, tombstone

CARDS = 6
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors "
)


def embeddable(view):
    """Return a public ``view`` whose pages the sites of ``EMBED_SITES`` may show in a frame."""

    @login_not_required
    @require_safe
    @wraps(view)
    def embedded(request, *args, **kwargs):
        answer = page_cache.cache_public_page(view)(request, *args, **kwargs)
        if settings.EMBED_SITES:
            answer["Content-Security-Policy"] = POLICY + " ".join(settings.EMBED_SITES)
            answer["Cross-Origin-Resource-Policy"] = "cross-origin"
            # Browsers that know no frame-ancestors are shown nothing in frames by the other header.
            answer.xframe_options_exempt = True
        return answer

    return embedded


@embeddable
def case(request, pk):
    """One case as a card."""
    if len(str(pk)) > LONGEST_NUMBER:
        raise Http404(_("There is no such public case."))
    live = Revision.objects.live().filter(case_id=pk).values_list("pk", flat=True)
    found = lists.read(list(live))
    if not found:
        if kept := kept_for(pk):
            return redirect("embed:case", pk=kept.pk, permanent=True)
        gone = tombstone(pk)
        if gone is None:
            raise Http404(_("There is no such public case."))
        return render(request, "embed/gone.html", {"gone": gone}, status=410)
    return render(request, "embed/case.html", {"revisions": found})


@embeddable
def target(request, code):
    """The newest cases of a target."""
    found = get_object_or_404(Target.objects.select_related("goal"), pk=plain_code(code))
    if code != found.code:
        return redirect("embed:target", code=found.code, permanent=True)
    counts = count_cases(target=found.code, newest=CARDS)
    context = {"target": found, "total": counts.total, "revisions": lists.read(counts.newest)}
    return render(request, "embed/target.html", context)


@embeddable
def coverage(request):
    """All targets, coloured by number of cases."""
    goals = goals_with_counts(count_cases())
    covered = sum(goal.covered for goal in goals)
    return render(request, "embed/coverage.html", {"goals": goals, "covered": covered})
