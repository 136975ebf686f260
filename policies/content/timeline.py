"""When a policy and its phases happened: bars on one scale of years, and the same as a list."""

import math
from dataclasses import dataclass
from operator import itemgetter

from django.utils.translation import gettext as _

from policies.models import Revision, months

from .charts import UNKNOWN, Bar, Tick, time_scale


@dataclass(frozen=True)
class Row:
    """A bar with its name; the name of the whole policy is not the author's text."""

    name: str
    bar: Bar
    is_whole: bool = False


@dataclass(frozen=True)
class Event:
    """A line of the list: when, what, and a note; ``gap`` says which part of the time is unknown."""

    when: str
    what: str
    note: str = ""
    gap: str = ""
    is_phase: bool = False
    source_number: int | None = None


@dataclass(frozen=True)
class Timeline:
    """What the section shows; nothing in it where no month is known and there is no phase."""

    rows: list[Row]
    ticks: list[Tick]
    today: float | None
    events: list[Event]

    @property
    def has_gaps(self):
        """Whether a bar shows something unknown."""
        return any(piece.kind == UNKNOWN for row in self.rows for piece in row.bar.pieces)


def timeline(revision, today):
    """Return the :class:`Timeline` of a revision; ``today`` is a date."""
    phases = list(revision.phases.all())
    limits = [_limits(row, revision) for row in phases]
    periods = [(revision.start, revision.end)]
    periods += [
        (row.start or since, row.end or until)
        for row, (since, until) in zip(phases, limits, strict=True)
    ]
    scale = time_scale(periods, today)
    events = _events(revision, phases, today)
    if scale is None:
        return Timeline([], [], None, events)
    at = scale.day(today)
    rows = []
    if revision.start or revision.end:
        rows.append(Row(_("Whole policy"), whole_bar(scale, revision, today), is_whole=True))
    rows += [
        Row(row.name, scale.bar(row.start, row.end, today=today, since=since, until=until))
        for row, (since, until) in zip(phases, limits, strict=True)
        if row.start or row.end
    ]
    return Timeline(rows, scale.ticks(at), at, events)


def _limits(row, revision):
    """Return from when to when a phase may have lasted whose start or end is unknown: within the
    policy; "" where that is unknown, or where the phase lies outside of it."""
    since = until = ""
    if row.end and not row.start and revision.start:
        is_inside = _first(revision.start) <= _last(row.end)
        since = revision.start if is_inside else ""
    if row.start and not row.end and revision.end:
        is_inside = _first(row.start) <= _last(revision.end)
        until = revision.end if is_inside else ""
    return since, until


def _first(month):
    return months.month_number(month, last=False)


def _last(month):
    return months.month_number(month, last=True)


def whole_bar(scale, revision, today):
    """Return the bar of the whole policy: one that is under way is known to go on until today."""
    is_under_way = revision.stage == Revision.Stage.UNDER_WAY
    return scale.bar(revision.start, revision.end, today=today, under_way=is_under_way)


def _events(revision, phases, today):
    """Return start, phases and end in the order of time; phases without a date come last."""
    if not (revision.start or revision.end or phases):
        return []
    start, end = revision.start, revision.end
    began = _("Planned start") if _is_ahead(start, today) else _("Start")
    ended = _("Planned end") if _is_ahead(end, today) else _("End")
    first = months.month_number(start, last=False) if start else -math.inf
    last = months.month_number(end, last=True) if end else math.inf
    events = [(first, Event(months.label(start), began))]
    events += [
        (months.month_number(row.start or row.end, last=False), _phase(row))
        for row in phases
        if row.start or row.end
    ]
    events.append((last, Event(months.label(end), ended)))
    undated = [_phase(row) for row in phases if not (row.start or row.end)]
    return [event for _month, event in sorted(events, key=itemgetter(0))] + undated


def _phase(row):
    gap = ""
    if row.start and row.end and row.start != row.end:
        when = _("%(start)s – %(end)s") % {
            "start": months.label(row.start),
            "end": months.label(row.end),
        }
    else:
        when = months.label(row.start or row.end)
        if not row.end and row.start:
            gap = _("end not reported")
        elif row.end and not row.start:
            gap = _("start not reported")
    return Event(when, row.name, row.note, gap, is_phase=True, source_number=row.source_number)


def _is_ahead(month, today):
    """Return whether the month or year is known and has not begun."""
    now = today.year * 12 + today.month - 1
    return bool(month) and months.month_number(month, last=False) > now
