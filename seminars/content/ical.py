"""Seminars as calendar files (RFC 5545). Times are in UTC, so that every program shows its own."""

from datetime import UTC, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from seminars.models import Seminar

from . import times

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//CityNet//Urban SDG Knowledge Platform//EN"
# How long a seminar that is over stays in the calendar of all, and how often programs ask for it.
SHOWN_AFTER = timedelta(days=180)
ASKED_EVERY = timedelta(hours=12)


def calendar_of_all():
    """Return the file of all public seminars with a known day: those to come, and of half a year."""
    since = timezone.now() - SHOWN_AFTER
    rows = Seminar.objects.public().filter(ends_at__gt=since).order_by("starts_at", "pk")
    return _file(rows, _("CityNet seminars"))


def calendar_of(seminar):
    """Return the file of one seminar."""
    return _file([seminar], seminar.title)


def _file(seminars, name):
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    # Names that programs know, beside those of RFC 7986.
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", ASKED_EVERY, parameters={"VALUE": "DURATION"})
    for seminar in seminars:
        calendar.add_component(_event(seminar))
    return calendar.to_ical()


def _event(seminar):
    address = settings.SITE_URL + seminar.get_absolute_url()
    event = Event()
    event.add("uid", f"seminar-{seminar.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", seminar.sequence)
    is_cancelled = seminar.state == Seminar.State.CANCELLED
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("dtstamp", seminar.changed_at.astimezone(UTC))
    event.add("created", seminar.created_at.astimezone(UTC))
    event.add("last-modified", seminar.changed_at.astimezone(UTC))
    if seminar.whole_days:
        first, last = times.first_and_last(seminar)
        event.add("dtstart", first)
        # The first day that it does not take.
        event.add("dtend", last + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        event.add("dtstart", seminar.starts_at.astimezone(UTC))
        event.add("dtend", seminar.ends_at.astimezone(UTC))
    event.add("summary", seminar.title)
    event.add("description", "\n\n".join(filter(None, [seminar.summary, address])))
    event.add("location", where(seminar))
    event.add("url", address)
    return event


def where(seminar):
    """Return where a seminar is, in words; "" where nothing is known."""
    if seminar.mode == Seminar.Mode.ONLINE:
        return _("Online")
    return ", ".join(filter(None, [seminar.place, seminar.country_name]))
