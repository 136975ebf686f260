"""Cards of policies: the part of a page that repeats most.

Drawn here and not in a template: twenty of them are most of the search page, and this takes a
fraction of the time. Every value is escaped by ``format_html`` or by ``highlight``.
"""

from operator import attrgetter

from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_countries.fields import Country

from .formats import remembered
from .keyfacts import evidence, goal_numbers, key_facts
from .models import Revision
from .search.highlight import highlight

CARD = """<article class="case">
{strip}
<div class="case-main">
<h{level} class="case-title" lang="{language}" dir="{direction}"><a href="{url}">{title}</a></h{level}>
<p class="meta">{member}{meta}</p>
<p class="case-sum" lang="{language}" dir="{direction}">{summary}</p>
<ul class="chips" role="list" aria-label="{targets_label}">{chips}</ul>
{box}</div>
{facts}
</article>"""
MEMBER = '<span><b><a href="{}">{}</a></b>{}</span>'
BOX = """<p class="no-print"><label class="tick"><input type="checkbox" name="case" value="{}" form="compare"> {}<span class="vh"> {}</span></label></p>
"""
CHIP = '<a class="chip" data-g="{}" href="{}" title="{}"><b>{}</b><span class="t">{}</span></a>'
STRIP = '<div class="strip{}" aria-hidden="true">{}</div>'
# Stands where title and summary go, which are marked anew for every search. Nothing that is
# escaped can look like it.
GAP = SafeString("<gap>")
FACT = '<div class="fact{}"><dt>{}</dt><dd>{}{}</dd></div>\n'


def card(revision, level=3, words="", compare=False):
    """A policy in a list with its four facts; asks nothing of a revision that is ``for_cards()``.

    ``level`` is that of its heading, one below its section; ``words`` are marked in title and
    summary; ``compare`` adds the box that puts it into the page's ``<form id="compare">``.
    """
    is_open = revision.start and not revision.end
    today = timezone.localdate() if is_open else None
    key = (get_language(), today, level, compare and revision.title, *_said(revision))
    pieces = _pieces.get(key)
    if pieces is None:
        if len(_pieces) >= MOST_KEPT:
            _pieces.clear()
        pieces = _pieces[key] = _frame(revision, level, compare)
    before, between, after = pieces
    title = highlight(revision.title, words) if words else escape(revision.title)
    summary = highlight(revision.summary, words) if words else escape(revision.summary)
    return SafeString(f"{before}{title}{between}{summary}{after}")


# What cards have round their titles and summaries, by all that they say: drawing one takes ten
# times as long as finding it here. Nothing goes stale, because what changes a card is in its key.
_pieces = {}
MOST_KEPT = 5000

_columns = attrgetter(
    "language",
    "stage",
    "start",
    "end",
    "results",
    "budget_amount",
    "budget_currency",
    "budget_year",
    "budget_scope",
    "budget_usd",
    "budget_usd_source",
    "budget_note",
    "budget_unavailable",
    "staff_fte",
    "staff_note",
    "staff_unavailable",
    "stakeholders_unavailable",
    "case.pk",
    "case.slug",
    "case.member.slug",
    "case.member.name",
    "case.member.country.code",
)


def _said(revision):
    """All that a card says of a revision apart from its title and summary."""
    return (
        *_columns(revision),
        tuple([_values(row.target) for row in revision.contributions.all()]),
        tuple([row.theme.name for row in revision.theme_rows.all()]),
        tuple([bool(row.role) for row in revision.stakeholders.all()]),
        tuple([(row.name, row.state) for row in revision.funding_sources.all()]),
        tuple(
            [
                (row.evidence, row.result is None, row.planned is None)
                for row in revision.indicators.all()
            ]
        ),
    )


def _frame(revision, level, compare):
    """The card up to its title, from there to its summary, and the rest."""
    case = revision.case
    rows = key_facts(revision)
    whole = format_html(
        CARD,
        strip=strip(goal_numbers(revision)),
        level=level,
        language=revision.language,
        direction=revision.direction,
        url=case.get_absolute_url(),
        title=GAP,
        member=_member(case.member.slug, case.member.name, case.member.country_code),
        meta=_meta(_words(revision, rows)),
        summary=GAP,
        targets_label=_("SDG targets"),
        chips=chips(revision),
        box=format_html(BOX, case.pk, _("Compare"), revision.title) if compare else "",
        facts=facts(rows),
    )
    return whole.split(GAP)


def facts(rows):
    """The facts of a card (``key_facts``) as a list of terms."""
    return _facts(tuple(rows))


def strip(goals, tall=False):
    """The 17 slots, those of the goals lit. Decorative: chips or text beside it say the same."""
    return _strip(tuple(goals), tall)


def chips(revision):
    """The targets of a revision as chips, items of a list, in the author's order."""
    return _chips(tuple(_values(row.target) for row in revision.contributions.all()))


def chip(target):
    """A target's code in its goal's colour with its short label, linked to the target's page."""
    return _chip(*_values(target))


def _words(revision, rows):
    """What stands below a title: period, stage, themes, evidence, each where it is known."""
    time = rows[2]
    stage = Revision.Stage(revision.stage).label if revision.stage else ""
    words = ["" if time.unknown else time.value, stage]
    words += [row.theme.name for row in revision.theme_rows.all()]
    return tuple(word for word in [*words, evidence(revision)] if word)


def _values(target):
    return target.code, target.label, target.text


@remembered
def _meta(words):
    return format_html_join("", "<span>{}</span>", ((word,) for word in words))


@remembered
def _member(slug, name, country_code):
    country = Country(country_code).name if country_code else ""
    url = reverse("members:detail", args=[slug])
    return format_html(MEMBER, url, name, f", {country}" if country else "")


@remembered
def _facts(rows):
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


@remembered
def _strip(goals, tall):
    lit = format_html_join("", '<i data-g="{}"></i>', ((goal,) for goal in goals))
    return format_html(STRIP, " tall" if tall else "", lit)


@remembered
def _chips(targets):
    return format_html_join("", "<li>{}</li>", ((_chip(*target),) for target in targets))


@remembered
def _chip(code, label, text):
    goal = code.partition(".")[0]
    return format_html(CHIP, goal, reverse("sdg:target", args=[code]), text, code, label)
