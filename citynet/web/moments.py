"""Moments in the reader's time.

Times are kept in UTC, and pages do not know where they are read. A script of the page writes each
moment in the time of the browser (``static/js/moments.js``). Without it stands the time of the
member's country, where that has one; else UTC, and the page says so.
"""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _


def moment(at, country=""):
    """Return a moment as an element that the script knows; "" for None.

    ``country`` is the ISO 3166-1 code of the member that the page is about.
    """
    if at is None:
        return ""
    exact = at.isoformat(timespec="seconds")  # HTML allows for no microseconds
    return format_html('<time datetime="{}" data-moment>{}</time>', exact, in_words(at, country))


def in_words(at, country="", form="DATETIME_FORMAT"):
    """Return a moment in the time of a country, or in UTC."""
    zone = zone_of(country)
    local = date_format(timezone.localtime(at, zone or ZoneInfo("UTC")), form)
    return local if zone else _("%(time)s UTC") % {"time": local}


def zone_of(country):
    """Return the only time zone of a country or area, by its ISO 3166-1 code; else None."""
    zones = get_global("territory_zones").get(str(country), ())
    try:
        return ZoneInfo(zones[0]) if len(zones) == 1 else None
    except ZoneInfoNotFoundError:  # a machine without the zone, or with another name for it
        return None
