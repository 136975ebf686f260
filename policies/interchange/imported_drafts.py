"""Drafts that an import left: submitted or published together, after the checks of any submission."""

from django.db import transaction
from django.db.models import Q

from members.record import audit
from policies.models import CaseStudy, Revision
from policies.search import index
from policies.workflow import moderation, submission
from policies.workflow.errors import WorkflowError

# Drafts that are looked through, and moved, with one press of a button.
MOST_AT_ONCE = 100
SUBMIT, PUBLISH = "submit", "publish"


def left_by(run):
    """Return the drafts of an import that are still as it left them, or that no city has claimed.

    What its team has changed since is the team's own.
    """
    untouched = Q(version=0) | Q(case__in=CaseStudy.objects.unclaimed())
    drafts = Revision.objects.filter(pk__in=run.drafts or [], is_imported=True)
    return drafts.filter(untouched, state=Revision.State.DRAFT).order_by("pk")


def with_gaps(drafts):
    """Return (revision, what it lacks to be submitted) of the first of these drafts."""
    shown = drafts.with_content()[:MOST_AT_ONCE]
    return [(revision, submission.missing(revision)) for revision in shown]


def move(run, act, *, by):
    """Submit or publish those of the first drafts that lack nothing; return how many.

    One that somebody has moved in the meantime is left alone.
    """
    complete = [revision for revision, gaps in with_gaps(left_by(run)) if not gaps]
    if act == PUBLISH:
        with transaction.atomic():
            keys = [revision.pk for revision in complete]
            locked = list(left_by(run).filter(pk__in=keys).select_for_update(of=("self",)))
            moderation.publish_all(locked, name=by.get_full_name())
        index.sync_quietly()
        done = len(locked)
    else:
        done = sum(_submitted(revision, by) for revision in complete)
    if done:
        audit.record("library-imported", run, by=by, reason=f"{act}: {done}")
    return done


def _submitted(revision, by):
    try:
        moderation.submit(revision, by=by)
    except WorkflowError:
        return False
    return True
