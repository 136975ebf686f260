"""What waits for the secretariat in the exchange, on the pages of the admin."""

from django import template

from exchange.content.desk import desk
from exchange.models.querysets import MODERATE

register = template.Library()


@register.inclusion_tag("admin/exchange/desk.html", takes_context=True)
def exchange_desk(context):
    """Show what waits, with the oldest of each; nothing to who may not moderate."""
    user = context["request"].user
    if not user.has_perm(MODERATE):
        return {}
    waits, nothing = desk()
    return {"waits": waits, "nothing": nothing, "may": True}
