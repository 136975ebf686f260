"""Which public entries are about cases, for exported lines: their numbers, and addresses that stay."""

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from exchange.models import Adoption, Advice, Question


def questions(cases):
    """Return number of a case -> the public questions about it, as {"id": …, "url": …}; one query."""
    return _about(cases, Question.objects.public(), "exchange:question-short")


def advice(cases):
    """Return number of a case -> the public advice on it, as it stands now; one query."""
    standing = Advice.objects.public().filter(state=Advice.State.PUBLISHED)
    return _about(cases, standing, "exchange:advice")


def adoptions(cases):
    """Return number of a case -> its public adoptions; one query."""
    return _about(cases, Adoption.objects.public(), "exchange:adoption")


def _about(cases, rows, name):
    rows = rows.filter(Q(case__in=cases) | Q(case__merged_into__in=cases)).order_by("pk")
    found = {}
    with translation.override(settings.LANGUAGE_CODE):
        for key, case, merged_into in rows.values_list("pk", "case", "case__merged_into"):
            entry = {"id": key, "url": settings.SITE_URL + reverse(name, args=[key])}
            # Of merged cases the one that stays.
            found.setdefault(merged_into or case, []).append(entry)
    return found
