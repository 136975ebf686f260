"""Photos and files of cases: who may fetch them, and how they are sent.

The permission is asked first, for each request anew; only then comes what a cache may know.

A store that can sign links sends documents itself: whoever may read one is given an address that
fetches it for a minute, as a download and with the content type of ours. Photos always pass through
here: they are small, a proxy in front keeps the public ones, and so pages need no address of another
site, which their content security policy would have to allow and which would learn who reads them.
"""

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.uploads import files, images
from citynet.web import ranges
from citynet.web.headers import FOR_OTHER_SITES
from members.models import Member
from members.secretariat import acts_for_secretariat
from policies.models import Attachment, CaseStudy, Photo, Revision

from .gone import gone_file

logger = logging.getLogger(__name__)

# Seconds. A stored file never changes, but what is taken down shall be gone before long, also from
# caches of others; asking again whether it is still there costs one query.
PUBLIC_AGE = 60
RETRY_AFTER = "5"  # seconds
# Nothing in a document may run, load or reach the site, should a browser show it after all.
SANDBOX = "sandbox; default-src 'none'"


@login_not_required
@require_safe
def photo(request, pk, size):
    """A photo in one of its two sizes: "large" or "small"."""
    row = _row(Photo, pk)
    headers = _permitted(request, row)
    if headers is None:
        return _not_given(row)
    stored = row.image if size == "large" else row.small
    return _sent(request, stored, headers, content_type=images.CONTENT_TYPE)


@login_not_required
@require_safe
def member_photo(request, slug):
    """The photo on the page of a member, which everybody may read."""
    member = Member.objects.at(slug).first()
    if member is None or not member.photo:
        raise _unknown()
    headers = {"Cache-Control": f"public, max-age={PUBLIC_AGE}"} | FOR_OTHER_SITES
    return _sent(request, member.photo, headers, content_type=images.CONTENT_TYPE)


@login_not_required
@require_safe
def attachment(request, pk):
    """A file as a download, under the name that it had."""
    row = _row(Attachment, pk)
    headers = _permitted(request, row)
    if headers is None:
        return _not_given(row)
    return send_document(request, row, headers)


def send_document(request, row, headers):
    """Send the file of ``row`` as a download under its ``original_name``; who may read it has been asked.

    ``headers`` say who may keep it.
    """
    kind = files.kind_of(row.file.name)
    link = getattr(row.file.storage, "link", None)
    if link is not None:
        answer = HttpResponseRedirect(
            link(
                row.file.name,
                method=request.method,
                content_type=kind.content_type,
                disposition=content_disposition_header(True, row.original_name),
            )
        )
        # The address is for this reader only and expires soon.
        answer["Cache-Control"] = "private, no-store"
        return answer
    headers["Content-Security-Policy"] = SANDBOX
    return _sent(
        request,
        row.file,
        headers,
        content_type=kind.content_type,
        as_attachment=True,
        filename=row.original_name,
    )


def _row(model, pk):
    row = model.objects.select_related("revision__case").filter(pk=pk).first()
    if row is None:
        raise _unknown()
    return row


def _not_given(row):
    """410 for what was public before, 404 for all else."""
    answer = gone_file(row)
    if answer is None:
        raise _unknown()
    return answer


def _permitted(request, row):
    """Return the headers that say who may keep a file, or None where the person may not read it."""
    revision = row.revision
    if row.removal:
        return None
    # Nobody is asked who they are for what is public, so that any cache may keep it.
    if revision.case.live_id and revision.state in Revision.CITABLE_STATES:
        return {"Cache-Control": f"public, max-age={PUBLIC_AGE}"} | FOR_OTHER_SITES
    if not _may_read(request.user, revision):
        return None
    return {"Cache-Control": "private, no-store"}


def _may_read(user, revision):
    if acts_for_secretariat(user, "policies.view_revision"):
        known = Revision.objects.known_to_secretariat()
        if known.filter(pk=revision.pk).exists():
            return True
    return CaseStudy.objects.editable_by(user).filter(pk=revision.case_id).exists()


def _later():
    """503: the file is there, but cannot be had now."""
    text = _("This file cannot be sent just now. Please try again in a moment.")
    answer = HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    answer["Retry-After"] = RETRY_AFTER
    answer["Cache-Control"] = "no-store"
    return answer


def _unknown():
    return Http404(_("There is no such file."))


def _sent(request, stored, headers, **options):
    # A stored name is random and never used again: it names the content.
    tag = '"{}"'.format(stored.name.rpartition("/")[2])
    headers |= {"ETag": tag, "X-Content-Type-Options": "nosniff"}
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        try:
            file = stored.open("rb")
        except FileNotFoundError as error:
            logger.exception("The storage has lost a file: %s", stored.name)
            raise _unknown() from error
        except OSError:
            logger.exception("The storage does not answer: %s", stored.name)
            return _later()
        answer = FileResponse(file, **options)
        answer["ETag"] = tag
        answer = ranges.in_part(request, answer, file)
        # Packing what is packed already costs time and loses the length.
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
    for name, value in headers.items():
        answer[name] = value
    return answer
