"""What team and moderators wrote to each other about a case, and what was decided, in order."""

from dataclasses import dataclass
from datetime import datetime

from django.core import serializers
from django.db.models import Q
from django.utils.translation import gettext as _

from policies.content.fields import content_fields
from policies.models import Photo, RequestedText, ReviewEvent, ReviewNote, Revision, Theme

State = Revision.State
# Entries that are shown; the record of a case lists all.
MAX_ENTRIES = 200
BY_MODERATORS = (*Revision.DECIDED_STATES, State.CHANGES_REQUESTED)


@dataclass(frozen=True)
class Entry:
    """A request, decision or note on a case."""

    at: datetime
    name: str
    what: str
    text: str
    number: int | None  # of the revision; None where it is about the case
    from_moderators: bool


def of_team(case):
    """Return the :class:`Entry` list of a case for its team, the oldest first."""
    return _entries(case, Q())


def of_desk(case):
    """Return the :class:`Entry` list of a case for the secretariat, the oldest first.

    What was never submitted is the team's own.
    """
    return _entries(case, Q(revision__submitted_at__isnull=False))


def _entries(case, readable):
    """Return the newest entries of a case and all its revisions, by three queries."""
    about = ReviewEvent.objects.filter(readable, revision__case=case)
    # That a text was followed by another one says the line of that one.
    events = about.exclude(to_state=State.SUPERSEDED)
    notes = ReviewNote.objects.filter(readable, revision__case=case)
    events, notes = (
        rows.select_related("revision")
        .only(*columns, "created_at", "revision__number")
        .order_by("-created_at", "-pk")[:MAX_ENTRIES]
        for rows, columns in (
            (events, ("actor_name", "to_state", "note")),
            (notes, ("author_name", "from_moderators", "text")),
        )
    )
    entries = [
        Entry(
            event.created_at,
            event.actor_name,
            event.get_to_state_display(),
            event.note,
            event.revision.number,
            event.to_state in BY_MODERATORS,
        )
        for event in events
    ]
    entries += [
        Entry(
            note.created_at,
            note.author_name,
            _("Note to the author") if note.from_moderators else _("Note from the author"),
            note.text,
            note.revision.number,
            note.from_moderators,
        )
        for note in notes
    ]
    for request in case.update_requests.all():
        entries += _of_request(request)
    return sorted(entries, key=lambda entry: entry.at)[-MAX_ENTRIES:]


def _of_request(request):
    """Yield that the moderators asked for an update, and what came of it."""
    yield Entry(
        request.created_at, request.by_name, _("Update asked for"), request.reason, None, True
    )
    if request.answered_at:
        yield Entry(
            request.answered_at,
            request.answered_by_name,
            request.get_answer_display(),
            request.answer_text,
            None,
            request.answer == request.Answer.TAKEN_BACK,
        )


def keep_or_forget_text(revision):
    """Remember what a submission says when changes are asked for, until it is decided."""
    if revision.state == State.CHANGES_REQUESTED:
        _keep_text(revision)
    elif revision.state != State.SUBMITTED:
        RequestedText.objects.filter(revision=revision).delete()


def _keep_text(revision):
    shown = Revision.objects.with_content().get(pk=revision.pk)
    rows = [row for name in Revision.row_models() for row in getattr(shown, name).all()]
    fields = [field.name for field in content_fields()]
    content = serializers.serialize("python", [shown], fields=fields)
    content += serializers.serialize("python", rows)
    RequestedText.objects.update_or_create(revision=revision, defaults={"content": content})


def text_at_request(revision):
    """Return the revision as it was when changes were last asked for, with its rows; or None."""
    kept = getattr(revision, "requested_text", None)
    if kept is None:
        return None
    first, *rows = (
        each.object
        for each in serializers.deserialize("python", kept.content, ignorenonexistent=True)
    )
    first.case = revision.case
    themes = Theme.objects.in_bulk([row.theme_id for row in rows if hasattr(row, "theme_id")])
    photos = {row.pk for row in rows if isinstance(row, Photo)}
    photos = set(Photo.objects.filter(pk__in=photos).values_list("pk", flat=True))
    lists = {}
    for name, model in Revision.row_models().items():
        lists[name] = [row for row in rows if isinstance(row, model)]
        for row in lists[name]:
            if hasattr(row, "theme_id"):
                row.theme = themes.get(row.theme_id) or Theme(name=_("a theme that was deleted"))
            if isinstance(row, Photo) and row.pk not in photos:
                # The picture was removed from the draft: there is nothing left to show.
                row.small = ""
    first._prefetched_objects_cache = lists  # noqa: SLF001 - as prefetch_related does
    return first
