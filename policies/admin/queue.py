"""The moderators' queue: what waits, since when, and what to look at first."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import models
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citynet.web.admin import ReadOnlyAdmin
from members.admin.search import MemberSearchMixin
from policies.content import completeness
from policies.models import Revision, UpdateRequest
from policies.workflow import notifications, reviewing

from . import record, review
from .queue_filters import (
    CountryFilter,
    FlagFilter,
    KindFilter,
    LanguageFilter,
    ReviewerFilter,
    StateFilter,
    SubregionFilter,
    late_after,
)

State = Revision.State
# These states are listed with the newest first; those that wait for somebody, with the oldest.
NEWEST_FIRST = {*StateFilter.OTHERS, StateFilter.ALL} - {State.CHANGES_REQUESTED}
# Texts are long, and the queue shows none of them.
TEXTS = [
    field.name for field in Revision._meta.concrete_fields if isinstance(field, models.TextField)
]


class Queue(ChangeList):
    """The list without the long texts of its rows, each with after how many days it is late."""

    RELATED = ("case__member", "reviewer", "screening__duplicate_of__live")
    DEFERRED = (*TEXTS, *(f"screening__duplicate_of__live__{name}" for name in TEXTS))

    def get_queryset(self, request, exclude_parameters=None):
        return super().get_queryset(request, exclude_parameters).defer(*self.DEFERRED)

    def get_results(self, request):
        super().get_results(request)
        days = late_after(request)
        rows = self.result_list = list(self.result_list)
        asked = UpdateRequest.objects.open().filter(case__in=[row.case_id for row in rows])
        asked = {request.case_id: request for request in asked}
        for row in rows:
            row.late_after = late_days(row, days)
            row.update_request = asked.get(row.case_id)


class AssignForm(ActionForm):
    """The bar above the queue: what to do, and to whom to give it."""

    colleague = forms.CharField(
        required=False, label=gettext_lazy("Colleague:"), widget=forms.Select
    )

    message = forms.CharField(
        required=False,
        label=gettext_lazy("Message:"),
        max_length=1000,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["colleague"].widget.choices = self.colleagues

    @staticmethod
    def colleagues():
        """Who may decide, as choices."""
        yield "", _("Choose a colleague")
        for person in notifications.moderators().order_by("name", "email"):
            yield person.pk, person.get_full_name()


@admin.register(Revision)
class RevisionAdmin(MemberSearchMixin, ReadOnlyAdmin):
    list_display = [
        "review_link",
        "waiting",
        "flags",
        "kind",
        "reviewed_by",
        "complete",
    ]
    list_filter = [
        StateFilter,
        ReviewerFilter,
        KindFilter,
        FlagFilter,
        SubregionFilter,
        CountryFilter,
        LanguageFilter,
    ]
    list_select_related = Queue.RELATED
    list_per_page = 50
    empty_value_display = "–"
    search_fields = ["title"]
    member_path = "case__member"
    show_full_result_count = False
    show_facets = admin.ShowFacets.ALWAYS
    action_form = AssignForm
    actions = ["assign_to_me", "assign_to_colleague", "give_back"]
    inlines = record.INLINES

    class Media:
        css = {"all": ["css/review.css", "css/desk.css"]}

    def get_changelist(self, request, **kwargs):
        return Queue

    def get_queryset(self, request):
        """Drafts belong to their teams until they are submitted."""
        return super().get_queryset(request).submitted_once()

    def view_on_site(self, revision):
        """Only what was public once has a public address."""
        citable = revision.case.live_id and revision.state in Revision.CITABLE_STATES
        return revision.get_absolute_url() if citable else None

    def get_list_display(self, request):
        # Who may not decide may still read the record.
        first = "review_link" if self.has_decide_permission(request) else "title"
        return [first, *self.list_display[1:]]

    def get_list_display_links(self, request, list_display):
        return None if "review_link" in list_display else ["title"]

    def get_ordering(self, request):
        """What has waited longest comes first; of other states, the newest."""
        if request.GET.get(StateFilter.parameter_name) in NEWEST_FIRST:
            return ["-submitted_at", "-pk"]
        return ["submitted_at", "pk"]

    def get_urls(self):
        own = [
            path(
                "<int:pk>/review/",
                self.admin_site.admin_view(review.review),
                name="policies_revision_review",
            ),
            path(
                "<int:pk>/preview/",
                self.admin_site.admin_view(review.preview),
                name="policies_revision_preview",
            ),
        ]
        return own + super().get_urls()

    def has_decide_permission(self, request):
        """Whether a person may decide, assign and assess."""
        return review.may_decide(request.user)

    def changelist_view(self, request, extra_context=None):
        if request.method == "POST" and not self.has_decide_permission(request):
            raise PermissionDenied
        # The columns need the width of the page.
        context = {"title": _("Queue of submissions"), "is_nav_sidebar_enabled": False}
        context |= extra_context or {}
        return super().changelist_view(request, context)

    @admin.display(description=gettext_lazy("case"), ordering="title")
    def review_link(self, revision):
        return render_to_string(
            "admin/policies/revision/queue_case.html",
            {"revision": revision, "member": revision.case.member},
        )

    @admin.display(description=gettext_lazy("waiting"), ordering="submitted_at")
    def waiting(self, revision):
        if revision.state != State.SUBMITTED:
            return revision.get_state_display()
        days = days_waiting(revision)
        if days is None:
            return None
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}

    @admin.display(description=gettext_lazy("reviewer"), ordering="reviewer__name")
    def reviewed_by(self, revision):
        return revision.reviewer or _("Nobody")

    @admin.display(description=gettext_lazy("complete"), ordering="screening__completeness")
    def complete(self, revision):
        screening = screening_of(revision)
        if screening is None:
            return None
        return _("%(done)s of %(points)s") % {
            "done": screening.completeness,
            "points": completeness.MAX_SCORE,
        }

    @admin.display(description=gettext_lazy("kind"))
    def kind(self, revision):
        return kind_of(revision)

    @admin.display(description=gettext_lazy("look at"))
    def flags(self, revision):
        screening = screening_of(revision)
        labels = flags_of(screening) if screening else []
        over = ""
        if revision.late_after:
            over = ngettext("over %(count)s day", "over %(count)s days", revision.late_after)
            over %= {"count": revision.late_after}
        if revision.update_request:
            days = (timezone.now() - revision.update_request.created_at).days
            asked = ngettext(
                "update asked for %(count)s day ago", "update asked for %(count)s days ago", days
            ) % {"count": days}
            labels = [*labels, asked if days else _("update asked for today")]
        return render_to_string(
            "admin/policies/revision/queue_flags.html", {"labels": labels, "over": over}
        )

    @admin.action(
        description=gettext_lazy("Assign to me"),
        permissions=["decide"],
    )
    def assign_to_me(self, request, queryset):
        self._assign(request, queryset, request.user)

    @admin.action(
        description=gettext_lazy("Assign to a colleague"),
        permissions=["decide"],
    )
    def assign_to_colleague(self, request, queryset):
        chosen = {str(person.pk): person for person in notifications.moderators()}
        colleague = chosen.get(request.POST.get("colleague"))
        if colleague is None:
            self.message_user(request, _("Choose a colleague who may decide."), messages.ERROR)
            return
        message = request.POST.get("message", "").replace("\x00", "").strip()[:1000]
        self._assign(request, queryset, colleague, message)

    @admin.action(
        description=gettext_lazy("Give back to the queue"),
        permissions=["decide"],
    )
    def give_back(self, request, queryset):
        self._assign(request, queryset, None)

    def _assign(self, request, queryset, reviewer, message=""):
        keys = list(queryset.order_by().values_list("pk", flat=True))
        number = reviewing.assign(keys, reviewer, by=request.user, message=message)
        if reviewer:
            told = ngettext(
                "%(count)s submission is assigned to %(name)s now.",
                "%(count)s submissions are assigned to %(name)s now.",
                number,
            ) % {"count": number, "name": reviewer.get_full_name()}
        else:
            told = ngettext(
                "%(count)s submission is back in the queue.",
                "%(count)s submissions are back in the queue.",
                number,
            ) % {"count": number}
        self.message_user(request, told, messages.SUCCESS if number else messages.WARNING)


def days_waiting(revision):
    """Return whole days since a revision was submitted; None where that is unknown."""
    if revision.submitted_at is None:
        return None
    return (timezone.now() - revision.submitted_at).days


def late_days(revision, days):
    """Return after how many ``days`` a submission is late, where it is late now; or None."""
    waits = days_waiting(revision) if revision.state == State.SUBMITTED else None
    return days if None not in (days, waits) and waits > days else None


def screening_of(revision):
    """Return the screening of a revision, or None."""
    return getattr(revision, "screening", None)


def kind_of(revision):
    """Return whether a submission is new or an edit, and by whom, in words."""
    screening = screening_of(revision)
    edit = revision.case.live_id and revision.case.live_id != revision.pk
    words = [_("Edit of a public case") if edit else _("New")]
    if screening and screening.first_time_author:
        words.append(_("first-time author"))
    return ", ".join(words)


def flags_of(screening):
    """Return what to look at, in words."""
    if screening.over_tagged:
        yield _("over-tagged")
    if screening.without_source:
        yield _("no source")
    if screening.duplicate_of:
        live = screening.duplicate_of.live
        title = live.title if live else screening.duplicate_of.slug
        yield _("possible duplicate of %(title)s") % {"title": title}
    if screening.hints:
        yield (
            ngettext("%(count)s hint on its page", "%(count)s hints on its page", screening.hints)
            % {"count": screening.hints}
        )
