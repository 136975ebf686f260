"""Cards of policies: the part of a page that repeats most.

Drawn here and not in a template: twenty of them are most of the search page, and this takes a
fraction of the time. Every value is escaped, by ``escape`` or by ``highlight``.
"""

from functools import lru_cache
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_countries.fields import Country

from policies.models import Revision
from policies.search.highlight import highlight

from .formats import current_language, one_language, remembered
from .key_facts import evidence, goal_numbers, key_facts


def card_list(revisions, level=3, words="", compare=False):
    """Many policies in a list, one after the other, each as ``card`` draws it."""
    with one_language():
        return SafeString("\n".join([card(each, level, words, compare) for each in revisions]))


def card(revision, level=3, words="", compare=False):
    """A policy in a list with its four facts; asks nothing of a revision that is ``for_cards()``.

    ``level`` is that of its heading, one below its section; ``words`` are marked in title and
    summary; ``compare`` adds the box that puts it into the page's ``<form id="compare">``.
    """
    language, case = current_language(), revision.case
    rows = key_facts(revision, language)
    targets_label, compare_label = _labels(language=language)
    name = escape(revision.title)
    title = highlight(revision.title, words) if words else name
    summary = highlight(revision.summary, words) if words else escape(revision.summary)
    written = f'lang="{escape(revision.language)}" dir="{revision.direction}"'
    member = _member(
        case.member.slug, case.member.name, case.member.country_code, language=language
    )
    box = ""
    if compare:
        box = (
            '<p class="no-print"><label class="tick"><input type="checkbox" name="case" '
            f'value="{case.pk}" form="compare"> {compare_label}<span class="vh"> {name}</span>'
            "</label></p>\n"
        )
    return SafeString(
        f'<article class="case">\n{strip(goal_numbers(revision))}\n<div class="case-main">\n'
        f'<h{level} class="case-title" {written}><a href="{escape(case.get_absolute_url())}">'
        f"{title}</a></h{level}>\n"
        f'<p class="meta">{member}{_meta(revision, rows, language)}</p>\n'
        f'<p class="case-sum" {written}>{summary}</p>\n'
        f'<ul class="chips" role="list" aria-label="{targets_label}">{chips(revision)}</ul>\n'
        f"{box}</div>\n{facts(rows)}\n</article>"
    )


def facts(rows):
    """The facts of a card (``key_facts``) as a list of terms."""
    return SafeString(f'<dl class="facts">\n{"".join(map(_fact, rows))}</dl>')


def strip(goals, tall=False):
    """The 17 slots, those of the goals lit. Decorative: chips or text beside it say the same."""
    return _strip(tuple(goals), tall)


def chips(revision):
    """The targets of a revision as chips, items of a list, in the author's order."""
    drawn = [chip(row.target) for row in revision.contributions.all()]
    return SafeString(f"<li>{'</li><li>'.join(drawn)}</li>" if drawn else "")


def chip(target):
    """A target's code in its goal's colour with its short label, linked to the target's page."""
    return _chip(target.code, target.label, target.text)


@lru_cache(maxsize=4096)
def _fact(fact):
    detail = f" <small>{escape(fact.detail)}</small>" if fact.detail else ""
    return (
        f'<div class="fact{" unk" if fact.unknown else ""}"><dt>{escape(fact.label)}</dt>'
        f"<dd>{escape(fact.value)}{detail}</dd></div>\n"
    )


def _meta(revision, rows, language):
    """What stands below a title: period, stage, themes, evidence, each where it is known."""
    time = rows[2]
    words = ["" if time.unknown else time.value, _stage(revision.stage, language=language)]
    words += [row.theme.name for row in revision.theme_rows.all()]
    words.append(evidence(revision, language))
    return "".join([_span(word) for word in words if word])


@lru_cache(maxsize=4096)
def _span(word):
    return f"<span>{escape(word)}</span>"


@remembered
def _labels():
    return escape(_("SDG targets")), escape(_("Compare"))


@remembered
def _stage(stage):
    return str(Revision.Stage(stage).label) if stage else ""


@remembered
def _member(slug, name, country_code):
    country = str(Country(country_code).name) if country_code else ""
    url = escape(_address_of_a_member().format(slug))
    place = f", {escape(country)}" if country else ""
    return f'<span><b><a href="{url}">{escape(name)}</a></b>{place}</span>'


@remembered
def _address_of_a_member():
    """The address of every member, with its slug to be filled in."""
    return reverse("members:detail", args=["a-slug"]).replace("a-slug", "{}")


@lru_cache(maxsize=4096)
def _strip(goals, tall):
    lit = "".join([f'<i data-g="{goal}"></i>' for goal in goals])
    return SafeString(f'<div class="strip{" tall" if tall else ""}" aria-hidden="true">{lit}</div>')


@remembered
def _chip(code, label, text):
    goal = escape(code.partition(".")[0])
    url = escape(_address_of_a_target().format(code))
    return SafeString(
        f'<a class="chip" data-g="{goal}" href="{url}" title="{escape(text)}">'
        f'<b>{escape(code)}</b><span class="t">{escape(label)}</span></a>'
    )


@remembered
def _address_of_a_target():
    """The address of every target, with its code to be filled in."""
    return reverse("sdg:target", args=["1.1"]).replace("1.1", "{}")
