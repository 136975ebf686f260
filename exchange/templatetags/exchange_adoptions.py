"""Adoptions on the pages of cases and members. Those pages are the same for everybody."""

from django import template
from django.db.models import Q
from django.utils.translation import gettext as _

from exchange.content import adoptions as content
from exchange.models import Adoption

register = template.Library()

SHOWN = 12


@register.inclusion_tag("exchange/adopted_by.html", takes_context=True)
def adopted_by(context, case):
    """Who adopted a case: stage, changes, result, and the cost beside that of the original."""
    rows = []
    if context["revision"].has_adoptions:
        adoptions = Adoption.objects.public().about_case(case).with_reports()
        rows = content.with_changes(adoptions.select_related("member"))
        rows.sort(key=lambda adoption: adoption.published_at)
    return {
        "case": case,
        "rows": [
            (row, content.stage(row), content.compared(row), content.cost(row)) for row in rows
        ],
        "facts": context["facts"],
        "may_be_adopted": not case.synthetic,
    }


@register.inclusion_tag("exchange/member_adoptions.html")
def member_adoptions(member):
    """What a member adopted, and what others adopted from it; nothing where neither is known."""
    adoptions = Adoption.objects.public().with_reports().with_originals()
    of_member = (
        Q(member=member)
        | Q(case__member=member)
        | Q(case__merged_into__member=member)
        | Q(case=None, original_member=member)
    )
    found = list(adoptions.filter(of_member).order_by("-published_at", "-pk"))
    adopted = [row for row in found if row.member_id == member.pk]
    by_others = [row for row in found if row.member_id != member.pk]
    return {
        "member": member,
        "parts": [
            (title, filter_name, [(row, content.stage(row)) for row in rows[:SHOWN]], len(rows))
            for title, filter_name, rows in (
                (_("What it adopted"), "member", adopted),
                (_("What others adopted from it"), "origin", by_others),
            )
            if rows
        ],
    }
