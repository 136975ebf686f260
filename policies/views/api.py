"""The library for programs: the filters of the list, with results as JSON; read only.

What a policy says there is its line of the interchange format (``policies.interchange.lines``) and
what is named in ``ALSO``; ``policies.views.openapi`` describes both from the same declarations.
"""

import math

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_filters import Filter

from citynet.web import page_cache
from citynet.web.headers import open_to_other_sites
from citynet.web.text import LONGEST_NUMBER
from policies import interchange
from policies.content.key_facts import goal_numbers
from policies.filters.library import LibraryFilter
from policies.interchange.lines import ABOUT, IDENTITY, LINKED, case_keys, parts
from policies.models import Revision
from policies.search.counts import count_cases, with_counts
from policies.search.query import ask
from sdg.models import UN_SDG, Target

from .browse import RETRY_AFTER
from .gone import kept_for, tombstone

PER_PAGE, MOST_PER_PAGE = 20, 100


def _photos(revision):
    return [
        {
            "url": settings.SITE_URL + photo.large_url,
            "alt": photo.alt,
            "credit": photo.credit,
            "licence": photo.licence,
        }
        for photo in revision.photos.all()
        if not photo.removal
    ]


# What a result says besides its line: name -> its value of a revision.
ALSO = {
    "page": lambda revision: settings.SITE_URL + revision.case.get_absolute_url(),
    "doi": lambda revision: revision.doi or None,
    "country_code": lambda revision: revision.case.member.country_code or None,
    "goals": goal_numbers,
    "target_uris": lambda revision: [
        UN_SDG + row.target_id for row in revision.contributions.all()
    ],
    "photos": _photos,
}


def names():
    """Return the names that a result has, in their order."""
    own = [part.path.partition(".")[0] for part in parts()]
    of_case = [key.name for key in case_keys()]
    return list(dict.fromkeys([*IDENTITY, *ABOUT, *of_case, "member", *own, *LINKED, *ALSO]))


def records(revisions, wanted=()):
    """Return results; of results that shall be short only their ids and the names ``wanted``."""
    return [
        {
            name: value
            for name, value in line.items()
            if not wanted or name in wanted or name == "id"
        }
        for line in map(_beside, interchange.records(revisions), revisions)
    ]


def _beside(line, revision):
    return line | {name: value(revision) for name, value in ALSO.items()}


class NamesField(forms.CharField):
    """Names of a result, with commas between them."""

    def clean(self, value):
        asked = [name.strip() for name in super().clean(value).split(",") if name.strip()]
        if unknown := [name for name in asked if name not in names()]:
            message = _("There is no field “%(name)s”. There are: %(names)s.")
            raise ValidationError(message % {"name": unknown[0][:80], "names": ", ".join(names())})
        return asked


class NamesFilter(Filter):
    field_class = NamesField


class PerPageFilter(Filter):
    field_class = forms.IntegerField


class ApiFilter(LibraryFilter):
    """The filters of the list, but for what concerns how a page looks."""

    view = open = None
    per_page = PerPageFilter(
        label=gettext_lazy("Results a page"), min_value=1, max_value=MOST_PER_PAGE
    )
    fields = NamesFilter(label=gettext_lazy("Only these fields, with commas between them"))

    @property
    def size(self):
        """How many results a page has."""
        return self.cleaned.get("per_page") or PER_PAGE

    def address_of(self, page):
        """Return the public address of a page of these results."""
        query = self.data.copy()
        query["page"] = page
        return f"{settings.SITE_URL}{reverse('api:policies')}?{query.urlencode()}"


def answered(view):
    """Return a view of the API: public, cached, and open to pages of other sites."""
    return open_to_other_sites(require_safe(page_cache.cache_public_page(view)))


def failed(status, message, **further):
    """Return an answer that says what was wrong."""
    return JsonResponse({"error": str(message), **further}, status=status)


@answered
def policies(request):
    """The policies that match, a page of them, in the order of the list."""
    filters = ApiFilter(request.GET)
    if not filters.is_valid():
        if moved := filters.moved_query():
            return redirect(f"{request.path}?{moved}", permanent=True)
        mistakes = [
            {"parameter": "" if name == "__all__" else name, "message": str(message)}
            for name, messages in filters.errors.items()
            for message in messages
        ]
        return failed(400, _("The address is not understood."), mistakes=mistakes)
    size, number = filters.size, filters.page_number
    start = (number - 1) * size
    answer = ask(filters.question(offset=start, limit=size))
    total, keys = answer.total, answer.ids
    if not answer.available:
        if filters.is_narrowed:
            busy = failed(503, _("The search is being rebuilt. Please try again in a moment."))
            busy["Retry-After"] = RETRY_AFTER
            return busy
        rows = Revision.objects.live().order_by("-decided_at", "-start", "pk")
        total = rows.count()
        start = min(start, total)
        keys = list(rows.values_list("pk", flat=True)[start : start + size])
    pages = max(math.ceil(total / size), 1)
    if number > pages:
        return failed(404, _("The list has no page %(number)s.") % {"number": number})
    found = list(Revision.objects.live().with_first_published().with_rows().in_order(keys))
    wanted = filters.cleaned.get("fields")
    return JsonResponse(
        {
            "count": total,
            "page": number,
            "pages": pages,
            "next": filters.address_of(number + 1) if number < pages else None,
            "previous": filters.address_of(number - 1) if number > 1 else None,
            "results": records(found, wanted),
        }
    )


@answered
def policy(request, pk):
    """One policy by its number; 410 where it was unpublished."""
    if len(str(pk)) > LONGEST_NUMBER:
        return failed(404, _("There is no such public case."))
    live = Revision.objects.live().with_first_published().with_rows()
    revision = live.filter(case_id=pk).first()
    if revision is not None:
        return JsonResponse(records([revision])[0])
    if kept := kept_for(pk):
        return redirect("api:policy", pk=kept.pk, permanent=True)
    if gone := tombstone(pk):
        facts = {"title": gone.revision.title, "since": gone.since.isoformat()}
        return failed(410, _("This policy was unpublished."), **facts, reason=gone.reason)
    return failed(404, _("There is no such public case."))


@answered
def targets(request):
    """The 169 targets in the order of the resolution, each with how many policies serve it."""
    rows = with_counts(Target.objects.all(), count_cases())
    return JsonResponse({"count": len(rows), "results": [target_record(row) for row in rows]})


def target_record(target):
    """Return a target as the API tells of it."""
    return {
        "code": target.code,
        "uri": target.uri,
        "page": settings.SITE_URL + target.get_absolute_url(),
        "goal": target.goal_id,
        "kind": target.kind,
        "label": target.label,
        "text": target.text,
        "policies": target.case_count,
    }
