"""Advice on the pages of cases, targets, goals and members. Public pages show what everybody reads."""

from django import template

from exchange.content import know_how
from exchange.content.figures import figures, not_in_case
from exchange.models import Advice

register = template.Library()

register.filter(figures)
register.filter(know_how.heading)
register.filter(know_how.case_of)

# Topics that a target's or goal's page shows, and how much of each.
TOPICS_SHOWN, OF_EACH = 4, 2
OF_MEMBER = 5


@register.filter
def lacks_figures(advice):
    """Return whether an answer states a figure that its case does not, and nobody has dealt with."""
    case = know_how.case_of(advice)
    return bool(case and not advice.figure_settled_at and not_in_case(advice, case.live))


@register.inclusion_tag("exchange/case_know_how.html", takes_context=True)
def case_know_how(context, case):
    """Show what cities advise on a case, by topic, and how to ask and to advise."""
    revision = context["revision"]
    rows = []
    if revision.has_advice:
        rows = list(know_how.listed(Advice.objects.standing()).about_case(case))
    public = [advice for advice in rows if advice.visibility == "public"]
    return {
        "case": case,
        "revision": revision,
        "topics": know_how.by_topic(public),
        "has_more": len(public) < len(rows),
    }


@register.inclusion_tag("exchange/advised.html")
def target_advice(target):
    """Show what cities advise on a target: some topics, the newest of each."""
    return _some({"target": target.code}, code=target.code)


@register.inclusion_tag("exchange/advised.html")
def goal_advice(goal):
    """Show what cities advise on a goal: some topics, the newest of each."""
    return _some({"goal": goal.number}, goal=goal.number)


@register.inclusion_tag("exchange/member_advice.html")
def member_advice(member):
    """Show what a member advises, the newest first."""
    rows = know_how.listed(Advice.objects.public()).filter(member=member)
    return {"member": member, "rows": rows[:OF_MEMBER]}


def _some(query, **targets):
    rows = know_how.on_targets(know_how.listed(Advice.objects.public()), **targets)
    # Enough to have two of each topic in all but odd cases, in one query.
    topics = know_how.by_topic(rows[: TOPICS_SHOWN * OF_EACH * 5])
    return {
        "topics": [
            (topic, label, found[:OF_EACH]) for topic, label, found in topics[:TOPICS_SHOWN]
        ],
        "query": query,
    }
