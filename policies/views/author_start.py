"""Starting a case: its first page, a workbook, and whose case it is while a request waits."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from citynet.web.sign_in import signing_in_to
from members.models import Member
from policies.forms.start import NewForm, WorkbookForm
from policies.interchange import own_workbook
from policies.models import Revision
from policies.workflow import authoring
from policies.workflow.errors import EditRefused, TooManyDrafts

from .author import editable, get_or_post, held_status
from .form_recovery import edit_view

MOST_ERRORS = 100  # of a workbook that are shown


def _label_of_new(name):
    field = NewForm.base_fields.get(name)
    return field.label if field else ""


@signing_in_to(
    gettext_lazy("Sign in to publish a policy: then you come to the first page of your case.")
)
@edit_view(_label_of_new)
def new(request):
    """Start a case of one's own member."""
    members = list(authoring.writable_members(request.user).order_by("search_names"))
    if not members:
        messages.info(
            request,
            _(
                "Ask to join the team of your city or organisation; then you can begin to write at once."
            ),
        )
        return redirect(reverse("my:find", query={"for": "publish"}))
    form = NewForm(
        request.POST if request.method == "POST" else None, members=members, instance=Revision()
    )
    if request.method == "POST" and form.is_valid():
        content = {name: form.cleaned_data[name] for name in ("title", "summary", "language")}
        member = form.members[form.cleaned_data["member"]]
        try:
            draft = authoring.start_case(user=request.user, member=member, **content)
        except TooManyDrafts as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("policies:edit", draft.case_id)
    status = 422 if form.errors else 200
    in_team = Member.objects.of(request.user).exists()
    context = {
        "form": form,
        "waits": None if in_team else held_status(request.user, members[0]),
        "crumbs": [(_("My page"), reverse("my:home"))],
    }
    return render(request, "policies/author/new.html", context, status=status)


def _label_in_upload(name):
    field = WorkbookForm.base_fields.get(name)
    return field.label if field else ""


@signing_in_to(gettext_lazy("Sign in to upload the workbook: it becomes a draft of your city."))
@edit_view(_label_in_upload)
def new_from_workbook(request):
    """Start a case with what its author wrote in the blank workbook."""
    members = list(authoring.writable_members(request.user).order_by("search_names"))
    if not members:
        return redirect("policies:new")
    is_sent = request.method == "POST"
    form = WorkbookForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, members=members
    )
    wrong = []
    if is_sent and form.is_valid():
        member = form.members[form.cleaned_data["member"]]
        try:
            entry, notes = own_workbook.read(form.cleaned_data["upload"], member)
            draft = own_workbook.start(entry, user=request.user, member=member)
        except own_workbook.NotACase as refusal:
            wrong = refusal.errors[:MOST_ERRORS]
            form.add_error(
                "upload", _("It is not saved yet: correct what is listed, then send it again.")
            )
        except TooManyDrafts as refusal:
            form.add_error(None, str(refusal))
        else:
            for note in notes:
                messages.info(request, _("Not read: %(note)s") % {"note": note})
            messages.success(request, _("Your draft has what the workbook says."))
            return redirect("policies:edit", draft.case_id)
    context = {"form": form, "wrong": wrong, "crumbs": [(_("My page"), reverse("my:home"))]}
    status = 422 if form.errors else 200
    return render(request, "policies/author/workbook.html", context, status=status)


@never_cache
@get_or_post
def change_member(request, pk):
    """Let a case that the person writes alone be that of another member."""
    case = editable(request, pk)
    if request.method != "POST":
        return redirect("policies:edit", pk)
    slug = request.POST.get("member", "")
    member = authoring.writable_members(request.user).filter(slug=slug).first()
    if member is None:
        messages.warning(request, _("Ask to join that team first."))
        return redirect("policies:edit", pk)
    try:
        authoring.change_member(case, user=request.user, member=member)
    except EditRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("It is a case of %(member)s now.") % {"member": member})
    return redirect("policies:edit", pk)
