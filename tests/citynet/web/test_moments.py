"""Moments in the reader's time."""

import datetime

from django.template import engines

from citynet.web import moments
from citynet.web.moments import in_words, zone_of

AT = datetime.datetime(2026, 11, 30, 0, 0, 0, 956658, tzinfo=datetime.UTC)


def test_moment_stands_in_the_time_of_the_members_country_or_in_utc_and_says_so():
    shown = {country: in_words(AT, country) for country in ("KR", "NP", "FJ", "ID", "", "XX")}
    assert shown == {
        "KR": "30 November 2026, 09:00",
        "NP": "30 November 2026, 05:45",
        "FJ": "30 November 2026, 12:00",
        "ID": "30 November 2026, 00:00 UTC",  # four zones
        "": "30 November 2026, 00:00 UTC",
        "XX": "30 November 2026, 00:00 UTC",
    }
    assert zone_of(None) is None


def test_a_machine_that_lacks_a_zone_says_utc(monkeypatch):
    monkeypatch.setattr(moments, "get_global", lambda _name: {"KR": ("Asia/Old_Seoul",)})
    assert in_words(AT, "KR") == "30 November 2026, 00:00 UTC"


def test_page_gives_the_script_the_exact_moment():
    template = engines["django"].from_string("{{ at|moment:'KR' }}{{ none|moment }}")
    assert template.render({"at": AT, "none": None}) == (
        '<time datetime="2026-11-30T00:00:00+00:00" data-moment>30 November 2026, 09:00</time>'
    )
