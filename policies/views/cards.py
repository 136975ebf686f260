"""The picture of a case for links that are shared: drawn once on each machine, then read."""

import hashlib
import json
import logging
import os
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web.headers import open_to_other_sites
from policies.content import share_card
from policies.models import Revision

from .gone import LONGEST_NUMBER, or_gone

logger = logging.getLogger(__name__)

# Seconds. What is taken off the site shall be gone from the caches of others before long.
AGE = 3600
# Counted up when cards are drawn otherwise, so that those on the disk are drawn anew.
VERSION = 1


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
        raise Http404(_("There is no such revision."))
    # A member may have got another name since, and a passage may have been taken out.
    shown = json.dumps(
        [revision.title, revision.list_summary, revision.case.member.updated_at.isoformat()],
        sort_keys=True,
        default=str,
    )
    drawn = f"{VERSION}-{revision.pk}-{hashlib.sha256(shown.encode()).hexdigest()[:16]}"
    tag = f'"card-{drawn}"'
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        answer = HttpResponse(_picture(f"{drawn}.png", revision), content_type="image/png")
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
    answer["ETag"], answer["Cache-Control"] = tag, f"public, max-age={AGE}"
    return answer


def _picture(name, revision):
    """Return the card from the disk; it is drawn where there is none yet."""
    path = Path(settings.CARD_DIR) / name
    try:
        return path.read_bytes()
    except OSError:
        picture = share_card.drawn(revision)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(picture)
        part.replace(path)
        for former in path.parent.glob(f"*-{revision.pk}-*.png"):
            if former != path:
                former.unlink(missing_ok=True)
    except OSError:
        # It is drawn again next time.
        logger.exception("A card could not be kept")
    return picture
