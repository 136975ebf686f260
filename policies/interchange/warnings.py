"""What somebody should look at again before a line is imported.

Nothing of it keeps the line out, unless it cannot be true and would be public at once.
"""

import copy
import re

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.content import plausibility
from policies.models import Revision
from policies.models.files import StoredFile

from .lines import Key, parts
from .reading import LineError, shown

# The field of a finding as forms name it: "phases-0-end".
OF_ROW = re.compile(r"(\w+)-([0-9]+)-(\w+)")
NO_TARGET = gettext_lazy("No target: the case is found under no goal.")
NO_THEME = gettext_lazy("No theme.")
NO_SCOPE = gettext_lazy(
    "Nothing says whether the budget is the total, one of a year or a part of it."
)


def warnings_of(steps):
    """Return the warnings of the lines that ``steps`` carry out, as ``LineError`` s; one query."""
    titles = _titles([step.entry.revision.title for step in steps])
    found = []
    for step in steps:
        entry = step.entry
        plausible = [(_path(each.field), each.message) for each in _findings(entry)]
        each = [*plausible, *_missing(entry), *_of_case(step, titles)]
        found += [LineError(entry.line, path, shown(str(message))) for path, message in each]
        titles.setdefault(entry.revision.title.lower(), set()).add(entry.line)
    return found


def refusals_of(steps):
    """Return what keeps lines from being published at once, as ``LineError`` s: what cannot be true.

    Nobody reads such a text before the public does; as a draft it can be imported and corrected.
    """
    message = _("%(finding)s Until that is corrected, it can be imported as a draft only.")
    return [
        LineError(
            step.entry.line, _path(each.field), shown(message % {"finding": str(each.message)})
        )
        for step in steps
        for each in _findings(step.entry)
        if each.is_hard
    ]


def _titles(titles):
    """Return {title in small letters: public cases that have it}; lines of the file are added."""
    wanted = {title.lower() for title in titles}
    live = Revision.objects.live().annotate(small=Lower("title")).filter(small__in=wanted)
    found = {}
    for title, number in live.values_list("title", "case_id"):
        found.setdefault(title.lower(), set()).add(number)
    return found


def _findings(entry):
    """Return what the checks of forms and of the desk find."""
    revision = copy.copy(entry.revision)
    revision.pk = 0
    revision.case = copy.copy(entry.case)
    revision.case.member = entry.member
    revision._prefetched_objects_cache = {  # noqa: SLF001 - the rows are not in the database yet
        name: entry.rows.get(name, []) for name in Revision.row_models()
    }
    return plausibility.checks(revision)


def _path(field):
    """Return the path in a line of a field or list as forms name it."""
    of_row = OF_ROW.fullmatch(field)
    name = of_row[1] if of_row else field
    for part in parts():
        if isinstance(part, Key) and part.field.name == name:
            return part.path
        if not isinstance(part, Key) and part.related_name == name:
            return f"{part.path}[{of_row[2]}].{of_row[3]}" if of_row else part.path
    return field


def _missing(entry):
    if not entry.rows["contributions"]:
        yield "targets", NO_TARGET
    if not entry.rows["theme_rows"]:
        yield "themes", NO_THEME
    if entry.revision.budget_amount is not None and not entry.revision.budget_scope:
        yield "budget.scope", NO_SCOPE


def _of_case(step, titles):
    """Yield what a line says of a case or member that is there, or is not."""
    entry, known = step.entry, step.known
    if entry.member.pk is None:
        name = {"name": entry.member.name}
        yield "member", _("“%(name)s” is no member yet. It is made, as not a member.") % name
    if known is None:
        if entry.number:
            number = {"number": entry.number}
            yield "id", _("There is no case %(number)d here. It becomes a new one.") % number
        if titles.get(entry.revision.title.lower()):
            yield "title", _("Another case has this title. Is it the same one?")
    else:
        lost = _lost(entry, known.live or known.last)
        if lost:
            message = _("The case says something today that the line leaves out: %(names)s.")
            yield "", message % {"names": ", ".join(lost)}


def _lost(entry, revision):
    """Return the paths of what a revision says and the line does not; photos and files stay."""
    if revision is None:
        return []
    found = []
    for part in parts():
        if isinstance(part, Key):
            is_lost = part.of(revision) and not part.of(entry.revision)
            is_converted = part.field.name == "budget_usd" and not revision.budget_usd_source
            if is_lost and not is_converted:
                found.append(part.path)
        elif not issubclass(part.model, StoredFile):
            has_rows = getattr(revision, part.related_name).all()
            if has_rows and not entry.rows[part.related_name]:
                found.append(part.path)
    return found
