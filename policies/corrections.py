"""Typos and tags that a moderator would change: proposed by the desk, taken over by the author.

Nobody but the city's team changes a city's text. A correction keeps what stood there, what should,
and why; a field of the text by its name, "themes" as slugs and "targets" as codes, one a line, in
the order of the form.
"""

from collections import Counter

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from members import audit

from .diff import TEXTS, TOKEN
from .forms.editor import Editor
from .forms.registry import SECTIONS
from .models import CaseStudy, Correction, Revision

LABELS = dict(TEXTS)
THEMES, TARGETS = "themes", "targets"
FIELDS = (*LABELS, THEMES, TARGETS)
# While the desk and the author talk about a submission.
CORRECTABLE = (Revision.State.SUBMITTED, Revision.State.CHANGES_REQUESTED)
# Words that a correction may take out and put in; whoever would change more asks for changes.
MOST_WORDS = 20
# Drafts may lack these, submissions may not.
NEEDED = ("challenge", "solution")

_SECTION_OF = {name: section for section in SECTIONS for name in section.form.base_fields}
_TAGS = _SECTION_OF[THEMES]


class NotPossible(Exception):
    """The text can no longer be corrected: it was decided, withdrawn or is being written."""


def label(field):
    """What a correctable field is called."""
    return {THEMES: _("Themes"), TARGETS: _("Targets")}.get(field) or str(LABELS[field])


def current(revision, field):
    """What stands in a correctable field, as a correction keeps it."""
    if field == THEMES:
        return "\n".join(row.theme.slug for row in revision.theme_rows.select_related("theme"))
    if field == TARGETS:
        return "\n".join(row.target_id for row in revision.contributions.all())
    return getattr(revision, field)


@transaction.atomic
def propose(revision, field, after, note="", *, by):
    """Keep that ``by`` would have ``field`` of a submission read ``after``, and give the correction.

    The second of two clicks gives the correction of the first one. Raises ``ValidationError`` for
    what the author could not save either, and for a rewrite; ``NotPossible`` when the submission is
    no longer open.
    """
    CaseStudy.objects.select_for_update().get(pk=revision.case_id)
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    if revision.state not in CORRECTABLE:
        raise NotPossible(
            _("This revision is %(state)s and cannot be corrected now.")
            % {"state": revision.get_state_display().lower()}
        )
    if field not in FIELDS:
        raise ValidationError(_("Choose what is to be corrected."))
    before, after = current(revision, field), checked(revision, field, after)
    if after == before:
        raise ValidationError(_("That is what the text says already."))
    if field in LABELS and _words_changed(before, after) > MOST_WORDS:
        raise ValidationError(
            _(
                "That is more than a correction: at most %(most)d words may come and go. Ask for "
                "changes instead, and the city will write them."
            )
            % {"most": MOST_WORDS}
        )
    proposed = revision.corrections.filter(state=Correction.State.PROPOSED, field=field)
    twin = proposed.filter(before=before, after=after).first()
    if twin:
        return twin
    correction = Correction(
        revision=revision,
        field=field,
        before=before,
        after=after,
        note=note,
        by=by,
        by_name=by.get_full_name(),
    )
    correction.full_clean(exclude=["by"])
    correction.save()
    audit.record("correction-proposed", revision, by=by, reason=f"{label(field)}\n{note}".strip())
    return correction


def checked(revision, field, value):
    """``value`` as the form of the authors takes it for ``field``; raises ``ValidationError``."""
    if field in LABELS:
        cleaned = _SECTION_OF[field].form.base_fields[field].clean(value)
        if not cleaned and field in NEEDED:
            raise ValidationError(_("No submission can do without this text."))
        return cleaned
    lines = list(dict.fromkeys(filter(None, map(str.strip, value.splitlines()))))
    if not lines:
        raise ValidationError(_("At least one has to stay."))
    data = QueryDict(mutable=True)
    if field == THEMES:
        data.setlist(THEMES, lines)
        codes = []
    else:
        codes = lines
    data["contributions-TOTAL_FORMS"] = str(len(codes))
    data["contributions-INITIAL_FORMS"] = "0"
    for number, code in enumerate(codes):
        data[f"contributions-{number}-target"] = code
    editor = Editor(_TAGS, revision, data)
    if not editor.is_valid():
        raise ValidationError([message for _anchor, _label, message in editor.problems()])
    return "\n".join(lines)


def _words_changed(before, after):
    """How many words came or went, wherever they stand."""
    old, new = (
        Counter(word.strip() for word in TOKEN.findall(text) if not word.isspace())
        for text in (before, after)
    )
    return max((old - new).total(), (new - old).total())
