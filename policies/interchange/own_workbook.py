"""A case that its author wrote in the empty workbook, as a draft with the checks of imported lines."""

from contextlib import closing
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from policies.content.fields import values_of
from policies.models import FormerTheme, Revision, Theme
from policies.workflow import authoring
from sdg.models import Target

from .cleaning import Cleaner
from .columns import IDENTITY
from .identity import Directory
from .lines import case_keys
from .reading import LineError
from .workbook import Workbook, WorkbookError

MOST_LINES = 2  # that are read; one is allowed


class NotACase(Exception):
    """The workbook cannot become a draft; ``errors`` say where and why."""

    def __init__(self, errors):
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


def read(file, member):
    """Return the ``Entry`` of the one case in a workbook, and notes on what was not read.

    Whose case it is was chosen on the page: ``member``. Raises ``NotACase``.
    """
    try:
        with closing(Workbook(file, one_case=True)) as book:
            lines = [*islice(book.lines(), MOST_LINES)]
            notes = book.notes
    except WorkbookError as error:
        raise NotACase(error.errors) from error
    rows = [line for line in lines if line.content is not None]
    if len(rows) != 1:
        message = (
            _("The first sheet has more than one case. Upload a workbook for each.")
            if rows
            else _("The first sheet has no case: write it into the second row.")
        )
        raise NotACase([LineError(0, "", message)])
    (line,) = rows
    about_case = {key.name for key in case_keys()} | {*IDENTITY, "member"}
    content = {name: value for name, value in line.content.items() if name not in about_case}
    former = FormerTheme.objects.select_related("theme")
    themes = {each.slug: each.theme for each in former}
    cleaner = Cleaner(
        line.number,
        members=Directory(),
        themes=themes | {theme.slug: theme for theme in Theme.objects.all()},
        targets={*Target.objects.values_list("code", flat=True)},
        is_typed=True,
    )
    entry = cleaner.entry(content | {"member": member.slug})
    known = {error.field for error in line.errors}
    errors = [*line.errors, *(each for each in cleaner.errors if each.field not in known)]
    if errors:
        raise NotACase([line.placed(error) for error in errors])
    return entry, notes


@transaction.atomic
def start(entry, *, user, member):
    """Begin a case of ``member`` with what the workbook says, and return its draft.

    Raises ``EditRefused`` and ``TooManyDrafts``, as ``authoring.start_case``.
    """
    written = entry.revision
    values = values_of(written)
    # Not written but worked out, and rounded when it is stored.
    in_usd = values.pop("budget_usd")
    draft = authoring.start_case(user=user, member=member, **values)
    draft.budget_usd = in_usd
    for name, rows in entry.rows.items():
        model = Revision.row_models()[name]
        if model.objects.filter(revision=draft).exists():
            continue  # The second of two clicks finds the draft of the first one.
        for row in rows:
            row.revision = draft
        model.objects.bulk_create(rows)
    return authoring.save_draft(draft)
