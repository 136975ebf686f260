"""Amounts as dots in lanes: where they lie, and which of them have room for words."""

import pytest

from policies.content.lanes import Amount, Lanes, draw


def amount(number, usd, name="Suva"):
    return Amount(number, name, usd, "unsaid", f"{number}. {name}", number)


def test_nothing_to_draw_is_false():
    assert draw([("Total", []), ("A part", [])]) == Lanes()
    assert not draw([])


def test_lanes_share_one_axis_and_empty_ones_are_left_out():
    drawn = draw([("Total", [amount(2, 10**6), amount(1, 10**4)]), ("Year", []), ("Part", [])])

    assert [(tick.x, str(tick.label), tick.anchor) for tick in drawn.ticks] == [
        ("0.0%", "10k", "start"),
        ("50.0%", "100k", "middle"),
        ("100.0%", "1m", "end"),
    ]
    assert [(lane.label, [dot.x for dot in lane.dots]) for lane in drawn.lanes] == [
        ("Total", ["0.0%", "100.0%"])
    ]


def test_words_take_a_second_row_and_then_are_left_out():
    close = [amount(number, 20_000 + number, "Ulaanbaatar") for number in (1, 2, 3)]

    (lane,) = draw([("Total", close)]).lanes

    assert [dot.y for dot in lane.dots] == [40, 20, None]
    assert (lane.is_tall, lane.line) == (True, 58)


def test_lane_with_room_stays_low():
    (lane,) = draw([("Total", [amount(1, 10**4), amount(2, 10**9)])]).lanes

    assert [dot.y for dot in lane.dots] == [20, 20]
    assert (lane.is_tall, lane.line) == (False, 42)


@pytest.mark.parametrize("usd", [0, 1, 999, 10**15 - 1])
def test_amounts_beyond_the_scale_are_drawn_at_its_ends(usd):
    (lane,) = draw([("Total", [amount(1, usd)])]).lanes

    assert [dot.x for dot in lane.dots] == ["100.0%" if usd > 1000 else "0.0%"]


def test_dots_at_one_place_do_not_hide_each_other():
    (lane,) = draw([("Total", [*(amount(n, 10**5) for n in range(1, 5)), amount(5, 10**8)])]).lanes

    assert [dot.below for dot in lane.dots] == [0, 12, 6, 0, 0]


@pytest.mark.parametrize(("limit", "x", "last"), [(10**5, "50.0%", "1m"), (10**9, "100.0%", "1bn")])
def test_scale_reaches_the_limit(limit, x, last):
    drawn = draw([("Total", [amount(1, 10**4), amount(2, 10**6)])], limit)

    assert (drawn.limit.x, str(drawn.ticks[-1].label)) == (x, last)
