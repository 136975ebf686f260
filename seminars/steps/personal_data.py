"""What seminars store about a person. See ``settings.PERSONAL_DATA``."""

from members.record.people import rows
from seminars.models import Registration

from .registrations import fill_places


def export(user):
    """Return the seminars that ``user`` registered for, as plain values."""
    mine = Registration.objects.filter(user=user)
    return {"seminars": rows(mine, "seminar__title", "member__name")}


def trail(user):
    """Return nothing: to come to a seminar is no act that the secretariat looks into."""
    return {}


def forget(user):
    """Give back the places of ``user``. The registrations themselves go with the account."""
    rows = Registration.objects.filter(user=user, state__in=Registration.TOLD)
    for row in rows.select_related("seminar"):
        row.state = Registration.State.CANCELLED
        row.save(update_fields=["state"])
        fill_places(row.seminar)
