"""Pages for monitors and balancers."""

import os
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import FileSystemStorage, default_storage
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from policies.models import CaseStudy
from policies.search import index

from . import command_runs
from .health import database_answers, readiness, works


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
    state["late"] = command_runs.late(state["runs"] or {})
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
        state.update(command_runs.ages())
        return True

    return state if works(ages) else None
