"""How a photo, file or passage is taken out of the texts of a case.

It is the one exception to "a published text never changes": content that must not be shown is taken out
of every text of a case, also of those that were public before, and day and reason stand in its place.
The record keeps who did it and why, not what it was.
"""

import json
import logging
import re
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Cast
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.models import Event, Notice
from members.notices.notifications import place_of
from members.record import audit
from members.record.audit import SUBJECT_LENGTH
from policies.content import summary
from policies.content.fields import content_fields, is_prose, row_fields
from policies.models import (
    Assessment,
    Call,
    CallMark,
    CaseStudy,
    Correction,
    DeskNote,
    Mailing,
    Photo,
    RequestedText,
    ReviewEvent,
    ReviewNote,
    Revision,
    UpdateRequest,
)
from policies.search import index

from . import notifications
from .errors import ActionRefused, ReasonRequired

logger = logging.getLogger(__name__)

OF_REVISION = (ReviewNote, ReviewEvent, Assessment, Correction, DeskNote)
# Where notices hold a title; the whole message is one where a question says nothing more.
CALLED_BY_TITLE = ("title", "case", "message")
WERE_PUBLIC = (*Revision.CITABLE_STATES, Revision.State.UNPUBLISHED)


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


def _related_rows(case):
    return [each for find in _registered for each in find(case)]


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
            former, slug = case.get_absolute_url(), case.slug
            _readdress(case)
            titles = dict(zip(titles, now, strict=True))
            changed = [before for before, after in titles.items() if before != after]
            slugs = {slug, *map(CaseStudy.slug_for, changed)} - {case.slug}
            titles |= _rename_quotes(case, titles, passage, marks)
            _rename_in_notices(case, titles)
            _rename_where_merged(former, titles | {former: case.get_absolute_url()})
            _rename_in_record(case, slugs, titles)
    return count


def _replace_in(revisions, passage, marks, place):
    count = _replace(revisions, _texts(content_fields()), passage, marks, place)
    for name, model in Revision.row_models().items():
        rows = model.objects.filter(revision__in=revisions.order_by().values("pk"))
        count += _replace(rows, _texts(row_fields(model)), passage, marks, place, f"{name}.")
    return count


def _readdress(case):
    """Let address, record and notices of a case follow its title; a title that was public before also
    gave the address of a case that is unpublished now."""
    shown = case.revisions.filter(pk=case.live_id).first() or (
        case.revisions.filter(state__in=WERE_PUBLIC).order_by("decided_at", "number").last()
    )
    slug = CaseStudy.slug_for(shown.title) if shown else case.slug
    if slug == case.slug:
        return
    _readdress_notices(f"/{case.pk}/{case.slug}/", f"/{case.pk}/{slug}/")
    # The old address leads to the new one.
    case.slug = slug
    case.save(update_fields=["slug"])
    events = Event.objects.filter(subject_type=case._meta.label_lower, subject_id=str(case.pk))
    events.forget(subject=str(case)[:SUBJECT_LENGTH])


def _readdress_notices(former, now):
    for notice in Notice.objects.filter(path__contains=former):
        notice.path = notice.path.replace(former, now)
        notice.save(update_fields=["path"])


def _rename_quotes(case, titles, passage, marks):
    """Take a passage out of what was filled in with a title of the case; return the texts before, each
    with that of now."""
    renamed = {}
    for related in _related_rows(case):
        model = related.rows.model
        for name in related.quotes:
            for row in related.rows.filter(**{f"{name}__contains": passage}):
                text, slug = getattr(row, name), getattr(row, "slug", "")
                if not any(title in text for title in titles if passage in title):
                    continue
                now = _without(model._meta.get_field(name), text, passage, marks)
                setattr(row, name, now)
                model._base_manager.filter(pk=row.pk).update(**{name: now})
                renamed[text] = now
                if slug:
                    _readdress_notices(f"/{row.pk}/{slug}/", f"/{row.pk}/{row.slug}/")
    return renamed


def _rename_in_record(case, slugs, names):
    """Let the record of a case, and of what goes with it, call it by its names of now; ``slugs`` were
    the last part of its address, ``names`` its titles, each with that of now."""
    changed = sorted(names.items(), key=lambda pair: len(pair[0]), reverse=True)
    changed = [(before, now) for before, now in changed if before != now]
    spelt = "|".join(sorted(map(re.escape, slugs), key=len, reverse=True))
    # As an adoption and a case are called: "Hue: night-buses", "12 night-buses".
    called = re.compile(rf"(?<=: )(?:{spelt})$|(?<=\b{case.pk} )(?:{spelt})(?![\w-])")

    def renamed(text):
        for before, now in changed:
            text = text.replace(before, now)
        return called.sub(case.slug, text) if slugs else text

    holding = models.Q()
    for before in [*slugs, *(before for before, _now in changed)]:
        holding |= models.Q(subject__contains=before) | models.Q(reason__contains=before)
    for related in [RelatedRows(CaseStudy.objects.filter(pk=case.pk)), *_related_rows(case)]:
        keys = map(str, related.rows.order_by().values_list("pk", flat=True))
        of_rows = Event.objects.filter(
            subject_type=related.rows.model._meta.label_lower, subject_id__in=list(keys)
        )
        for event in of_rows.filter(holding):
            Event.objects.filter(pk=event.pk).forget(
                subject=renamed(event.subject)[:SUBJECT_LENGTH], reason=renamed(event.reason)
            )


def _rename_in_notices(case, titles):
    """Let notices of whatever kind, to whomever, name a text by the title that it has now; ``titles``
    are those before, each with that of now."""
    found = models.Q()
    for title in titles:
        # In JSON that is kept as text, other scripts are escaped.
        for spelling in {json.dumps(title), json.dumps(title, ensure_ascii=False)}:
            found |= models.Q(as_text__contains=spelling)
    of_case = {
        "policies:": {str(case.pk)},
        "admin:policies_revision_": {*map(str, case.revisions.values_list("pk", flat=True))},
    }
    notices = Notice.objects.annotate(as_text=Cast("context", models.TextField()))
    for notice in notices.filter(found):
        if not _leads_elsewhere(notice.path, of_case):
            notice.context = _renamed(notice.context, titles, of_case)
            notice.save(update_fields=["context"])


def _renamed(value, titles, of_case):
    """Return a value of a notice with the titles of now, where titles are: in a name or a note the same
    words are something else. What leads to another case keeps the title, which is that one's too."""
    if isinstance(value, list):
        return [_renamed(each, titles, of_case) for each in value]
    if not isinstance(value, dict) or _leads_elsewhere(value.get("path", ""), of_case):
        return value
    return {
        key: titles.get(each, each)
        if isinstance(each, str) and key in CALLED_BY_TITLE
        else _renamed(each, titles, of_case)
        for key, each in value.items()
    }


def _leads_elsewhere(path, of_case):
    """Return whether a path leads to another case or text than those numbered in ``of_case``."""
    name, arguments = place_of(path)
    number = arguments.get("pk", arguments.get("object_id"))
    return number is not None and any(
        name.startswith(beginning) and str(number) not in numbers
        for beginning, numbers in of_case.items()
    )


def _rename_where_merged(former, names):
    """Let what was noted on cases that were merged into this one call it by its names of now; the notes
    hold its ``former`` address. ``names`` are those before, each with that of now."""
    # The longest first: one title may be part of another one.
    changed = sorted(names.items(), key=lambda pair: len(pair[0]), reverse=True)

    def renamed(text):
        for before, now in changed:
            text = text.replace(before, now)
        return text

    for event in ReviewEvent.objects.filter(note__contains=former):
        ReviewEvent.objects.filter(pk=event.pk).update(note=renamed(event.note))
    for event in Event.objects.filter(reason__contains=former):
        Event.objects.filter(pk=event.pk).forget(reason=renamed(event.reason))
    for notice in Notice.objects.filter(context__note__icontains=former):
        notice.context["note"] = renamed(notice.context["note"])
        notice.save(update_fields=["context"])


def elsewhere(case, passage):
    """Return where a passage stands beside the texts of a case, in words: in what its team and the
    moderators wrote to each other, in what other apps have registered, and in other cases.

    Nothing is changed there: people wrote it, and only they, or who reads it, can tell what it means.
    """
    found = []
    for related in _related_rows(case):
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
