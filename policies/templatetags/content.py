"""Tags and filters on what policies say, which every page may use without loading them."""

from django import template
from django.template import engines

from policies.content import formats, key_facts
from policies.jinja import goal_of

register = template.Library()

register.filter("money", formats.money)
register.filter("usd", formats.usd)
register.filter("key_facts", key_facts.key_facts)
register.filter("goal_numbers", key_facts.goal_numbers)
register.filter(key_facts.joint_case)
register.filter("goal_of", goal_of)


def _macros():
    """Return the macros of ``templates/jinja2/cards.html``, which say what each parameter means."""
    return engines["jinja2"].env.get_template("cards.html").module


@register.simple_tag
def cards(revisions, level=3, words="", compare=False):
    """Return policies as cards, one after the other."""
    return _macros().cards(revisions, level, words, compare)


@register.simple_tag
def strip(goals, tall=False):
    """Return the 17 slots, those of the goals lit."""
    return _macros().strip(goals, tall)


@register.simple_tag
def chips(targets):
    """Return targets as chips, items of a list."""
    return _macros().chips(targets)


@register.simple_tag
def chip(target):
    """Return a target as a chip, linked to its page."""
    return _macros().chips([target], in_list=False)
