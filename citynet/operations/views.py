"""Pages for monitors and load balancers."""

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from .health import health, readiness


@login_not_required
@require_safe
def healthz(request):
    """Whether this process can serve: 200 with all well, else 503; details go to the log only."""
    state, is_well = health()
    return _for_machines(state, is_well=is_well)


@login_not_required
@require_safe
def readyz(request):
    """Whether this machine may be given visitors: 200, else 503 with the part that is missing."""
    state = readiness.parts()
    return _for_machines(state, is_well=all(state.values()))


def _for_machines(state, *, is_well):
    response = JsonResponse(state, status=200 if is_well else 503)
    response["Cache-Control"] = "no-store"
    return response
