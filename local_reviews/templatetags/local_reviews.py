"""Local reviews on the pages of members and goals, which are the same for everybody."""

from django import template

from local_reviews.models import LocalReview

register = template.Library()
SHOWN = 5


@register.inclusion_tag("local_reviews/panel.html")
def member_reviews(member):
    """The local reviews of a member; nothing where none is known."""
    return _shown(LocalReview.objects.filter(member=member), f"member={member.slug}")


@register.inclusion_tag("local_reviews/panel.html")
def goal_reviews(goal):
    """The newest local reviews that report on a goal, each with its city."""
    found = _shown(LocalReview.objects.filter(goals=goal), f"goal={goal.pk}")
    return found | {"with_member": True}


def _shown(reviews, query):
    rows = list(reviews.select_related("member").order_by("-year", "pk")[: SHOWN + 1])
    return {"reviews": rows[:SHOWN], "more": len(rows) > SHOWN, "query": query}
