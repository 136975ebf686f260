"""The first page of the secretariat: what waits in the library, the teams and the exchange."""

from django import template

from exchange.content.desk import desk
from exchange.models.querysets import MODERATE
from members.secretariat import acts_for_secretariat
from policies.admin import work

register = template.Library()


@register.inclusion_tag("admin/work.html", takes_context=True)
def secretariat_work(context):
    """Show what waits, with the oldest of each; to each person what the person may decide."""
    request = context["request"]
    rows, nothing = work.waiting(request)
    if acts_for_secretariat(request.user, MODERATE):
        waits, empty = desk()
        rows += [_work(each) for each in waits]
        nothing += empty
    may_decide = acts_for_secretariat(request.user, "policies.change_revision")
    return {
        "rows": rows,
        "nothing": nothing,
        "total": sum(row.number for row in rows),
        "mine": sum(row.mine or 0 for row in rows),
        "longest": max(rows, key=lambda row: row.days, default=None),
        "queue": work.oldest_submissions(request) if may_decide else [],
        "figures": acts_for_secretariat(request.user, MODERATE),
    }


def _work(waits):
    """Return a kind of work of the exchange, which is given to nobody."""
    return work.Work(
        waits.kind.label,
        waits.kind.url,
        waits.number,
        waits.title,
        waits.detail,
        waits.url,
        days=waits.days,
        late_after=waits.late_after,
    )
