"""How a photo, file or passage is taken out of the texts of a case.

It is the one exception to "a published text never changes": content that must not be shown is taken out
of every text of a case, also of those that were public before, and day and reason stand in its place.
The record keeps who did it and why, not what it was.
"""

import logging
from functools import partial

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.models import Event, Notice
from members.record import audit
from policies.content import summary
from policies.content.fields import content_fields, is_prose, row_fields
from policies.models import (
    Assessment,
    CallMark,
    CaseStudy,
    Correction,
    DeskNote,
    Photo,
    RequestedText,
    ReviewEvent,
    ReviewNote,
    Revision,
    UpdateRequest,
)
from policies.search import index

from . import notifications, renaming
from .errors import ActionRefused, ReasonRequired
from .related_rows import related_rows

logger = logging.getLogger(__name__)

OF_REVISION = (ReviewNote, ReviewEvent, Assessment, Correction, DeskNote)


@transaction.atomic
def take_down_file(row, *, by, reason):
    """Take a photo or file out of all texts of its case, with the ``reason`` that readers see.

    Open drafts lose the row. The stored files are deleted, and their addresses answer that they are
    gone.
    """
    _require(reason)
    case = CaseStudy.objects.select_for_update().get(pk=row.revision.case_id)
    _remove_file(row, reason)
    kind = "photo-removed" if isinstance(row, Photo) else "file-removed"
    audit.record(kind, case, by=by, reason=reason)
    notifications.notify_of_removal(case, row._meta.model_name, reason, by)
    return case


@transaction.atomic
def take_down_passage(case, passage, *, field="", by, reason):
    """Replace a ``passage``, wherever it stands in all texts of a case, by day and ``reason``.

    ``field`` names one field ("solution", "sources.title"); "" is all of them. Raises
    ``ActionRefused`` where the passage stands nowhere.
    """
    _require(reason)
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    if not _replace_passage(case, passage, field, reason):
        raise ActionRefused(_("This passage is in no text of the case. Copy it exactly."))
    summary.rebuild(case.revisions.exclude(list_summary={}))
    # The address may hold words of the title.
    case.refresh_from_db()
    audit.record("passage-removed", case, by=by, reason=reason)
    notifications.notify_of_removal(case, "passage", reason, by)
    transaction.on_commit(partial(index.write_cases, [case.pk]))
    return case


def _require(reason):
    if not reason.strip():
        raise ReasonRequired


def _remove_file(row, reason):
    """Empty every row with the same stored file, delete those of open drafts, and the files."""
    model = type(row)
    columns = [field for field in row_fields(model) if isinstance(field, models.FileField)]
    names = [getattr(row, column.name).name for column in columns]
    same = model.objects.filter(**{columns[0].name: names[0]})
    drafts = same.filter(revision__state__in=Revision.OPEN_STATES)
    Revision.objects.filter(pk__in=drafts.values("revision")).update(version=F("version") + 1)
    drafts.delete()
    texts = [field.name for field in row_fields(model) if isinstance(field, models.CharField)]
    same.update(
        **dict.fromkeys([*texts, *(column.name for column in columns)], ""),
        size=0,
        removed_on=timezone.localdate(),
        removed_because=reason,
    )
    RequestedText.objects.filter(revision__case=row.revision.case_id).delete()
    transaction.on_commit(partial(_delete, names))


def _delete(names):
    for name in names:
        try:
            default_storage.delete(name)
        except OSError:
            # Deleted later by ``delete_unused_files``: no row names it any more.
            logger.warning("%s could not be deleted", name, exc_info=True)


def places():
    """Return (name, label) of every field in which a passage may stand: ("sources.title", …)."""
    found = [(field.name, capfirst(field.verbose_name)) for field in _texts(content_fields())]
    for name, model in Revision.row_models().items():
        label = capfirst(model._meta.verbose_name)
        found += [
            (f"{name}.{field.name}", f"{label}: {field.verbose_name}")
            for field in _texts(row_fields(model))
        ]
    return found


def _texts(fields):
    return [
        field for field in fields if is_prose(field) and not isinstance(field, models.FileField)
    ]


def _replace_passage(case, passage, place, reason):
    """Put day and reason in the place of a passage in every text of a case; return how often in those
    that the secretariat knows. Where it is in none of these, nothing is changed.

    ``place`` is a name of :func:`places`, or "" for all. An address that holds the passage goes as a
    whole.
    """
    with translation.override(settings.LANGUAGE_CODE):
        day = date_format(timezone.localdate())
        marks = (
            _("[Removed on %(day)s: %(reason)s]") % {"day": day, "reason": reason},
            _("[Removed on %(day)s]") % {"day": day},
        )
    of_case = Revision.objects.filter(case=case)
    titles = list(of_case.order_by("pk").values_list("title", flat=True))
    known = list(of_case.known_to_secretariat().values_list("pk", flat=True))
    count = _replace_in(of_case.filter(pk__in=known), passage, marks, place)
    if count:
        # What a team has not submitted is not told of, but must not bring the passage back.
        _replace_in(of_case, passage, marks, place)
        _forget(case, passage, marks)
        of_case.filter(state__in=Revision.OPEN_STATES).update(version=F("version") + 1)
        now = list(of_case.order_by("pk").values_list("title", flat=True))
        # The registry gives title and summary to everybody.
        of_case.exclude(doi="").update(doi_is_outdated=True)
        if titles != now:
            take_out = partial(_without, passage=passage, marks=marks)
            renaming.rename(case, dict(zip(titles, now, strict=True)), passage, take_out)
    return count


def _replace_in(revisions, passage, marks, place):
    count = _replace(revisions, _texts(content_fields()), passage, marks, place)
    for name, model in Revision.row_models().items():
        rows = model.objects.filter(revision__in=revisions.order_by().values("pk"))
        count += _replace(rows, _texts(row_fields(model)), passage, marks, place, f"{name}.")
    return count


def elsewhere(case, passage):
    """Return where a passage stands beside the texts of a case, in words: in what its team and the
    moderators wrote to each other, in what other apps have registered, and in other cases.

    Nothing is changed there: people wrote it, and only they, or who reads it, can tell what it means.
    """
    found = []
    for related in related_rows(case):
        holding = models.Q()
        for name in related.texts:
            holding |= models.Q(**{f"{name}__contains": passage})
        rows = related.rows.filter(holding).order_by("pk") if related.texts else ()
        found += [
            _in_words(getattr(row, related.part_of) if related.part_of else row)
            for row in rows
            if any(passage in getattr(row, name) for name in related.texts)
        ]
    holding = models.Q()
    for field in _texts(content_fields()):
        holding |= models.Q(**{f"{field.name}__contains": passage})
    others = Revision.objects.known_to_secretariat().exclude(case=case).filter(holding)
    numbers = others.order_by("case").values_list("case", flat=True).distinct()
    found += [_("Case %(number)d") % {"number": number} for number in numbers]
    return list(dict.fromkeys(found))


def _in_words(row):
    """Return where it stands: what belongs to the review of a text by its day, all else by its number."""
    facts = {"kind": capfirst(row._meta.verbose_name), "number": row.pk}
    day = getattr(row, "created_at", None) or getattr(row, "updated_at", None)
    facts["day"] = date_format(timezone.localtime(day)) if day else ""
    if isinstance(row, OF_REVISION):
        facts["number"] = row.revision.number
        return _("%(kind)s of %(day)s on revision %(number)d") % facts
    if isinstance(row, UpdateRequest | CallMark):
        return _("%(kind)s of %(day)s") % facts
    return _("%(kind)s %(number)d") % facts


def _replace(rows, fields, passage, marks, place, prefix=""):
    count = 0
    for field in fields:
        if place not in ("", f"{prefix}{field.name}"):
            continue
        holding = rows.filter(**{f"{field.name}__contains": passage})
        for key, text in holding.values_list("pk", field.name):
            # SQLite finds letters of the other case too.
            if passage in text:
                count += text.count(passage)
                changed = _without(field, text, passage, marks)
                rows.filter(pk=key).update(**{field.name: changed})
    return count


def _without(field, text, passage, marks):
    """Return a text with the first of the marks that fits in the place of a passage."""
    if isinstance(field, models.URLField):
        return ""
    for mark in marks:
        changed = text.replace(passage, mark)
        if not field.max_length or len(changed) <= field.max_length:
            return changed
    return text.replace(passage, "…")


def _forget(case, passage, marks):
    """Take a passage out of proposed corrections, out of notices and out of titles in the record, and
    drop what is kept of the text at the time of a request."""
    RequestedText.objects.filter(revision__case=case).delete()
    corrections = Correction.objects.filter(revision__case=case)
    for name in ("before", "after"):
        _replace(corrections, [Correction._meta.get_field(name)], passage, marks, "")
    keys = map(str, Revision.objects.filter(case=case).values_list("pk", flat=True))
    for name in ("title", "note"):
        notices = Notice.objects.filter(context__member=case.member.name)
        for notice in notices.filter(**{f"context__{name}__icontains": passage}):
            notice.context[name] = notice.context[name].replace(passage, "…")
            notice.save(update_fields=["context"])
    events = Event.objects.filter(
        subject_type="policies.revision", subject_id__in=list(keys), subject__contains=passage
    )
    for event in events:
        Event.objects.filter(pk=event.pk).forget(subject=event.subject.replace(passage, "…"))
