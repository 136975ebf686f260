"""Positions of the bars, at their edges."""

from datetime import date
from decimal import Decimal

import pytest

from policies.content.charts import (
    KNOWN,
    UNKNOWN,
    WITHDRAWN,
    Bar,
    Change,
    Piece,
    Scale,
    TimeScale,
    change,
    curve,
    linear,
    logarithmic,
    shares,
    stacked,
    time_scale,
)
from policies.templatetags import policies as tags
from policies.templatetags.policies import axis, bar, change_bar

TODAY = date(2026, 7, 1)


def kinds(drawn):
    return [piece.kind for piece in drawn.pieces]


def edges(drawn):
    return [(round(p.start, 2), round(p.start + p.width, 2)) for p in drawn.pieces]


def test_shares_of_a_whole():
    amounts = [Decimal(80), Decimal(95), Decimal(50), Decimal(3), Decimal("342.1")]
    found = shares(amounts, Decimal("570.1"))
    assert [str(share) for share in found] == ["14.0", "16.7", "8.8", "0.5", "60.0"]
    assert sum(found) == 100


def test_equal_amounts_have_equal_shares():
    assert shares([25, 25, 400], 450) == [Decimal("5.6"), Decimal("5.6"), Decimal("88.9")]


def test_share_of_an_unknown_amount_is_unknown():
    assert shares([None, 50], 100) == [None, Decimal(50)]


def test_share_of_nothing_is_zero_and_not_unknown():
    assert shares([0, 100], 100) == [Decimal(0), Decimal(100)]


@pytest.mark.parametrize("total", [None, 0])
def test_shares_of_an_unknown_or_empty_total_are_unknown(total):
    assert shares([0, None], total) == [None, None]


def test_shares_that_exceed_the_total_are_not_given():
    assert shares([70, 40], 100) == [None, None]


def test_stacked_bar_ends_at_the_edge():
    drawn, _single = stacked([(30, KNOWN), (70, KNOWN)], 100)
    assert edges(drawn) == [(0, 29.75), (30, 100)]


def test_stacked_bar_shows_the_rest_as_unknown():
    drawn, _single = stacked([(25, KNOWN)], 100)
    assert kinds(drawn) == [KNOWN, UNKNOWN]
    assert edges(drawn) == [(0, 24.75), (25, 100)]


def test_stacked_bar_keeps_withdrawn_money_apart():
    drawn, single = stacked([(60, WITHDRAWN), (40, KNOWN)], 100)
    assert kinds(drawn) == [WITHDRAWN, KNOWN]
    assert [kinds(bar) for bar in single] == [[WITHDRAWN], [KNOWN]]


def test_stacked_bar_that_exceeds_the_total_shares_its_own_sum():
    drawn, single = stacked([(150, KNOWN), (50, KNOWN)], 100)
    assert edges(drawn) == [(0, 74.75), (75, 100)]
    assert [edges(bar) for bar in single] == [[(0, 75)], [(0, 25)]]


def test_stacked_bar_without_any_amount_is_empty():
    assert stacked([(None, KNOWN), (None, KNOWN)], None) == (Bar(), [Bar(), Bar()])
    assert stacked([(0, KNOWN)], 0) == (Bar(), [Bar()])


def test_stacked_bar_with_unknown_amounts_only_is_unknown():
    drawn, single = stacked([(None, KNOWN)], 100)
    assert (kinds(drawn), single) == ([UNKNOWN], [Bar()])


def test_amount_of_zero_has_no_piece():
    drawn, single = stacked([(0, KNOWN), (100, KNOWN)], 100)
    assert edges(drawn) == [(0, 100)]
    assert single[0] == Bar()


def test_tiny_amount_is_still_drawn():
    drawn, _single = stacked([(Decimal("0.001"), KNOWN), (Decimal("99.999"), KNOWN)], 100)
    assert drawn.pieces[0].width > 0


def test_neighbours_differ_in_shade():
    drawn, _single = stacked([(25, KNOWN)] * 4, 100)
    assert [piece.shade for piece in drawn.pieces] == [0, 1, 2, 0]


def test_linear_scale_begins_at_zero():
    scale = linear([None, 50, 200])
    assert edges(scale.bar(50)) == [(0, 25)]
    assert edges(scale.bar(0)) == [(0, 0)]
    assert scale.bar(None) is None


def test_linear_scale_without_values():
    assert linear([None, None]) is None


def test_linear_scale_of_zeros():
    assert edges(linear([0, 0]).bar(0)) == [(0, 0)]


def test_log_scale_holds_all_values_between_powers_of_ten():
    scale = logarithmic([Decimal(636_821), Decimal(570_100_000), None])
    assert (scale.low, scale.high) == (100_000, 1_000_000_000)
    assert round(scale.position(636_821), 1) == 20.1
    assert scale.position(1_000_000_000) == 100


def test_log_scale_gives_the_smallest_value_some_length():
    scale = logarithmic([1000])
    assert (scale.low, scale.high) == (100, 1000)
    assert scale.position(1000) == 100


def test_log_scale_puts_zero_at_the_edge():
    scale = logarithmic([0, 1000])
    assert scale.position(0) == 0


def test_log_scale_without_values():
    assert logarithmic([None]) is None
    assert logarithmic([0]) is None


def test_log_scale_below_one():
    scale = logarithmic([Decimal("0.5"), 5])
    assert (scale.low, scale.high) == (0.1, 10)


def test_scale_keeps_values_inside():
    assert Scale(0, 10).position(99) == 100
    assert Scale(0, 10).position(-5) == 0


def test_change_in_percent_is_on_the_scale_to_a_hundred():
    assert change(Decimal(72), Decimal(6), in_percent=True) == Change(72, 6)


def test_change_above_a_hundred_percent_is_on_its_own_scale():
    assert change(100, 200, in_percent=True) == Change(50, 100)


def test_change_of_numbers_is_on_the_larger_one():
    assert change(10, 24) == Change(Scale(0, 24).position(10), 100)


def test_change_below_zero():
    assert change(-10, 10) == Change(0, 100)


def test_change_from_zero_to_zero():
    assert change(0, 0) == Change(0, 0)


@pytest.mark.parametrize(("before", "after"), [(None, 1), (1, None), (None, None)])
def test_change_with_an_unknown_end_is_not_drawn(before, after):
    assert change(before, after) is None


def test_time_scale_of_a_period_that_is_over():
    assert time_scale([("1993", "2006")], TODAY) == TimeScale(1993, 2006)


def test_time_scale_of_an_open_period_reaches_to_today():
    assert time_scale([("2013-04", "")], TODAY) == TimeScale(2013, 2026)


def test_time_scale_that_ends_in_the_future():
    assert time_scale([("2018", "2030")], TODAY) == TimeScale(2018, 2030)


def test_time_scale_of_a_start_after_today_begins_today():
    assert time_scale([("2028", "2030")], TODAY) == TimeScale(2026, 2030)
    assert time_scale([("2028", "")], TODAY) == TimeScale(2026, 2028)


def test_time_scale_of_an_unknown_start_has_room_for_it():
    assert time_scale([("", "2006")], TODAY) == TimeScale(2005, 2006)


def test_time_scale_of_nothing():
    assert time_scale([("", "")], TODAY) is None
    assert time_scale([], TODAY) is None


def test_period_with_both_ends():
    scale = TimeScale(2010, 2019)
    assert scale.bar("2012", "2014") == Bar((Piece(20, 30),))


def test_period_in_months():
    scale = TimeScale(2010, 2010)
    assert edges(scale.bar("2010-04", "2010-06")) == [(25, 50)]


def test_period_without_an_end_is_known_in_its_first_year_only():
    drawn = TimeScale(2010, 2019).bar("2012", "")
    assert kinds(drawn) == [KNOWN, UNKNOWN]
    assert edges(drawn) == [(20, 30), (30, 100)]


def test_period_without_an_end_that_is_under_way_is_known_until_today():
    drawn = TimeScale(2017, 2026).bar("2017", "", today=TODAY, under_way=True)
    assert kinds(drawn) == [KNOWN, UNKNOWN]
    assert edges(drawn) == [(0, 95), (95, 100)]
    assert drawn.mark == 95


def test_period_that_begins_after_today():
    drawn = TimeScale(2026, 2030).bar("2028", "", today=TODAY, under_way=True)
    assert edges(drawn) == [(40, 60), (60, 100)]
    assert drawn.mark == 10


def test_single_month_is_wide_enough_to_be_seen():
    drawn = TimeScale(1990, 2026).bar("2013-04", "")
    assert drawn.pieces[0].width == pytest.approx(0.8)


def test_last_month_of_the_scale_stays_inside():
    drawn = TimeScale(1990, 2026).bar("2026-12", "")
    assert edges(drawn)[-1][1] == 100


def test_period_without_a_start_is_known_in_its_last_year_only():
    drawn = TimeScale(2010, 2019).bar("", "2014")
    assert kinds(drawn) == [UNKNOWN, KNOWN]
    assert edges(drawn) == [(0, 40), (40, 50)]


def test_period_without_any_date_is_unknown_throughout():
    assert TimeScale(2010, 2019).bar("", "") == Bar((Piece(0, 100, UNKNOWN),))


def test_today_is_no_mark_outside_of_the_scale():
    assert TimeScale(1993, 2006).bar("1993", "2006", today=TODAY).mark is None


def test_ticks_are_few_and_leave_room_for_today():
    scale = TimeScale(2016, 2027)
    ticks = scale.ticks(scale.day(date(2026, 11, 23)))
    assert [tick.label for tick in ticks] == ["2016", "2019", "2022", "2025"]
    assert [tick.anchor for tick in ticks] == ["start", "middle", "middle", "middle"]


def test_tick_below_the_word_today_has_no_label():
    scale = TimeScale(2024, 2026)
    assert [tick.label for tick in scale.ticks(scale.day(date(2026, 2, 1)))] == ["2024", "2025", ""]


def test_ticks_of_a_very_long_time():
    assert len(TimeScale(1900, 2099).ticks()) == 4


def test_bar_as_svg_writes_points_and_hides_itself():
    drawn = Bar((Piece(0, 33.333), Piece(40, 10, KNOWN, 1), Piece(50, 50, UNKNOWN)), mark=12.5)
    assert bar(drawn) == (
        '<svg class="bar" aria-hidden="true" focusable="false">'
        '<rect x="0.00%" width="33.33%" height="100%"/>'
        '<rect x="40.00%" width="10.00%" height="100%" fill-opacity=".55"/>'
        '<rect x="50.00%" width="50.00%" height="100%" fill="url(#hatch)"/>'
        '<line x1="12.50%" x2="12.50%" y1="-5" y2="100%"/></svg>'
    )


def test_withdrawn_money_is_outlined():
    drawn = Bar((Piece(0, 50, WITHDRAWN),))
    assert 'fill="none" stroke="currentColor" stroke-dasharray="4 3"' in bar(drawn, thick=True)
    assert 'class="bar thick"' in bar(drawn, thick=True)


def test_change_as_svg_goes_from_ring_to_dot():
    drawn = change_bar(Change(72, 6))
    assert '<circle class="start" cx="72.00%"' in drawn
    assert '<circle class="end" cx="6.00%"' in drawn


def test_axis_as_svg_says_today():
    scale = TimeScale(2024, 2026)
    drawn = axis(scale.ticks(50.0), 50.0)
    assert '<text class="who" x="50.00%" y="18" text-anchor="middle">today</text>' in drawn
    assert ">2024<" in drawn
    assert ">2025<" in drawn
    assert ">2026<" in drawn
    crowded = axis(scale.ticks(33.0), 33.0)
    assert ">2025<" not in crowded
    assert crowded.count("<line") == 4
    assert "today" not in axis(scale.ticks())


def test_values_over_years_are_a_line_from_zero():
    found = curve([(2010, 0), (2012, 5), (2013, 20)])
    points = ((0.0, 100.0), (pytest.approx(200 / 3), 75.0), (100.0, 0.0))
    assert (found.points, found.first, found.last) == (points, "2010", "2013")
    assert [is_next for _start, _end, is_next in found.stretches] == [False, True]
    assert [y for _x, y in curve([(2010, -5), (2011, 15)]).points] == [100, 0]
    assert [y for _x, y in curve([(2010, 25), (2011, 50)], in_percent=True).points] == [75, 50]
    assert [y for _x, y in curve([(2010, 0), (2011, 0)]).points] == [100, 100]
    assert (curve([]), curve([(2010, 5)])) == (None, None)


def test_curve_as_svg_dashes_what_is_not_known():
    drawn = tags.curve(curve([(2010, 0), (2012, 5), (2013, 20)]))
    assert (
        '<line x1="0.00%" y1="100.00%" x2="66.67%" y2="75.00%" stroke-dasharray="4 4"/>'
        '<line x1="66.67%" y1="75.00%" x2="100.00%" y2="0.00%"/>'
    ) in drawn
    assert drawn.count("<circle") == 3
    assert '<text x="0" y="100%">2010</text>' in drawn
