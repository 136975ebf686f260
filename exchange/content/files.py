"""Questions and know-how as files: a row for each, with what everybody may read.

Columns have the names of the fields that they come from; cases and entries stand by their numbers, and
nobody's name is in them.
"""

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from exchange.models import Addressee, Advice, Question
from policies.content.values import plain

from . import know_how

AT_ONCE = 200
ENGLISH = ("language", "english", "english_is_machine", "english_at")
QUESTIONS = (
    *("question", "address", "member", "member_slug", "country", "title", "background", *ENGLISH),
    *("topic", "gap", "case", "targets", "passed_on", "state", "closed_reason", "verdict"),
    *("opened_at", "answered_at", "closed_at", "addressees", "answers"),
)
KNOW_HOW = (
    *(
        "advice",
        "address",
        "question",
        "member",
        "member_slug",
        "country",
        "topic",
        "text",
        *ENGLISH,
    ),
    *("case", "targets", "amount", "currency", "amount_year", "amount_basis", "amount_covers"),
    *("people_fte", "months", "passed_on", "source", "created_at", "confirmed_at", "replaces"),
)


def questions(rows):
    """Yield the lines of ``QUESTIONS`` of public questions, in the order of ``rows``."""
    answers = Advice.objects.public().filter(state=Advice.State.PUBLISHED).order_by("pk")
    related = Question.objects.public().select_related("member", "case__merged_into")
    related = related.prefetch_related(
        "targets",
        Prefetch("addressees", Addressee.objects.select_related("member")),
        Prefetch("advice", answers.only("question"), to_attr="answers"),
    )
    for row in _in_parts(rows, related):
        yield (
            row.pk,
            _whole(row),
            row.member.name,
            row.member.slug,
            row.member.country.code,
            row.title,
            row.background,
            *_english(row),
            row.topic,
            row.gap,
            _case(row),
            _targets(row),
            _yes(row.passed_on),
            row.state,
            row.closed_reason,
            row.verdict,
            _day(row.opened_at),
            _day(row.answered_at),
            _day(row.closed_at),
            "; ".join(f"{each.member.name}: {each.state}" for each in row.addressees.all()),
            "; ".join(_whole(each) for each in row.answers),
        )


def advice(rows):
    """Yield the lines of ``KNOW_HOW`` of public advice, in the order of ``rows``."""
    related = Advice.objects.public().select_related("member", "question", "case__merged_into")
    for row in _in_parts(rows, related.prefetch_related("targets")):
        question = row.question
        yield (
            row.pk,
            _whole(row),
            question.pk if question and know_how.is_open_to_all(question) else None,
            row.member.name,
            row.member.slug,
            row.member.country.code,
            row.topic,
            row.text,
            *_english(row),
            _case(row),
            _targets(row),
            _number(row.amount),
            row.currency,
            row.amount_year,
            row.amount_basis,
            row.amount_covers,
            _number(row.people_fte),
            row.months,
            _yes(row.passed_on),
            row.source,
            _day(row.created_at),
            f"{row.confirmed_at:%Y-%m-%d}" if row.confirmed_at else None,
            row.replaces_id,
        )


def _in_parts(rows, related):
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        found = related.in_bulk(part)
        # What was taken away since the list was read is left out.
        yield from (found[key] for key in part if key in found)


def _english(row):
    return row.language, row.english, _yes(row.english_is_machine), _day(row.english_at)


def _case(row):
    case = know_how.case_of(row)
    return case.pk if case and case.live_id else None


def _targets(row):
    return "; ".join(f"SDG {target.code}" for target in row.targets.all())


def _whole(row):
    return settings.SITE_URL + row.get_absolute_url()


def _yes(value):
    return "yes" if value else "no"


def _day(moment):
    return f"{timezone.localdate(moment):%Y-%m-%d}" if moment else None


def _number(value):
    return None if value is None else plain(value)
