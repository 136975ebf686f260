"""Needs and offers on the pages of members and targets. Those pages are the same for everybody."""

from django import template

from exchange.models import Cooperation

register = template.Library()

SHOWN = 5


@register.inclusion_tag("exchange/cooperation/of_member.html")
def member_cooperation(member):
    """What a member needs and offers now; nothing where that is nothing."""
    return {"member": member, "entries": _open(member=member)}


@register.inclusion_tag("exchange/cooperation/of_target.html")
def target_cooperation(target):
    """Who needs and who offers something on a target; where nobody does, how to begin."""
    return {"target": target, "entries": _open(targets=target)}


def _open(**about):
    """Return the newest open needs and offers, in two queries."""
    rows = Cooperation.objects.open().filter(**about).select_related("member")
    found = list(rows.prefetch_related("forms").order_by("-opened_at", "-pk")[:SHOWN])
    for row in found:
        row.is_open = True
    return found
