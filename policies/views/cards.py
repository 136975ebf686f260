"""The pictures for links that are shared: drawn once on each machine, then read."""

import hashlib
import logging
import os
import threading
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web.headers import open_to_other_sites
from citynet.web.text import LONGEST_NUMBER
from members.models import Member
from policies.content import share_card
from policies.models import Revision
from policies.search.counts import count_cases
from sdg.models import Goal, Target

from .gone import kept_for, or_gone

logger = logging.getLogger(__name__)

# Seconds. What is unpublished shall be gone from the caches of others before long.
AGE = 3600
# Counted up when cards are drawn otherwise, so that those on the disk are drawn anew.
VERSION = 2


@open_to_other_sites
@require_safe
@or_gone
def card(request, pk, number):
    """The card of one published revision, as PNG."""
    if max(len(str(pk)), len(str(number))) > LONGEST_NUMBER:
        raise Http404(_("There is no such revision."))
    found = Revision.objects.citable().select_related("case__member")
    revision = found.filter(case_id=pk, number=number).first()
    if revision is None:
        if kept := kept_for(pk):
            return redirect("policies:card", kept.pk, kept.live.number, permanent=True)
        raise Http404(_("There is no such revision."))
    return _answer(request, f"text-{revision.pk}", share_card.of_revision(revision))


@open_to_other_sites
@require_safe
def goal_card(request, number):
    """The card of a goal, as PNG."""
    goal = get_object_or_404(Goal, pk=number)
    counts = count_cases(goal=goal.number)
    return _answer(request, f"goal-{goal.number}", share_card.of_goal(goal, counts))


@open_to_other_sites
@require_safe
def target_card(request, code):
    """The card of a target, as PNG."""
    target = get_object_or_404(Target.objects.select_related("goal"), pk=code)
    counts = count_cases(target=target.code)
    return _answer(request, f"target-{target.code}", share_card.of_target(target, counts))


@open_to_other_sites
@require_safe
def member_card(request, slug):
    """The card of a member, as PNG."""
    member = get_object_or_404(Member, slug=slug)
    counts = count_cases(member=member.slug)
    return _answer(request, f"member-{member.pk}", share_card.of_member(member, counts))


def _answer(request, of, card):
    """Return a card as PNG; ``of`` says what it is of. All that is drawn is in its name, so that it is
    drawn anew when a member got another name, or a passage was taken out."""
    name = f"{VERSION}-{of}-{hashlib.sha256(repr(card).encode()).hexdigest()[:16]}"
    tag = f'"card-{name}"'
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        answer = HttpResponse(_picture(f"{name}.png", of, card), content_type="image/png")
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
    answer["ETag"], answer["Cache-Control"] = tag, f"public, max-age={AGE}"
    return answer


def _picture(name, of, card):
    """Return the card from the disk; it is drawn where there is none yet."""
    path = Path(settings.CARD_DIR) / name
    try:
        return path.read_bytes()
    except OSError:
        picture = share_card.as_png(card)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Of this thread alone: two that draw the same one do not write into each other's file.
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        part.write_bytes(picture)
        part.replace(path)
        for former in path.parent.glob(f"*-{of}-*.png"):
            if former != path:
                former.unlink(missing_ok=True)
    except OSError:
        # It is drawn again next time.
        logger.exception("A card could not be kept")
    return picture
