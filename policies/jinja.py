"""What the Jinja2 templates know of policies, beside what those of any site know."""

from django.utils.translation import ngettext

from citynet.web import jinja
from citynet.web.formats import number
from policies.content.key_facts import evidence, goal_numbers, key_facts
from policies.models import Revision
from policies.search.highlight import highlight


def environment(**options):
    """Return the environment of ``templates/jinja2``, which settings name."""
    made = jinja.environment(**options)
    made.filters |= {
        "evidence": evidence,
        "goal_numbers": goal_numbers,
        "highlight": highlight,
        "joint_case": joint_case,
        "key_facts": key_facts,
        "stage_label": stage_label,
    }
    return made


def joint_case(revision):
    """Return in words how many members a case in a list is of."""
    count = 1 + revision.list_summary["further_members"]
    return ngettext("Joint case of %(count)s member", "Joint case of %(count)s members", count) % {
        "count": number(count)
    }


def stage_label(stage):
    """Return a stage in words; Django's ``get_stage_display`` reads all choices anew each time."""
    return Revision.Stage(stage).label


def goal_of(code):
    """Return the number of the goal that a target's code belongs to: "11" of "11.b"."""
    return str(code).partition(".")[0]
