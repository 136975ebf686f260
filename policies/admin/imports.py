"""Imports of files: uploaded, checked row by row, imported, and kept as a record.

There is no task queue: checking and importing are streamed responses that show their progress.
Who leaves the page stops the work after a whole batch, and can start it again.
"""

import logging
import uuid
from contextlib import closing
from pathlib import PurePath

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from citynet.uploads import office
from citynet.uploads.files import clean_name
from citynet.web.admin import OfferedFiltersMixin
from citynet.web.csv import csv_response
from policies.interchange import import_runs, imported_drafts
from policies.interchange.template import template
from policies.models import ImportRun

logger = logging.getLogger(__name__)

ERRORS_PER_PAGE = 100
HEAD = 1024
MARK = "<!-- steps -->"
TEMPLATES = "admin/policies/importrun/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.ModelForm):
    """A file for an import: JSON Lines or a workbook, by its extension and its content."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "JSON Lines (.jsonl) or a workbook (.xlsx). Nothing is written before you have seen what is wrong with it."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(import_runs.ENDINGS)}),
    )

    class Meta:
        model = ImportRun
        fields = ["file", "publish"]
        labels = {"publish": gettext_lazy("Publish at once")}
        help_texts = {
            "publish": gettext_lazy(
                "Otherwise new cases and changed texts become drafts. A public text is never "
                "changed; publishing puts the new one in its place, and the old one stays readable."
            )
        }

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.MAX_IMPORT_BYTES:
            raise ValidationError(
                _("This file has %(size)s; at most %(most)s can be imported. Split it.")
                % {
                    "size": filesizeformat(file.size),
                    "most": filesizeformat(settings.MAX_IMPORT_BYTES),
                }
            )
        ending = PurePath(file.name).suffix.lower()
        if ending not in import_runs.ENDINGS:
            raise ValidationError(
                _("Files of this kind cannot be imported. Save it as XLSX or as JSON Lines.")
            )
        if ending == import_runs.WORKBOOK:
            office.check_xlsx(file)
        elif _is_no_text(file.read(HEAD)):
            raise ValidationError(
                _("The name says JSON Lines, but the file does not contain text.")
            )
        file.seek(0)
        return file


def _is_no_text(head):
    return head.startswith((b"PK\x03\x04", b"%PDF-")) or b"\x00" in head


@admin.register(ImportRun)
class ImportRunAdmin(OfferedFiltersMixin, admin.ModelAdmin):
    form = UploadForm
    list_display = ["original_name", "state", "result", "publish", "by_name", "created_at"]
    list_filter = ["state"]
    search_fields = ["original_name", "by_name"]
    show_full_result_count = False
    add_form_template = TEMPLATES + "add_form.html"
    change_list_template = TEMPLATES + "change_list.html"

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        # Errors may be long, and the list shows none.
        return super().get_queryset(request).defer("errors", "warnings", "drafts")

    def get_fields(self, request, obj=None):
        decides = request.user.has_perm("policies.change_revision")
        return ["file", "publish"] if decides else ["file"]

    @admin.display(description=gettext_lazy("result"))
    def result(self, run):
        counts = run.counts.get("run")
        return import_runs.summary(run.state, counts) if counts else ""

    def get_urls(self):
        def named(name, view):
            return {"view": self.admin_site.admin_view(view), "name": f"policies_importrun_{name}"}

        return [
            path("template.xlsx", **named("template", self.template_view)),
            path("<int:pk>/check/", **named("check", self.check_view)),
            path("<int:pk>/run/", **named("run", self.run_view)),
            path("<int:pk>/drafts/", **named("drafts", self.drafts_view)),
            path("<int:pk>/errors.csv", **named("errors", self.errors_view)),
            *super().get_urls(),
        ]

    def save_model(self, request, obj, form, change):
        obj.original_name = clean_name(obj.file.name)
        # No name that a person typed reaches the disk.
        obj.file.name = uuid.uuid4().hex + PurePath(obj.original_name).suffix.lower()
        obj.by, obj.by_name = request.user, request.user.get_full_name()
        super().save_model(request, obj, form, change)

    def add_view(self, request, form_url="", extra_context=None):
        """The form; where the file cannot be stored, say so and show the form again."""
        try:
            return super().add_view(request, form_url, extra_context)
        except OSError:
            logger.exception("A file to import could not be stored")
            messages.error(
                request,
                _(
                    "The file storage does not answer just now, so this file was not saved, and nothing was imported. Try again in a few minutes."
                ),
            )
            return redirect("admin:policies_importrun_add")

    # Files with many cases may be larger than pictures and documents.
    add_view.upload_limits = ("MAX_IMPORT_BYTES",)

    def response_add(self, request, obj, post_url_continue=None):
        messages.success(
            request, _("The file is uploaded. Nothing has been imported so far: check it now.")
        )
        return redirect("admin:policies_importrun_change", obj.pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The file, its errors and its result, read-only."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        run = self._run(request, unquote(object_id), "view")
        page = Paginator(run.errors, ERRORS_PER_PAGE).get_page(request.GET.get("p"))
        check = run.counts.get("check")
        last = "check" if run.state == ImportRun.State.CHECKED else "run"
        counts = run.counts.get(last, {})
        may_add = self.has_add_permission(request)
        drafts = imported_drafts.left_by(run)
        context = self._context(request, run) | {
            "title": run.original_name,
            "page": page,
            "unlisted": max(0, counts.get("errors", 0) - len(run.errors)),
            "warnings": run.warnings or [],
            "unlisted_warnings": max(0, (check or {}).get("warnings", 0) - len(run.warnings or [])),
            "may_add": may_add,
            "may_run": import_runs.may_run(run) and import_runs.may_carry_out(run, request.user),
            "is_running": import_runs.is_running(run),
            "is_silent": run.state == ImportRun.State.RUNNING and not import_runs.is_running(run),
            "is_workbook": PurePath(run.original_name).suffix.lower() == import_runs.WORKBOOK,
            "check": check,
            "good": check["rows"] - check["bad"] if check else 0,
            "done": run.counts.get("run"),
            "drafts": imported_drafts.with_gaps(drafts) if may_add else [],
            "drafts_total": drafts.count() if may_add else 0,
            "may_publish": request.user.has_perm("policies.change_revision"),
        }
        return TemplateResponse(request, TEMPLATES + "detail.html", context)

    def template_view(self, request):
        """The empty workbook."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        headers = {"Content-Disposition": 'attachment; filename="cases-to-import.xlsx"'}
        return HttpResponse(template(), content_type=XLSX, headers=headers)

    def check_view(self, request, pk):
        """Check every row and write nothing."""
        return self._start(request, pk, _("Checking"), import_runs.check)

    def run_view(self, request, pk):
        """Import the good rows."""
        return self._start(
            request, pk, _("Importing"), lambda run: import_runs.carry_out(run, request.user)
        )

    def drafts_view(self, request, pk):
        """Submit or publish the drafts of an import that lack nothing."""
        return require_POST(self._move_drafts)(request, pk)

    def _move_drafts(self, request, pk):
        run = self._run(request, pk, "add")
        act = request.POST.get("act", "")
        back = redirect("admin:policies_importrun_change", run.pk)
        if act not in (imported_drafts.SUBMIT, imported_drafts.PUBLISH):
            messages.error(request, _("Choose whether to submit or to publish the drafts."))
            return back
        if act == imported_drafts.PUBLISH and not request.user.has_perm("policies.change_revision"):
            raise PermissionDenied
        done = imported_drafts.move(run, act, by=request.user)
        told = ngettext("%(count)d draft is submitted.", "%(count)d drafts are submitted.", done)
        if act == imported_drafts.PUBLISH:
            told = ngettext("%(count)d draft is public.", "%(count)d drafts are public.", done)
        messages.success(request, told % {"count": done})
        return back

    def errors_view(self, request, pk):
        """Every error of the file, computed again while the response is streamed."""
        run = self._run(request, pk, "add")
        header = [_("Row"), _("Place"), _("Error")]
        name = f"import-{run.pk}-errors.csv"
        return require_safe(csv_response)(request, name, header, import_runs.errors(run))

    def _run(self, request, pk, right):
        """Return the run for who has the permission; 404 where there is none."""
        allowed = {"view": self.has_view_permission, "add": self.has_add_permission}[right]
        if not allowed(request):
            raise PermissionDenied
        try:
            return ImportRun.objects.get(pk=pk)
        except (ImportRun.DoesNotExist, ValueError) as error:
            raise Http404(_("There is no such import.")) from error

    def _context(self, request, run):
        return self.admin_site.each_context(request) | {"opts": self.opts, "run": run}

    def _start(self, request, pk, title, work):
        return require_POST(self._stream)(request, pk, title, work)

    def _stream(self, request, pk, title, work):
        """Stream a page that grows while ``work`` goes on."""
        run = self._run(request, pk, "add")
        try:
            steps = work(run)
        except import_runs.ImportRefused:
            messages.error(
                request,
                _(
                    "Nothing was done: the file is being imported already, or it has to be checked first."
                ),
            )
            return redirect("admin:policies_importrun_change", run.pk)
        context = self._context(request, run) | {"title": title}
        page = render_to_string(TEMPLATES + "progress.html", context, request)
        address = reverse("admin:policies_importrun_change", args=[run.pk])
        return StreamingHttpResponse(
            _pieces(page, steps, address),
            headers={
                # Compression or buffering on the way would hold back the progress.
                "Content-Encoding": "identity",
                "X-Accel-Buffering": "no",
                "Cache-Control": "no-store",
            },
        )


def _pieces(page, steps, address):
    """Yield the page around the steps, and the result at its end."""
    before, _mark, after = page.partition(MARK)
    yield before
    step = None
    try:
        with closing(steps):
            for step in steps:
                yield render_to_string(TEMPLATES + "step.html", {"step": step})
    except Exception:
        logger.exception("An import or a check of a file failed")
        step = None
    yield after.partition(MARK)[0]
    yield render_to_string(TEMPLATES + "end.html", {"step": step, "address": address})
    yield after.partition(MARK)[2]
