"""The map: where places lie, whose names stand there, and who is outside."""

import pytest

from citynet.web import maps
from members.models import Member
from tests.factories import LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db


def counted():
    return list(Member.objects.with_case_counts())


@pytest.mark.parametrize(
    ("latitude", "longitude", "x", "y"),
    [
        (55, 60, 0, 0),
        (37.566, 126.978, 536, 148),  # Seoul
        (-18.1416, 178.4415, 948, 623),  # Suva
        (-13.8333, -171.7667, 1026, 586),  # Apia: past 180°, just outside
        (45.7485, 4.8467, 2439, 79),  # Lyon: far outside
    ],
)
def test_project(latitude, longitude, x, y):
    found = maps.project(latitude, longitude)

    assert tuple(round(value) for value in found) == (x, y)


def test_points_leave_out_who_is_outside_or_nowhere():
    MemberFactory(name="Surabaya")
    MemberFactory(name="Lyon", latitude="45.74846", longitude="4.84671")
    MemberFactory(name="Nowhere", latitude=None, longitude=None)

    assert [point.name for point in maps.points(counted())] == ["Surabaya"]
    assert [member.name for member in maps.outside(counted())] == ["Lyon"]


def test_points_draw_large_dots_first_and_the_one_pointed_out_last():
    MemberFactory(name="One", latitude="0", longitude="100")
    LiveRevisionFactory(case__member=MemberFactory(name="Two", latitude="10", longitude="100"))
    here = MemberFactory(name="Here", latitude="20", longitude="100")

    points = maps.points(counted(), here=here)

    assert [(point.name, point.radius, point.here) for point in points] == [
        ("Two", "6.6", False),
        ("One", "4.0", False),
        ("Here", "4.0", True),
    ]
    assert [point.title for point in points] == [
        "Two: 1 policy",
        "One: 0 policies",
        "Here: 0 policies",
    ]


def test_points_of_a_small_map_are_doubled_and_unnamed():
    MemberFactory()

    (point,) = maps.points(counted(), mini=True)

    assert (point.radius, point.label) == ("8.0", None)


def test_labels_take_the_first_free_side():
    MemberFactory(name="Aaaa", latitude="10", longitude="100")
    MemberFactory(name="Bbbb", latitude="10", longitude="102")

    first, second = maps.points(counted())

    # To the right of the first is the second dot, so its name runs to the left.
    assert first.label == maps.Label(x="313", y="388", anchor="end")
    assert second.label == maps.Label(x="343", y="388", anchor="start")


def test_label_at_the_edge_stays_inside():
    MemberFactory(name="Suva City Council", latitude="-18.1416", longitude="178.4415")

    (point,) = maps.points(counted())

    assert point.label.anchor == "end"


def test_label_without_room_is_left_out():
    for number in range(6):
        MemberFactory(name=f"City number {number}", latitude="10", longitude="100")

    labels = [point.label for point in maps.points(counted())]

    assert [label.anchor for label in labels if label] == ["start", "end", "middle", "middle"]
    assert labels.count(None) == 2


def test_label_of_a_long_name_is_left_to_the_list():
    MemberFactory(name="The Association of Very Many Local Authorities")

    (point,) = maps.points(counted())

    assert point.label is None
