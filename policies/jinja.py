"""What the Jinja2 templates know of policies, beside what those of any site know."""

from citynet.web import jinja
from policies.content.key_facts import evidence, goal_numbers, joint_case, key_facts
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


def stage_label(stage):
    """Return a stage in words; Django's ``get_stage_display`` reads all choices anew each time."""
    return Revision.Stage(stage).label


def goal_of(code):
    """Return the number of the goal that a target's code belongs to: "11" of "11.b"."""
    return str(code).partition(".")[0]
