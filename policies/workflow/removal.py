"""How a photo, file or passage is taken out of the texts of a case; ``moderation`` decides and records."""

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

from members.models.event import Event
from policies.content.fields import content_fields, is_prose, row_fields
from policies.models import CaseStudy, Correction, RequestedText, Revision

logger = logging.getLogger(__name__)


def remove_file(row, reason):
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


def replace_passage(case, passage, place, reason):
    """Put day and reason in the place of a passage in every text of a case; return how often.

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
    count = _replace(of_case, _texts(content_fields()), passage, marks, place)
    for name, model in Revision.row_models().items():
        rows = model.objects.filter(revision__case=case)
        count += _replace(rows, _texts(row_fields(model)), passage, marks, place, f"{name}.")
    if count:
        _forget(case, passage, marks)
        of_case.filter(state__in=Revision.OPEN_STATES).update(version=F("version") + 1)
        title = Revision.objects.filter(live_of=case).values_list("title", flat=True).first()
        if title and CaseStudy.slug_for(title) != case.slug:
            # The old address holds words of the title, and leads to the new one.
            CaseStudy.objects.filter(pk=case.pk).update(slug=CaseStudy.slug_for(title))
    return count


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
    """Take a passage out of proposed corrections and the titles in the record, and drop what is kept
    of the text at the time of a request."""
    RequestedText.objects.filter(revision__case=case).delete()
    corrections = Correction.objects.filter(revision__case=case)
    for name in ("before", "after"):
        _replace(corrections, [Correction._meta.get_field(name)], passage, marks, "")
    keys = map(str, Revision.objects.filter(case=case).values_list("pk", flat=True))
    events = Event.objects.filter(
        subject_type="policies.revision", subject_id__in=list(keys), subject__contains=passage
    )
    for event in events:
        Event.objects.filter(pk=event.pk).forget(subject=event.subject.replace(passage, "…"))
