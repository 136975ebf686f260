"""Writing to people: the text and whom it is for, a preview, a test, and the record of who was reached."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from citynet.web.admin import LockedChangeMixin, page
from citynet.web.text import order_key
from members.models import Member, Notice
from members.notices.mail_texts import text_of
from members.record import audit
from policies.models import Mailing
from policies.workflow import mailings
from policies.workflow.errors import WorkflowError

PEOPLE_A_PAGE = 100


class MailingForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of members"),
        choices=Member.Kind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: all."),
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Countries and areas"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: all."),
    )

    class Meta:
        model = Mailing
        fields = ["subject", "text", "is_about_own_work", "roles", "kinds", "countries", "cases"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "countries" in self.fields:
            self.fields["countries"].choices = countries_of_members


def countries_of_members():
    """Return the countries and areas of members as choices, by name."""
    codes = Member.objects.order_by().exclude(country="").values_list("country", flat=True)
    named = [(code, Member(country=code).country_name) for code in codes.distinct()]
    return sorted(
        ((code, name) for code, name in named if name), key=lambda pair: order_key(str(pair[1]))
    )


@admin.register(Mailing)
class MailingAdmin(LockedChangeMixin, admin.ModelAdmin):
    """Written and changed until it is sent; then it is a record."""

    form = MailingForm
    list_display = ["subject", "roles", "is_about_own_work", "by_name", "sent_at", "reached"]
    search_fields = ["subject", "text"]
    show_full_result_count = False
    change_form_template = "admin/policies/mailing/change_form.html"

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.sent_at is None)

    def has_delete_permission(self, request, obj=None):
        # What was sent is a record; what was not may be thrown away by who may write it.
        return obj is not None and self.has_change_permission(request, obj)

    def get_urls(self):
        preview = self.admin_site.admin_view(partial(preview_view, model_admin=self))
        return [
            path("<int:pk>/preview/", preview, name="policies_mailing_preview"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The form; where a colleague has sent the mail since it was opened, what was sent instead."""
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except PermissionDenied:
            mailing = self.get_object(request, object_id)
            if mailing is None or not mailing.sent_at or not self.has_add_permission(request):
                raise
            messages.warning(
                request, _("It was sent while you changed it: your changes are not in it.")
            )
            return redirect("admin:policies_mailing_preview", mailing.pk)

    def save_model(self, request, obj, form, change):
        # What stood there before is the history of a text that goes out in the name of the network.
        before = _written(Mailing.objects.get(pk=obj.pk)) if change else ""
        if not change:
            obj.by, obj.by_name = request.user, request.user.get_full_name()
        super().save_model(request, obj, form, change)
        if not change:
            audit.record("mailing-added", obj, by=request.user)
        elif before != _written(obj):
            audit.record("mailing-changed", obj, by=request.user, reason=before)

    def delete_model(self, request, obj):
        audit.record("mailing-deleted", obj, by=request.user, reason=_written(obj))
        super().delete_model(request, obj)

    def response_add(self, request, obj, post_url_continue=None):
        return redirect("admin:policies_mailing_preview", obj.pk)

    def response_change(self, request, obj):
        return redirect("admin:policies_mailing_preview", obj.pk)


def _written(mailing):
    """Return what a mail says and to whom it goes, as text."""
    chosen = [mailing.get_roles_display(), mailing.get_cases_display()]
    if mailing.is_about_own_work:
        chosen.append(_("about their own work"))
    for_whom = "; ".join(map(str, [*chosen, *mailing.kinds, *mailing.countries]))
    return f"{mailing.subject}\n{for_whom}\n\n{mailing.text}"


@require_http_methods(["GET", "HEAD", "POST"])
def preview_view(request, pk, *, model_admin):
    """The mail as people get it and whom it is for; POST sends a test, or it. Once it is sent, who was
    reached."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    mailing = get_object_or_404(Mailing, pk=pk)
    status, problem = 200, ""
    if request.method == "POST":
        if not request.user.has_perm("policies.change_mailing"):
            raise PermissionDenied
        try:
            messages.success(request, _act(request, mailing))
            return redirect("admin:policies_mailing_preview", pk)
        except WorkflowError as refusal:
            status, problem = 409, str(refusal)
            mailing.refresh_from_db()
    context = _of_sent(request, mailing) if mailing.sent_at else _of_draft(request, mailing)
    example = Notice(
        recipient=request.user,
        kind=mailings.kind_of(mailing),
        context={"subject": mailing.subject, "note": mailing.text},
    )
    subject, text = text_of(example)
    return page(
        model_admin,
        request,
        "admin/policies/mailing/preview.html",
        title=_("Preview") if not mailing.sent_at else _("Sent"),
        obj=mailing,
        status=status,
        mailing=mailing,
        subject=subject,
        text=text,
        problem=problem,
        **context,
    )


def _act(request, mailing):
    """Do what the button says and return what is told."""
    if request.POST.get("act") == "send":
        sent = mailings.send(mailing, by=request.user, seen=request.POST.get("seen", ""))
        told = ngettext(
            "It goes to %(count)s person.", "It goes to %(count)s people.", sent.reached
        )
        return told % {"count": sent.reached}
    mailings.send_test(mailing, to=request.user)
    return _("A test goes to you: %(email)s.") % {"email": request.user.email}


def _of_draft(request, mailing):
    people = list(mailings.recipients(mailing))
    return {
        "number": len(people),
        "muted": mailings.switched_off(mailing, people),
        "seen": mailings.fingerprint(mailing, people),
        "page": Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("page")),
        "may_send": request.user.has_perm("policies.change_mailing"),
    }


def _of_sent(request, mailing):
    notices = mailings.outcome(mailing)
    states = dict(Notice.Mail.choices)
    counts = notices.order_by().values_list("mail").annotate(Count("pk"))
    return {
        "outcome": [(states[state], number) for state, number in sorted(counts)],
        "page": Paginator(notices, PEOPLE_A_PAGE).get_page(request.GET.get("page")),
        "failed": reverse("admin:members_notice_changelist", query={"trouble": "yes"}),
    }
