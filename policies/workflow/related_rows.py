"""Rows that go with a case: each app registers its own, so that they follow when a text is taken out."""

from dataclasses import dataclass

from django.db import models

from policies.models import (
    Assessment,
    Call,
    CallMark,
    Correction,
    DeskNote,
    Mailing,
    ReviewEvent,
    ReviewNote,
    UpdateRequest,
)


@dataclass(frozen=True)
class RelatedRows:
    """Rows of one model that go with a case, and where a passage of it may stand in them.

    The record may call the case by its title or its address where it tells of these rows.
    """

    rows: models.QuerySet
    # What people wrote: the editor is told where a passage stands in it. Only of rows that the
    # secretariat may know of.
    texts: tuple[str, ...] = ()
    # What was filled in with the title of the case; it follows the title.
    quotes: tuple[str, ...] = ()
    # Whose part a row is, where people find it by that: the name of a foreign key.
    part_of: str = ""


_registered = []


def register_related_rows(find):
    """Register a function of a case that returns the :class:`RelatedRows` of an app."""
    _registered.append(find)


def related_rows(case):
    """Return the :class:`RelatedRows` of a case in every app."""
    return [each for find in _registered for each in find(case)]


def _of_review(case):
    """Return what the team of a case and the secretariat wrote about it, and what the secretariat
    writes to many."""
    return [
        *(
            RelatedRows(model.objects.filter(revision__case=case).select_related("revision"), texts)
            for model, texts in (
                (ReviewNote, ("text",)),
                (ReviewEvent, ("note", "public_reason")),
                (Assessment, ("remark",)),
                (Correction, ("note",)),
                (DeskNote, ("text",)),
            )
        ),
        RelatedRows(UpdateRequest.objects.filter(case=case), ("reason", "answer_text")),
        RelatedRows(CallMark.objects.filter(entry__case=case), ("remark",)),
        RelatedRows(Call.objects.filter(entries__case=case), ("title", "text")),
        RelatedRows(Mailing.objects.all(), ("subject", "text")),
    ]


register_related_rows(_of_review)
