"""A person's whole trail: what was done by the person, with the person's rights, and to the person."""

from django.db.models import Q

from members.models import Membership
from members.record import audit
from members.record.personal_data import events_about
from policies.models import ReviewEvent, ReviewNote, Revision

# Of each kind, the newest: for older ones the lists of the admin have filters.
MOST = 100


def trail_of(person):
    """What the page shows: for each kind its newest rows and how many there are."""
    events = person.events.all() | events_about(person)
    kinds = {
        "events": events.select_related("actor"),
        "memberships": Membership.objects.filter(Q(user=person) | Q(decided_by=person))
        .select_related("user", "member", "decided_by")
        .order_by("-created_at", "-pk"),
        "revisions": Revision.objects.filter(created_by=person)
        .select_related("case__member")
        .order_by("-created_at", "-pk"),
        "decisions": ReviewEvent.objects.filter(actor=person)
        .select_related("revision__case__member")
        .order_by("-created_at", "-pk"),
        "notes": ReviewNote.objects.filter(author=person)
        .select_related("revision__case__member")
        .order_by("-created_at", "-pk"),
    }
    found = {kind: rows[:MOST] for kind, rows in kinds.items()}
    for event in found["events"]:
        event.label = audit.ACTIONS.get(event.action, event.action)
    totals = {kind: rows.count() for kind, rows in kinds.items()}
    return {"person": person, "found": found, "totals": totals, "most": MOST}
