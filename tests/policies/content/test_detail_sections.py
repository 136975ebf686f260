"""Timeline, stakeholders, indicators and sources, worked out from the rows."""

from datetime import date
from decimal import Decimal

import pytest

from policies.content.charts import KNOWN, UNKNOWN
from policies.content.sections import difference, indicator_rows, stakeholder_groups, web_site
from policies.content.timeline import Event, timeline
from policies.models import Indicator, Phase, Stakeholder
from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 7, 1)


def kinds(row):
    return [piece.kind for piece in row.bar.pieces]


def test_timeline_of_nothing():
    found = timeline(LiveRevisionFactory(), TODAY)
    assert (found.rows, found.ticks, found.today, found.events) == ([], [], None, [])
    assert not found.has_gaps


def test_timeline_of_what_is_over():
    found = timeline(LiveRevisionFactory(start="1993", end="2006", stage="completed"), TODAY)
    assert [row.name for row in found.rows] == ["Whole policy"]
    assert (found.today, found.has_gaps) == (None, False)
    assert found.events == [Event("1993", "Start"), Event("2006", "End")]


def test_timeline_of_what_is_under_way_is_known_until_today():
    found = timeline(LiveRevisionFactory(start="2024", stage="under-way"), TODAY)
    assert kinds(found.rows[0]) == [KNOWN, UNKNOWN]
    assert found.rows[0].bar.pieces[0].width == found.today
    assert found.has_gaps
    assert found.events == [Event("2024", "Start"), Event("", "End")]


def test_timeline_without_a_stage_knows_the_start_only():
    found = timeline(LiveRevisionFactory(start="2023-01"), TODAY)
    first, rest = found.rows[0].bar.pieces
    assert (first.kind, rest.kind) == (KNOWN, UNKNOWN)
    assert first.width == pytest.approx(100 / 48)


def test_timeline_of_what_is_planned():
    found = timeline(LiveRevisionFactory(start="2028", end="2030", stage="planned"), TODAY)
    assert found.events == [Event("2028", "Planned start"), Event("2030", "Planned end")]
    assert found.today == 10


def test_timeline_that_ends_this_year_is_not_said_to_be_planned():
    found = timeline(LiveRevisionFactory(start="2024", end="2026"), TODAY)
    assert found.events[-1] == Event("2026", "End")


def test_phases_come_in_the_order_of_time_and_unknown_ones_last():
    revision = LiveRevisionFactory(start="2013", end="2022")
    for place, (name, start, end) in enumerate(
        [
            ("Unknown", "", ""),
            ("Late", "2020-05", ""),
            ("Until", "", "2016"),
            ("Early", "2013-04", "2013-08"),
            ("Month", "2014-01", "2014-01"),
        ]
    ):
        Phase.objects.create(revision=revision, position=place, name=name, start=start, end=end)
    found = timeline(revision, TODAY)
    assert [(event.when, event.what, event.gap) for event in found.events] == [
        ("2013", "Start", ""),
        ("April 2013 – August 2013", "Early", ""),
        ("January 2014", "Month", ""),
        ("2016", "Until", "start not reported"),
        ("May 2020", "Late", "end not reported"),
        ("2022", "End", ""),
        ("", "Unknown", ""),
    ]
    assert [row.name for row in found.rows] == ["Whole policy", "Late", "Until", "Early", "Month"]


def test_phases_before_the_start_and_after_the_end_stand_in_their_place():
    revision = LiveRevisionFactory(start="2013", end="2014")
    for place, start in enumerate(("2015", "2014-09", "2010", "2013")):
        Phase.objects.create(revision=revision, position=place, name=start, start=start)
    found = timeline(revision, TODAY)
    assert [event.what for event in found.events] == [
        "2010",
        "Start",
        "2013",
        "2014-09",
        "End",
        "2015",
    ]


def test_unknown_part_of_a_phase_stays_within_a_policy_that_is_over():
    revision = LiveRevisionFactory(start="2013", end="2016")
    for place, (start, end) in enumerate((("2015", ""), ("", "2014"), ("2016-12", ""))):
        Phase.objects.create(revision=revision, position=place, name="P", start=start, end=end)
    found = timeline(revision, TODAY)
    assert found.today is None
    drawn = [
        [(piece.start, piece.width, piece.kind) for piece in row.bar.pieces] for row in found.rows
    ]
    assert drawn == [
        [(0, 100, KNOWN)],
        [(50, 25, KNOWN), (75, 25, UNKNOWN)],
        [(0, 25, UNKNOWN), (25, 25, KNOWN)],
        [(pytest.approx(97.92, abs=0.01), pytest.approx(2.08, abs=0.01), KNOWN)],
    ]


def test_phases_without_dates_of_a_policy_without_dates():
    revision = LiveRevisionFactory()
    Phase.objects.create(revision=revision, name="Trial")
    found = timeline(revision, TODAY)
    assert found.rows == []
    assert [(event.when, event.what) for event in found.events] == [
        ("", "Start"),
        ("", "End"),
        ("", "Trial"),
    ]


def test_dated_phase_of_a_policy_without_dates_has_a_bar_of_its_own():
    revision = LiveRevisionFactory()
    Phase.objects.create(revision=revision, name="Trial", start="2013", end="2014")
    assert [row.name for row in timeline(revision, TODAY).rows] == ["Trial"]


def test_stakeholders_are_grouped_by_who_leads_and_by_kind():
    revision = LiveRevisionFactory()
    rows = [
        ("Nobody knows", "", "", ""),
        ("Riders", "community", "Ride", "consulted"),
        ("Company", "private", "Runs the lines", "partner"),
        ("Transport office", "city-department", "Plans", "leads"),
        ("Mayor", "city-department", "", ""),
        ("Land board", "other-government", "partner", "partner"),
    ]
    for place, (name, kind, role, engagement) in enumerate(rows):
        Stakeholder.objects.create(
            revision=revision,
            position=place,
            name=name,
            kind=kind,
            role=role,
            engagement=engagement,
            source_number=3 if name == "Riders" else None,
        )
    assert [(group.label, group.people) for group in stakeholder_groups(revision)] == [
        ("Leads", [("Transport office", "Plans", "City department", None)]),
        ("City department", [("Mayor", "", "", None)]),
        ("Other government", [("Land board", "partner", "", None)]),
        ("Private company", [("Company", "Runs the lines", "Partner", None)]),
        ("Community", [("Riders", "Ride", "Consulted", 3)]),
        ("Kind not reported", [("Nobody knows", "", "", None)]),
    ]


@pytest.mark.parametrize(
    ("before", "after", "in_percent", "expected"),
    [
        (10, 24, False, "+14 (+140%)"),
        (22, 4, False, "−18 (−82%)"),
        (Decimal("2.34"), Decimal("1.25"), False, "−1.09 (−47%)"),
        (0, 5, False, "+5"),
        (-5, 5, False, "+10"),
        (1000, 1001, False, "+1"),
        (5, 5, False, "no change"),
        (72, 6, True, "−66 points"),
        (48, Decimal("99.9"), True, "+51.9 points"),
        (5, 5, True, "±0 points"),
        (None, 5, False, ""),
        (5, None, True, ""),
    ],
)
def test_change_in_words(before, after, in_percent, expected):
    assert difference(before, after, in_percent=in_percent) == expected


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("National rank for cleanliness", "rank", "−148"),
        ("Ranking among 471 cities", "", "−148"),
        ("도시 청결 순위", "", "−148"),
        ("Rank for cleanliness", "place", "−148"),
        ("Taxi rank", "waiting cars", "−148 (−99%)"),
        ("Child care", "places", "−148 (−99%)"),
    ],
)
def test_change_of_a_rank_has_no_percentage(name, unit, expected):
    revision = LiveRevisionFactory()
    Indicator.objects.create(revision=revision, name=name, unit=unit, baseline=149, result=1)
    assert indicator_rows(revision)[0].change == expected


@pytest.mark.parametrize(
    ("name", "unit", "shown"),
    [
        ("Terminals", "terminals", ""),
        ("Jobs created", " jobs", ""),
        ("Riders a day", "riders", ""),
        ("Bus lanes", "lane", "lane"),
        ("Length, m", "m", "m"),
        ("Lanes", "km", "km"),
        ("Trips", "", ""),
    ],
)
def test_unit_that_the_name_says_is_not_said_twice(name, unit, shown):
    revision = LiveRevisionFactory()
    revision.indicators.create(name=name, unit=unit)
    assert indicator_rows(revision)[0].unit == shown


@pytest.mark.parametrize(
    ("evidence", "reporter", "shown"),
    [
        ("reported", "", ("Reported by the city", "")),
        ("reported", "press", ("", "The press")),
        ("reported", "city", ("", "The city")),
        ("measured", "research", ("Measured", "Research")),
        ("", "funder", ("", "A funder")),
        ("", "", ("", "")),
    ],
)
def test_figure_of_a_funder_is_not_called_reported_by_the_city(evidence, reporter, shown):
    revision = LiveRevisionFactory()
    revision.indicators.create(name="Trips", evidence=evidence, reporter=reporter)
    row = indicator_rows(revision)[0]
    assert (row.evidence, row.reporter) == shown


def test_percentages_are_written_as_such():
    revision = LiveRevisionFactory()
    Indicator.objects.create(
        revision=revision, name="Coverage", unit="%", baseline=25, planned=100, result=90
    )
    (row,) = indicator_rows(revision)
    assert (row.unit, row.before, row.planned, row.result) == (
        "",
        "25%",
        "100%",
        "90%",
    )
    assert (row.bar.start, row.bar.end) == (25, 90)


def test_fall_is_written_with_a_minus_like_a_change():
    revision = LiveRevisionFactory()
    revision.indicators.create(name="Cases", unit="%", baseline=0, result=-96, position=0)
    revision.indicators.create(name="At work", baseline=-1, result=-14, position=1)
    assert [(row.result, row.change) for row in indicator_rows(revision)] == [
        ("−96%", "−96 points"),
        ("−14", "−13"),
    ]


def test_indicator_of_which_nothing_is_known():
    revision = LiveRevisionFactory()
    Indicator.objects.create(revision=revision, name="Coverage", unit="%")
    (row,) = indicator_rows(revision)
    assert (row.before, row.planned, row.result, row.change) == ("", "", "", "")
    assert (row.bar, row.evidence) == (None, "")


def test_indicator_of_zero_is_not_unknown():
    revision = LiveRevisionFactory()
    Indicator.objects.create(revision=revision, name="Deaths", baseline=6, result=0)
    (row,) = indicator_rows(revision)
    assert (row.result, row.change) == ("0", "−6 (−100%)")


def test_page_shows_what_of_an_indicator_is_unknown(client):
    revision = LiveRevisionFactory()
    Indicator.objects.create(revision=revision, name="Homes", planned=10_000)
    page = client.get(revision.case.get_absolute_url()).text
    table = page.split("<caption>From before", 1)[1].split("</table>", 1)[0]
    assert table.count("Not reported") == 3
    assert "10,000" in table
    assert "Not computed" in table
    assert "<svg" not in table


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.adb.org/x", "adb.org"),
        ("http://news.mn:8080/en", "news.mn"),
        ("ftp://files.example/x", ""),
        ("javascript:alert(1)", ""),
        ("//evil.example", ""),
        ("https://", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_name_of_a_web_site(url, site):
    assert web_site(url) == site


def test_figure_over_the_years_holds_before_and_result_too():
    revision = LiveRevisionFactory()
    revision.indicators.create(
        name="Trips",
        series="2012: 5; 2013: 20",
        baseline=0,
        baseline_qualifier="at-most",
        baseline_year=2010,
        result=30,
        result_year=2014,
        result_qualifier="about",
        position=0,
    )
    revision.indicators.create(name="Lines", baseline=1, baseline_year=2010, position=1)
    revision.indicators.create(name="Cover", unit="%", series="2013: 50", position=2)
    trips, lines, cover = indicator_rows(revision)
    assert trips.before == "at most 0"
    assert trips.series == [
        ("2010", "at most 0"),
        ("2012", "5"),
        ("2013", "20"),
        ("2014", "about 30"),
    ]
    assert (trips.curve.first, trips.curve.last) == ("2010", "2014")
    assert (lines.series, lines.curve) == ([], None)
    assert (cover.series, cover.curve) == ([("2013", "50%")], None)


def test_page_draws_a_figure_over_the_years_and_lists_its_values(client):
    revision = LiveRevisionFactory()
    revision.indicators.create(name="Lines", position=0)
    page = client.get(revision.case.get_absolute_url()).text
    assert "Over the years" not in page
    revision.indicators.create(name="Trips", series="2012: 5; 2013: 20", reporter="press")
    page = client.get(revision.case.get_absolute_url()).text
    figure = page.split('<div class="series">', 1)[1].split("</figure>", 1)[0]
    assert figure.count('<svg class="curve" aria-hidden="true" focusable="false">') == 1
    for year, value in (("2012", "5"), ("2013", "20")):
        assert f'<tr><th scope="row">{year}</th><td class="num">{value}</td></tr>' in figure
    assert "Reported by: The press" in " ".join(page.split())
