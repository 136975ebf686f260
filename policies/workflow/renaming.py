"""A case whose title had to change: its address, the record and notices follow, wherever they name it."""

import json
import re

from django.db import models
from django.db.models.functions import Cast

from members.models import Event, Notice
from members.notices.notifications import place_of
from members.record.audit import SUBJECT_LENGTH
from policies.models import CaseStudy, ReviewEvent, Revision

from .related_rows import RelatedRows, related_rows

# Where notices hold a title; the whole message is one where a question says nothing more.
CALLED_BY_TITLE = ("title", "case", "message")
WERE_PUBLIC = (*Revision.CITABLE_STATES, Revision.State.UNPUBLISHED)


def rename(case, titles, passage, take_out):
    """Let everything that names a case follow its ``titles``: those before, each with that of now.

    A ``passage`` was taken out of them; ``take_out`` does so with the text of a field.
    """
    former, slug = case.get_absolute_url(), case.slug
    _readdress(case)
    changed = [before for before, after in titles.items() if before != after]
    slugs = {slug, *map(CaseStudy.slug_for, changed)} - {case.slug}
    titles |= _rename_quotes(case, titles, passage, take_out)
    _rename_in_notices(case, titles)
    _rename_where_merged(former, titles | {former: case.get_absolute_url()})
    _rename_in_record(case, slugs, titles)


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


def _rename_quotes(case, titles, passage, take_out):
    """Take a passage out of what was filled in with a title of the case; return the texts before, each
    with that of now."""
    renamed = {}
    for related in related_rows(case):
        model = related.rows.model
        for name in related.quotes:
            for row in related.rows.filter(**{f"{name}__contains": passage}):
                text, slug = getattr(row, name), getattr(row, "slug", "")
                if not any(title in text for title in titles if passage in title):
                    continue
                now = take_out(model._meta.get_field(name), text)
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
    for related in [RelatedRows(CaseStudy.objects.filter(pk=case.pk)), *related_rows(case)]:
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
