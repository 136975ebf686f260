"""Calls: written by editors in chief; their answers marked by several reviewers, chosen and announced."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Prefetch, Subquery
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from citynet.web.admin import LockedChangeMixin, page
from members.models import Member
from members.record import audit
from policies.forms.review import ChecklistForm
from policies.models import Assessment, Call, CallEntry, CallMark, Revision
from policies.workflow import calls
from policies.workflow.errors import WorkflowError

from .review import may_decide


class CallForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Who may answer: kinds of members"),
        choices=Member.Kind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: all."),
    )

    class Meta:
        model = Call
        fields = ["title", "text", "themes", "targets", "opens", "closes", "kinds"]


class DecisionsForm(forms.Form):
    """For each answer, whether it is on the shortlist and what it is called.

    What stood there when the page was read is sent along, so that what a colleague has decided since is
    not taken back by a form in which nobody touched it.
    """

    def __init__(self, *args, entries, **kwargs):
        super().__init__(*args, **kwargs)
        most = CallEntry._meta.get_field("result").max_length
        for entry in entries:
            self.fields[f"short-{entry.pk}"] = forms.BooleanField(
                label=_("On the shortlist"),
                required=False,
                initial=entry.is_shortlisted,
                show_hidden_initial=True,
            )
            self.fields[f"result-{entry.pk}"] = forms.CharField(
                label=_("Result"),
                required=False,
                initial=entry.result,
                max_length=most,
                show_hidden_initial=True,
            )
        self.entries = entries

    def rows(self):
        """Yield each answer with its two fields and its marks by criterion."""
        for entry in self.entries:
            by_criterion = [
                [each for each in entry.all_marks if each.criterion == name]
                for name in Assessment.Criterion.values
            ]
            yield entry, self[f"short-{entry.pk}"], self[f"result-{entry.pk}"], by_criterion

    def decisions(self):
        """Return {key of an answer: what is decided anew, by the name of its column}."""
        found = {}
        for entry in self.entries:
            columns = {f"short-{entry.pk}": "is_shortlisted", f"result-{entry.pk}": "result"}
            changed = {
                column: self.cleaned_data[name]
                for name, column in columns.items()
                if name in self.changed_data
            }
            if changed:
                found[entry.pk] = changed
        return found


@admin.register(Call)
class CallAdmin(LockedChangeMixin, admin.ModelAdmin):
    form = CallForm
    list_display = ["title", "opens", "closes", "announced_at"]
    search_fields = ["title", "text"]
    filter_horizontal = ["themes", "targets"]
    show_full_result_count = False
    change_form_template = "admin/policies/call/change_form.html"

    def has_delete_permission(self, request, obj=None):
        # What was called for, and what answered it, is a record.
        return False

    def get_urls(self):
        own = [
            ("<int:pk>/answers/", answers_view, "policies_call_answers"),
            ("<int:pk>/answers/<int:entry>/", marks_view, "policies_call_marks"),
        ]
        return [
            *(
                path(route, self.admin_site.admin_view(partial(view, model_admin=self)), name=name)
                for route, view, name in own
            ),
            *super().get_urls(),
        ]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        action = "call-changed" if change else "call-added"
        changed = ", ".join(form.changed_data) if change else ""
        if not change or changed:
            audit.record(action, form.instance, by=request.user, reason=changed)


def answers_of(call):
    """Return the answers to a call, each with its title and all marks, in two queries."""
    texts = Revision.objects.filter(case=OuterRef("case")).known_to_secretariat()
    texts = texts.order_by("-number")
    marks = Prefetch("marks", CallMark.objects.order_by("by_name", "pk"), to_attr="all_marks")
    return (
        call.entries.select_related("case__member")
        .annotate(title=Subquery(texts.values("title")[:1]), text=Subquery(texts.values("pk")[:1]))
        .prefetch_related(marks)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def answers_view(request, pk, *, model_admin):
    """All answers with all marks, side by side; who may, saves shortlist and results and announces them."""
    if not may_decide(request.user):
        raise PermissionDenied
    call = get_object_or_404(Call, pk=pk)
    may_choose = request.user.has_perm("policies.change_call")
    entries = list(answers_of(call))
    form = DecisionsForm(request.POST if request.method == "POST" else None, entries=entries)
    status, problem = 200, ""
    if request.method == "POST":
        if not may_choose:
            raise PermissionDenied
        status = 422
        if form.is_valid():
            announce = request.POST.get("act") == "announce"
            try:
                calls.decide(call, form.decisions(), by=request.user, announce=announce)
            except WorkflowError as refusal:
                status, problem = 409, str(refusal)
            else:
                told = _("The results are public, and the teams are told.")
                messages.success(request, told if announce else _("It is saved."))
                return redirect("admin:policies_call_answers", pk)
    return page(
        model_admin,
        request,
        "admin/policies/call/answers.html",
        title=_("Answers"),
        obj=call,
        status=status,
        call=call,
        form=form,
        rows=list(form.rows()),
        criteria=Assessment.Criterion.labels,
        may_choose=may_choose,
        problem=problem,
        is_nav_sidebar_enabled=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def marks_view(request, pk, entry, *, model_admin):
    """One's own marks of one answer; below are those of colleagues."""
    if not may_decide(request.user):
        raise PermissionDenied
    call = get_object_or_404(Call, pk=pk)
    answer = get_object_or_404(answers_of(call), pk=entry)
    own = [each for each in answer.all_marks if each.by_id == request.user.pk]
    form = ChecklistForm(request.POST if request.method == "POST" else None, assessments=own)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            calls.mark(answer, form.marks(), by=request.user)
            messages.success(request, _("Your marks are saved."))
            return redirect("admin:policies_call_marks", pk, entry)
        status = 422
    return page(
        model_admin,
        request,
        "admin/policies/call/marks.html",
        title=_("Your marks"),
        obj=call,
        status=status,
        call=call,
        answer=answer,
        form=form,
        is_own=calls.is_of_own_team(answer, request.user),
        others=[each for each in answer.all_marks if each.by_id != request.user.pk],
        is_nav_sidebar_enabled=False,
    )
