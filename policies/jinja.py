"""What the Jinja2 templates know of policies, beside what those of any site know."""

from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citynet.web import jinja
from citynet.web.formats import number
from policies.content.key_facts import evidence, goal_numbers, joint_case, key_facts, label_of
from policies.models import Revision
from policies.search.highlight import highlight

# So many lines of a table are named one by one.
MOST_LINES = 12


def environment(**options):
    """Return the environment of ``templates/jinja2``, which settings name."""
    made = jinja.environment(**options)
    made.filters |= {
        "address": address,
        "amounts": amounts,
        "amounts_of_member": amounts_of_member,
        "as_leading": as_leading,
        "ask_city": ask_city,
        "evidence": evidence,
        "first_of": first_of,
        "goal_numbers": goal_numbers,
        "highlight": highlight,
        "international_dollars_of": international_dollars_of,
        "joint_case": joint_case,
        "key_facts": key_facts,
        "lines": lines,
        "out_of": out_of,
        "show_all": show_all,
        "stage_label": stage_label,
        "adopted_by": adopted_by,
    }
    return made


def adopted_by(count):
    """Return in words how many cities adopted a case in a list."""
    return ngettext("Adopted by %(count)s city", "Adopted by %(count)s cities", count) % {
        "count": number(count)
    }


def stage_label(stage):
    """Return a stage in words."""
    return label_of(Revision.Stage, stage)


def address(thing):
    """Return the address of the page of a case, member or target: a filter, as Jinja2 takes twice as
    long to call a method."""
    return thing.get_absolute_url()


def amounts(rows):
    """Return in words how many amounts these are."""
    return ngettext("%(count)s amount", "%(count)s amounts", len(rows)) % {
        "count": number(len(rows))
    }


def show_all(rows):
    """Return the words of the link to all of these amounts."""
    return ngettext("Show all %(count)s", "Show all %(count)s", len(rows)) % {
        "count": number(len(rows))
    }


def first_of(rows, every):
    """Return in words that only the smallest of the amounts are shown."""
    return ngettext(
        "Shown is the smallest one.", "Shown are the %(count)s smallest of %(total)s.", len(rows)
    ) % {"count": number(len(rows)), "total": number(len(every))}


def amounts_of_member(count):
    """Return in words that a member has several of the amounts."""
    return ngettext(
        "%(count)s amount of this member", "%(count)s amounts of this member", count
    ) % {"count": number(count)}


def out_of(count, total):
    """Return a count with what it is counted from: "3 of 12"."""
    return _("%(count)s of %(total)s") % {"count": number(count), "total": number(total)}


def lines(figures):
    """Return (address of a line, words for the link to it) of the lines of a table that figures stand
    in; of many, neighbours are named together: "4–9"."""
    at = {figure.number: figure.line for figure in figures}
    numbers = sorted(at)
    if len(numbers) <= MOST_LINES:
        return [(at[each], each) for each in numbers]
    # Neighbours have the same distance from their place.
    runs = [
        [number for _place, number in run]
        for _distance, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
    ]
    return [(at[run[0]], run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}") for run in runs]


def international_dollars_of(year):
    """Return the head of a column of amounts in international dollars."""
    return _("International dollars of %(year)s") % {"year": str(year)}


def as_leading(count):
    """Return how many name something as leading."""
    return ngettext("%(count)s leads", "%(count)s lead", count) % {"count": number(count)}


def ask_city(name):
    """Return the words of the link by which a city is asked."""
    return _("Ask %(city)s") % {"city": name}


def goal_of(code):
    """Return the number of the goal that a target's code belongs to: "11" of "11.b"."""
    return str(code).partition(".")[0]
