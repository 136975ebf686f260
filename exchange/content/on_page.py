"""What the query for the page of a case tells besides: whether anything was asked and advised, so that
nothing more is read where nothing is."""

from django.db.models import Exists, OuterRef, Q

from exchange.models import Advice, Question

from .waiting import WAITS


def has_advice(case):
    """Return the expression of whether anything is advised on the case at the path ``case``."""
    return Exists(_about(Advice.objects.standing(), case))


def has_open_questions(case):
    """Return the expression of whether a public question about the case waits for an answer."""
    return Exists(_about(Question.objects.public().filter(WAITS), case))


def _about(rows, case):
    of_case = Q(case=OuterRef(case)) | Q(case__merged_into=OuterRef(case))
    return rows.order_by().filter(of_case)
