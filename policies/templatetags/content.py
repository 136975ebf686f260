"""Tags and filters on what policies say, which every page may use without loading them."""

from django import template

from policies.content import cards, formats, key_facts
from policies.models import months

register = template.Library()

register.filter("money", formats.money)
register.filter("usd", formats.usd)
register.filter("duration", formats.duration)
register.filter("month", months.label)
register.filter("key_facts", key_facts.key_facts)
register.filter("goal_numbers", key_facts.goal_numbers)
register.simple_tag(cards.card)
register.simple_tag(cards.card_list)
register.simple_tag(cards.chip)
register.simple_tag(cards.chips)
register.simple_tag(cards.facts)
register.simple_tag(cards.strip)


@register.filter
def goal_of(code):
    """Return the number of the goal that a target's code belongs to: "11" of "11.b"."""
    return str(code).partition(".")[0]
