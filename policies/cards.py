"""Cards of policies: the part of a page that repeats most.

Drawn here and not in a template: twenty of them are most of the search page, and this takes a third
of the time. Every value is escaped by ``format_html``.
"""

from functools import lru_cache

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .keyfacts import card_meta, goal_numbers, key_facts

CARD = """<article class="case">
{strip}
<div class="case-main">
<h{level} class="case-title" lang="{language}" dir="{direction}"><a href="{url}">{title}</a></h{level}>
<p class="meta"><span><b><a href="{member_url}">{member}</a></b>{country}</span>{meta}</p>
<p class="case-sum" lang="{language}" dir="{direction}">{summary}</p>
<ul class="chips" role="list" aria-label="{targets_label}">{chips}</ul>
{box}</div>
{facts}
</article>"""
BOX = """<p class="no-print"><label class="tick"><input type="checkbox" name="case" value="{}" form="compare"> {}<span class="vh"> {}</span></label></p>
"""
CHIP = '<a class="chip" data-g="{}" href="{}" title="{}"><b>{}</b><span class="t">{}</span></a>'
FACT = '<div class="fact{}"><dt>{}</dt><dd>{}{}</dd></div>\n'


def card(revision, level=3, words="", compare=False):
    """A policy in a list with its four facts; asks nothing of a revision that is ``for_cards()``.

    ``level`` is that of its heading, one below its section; ``words`` are marked in title and
    summary; ``compare`` adds the box that puts it into the page's ``<form id="compare">``.
    """
    case = revision.case
    member = case.member
    country = member.country_name
    return format_html(
        CARD,
        strip=strip(goal_numbers(revision)),
        level=level,
        language=revision.language,
        direction=revision.direction,
        url=case.get_absolute_url(),
        title=revision.title,
        member_url=member.get_absolute_url(),
        member=member.name,
        country=f", {country}" if country else "",
        meta=format_html_join("", "<span>{}</span>", ((word,) for word in card_meta(revision))),
        summary=revision.summary,
        targets_label=_("SDG targets"),
        chips=chips(revision),
        box=format_html(BOX, case.pk, _("Compare"), revision.title) if compare else "",
        facts=facts(key_facts(revision)),
    )


def facts(rows):
    """The facts of a card as a list of terms."""
    lines = (
        (
            " unk" if fact.unknown else "",
            fact.label,
            fact.value,
            format_html(" <small>{}</small>", fact.detail) if fact.detail else "",
        )
        for fact in rows
    )
    return format_html('<dl class="facts">\n{}</dl>', format_html_join("", FACT, lines))


def strip(goals, tall=False):
    """The 17 slots, those of the goals lit. Decorative: chips or text beside it say the same."""
    lit = format_html_join("", '<i data-g="{}"></i>', ((goal,) for goal in goals))
    return format_html(
        '<div class="strip{}" aria-hidden="true">{}</div>', " tall" if tall else "", lit
    )


def chips(revision):
    """The chips of a revision's targets as items of a list, in the author's order."""
    targets = (row.target for row in revision.contributions.all())
    return format_html_join("", "<li>{}</li>", ((chip(target),) for target in targets))


def chip(target):
    """A target's code in its goal's colour with its short label, linked to the target's page."""
    return _chip(target.code, target.label, target.text, get_language())


@lru_cache(maxsize=1024)
def _chip(code, label, text, language):
    """Chips repeat by the dozen; ``language`` is in the key because addresses carry it."""
    goal = code.partition(".")[0]
    return format_html(CHIP, goal, reverse("sdg:target", args=[code]), text, code, label)
