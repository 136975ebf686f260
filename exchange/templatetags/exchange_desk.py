"""What waits for the secretariat in the exchange, on the pages of the admin."""

from django import template

from exchange.content.desk import desk
from exchange.models.querysets import MODERATE
from members.secretariat import acts_for_secretariat

register = template.Library()


@register.inclusion_tag("admin/exchange/desk.html", takes_context=True)
def exchange_desk(context):
    """Show what waits, with the oldest of each; nothing to who may not moderate."""
    if not acts_for_secretariat(context["request"].user, MODERATE):
        return {}
    waits, nothing = desk()
    return {"waits": waits, "nothing": nothing, "may": True}
