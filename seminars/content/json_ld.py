"""A seminar in the terms of schema.org (Event)."""

from django.conf import settings

from seminars.models import Seminar

from . import times
from .ical import where

MODES = {
    Seminar.Mode.IN_PERSON: "OfflineEventAttendanceMode",
    Seminar.Mode.ONLINE: "OnlineEventAttendanceMode",
    Seminar.Mode.BOTH: "MixedEventAttendanceMode",
}


def data_of(seminar):
    """Return the object that describes a seminar; None where no beginning is known, which Event needs."""
    if not seminar.starts_at:
        return None
    address = settings.SITE_URL + seminar.get_absolute_url()
    is_cancelled = seminar.state == Seminar.State.CANCELLED
    start, end = (each.astimezone(seminar.zone) for each in (seminar.starts_at, seminar.ends_at))
    if seminar.whole_days:
        start, end = times.first_and_last(seminar)
    data = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": seminar.title,
        "startDate": start.isoformat(),
        "endDate": end.isoformat(),
        "eventStatus": "https://schema.org/Event" + ("Cancelled" if is_cancelled else "Scheduled"),
        "eventAttendanceMode": f"https://schema.org/{MODES[seminar.mode]}",
        "location": {"@type": "VirtualLocation", "url": address}
        if seminar.mode == Seminar.Mode.ONLINE
        else {"@type": "Place", "name": where(seminar), "address": where(seminar)},
        "organizer": [{"@type": "Organization", "name": str(host)} for host in seminar.hosts.all()],
    }
    if seminar.summary:
        data["description"] = seminar.summary
    if seminar.languages:
        data["inLanguage"] = seminar.languages
    return data
