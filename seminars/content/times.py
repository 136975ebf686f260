"""When a seminar is: in its zone, in UTC, and in other places of the network."""

from datetime import UTC, date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from policies.models import months

HOURS = "H:i"
# A zone for each of the clocks of the region, with places that people know; the names of places are
# those of the zones, or of capitals.
PLACES = {
    "Pacific/Auckland": "Auckland",
    "Pacific/Fiji": "Suva",
    "Pacific/Guadalcanal": "Honiara",
    "Australia/Sydney": "Sydney",
    "Asia/Seoul": "Seoul",
    "Asia/Tokyo": "Yokohama",
    "Asia/Shanghai": "Beijing",
    "Asia/Kuala_Lumpur": "Kuala Lumpur",
    "Asia/Manila": "Manila",
    "Asia/Ulaanbaatar": "Ulaanbaatar",
    "Asia/Bangkok": "Bangkok",
    "Asia/Ho_Chi_Minh": "Hanoi",
    "Asia/Jakarta": "Jakarta",
    "Asia/Yangon": "Yangon",
    "Asia/Dhaka": "Dhaka",
    "Asia/Bishkek": "Bishkek",
    "Asia/Kathmandu": "Kathmandu",
    "Asia/Colombo": "Colombo",
    "Asia/Kolkata": "Delhi",
    "Asia/Almaty": "Almaty",
    "Asia/Karachi": "Islamabad",
    "Asia/Tehran": "Tehran",
}


def zone_name(seminar):
    """Return the place that the zone of a seminar is called by ("Seoul")."""
    return seminar.time_zone.rpartition("/")[2].replace("_", " ")


def first_and_last(seminar):
    """Return the first and last day in the seminar's zone. It begins at a known time."""
    first = seminar.starts_at.astimezone(seminar.zone).date()
    # One that ends at midnight ends with the day before.
    last = (seminar.ends_at - timedelta(microseconds=1)).astimezone(seminar.zone).date()
    return first, last


def days(seminar):
    """Return the day or days of a seminar, in words; "" where none is known."""
    if not seminar.starts_at:
        return day_in_words(seminar.day)
    return _from_to(seminar, "DATE_FORMAT")


def day_in_words(day):
    """Return "2016-04-29", "2016-04" or "2016" in words; "" for what is unknown."""
    if day.count("-") < 2:  # noqa: PLR2004 - year, month and day
        return months.label(day)
    return date_format(date.fromisoformat(day), "DATE_FORMAT")


def hours(seminar):
    """Return (the hours in the seminar's zone, the same in UTC), in words; None where none is stated."""
    if not seminar.starts_at or seminar.whole_days:
        return None
    return tuple(_hours(seminar, zone) for zone in (seminar.zone, UTC))


def _hours(seminar, zone):
    """Return from when to when it is in a zone; another day than that of the seminar's zone is said."""
    start, end = (each.astimezone(zone) for each in (seminar.starts_at, seminar.ends_at))
    first, last = first_and_last(seminar)
    if first == last and start.date() == end.date() == first:
        words = _("%(start)s to %(end)s")
    elif start.date() == end.date():
        words = _("%(start_day)s, %(start)s to %(end)s")
    else:
        words = _("%(start_day)s, %(start)s to %(end_day)s, %(end)s")
    return words % {
        "start": date_format(start, HOURS),
        "end": date_format(end, HOURS),
        "start_day": date_format(start, "DATE_FORMAT"),
        "end_day": date_format(end, "DATE_FORMAT"),
    }


def moment(seminar, at):
    """Return a moment in the seminar's zone and in UTC, in words:
    "20 January 2027, 18:00 in Seoul (09:00 UTC)"."""
    local, universal = at.astimezone(seminar.zone), at.astimezone(UTC)
    facts = {
        "day": date_format(local, "DATE_FORMAT"),
        "time": date_format(local, HOURS),
        "place": zone_name(seminar),
        "utc_day": date_format(universal, "DATE_FORMAT"),
        "utc": date_format(universal, HOURS),
    }
    if local.date() == universal.date():
        return _("%(day)s, %(time)s in %(place)s (%(utc)s UTC)") % facts
    return _("%(day)s, %(time)s in %(place)s (%(utc_day)s, %(utc)s UTC)") % facts


def in_words(seminar):
    """Return when a seminar is, in one line for mails."""
    found = hours(seminar)
    if not found:
        return days(seminar)
    local, universal = found
    return _("%(days)s, %(local)s in %(place)s (%(universal)s UTC)") % {
        "days": days(seminar),
        "local": local,
        "place": zone_name(seminar),
        "universal": universal,
    }


def item_times(seminar, item):
    """Return when a part of the programme begins: (in the seminar's zone, in UTC), with the day where
    the seminar has several; None where it is not stated."""
    if not item.starts_at:
        return None
    local, universal = item.starts_at.astimezone(seminar.zone), item.starts_at.astimezone(UTC)
    several = not seminar.starts_at or len(set(first_and_last(seminar))) > 1
    shown = date_format(local, HOURS)
    if several:
        shown = _("%(day)s, %(time)s") % {
            "day": date_format(local, "DATE_FORMAT"),
            "time": shown,
        }
    other_day = universal.date() != local.date()
    utc = date_format(universal, HOURS)
    if other_day:
        utc = _("%(day)s, %(time)s") % {"day": date_format(universal, "DATE_FORMAT"), "time": utc}
    return shown, utc


def elsewhere(seminar):
    """Return when a seminar begins in other places, the latest clock first: (names of places, time,
    day where it is another one than in the seminar's zone). Empty where it has no hours."""
    if not seminar.starts_at or seminar.whole_days:
        return []
    here = seminar.starts_at.astimezone(seminar.zone)
    clocks = sorted(
        ((seminar.starts_at.astimezone(ZoneInfo(zone)), name) for zone, name in PLACES.items()),
        key=lambda pair: (-pair[0].utcoffset(), pair[1]),
    )
    rows = []
    for _offset, group in groupby(clocks, key=lambda pair: pair[0].utcoffset()):
        places = list(group)
        local = places[0][0]
        other = "" if local.date() == here.date() else date_format(local, "DATE_FORMAT")
        names = ", ".join(name for _local, name in places)
        rows.append((names, date_format(local, HOURS), other))
    return rows


def _from_to(seminar, form):
    """Return the first and the last day of a seminar with times, in a form; one day once."""
    first, last = first_and_last(seminar)
    if first == last:
        return date_format(first, form)
    ends = {"first": date_format(first, form), "last": date_format(last, form)}
    return _("%(first)s to %(last)s") % ends


def weekday(seminar):
    """Return the day or days of the week of a seminar, in words; "" where none is known."""
    if not seminar.starts_at:
        return ""
    return _from_to(seminar, "l")


def day_of_box(seminar):
    """Return (day, month and year) as the box beside a seminar in a list shows them; parts that are
    not known are empty."""
    parts = seminar.day.split("-")
    if len(parts) == 3:  # noqa: PLR2004 - year, month and day
        return str(int(parts[2])), date_format(date.fromisoformat(seminar.day), "M Y")
    return "", months.label(seminar.day)


def today_in(zone, now=None):
    """Return the date that it is in a zone."""
    return timezone.localdate(now, zone)
