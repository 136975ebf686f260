"""Seminars on pages of the library and of the exchange, and on a person's own page."""

from django import template
from django.utils import timezone

from seminars.content import shown, times
from seminars.content.rows import coming
from seminars.models import Registration

register = template.Library()

NEXT = 3


@register.inclusion_tag("seminars/next.html")
def next_seminars(*, wrapped=False):
    """The next seminars, in one query; nothing where none is announced."""
    return {
        "rows": [
            (row, times.day_of_box(row), times.hours(row), times.days(row), times.zone_name(row))
            for row in coming(NEXT)
        ],
        "wrapped": wrapped,
    }


@register.inclusion_tag("seminars/shown_at.html", takes_context=True)
def shown_at(context, case):
    """Where a case was shown, with the recording; asks for nothing where it was not."""
    if not context["revision"].was_shown:
        return {}
    return {"rows": [(row, times.days(row)) for row in shown.seminars_of(case)]}


@register.inclusion_tag("seminars/mine.html")
def my_seminars(user):
    """The seminars that a person is registered for and that are not over; one query."""
    rows = (
        Registration.objects.filter(
            user=user, state__in=Registration.TOLD, seminar__ends_at__gt=timezone.now()
        )
        .select_related("seminar", "member")
        .order_by("seminar__starts_at", "pk")
    )
    return {"rows": [(row, times.in_words(row.seminar)) for row in rows]}
