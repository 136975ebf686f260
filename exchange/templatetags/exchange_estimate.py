"""What cities advise and changed, on the page of an estimate. It is the same for everybody."""

from django import template

from exchange.content import know_how
from exchange.content.adoptions import heading
from exchange.models import Topic
from exchange.models.adoptions import FINAL_STAGES

register = template.Library()

MOST_CHANGED = 8


@register.simple_tag
def beside_estimate(estimate, question):
    """Return advice on the policies and targets of an estimate, and what those who took the policies up
    changed; in two queries.

    ``advised`` are (topic, label, advice) of the network's four words, ``went_wrong`` is advice,
    ``changed`` are (adoption, its heading, its changes with a reason, whether it says why it ended).
    """
    goals = {"goal": question.goal, "code": [target.code for target in question.target]}
    rows = know_how.on_class(
        [figure.revision.case_id for figure in estimate.own],
        # Whom it suits is known of policies only.
        {} if question.like or question.scale else goals,
    )
    topics = know_how.by_topic(rows)
    return {
        "advised": [topic for topic in topics if topic[0] != Topic.WENT_WRONG],
        "went_wrong": [
            each for topic in topics if topic[0] == Topic.WENT_WRONG for each in topic[2]
        ],
        "changed": _changed(estimate),
    }


def _changed(estimate):
    adoptions = [
        (adoption, heading(adoption, figure.revision.title))
        for figure in estimate.own
        # Of policies that were chosen one by one nothing else is read.
        for adoption in getattr(figure.revision, "adoptions", ())
    ]
    found = []
    for adoption, name in sorted(adoptions, key=lambda pair: pair[0].published_at, reverse=True):
        changes = [change for change in adoption.stated_changes if change.reason]
        says_why = adoption.stage in FINAL_STAGES and bool(adoption.reason)
        if changes or says_why:
            found.append((adoption, name, changes, says_why))
    return found[:MOST_CHANGED]
