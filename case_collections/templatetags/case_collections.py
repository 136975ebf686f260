"""Collections on the page of a policy, which is the same for everybody."""

from django import template

from case_collections.models import Collection, of_case

register = template.Library()
SHOWN = 5


@register.inclusion_tag("collections/on_case.html", takes_context=True)
def collected_in(context, case):
    """Show the newest public collections that hold a case; asks for nothing where none does."""
    if not context["revision"].is_collected:
        return {}
    rows = Collection.objects.public().filter(of_case(case)).distinct()
    return {"collections": rows.select_related("member")[:SHOWN]}
