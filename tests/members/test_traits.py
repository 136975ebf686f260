"""What cities share with one: four plain traits, in words."""

import pytest

from members import incomes, traits
from members.models import Member
from members.traits import Likeness, Trait
from tests.factories import MemberFactory

ALIKE, NEAR, OTHER, UNKNOWN = Likeness


def city(**fields):
    return Member(**{"population": 100_000, "country": "PH", "climate": "dry"} | fields)


@pytest.mark.parametrize(
    ("trait", "field", "one", "other", "expected"),
    [
        ("size", "population", 100_000, 200_000, ALIKE),
        ("size", "population", 100_000, 50_000, ALIKE),
        ("size", "population", 100_000, 200_001, NEAR),
        ("size", "population", 100_000, 25_000, NEAR),
        ("size", "population", 100_000, 400_001, OTHER),
        ("size", "population", 100_000, None, UNKNOWN),
        ("size", "population", 0, 5, UNKNOWN),
        ("income", "country", "IN", "NP", ALIKE),
        ("income", "country", "IN", "PH", NEAR),
        ("income", "country", "IN", "KR", OTHER),
        ("income", "country", "IN", "", UNKNOWN),
        ("income", "country", "BR", "IN", UNKNOWN),
        ("climate", "climate", "dry", "dry", ALIKE),
        ("climate", "climate", "dry", "polar", OTHER),
        ("climate", "climate", "dry", "", UNKNOWN),
        ("coast", "on_coast", True, True, ALIKE),
        ("coast", "on_coast", False, False, ALIKE),
        ("coast", "on_coast", True, False, OTHER),
        ("coast", "on_coast", None, None, UNKNOWN),
    ],
)
def test_likeness_of_a_trait(trait, field, one, other, expected):
    pair = city(**{field: one}), city(**{field: other})

    assert traits.likeness(*pair, Trait(trait)) == expected
    assert traits.likeness(*reversed(pair), Trait(trait)) == expected


def test_traits_are_said_in_words():
    known = city(population=1234, country="KR", climate="continental", on_coast=False)
    unknown = Member()

    assert [traits.words(known, trait) for trait in Trait] == [
        "1,234",
        "High",
        "Continental",
        "Inland",
    ]
    assert [traits.words(unknown, trait) for trait in Trait] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("AF", "Low"),
        ("NP", "Lower middle"),
        # Moved up in 2024, 2025 and 2026.
        ("MN", "Upper middle"),
        ("WS", "Upper middle"),
        ("VN", "Upper middle"),
        ("SG", "High"),
        ("XX", ""),
        ("", ""),
    ],
)
def test_income_group_of_a_country(code, group):
    assert incomes.label(code) == group


@pytest.mark.django_db
def test_close_are_cities_with_three_traits_alike_and_none_different():
    same = {"country": "PH", "climate": "tropical", "on_coast": True}
    asked = MemberFactory(name="Asked", population=100_000, **same)
    MemberFactory(name="Far in size", population=190_000, **same)
    MemberFactory(name="Twin", population=110_000, **same)
    MemberFactory(name="Near in size", population=300_000, **same)
    MemberFactory(name="Climate unknown", population=90_000, **same | {"climate": ""})
    MemberFactory(name="Inland", population=100_000, **same | {"on_coast": False})
    MemberFactory(name="Too large", population=500_000, **same)
    MemberFactory(name="No population", population=None, **same)
    MemberFactory(name="No city", kind="ngo", population=100_000, **same)

    cities = traits.cities_like(asked)

    assert [city.member.name for city in cities] == [
        "Twin",
        "Far in size",
        "Near in size",
        "Inland",
        "Climate unknown",
        "Too large",
    ]
    assert [member.name for member in traits.close_to(asked)] == [
        "Twin",
        "Far in size",
        "Near in size",
        "Climate unknown",
    ]
    assert [city.group for city in cities[2:4]] == [(3, 1, 0), (3, 0, 1)]


@pytest.mark.django_db
def test_trait_switched_off_counts_no_more():
    asked = MemberFactory(population=100_000, country="PH", climate="dry", on_coast=True)
    MemberFactory(name="Inland", population=100_000, country="PH", climate="dry", on_coast=False)

    (inland,) = traits.cities_like(asked, (Trait.SIZE, Trait.INCOME, Trait.CLIMATE))

    assert (inland.group, inland.is_close) == ((3, 0, 0), True)
    assert [mark.counts for mark in inland.marks] == [True, True, True, False]
