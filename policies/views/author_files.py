"""The pages on which photos and files are added to a draft, described, ordered and removed."""

import logging
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citynet.uploads import files as files_of_upload
from citynet.web.form_recovery import wants_json
from policies.forms import files as forms
from policies.models import Attachment, Photo
from policies.workflow import files
from policies.workflow.errors import EditRefused, TooManyFiles

from .author import WRITABLE, crumbs, current, editable
from .form_recovery import edit_view

logger = logging.getLogger(__name__)

SECTION = "files"
STEPS = {"up": -1, "down": 1}


@dataclass(frozen=True)
class Kind:
    """What differs between photos and files."""

    slug: str
    model: type
    upload_form: type
    form: type
    add: str
    edit: str
    remove: str
    added: str
    removed: str
    gone: str


KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "photos",
            Photo,
            forms.PhotoUploadForm,
            forms.PhotoForm,
            gettext_lazy("Add a photo"),
            gettext_lazy("Describe this photo"),
            gettext_lazy("Remove this photo?"),
            gettext_lazy("The photo is added."),
            gettext_lazy("The photo is removed."),
            gettext_lazy("This photo is no longer in the draft."),
        ),
        Kind(
            "attachments",
            Attachment,
            forms.AttachmentUploadForm,
            forms.AttachmentForm,
            gettext_lazy("Add a file"),
            gettext_lazy("Describe this file"),
            gettext_lazy("Remove this file?"),
            gettext_lazy("The file is added."),
            gettext_lazy("The file is removed."),
            gettext_lazy("This file is no longer in the draft."),
        ),
    )
}


def _label(name, pk, kind, row=None):
    field = KINDS[kind].form.base_fields.get(name)
    return field.label if field else ""


@edit_view(_label)
def add(request, pk, kind):
    """Send one photo or file with what is said about it."""
    kind = KINDS[kind]
    case, revision = _draft(request, pk)
    if revision is None:
        return redirect("policies:edit", pk)
    form = kind.upload_form(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        instance=kind.model(),
    )
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["upload"]
        options = {"user": request.user, "name": sent.name, **form.texts()}
        try:
            if kind.model is Photo:
                files.attach_photo(revision, picture=sent.picture, **options)
            else:
                files.attach_file(revision, file=sent.file, **options)
        except TooManyFiles as refusal:
            form.add_error(None, str(refusal))
        except OSError:
            # A full disk, or a store that is away or slow. What was typed stays in the form.
            logger.exception("A file could not be stored")
            form.add_error(
                "upload",
                _(
                    "The file storage does not answer just now, so this file was not saved. Your texts are still here: choose the file again in a moment."
                ),
            )
        else:
            messages.success(request, kind.added)
            return _back(pk, kind)
    return _page(request, case, revision, kind, title=kind.add, form=form)


@edit_view(_label)
def add_several(request, pk, kind):
    """Send several photos or files at once; what is said of each can be written afterwards.

    Those that are right are added, and the others are named with the reason.
    """
    kind = KINDS[kind]
    _case, revision = _draft(request, pk)
    if revision is None or request.method != "POST":
        return _back(pk, kind)
    sent, refused = request.FILES.getlist("upload"), []
    if not sent:
        refused.append(_("Choose one or more files."))
    added = 0
    for file in sent:
        reason = _add_one(request, revision, kind, file)
        if reason:
            name = files_of_upload.clean_name(file.name)
            refused.append(_("%(name)s: %(reason)s") % {"name": name, "reason": reason})
        added += not reason
    for each in refused:
        messages.warning(request, each)
    if wants_json(request):
        # The script sends one at a time, and after the last opens the page, which says what was refused.
        return JsonResponse({"errors": refused}, status=422 if refused else 200)
    if added:
        message = ngettext("%(count)d is added.", "%(count)d are added.", added)
        messages.success(request, message % {"count": added})
    return _back(pk, kind)


def _add_one(request, revision, kind, file):
    """Add one of several files to ``revision`` and return why it was not added, or ""."""
    try:
        sent = kind.upload_form.base_fields["upload"].clean(file)
        options = {"user": request.user, "name": sent.name}
        texts = dict.fromkeys(kind.form._meta.fields, "")
        if kind.model is Photo:
            files.attach_photo(revision, picture=sent.picture, **options, **texts)
        else:
            files.attach_file(revision, file=sent.file, **options, **texts)
    except ValidationError as error:
        return " ".join(error.messages)
    except TooManyFiles as refusal:
        return str(refusal)
    except OSError:
        logger.exception("A file could not be stored")
        return _("The file storage does not answer just now. Send it again in a moment.")
    return ""


@edit_view(_label)
def edit(request, pk, kind, row):
    """Change what is said about a photo or file; what was sent stays as it is."""
    kind = KINDS[kind]
    case, revision = _draft(request, pk)
    if revision is None:
        return redirect("policies:edit", pk)
    stored = _row(request, revision, kind, row)
    if stored is None:
        raise EditRefused(kind.gone)
    form = kind.form(request.POST if request.method == "POST" else None, instance=stored)
    if request.method == "POST" and form.is_valid():
        files.describe(stored, user=request.user, **form.texts())
        messages.success(request, _("Saved."))
        return _back(pk, kind)
    return _page(request, case, revision, kind, title=kind.edit, form=form, row=stored)


@edit_view(_label)
def remove(request, pk, kind, row):
    """Take a photo or file out of the draft; asks first."""
    kind = KINDS[kind]
    case, revision = _draft(request, pk)
    if revision is None:
        return redirect("policies:edit", pk)
    stored = _row(request, revision, kind, row)
    if request.method == "POST":
        if stored:
            files.remove(stored, user=request.user)
            messages.success(request, kind.removed)
        else:
            messages.info(request, kind.gone)
        return _back(pk, kind)
    return _page(request, case, revision, kind, title=kind.remove, row=stored)


@edit_view(_label)
def move(request, pk, kind, row):
    """Move a photo or file up or down in its list."""
    kind = KINDS[kind]
    _case, revision = _draft(request, pk)
    if revision is None:
        return redirect("policies:edit", pk)
    stored = _row(request, revision, kind, row)
    if stored is None:
        messages.info(request, kind.gone)
    elif request.method == "POST":
        step = STEPS.get(request.POST.get("step"), 0)
        files.move(stored, user=request.user, step=step)
    return _back(pk, kind)


def _draft(request, pk):
    """The case and its open revision, or no revision where none can be changed now."""
    case = editable(request, pk)
    revision = current(case)
    if revision.state in WRITABLE:
        return case, revision
    closed = _("This revision is %(state)s and cannot be changed now.") % {
        "state": revision.get_state_display().lower()
    }
    if request.method == "POST":
        raise EditRefused(closed)
    messages.info(request, closed)
    return case, None


def _row(request, revision, kind, pk):
    """The row, or None where it was sent after somebody had removed it; 404 for its page."""
    rows = kind.model.objects.select_related("revision").filter(revision=revision)
    return (
        rows.filter(pk=pk).first() if request.method == "POST" else get_object_or_404(rows, pk=pk)
    )


def _back(pk, kind):
    return redirect(f"{reverse('policies:section', args=[pk, SECTION])}#{kind.slug}")


def _page(request, case, revision, kind, *, title, form=None, row=None):
    context = {
        "case": case,
        "revision": revision,
        "kind": kind,
        "title": title,
        "form": form,
        "row": row,
        "licences": forms.LICENCES,
        "crumbs": [
            *crumbs(case, revision),
            (
                _("Photos, files and sources"),
                reverse("policies:section", args=[case.pk, SECTION]),
            ),
        ],
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "policies/author/file.html", context, status=status)
