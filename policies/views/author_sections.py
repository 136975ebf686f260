"""The pages of the sections: showing, saving, row buttons without a script, edit conflicts."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citynet.uploads import files as uploads
from citynet.uploads import images
from citynet.web import moments
from citynet.web.form_recovery import wants_json
from policies.content import money, plausibility
from policies.content.exchange_rates import known_currencies
from policies.forms import files as forms_of_files
from policies.forms import requests
from policies.forms.editor import Editor, fingerprint, label_of
from policies.forms.progress import progress
from policies.forms.registry import BY_SLUG, REVIEW, following
from policies.models import Revision
from policies.workflow import authoring, files, target_suggestions
from policies.workflow.errors import EditConflict, EditRefused

from .author import WRITABLE, crumbs, current, editable, open_or_current
from .author_steps import review_page
from .author_targets import found_message, goal_number, goals
from .form_recovery import edit_view


def _label(name, pk, slug):
    return label_of(BY_SLUG[slug], name) if slug in BY_SLUG else ""


@edit_view(_label)
def section(request, pk, slug):
    """A section of the open revision: its form, and saving it."""
    case = editable(request, pk)
    if slug != REVIEW and slug not in BY_SLUG:
        raise Http404(_("There is no such section."))
    saves = request.method == "POST" and slug != REVIEW and "row" not in request.POST
    revision = open_or_current(case) if saves else current(case)
    if revision.state not in WRITABLE:
        if request.method == "POST":
            raise EditRefused(_closed(revision))
        messages.info(request, _closed(revision))
        return redirect("policies:edit", pk)
    if slug == REVIEW:
        return review_page(request, case, revision)
    page = Page(request, case, revision, BY_SLUG[slug])
    if request.method != "POST":
        return page.show(Editor(page.section, revision))
    if "row" in request.POST:
        return page.rework(request.POST["row"])
    return page.save()


class Page:
    """One request for a section."""

    def __init__(self, request, case, revision, section):
        self.request, self.case, self.revision, self.section = request, case, revision, section

    def rework(self, operation):
        """Add, remove or move a row, or look for targets: everything typed stays, nothing is saved."""
        editor, place = Editor.typed(self.section, self.revision, self.request.POST, operation)
        return self.show(
            editor, seen=self.request.POST.get("seen", ""), place=place, unsaved=editor.is_unsaved()
        )

    def save(self):
        """Store what was sent, unless it is wrong or somebody else has stored something newer."""
        editor = Editor(self.section, self.revision, self.request.POST)
        seen = self.request.POST.get("seen", "")
        is_right = editor.is_valid()
        try:
            saved = authoring.save_section(
                self.revision,
                user=self.request.user,
                seen=seen,
                fingerprint=self._fingerprint,
                write=editor.write,
            )
        except EditConflict as conflict:
            differences = editor.differences(conflict.revision)
            if differences:
                editor.preview(self.request.POST)
                return self._conflict(editor, conflict.revision, differences)
            # A double click, or two people who wrote the same.
            saved = conflict.revision
        return self._saved(saved, editor) if is_right else self._partly_saved(saved, editor)

    def show(self, editor, *, status=200, seen=None, **more):
        """Return the page with its form."""
        section = self.section
        if self.request.method == "POST" and "row" not in self.request.POST:
            # What was to be saved has been read without all that only the page shows.
            self.revision = current(self.case)
        revision = self.revision
        steps = progress(revision)
        said = next(step for step in steps.steps if step.section is section).requests
        editor.ask(requests.at_fields(said))
        if not editor.is_bound and not more.get("unsaved"):
            editor.place(plausibility.checks(revision, section.slug))
        context = {
            "case": self.case,
            "revision": revision,
            "part": section,
            "slug": section.slug,
            "editor": editor,
            "sums": editor.sums(),
            "problems": editor.problems() if editor.is_bound else [],
            "seen": self._fingerprint(revision) if seen is None else seen,
            "progress": steps,
            "following": following(section),
            "crumbs": crumbs(self.case, revision),
            **self._extras(editor),
            **more,
        }
        return render(self.request, "policies/author/section.html", context, status=status)

    def _saved(self, saved, editor):
        if wants_json(self.request):
            country = self.case.member.country.code
            time = moments.in_words(timezone.now(), country, "TIME_FORMAT")
            message = _("Saved at %(time)s") % {"time": time}
            message = " ".join([message, *editor.notes])
            return self._state("saved", saved, editor, message=message)
        messages.success(self.request, _("Saved: %(section)s.") % {"section": self.section.label})
        for note in editor.notes:
            messages.warning(self.request, note)
        reworded = [f"{label} {text}" for _id, label, text, other in editor.understood() if other]
        if reworded:
            told = _("Understood: %(values)s") % {"values": ", ".join(reworded)}
            messages.info(self.request, told)
        if self._has_pasted():
            messages.warning(
                self.request,
                _("What you pasted is not among the rows yet: look at it, then add it."),
            )
            editor = Editor(self.section, current(self.case))
            editor.preview(self.request.POST)
            return self.show(editor, seen=self._fingerprint(saved))
        then = self.request.POST.get("then")
        if then == "overview":
            return redirect("policies:edit", self.case.pk)
        after = following(self.section)
        slug = self.section.slug
        if then == "next":
            slug = after.slug if after else REVIEW
        return redirect("policies:section", self.case.pk, slug)

    def _has_pasted(self):
        names = [f"paste-{kind.name}" for kind in self.section.lists]
        return any(self.request.POST.get(name, "").strip() for name in names)

    def _partly_saved(self, saved, editor):
        """What is right is saved; what is not stays on the page as it was typed."""
        if not wants_json(self.request):
            for note in editor.notes:
                messages.warning(self.request, note)
            editor.preview(self.request.POST)
            return self.show(editor, status=422)
        problems = editor.problems()
        message = ngettext(
            "Saved, but for %(count)d answer that needs a correction.",
            "Saved, but for %(count)d answers that need a correction.",
            len(problems),
        ) % {"count": len(problems)}
        message = " ".join([message, *editor.notes])
        errors = [{"id": anchor, "message": str(text)} for anchor, _label, text in problems]
        return self._state("invalid", saved, editor, status=422, message=message, errors=errors)

    def _state(self, state, saved, editor, *, status=200, **more):
        """Return what the script of the page is told after it has saved."""
        answer = {
            "state": state,
            "seen": self._fingerprint(saved),
            "understood": {each[0]: each[2] for each in editor.understood()},
            "sums": editor.sums(),
            **more,
        }
        if state == "saved":
            answer["doubts"] = editor.place(plausibility.checks(saved, self.section.slug))
        if self.section.slug == "budget":
            answer["computed"] = computed(saved)
        return JsonResponse(answer, status=status)

    def _conflict(self, editor, theirs, differences):
        message = _("Somebody else saved this section after you opened it. Nothing is lost.")
        if wants_json(self.request):
            return JsonResponse({"state": "conflict", "message": message}, status=409)
        return self.show(
            editor, seen=self._fingerprint(theirs), status=409, differences=differences
        )

    def _fingerprint(self, revision):
        return fingerprint(self.section, revision)

    def _extras(self, editor):
        """Return what only some sections show."""
        if self.section.slug == "budget":
            return {
                "computed": computed(self.revision),
                "currencies": sorted(known_currencies()),
            }
        if self.section.slug == "targets-themes":
            return self._picker(editor)
        if self.section.slug == "files":
            return {
                "photos": self.revision.photos.all(),
                "attachments": self.revision.attachments.all(),
                "max_photos": files.MAX_PHOTOS,
                "max_files": files.MAX_FILES,
                "photo_endings": ",".join(images.ENDINGS),
                "photo_help": forms_of_files.photo_help(),
                "file_endings": ",".join(uploads.KINDS),
                "file_help": forms_of_files.file_help(),
            }
        return {}

    def _picker(self, editor):
        """Return the rows with their targets, and what the search and the texts suggest."""
        targets = list(target_suggestions.all_targets())
        by_code = {target.code: target for target in targets}
        rows = editor.lists[0].rows
        context = {
            "chosen": [
                (form, by_code.get(code)) for form, code in zip(rows.forms, rows.codes, strict=True)
            ],
            "primary": editor.form["primary"].value() or "",
            "codes": set(rows.codes),
            "goals": goals(),
            "suggestions": target_suggestions.suggest(self.revision, targets),
        }
        if self.request.POST.get("row") == "find":
            question = self.request.POST.get("find_words", "")[:200]
            goal = self.request.POST.get("find_goal", "")
            found = target_suggestions.find(question, goal_number(goal), targets)
            context |= {
                "find_words": question,
                "find_goal": goal,
                "found": found,
                "found_message": found_message(len(found)),
            }
        return context


def computed(revision):
    """Return what follows from a budget, as (label, value or "", how or why not)."""
    in_usd, resident = money.in_usd(revision), money.resident(revision)
    return [
        {"label": _("In US dollars"), "value": in_usd.value, "how": in_usd.how},
        {"label": _("Per resident"), "value": resident.value, "how": resident.how},
    ]


def _closed(revision):
    if revision.state == Revision.State.SUBMITTED:
        return _(
            "It is with the moderators and cannot be changed now. Withdraw it to go on writing."
        )
    return _("There is no open draft of this case. Begin one on this page.")
