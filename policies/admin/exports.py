"""Exports for the secretariat: people, and all texts but those that a team has not submitted.

Each download is a POST, because it leaves an entry in the record.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, IntegerField, OuterRef, Subquery, Value, When
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from citynet.web.csv import csv_response, download
from members.models import Member, Membership, User
from members.record import audit
from policies import interchange
from policies.models import CaseStudy, Revision, Theme

BATCH = 200
JSON_LINES = "application/jsonl; charset=utf-8"


@dataclass(frozen=True)
class Export:
    """A file with a part of the library, and the permission that it requires.

    ``header`` is None where the ``rows`` are objects for JSON Lines.
    """

    label: str
    help: str
    permission: str
    rows: Callable
    header: tuple | None = None
    personal: bool = False

    @property
    def ending(self):
        return "csv" if self.header else "jsonl"


def newest_texts():
    """Yield each case in the interchange format: its open text, else the public or last one."""
    preferred = Case(
        When(state__in=Revision.OPEN_STATES, then=Value(0)),
        When(state=Revision.State.PUBLISHED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    newest = Revision.objects.known_to_secretariat().filter(case=OuterRef("pk"))
    newest = newest.order_by(preferred, "-number")
    keys = CaseStudy.objects.order_by("pk").values_list(
        Subquery(newest.values("pk")[:1]), flat=True
    )
    for revision in Revision.objects.with_rows().in_order([key for key in keys if key]):
        yield interchange.identified(revision)


def all_texts():
    """Yield each revision that the secretariat may see, with its state and dates."""
    known = Revision.objects.known_to_secretariat()
    keys = known.order_by("case", "number").values_list("pk", flat=True)
    for revision in Revision.objects.with_rows().in_order(list(keys)):
        case = revision.case
        yield {
            "case": case.pk,
            "slug": case.slug,
            "revision": revision.number,
            "state": revision.state,
            "public": case.live_id == revision.pk,
            "created_at": revision.created_at.isoformat(),
            "submitted_at": revision.submitted_at and revision.submitted_at.isoformat(),
            "decided_at": revision.decided_at and revision.decided_at.isoformat(),
            "merged_into": case.merged_into_id,
            "text": interchange.row(revision),
        }


MEMBER_COLUMNS = (
    "slug",
    "name",
    "local_name",
    "other_names",
    "kind",
    "country",
    "status",
    "joined",
    "latitude",
    "longitude",
    "population",
    "population_year",
    "population_source",
    "website",
    "email_domain",
    "about",
    "updated_at",
)


def members():
    """Yield every member with its facts and evidence."""
    for member in Member.objects.order_by("slug").prefetch_related("evidence").iterator(BATCH):
        evidence = "; ".join(
            " ".join(filter(None, [each.statement, str(each.year or ""), each.url]))
            for each in member.evidence.all()
        )
        values = [getattr(member, name) for name in MEMBER_COLUMNS]
        values[MEMBER_COLUMNS.index("country")] = member.country.code or ""
        yield [*values, evidence]


def themes():
    """Return every theme."""
    return Theme.objects.values_list("slug", "name", "description", "position").iterator(BATCH)


PERSON_COLUMNS = (
    "id",
    "email",
    "name",
    "is_active",
    "is_staff",
    "is_superuser",
    "date_joined",
    "last_login",
)


def people():
    """Yield every account with its groups; no passwords and no second factors."""
    for person in User.objects.order_by("pk").prefetch_related("groups").iterator(BATCH):
        groups = "; ".join(group.name for group in person.groups.all())
        yield [*(getattr(person, name) for name in PERSON_COLUMNS), groups]


def memberships():
    """Return who acts, acted or asks to act for which member."""
    rows = Membership.objects.order_by("member__slug", "pk")
    return rows.values_list(
        "member__slug",
        "member__name",
        "user__email",
        "user__name",
        "role",
        "status",
        "created_at",
        "decided_at",
    ).iterator(BATCH)


EXPORTS = {
    "cases": Export(
        gettext_lazy("Cases, submissions included"),
        gettext_lazy(
            "The newest text of each case in the format that an import reads: the submission or "
            "our own draft where there is one, else the public text, else the last one. What a "
            "city has not submitted is not in it."
        ),
        "policies.view_revision",
        newest_texts,
    ),
    "texts": Export(
        gettext_lazy("All texts of all cases"),
        gettext_lazy(
            "Every revision with its state and dates, for the archive. What a city has not "
            "submitted is not in it."
        ),
        "policies.view_revision",
        all_texts,
    ),
    "members": Export(
        gettext_lazy("Members"),
        gettext_lazy(
            "The directory with places, populations and the evidence for each membership."
        ),
        "members.view_member",
        members,
        (*MEMBER_COLUMNS, "evidence"),
    ),
    "themes": Export(
        gettext_lazy("Themes"),
        gettext_lazy("The themes of the library in their order."),
        "policies.view_theme",
        themes,
        ("slug", "name", "description", "position"),
    ),
    "people": Export(
        gettext_lazy("People"),
        gettext_lazy("Every account with its e-mail address and its rights."),
        "members.change_user",
        people,
        (*PERSON_COLUMNS, "groups"),
        personal=True,
    ),
    "memberships": Export(
        gettext_lazy("Memberships"),
        gettext_lazy("Who acts for which member, with e-mail addresses."),
        "members.change_user",
        memberships,
        (
            "member_slug",
            "member",
            "email",
            "name",
            "role",
            "status",
            "requested_at",
            "decided_at",
        ),
        personal=True,
    ),
}


def _of(person):
    """Return the exports that a person may download."""
    return {name: each for name, each in EXPORTS.items() if person.has_perm(each.permission)}


@require_safe
def exports_view(request, admin_site):
    """The list of exports, each with its button."""
    allowed = _of(request.user)
    if not allowed:
        raise PermissionDenied
    context = admin_site.each_context(request) | {
        "title": _("Exports"),
        "opts": CaseStudy._meta,
        "exports": allowed.items(),
    }
    return TemplateResponse(request, "admin/policies/statistics/exports.html", context)


@require_POST
def export_view(request, admin_site, name):
    """The file, streamed; the download is recorded before."""
    if name not in EXPORTS:
        raise Http404(_("There is no such export."))
    export = EXPORTS[name]
    if not request.user.has_perm(export.permission):
        raise PermissionDenied
    with transaction.atomic():
        audit.record(
            "personal-data-exported" if export.personal else "library-exported",
            request.user,
            by=request.user,
            reason=str(export.label),
        )
    filename = f"{name}-{timezone.localdate():%Y-%m-%d}.{export.ending}"
    if export.header:
        return csv_response(request, filename, export.header, export.rows())
    lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in export.rows())
    return download(request, filename, JSON_LINES, lines)
