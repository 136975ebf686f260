"""What is shown at the addresses of a case that was public and was unpublished: 410, not 404."""

from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from citynet.web.text import LONGEST_NUMBER
from policies.content import sections
from policies.models import CaseStudy, ReviewEvent, Revision

State = Revision.State


@dataclass(frozen=True)
class Tombstone:
    """A case that is no longer public: its last public text, since when, and why, as far as told.

    Or one of its texts, with that which is public now (``live``).
    """

    revision: Revision
    since: datetime
    reason: str
    live: Revision | None = None


def tombstone(case, number=None):
    """Return the :class:`Tombstone` of a case by its key, or None.

    None for what is public and for what never was. A case that was merged is what the one is that took
    its place. ``number`` is that of a revision that has to have been public; one that was unpublished
    is gone also while another text of its case is public.
    """
    live, events = None, ReviewEvent.objects.filter(to_state=State.UNPUBLISHED)
    shown = CaseStudy.objects.filter(Q(pk=case, merged_into=None) | Q(merged=case), live=None)
    event = _last(events.filter(revision__case__in=shown.order_by().values("pk")))
    if number is not None:
        texts = Revision.objects.filter(case=case, number=number)
        text = texts.filter(state__in=(State.SUPERSEDED, State.UNPUBLISHED)).first()
        if text is None:
            return None
        if event is None and text.state == State.UNPUBLISHED:
            live = Revision.objects.live().filter(case=case).select_related("case").first()
            event = _last(events.filter(revision=text)) if live else None
    if event is None:
        return None
    return Tombstone(event.revision, event.created_at, event.public_reason, live)


def _last(events):
    return events.select_related("revision").last()


def kept_for(case):
    """Return the public case that one, by its key, was merged into; else None."""
    return CaseStudy.objects.live().filter(merged=case).select_related("live").first()


def or_gone(view):
    """Return a ``view`` of a case that answers 410 where the case was unpublished."""

    @wraps(view)
    def inner(request, pk, **kwargs):
        try:
            return view(request, pk=pk, **kwargs)
        except Http404:
            number = kwargs.get("number")
            if max(len(str(pk)), len(str(number or ""))) > LONGEST_NUMBER:
                raise
            gone = tombstone(int(pk), number)
            if gone is None:
                raise
        context = {"gone": gone, "text_attributes": sections.text_attributes(gone.revision)}
        return render(request, "policies/gone.html", context, status=HTTPStatus.GONE)

    return inner


def gone_file(row):
    """Return the answer at the address of a file that was taken down, or with its case, or whose case
    was merged into another one; else None."""
    text = row.removal
    if not text:
        if row.revision.state not in (State.SUPERSEDED, State.UNPUBLISHED):
            return None
        number, case = row.revision.number, row.revision.case_id
        gone, kept = tombstone(case, number), kept_for(case)
        if kept:
            text = _(
                "The policy that this file belonged to was merged into another one: %(address)s"
            ) % {"address": settings.SITE_URL + kept.get_absolute_url()}
        elif gone:
            text = gone.reason or _("The policy that this file belonged to was unpublished.")
        else:
            return None
    answer = HttpResponse(text, status=HTTPStatus.GONE, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    answer["X-Robots-Tag"] = "noindex"
    return answer
