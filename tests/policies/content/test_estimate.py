"""What policies allow to say of what it would take; H1 to H16 are the rules that keep it honest."""

import datetime
from decimal import Decimal

import pytest

from members.models import Member
from policies.content import estimate as content
from policies.content.comparable import Reason, about, why_not
from policies.content.estimate import Estimate
from policies.content.statements import Ceiling, state
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db

SPENT = {"budget_basis": "spent", "budget_scope": "total", "budget_currency": "USD"}


def policy(usd, member=None, case=None, **fields):
    """A live revision with an amount in USD that was spent, the whole of it."""
    member = member or MemberFactory(population=100_000)
    stated = {"budget_amount": usd, "budget_usd": usd, "budget_year": 2020, **SPENT}
    made = CaseStudyFactory(member=member, **(case or {}))
    return LiveRevisionFactory(case=made, **(stated | fields))


def of(*revisions, **options):
    return Estimate(list(revisions), **options)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"budget_scope": ""}, ""),
        ({"budget_scope": "part"}, Reason.PART),
        ({"budget_scope": "annual"}, Reason.ANNUAL),
        ({"budget_amount": None, "budget_usd": None}, Reason.NO_AMOUNT),
        ({"budget_usd": None, "budget_year": None, "budget_currency": "IDR"}, Reason.NO_YEAR),
        ({"budget_usd": None, "budget_year": 1950, "budget_currency": "IDR"}, Reason.NO_RATE),
    ],
)
def test_h2_what_is_left_out_has_one_reason(fields, reason):
    revision = policy(1_000_000, **fields)

    assert why_not(revision) == reason
    [(name, _label, figures)] = of(revision).groups
    assert (name, len(figures)) == (reason or "compared", 1)


def test_h3_unknown_is_neither_zero_nor_averaged_over():
    found = state([(None, "a"), *((value, value) for value in (1, 2, 3, 4, 5))])

    assert (found.count, found.lowest, found.middle) == (5, (1, 1), 3)


@pytest.mark.parametrize("count", range(14))
def test_h4_h5_h6_ladder_by_number_of_comparable_cases(count):
    """Nothing is said of fewer than five; the middle half from ten on; never a mean."""
    values = [Decimal(10 + 3 * number) for number in range(count)]
    found = state((value, value) for value in reversed(values))

    assert found.count == count
    if count < 5:
        assert (found.lowest, found.highest, found.middle, found.half) == (None,) * 4
        return
    assert (found.lowest[0], found.highest[0]) == (values[0], values[-1])
    assert found.middle == (values[(count - 1) // 2] + values[count // 2]) / 2
    inside = [value for value in values if found.half and found.half[0] <= value <= found.half[1]]
    assert (found.half is None) == (count < 10)
    assert not found.half or (inside == found.half[2] and 2 * len(inside) >= count)


@pytest.mark.parametrize(("highest", "has_middle"), [(100, True), (101, False), (1_000_000, False)])
def test_h15_values_too_far_apart_have_a_range_and_no_middle(highest, has_middle):
    found = state((Decimal(value), value) for value in [*range(1, 11), highest])

    assert (found.middle is not None, found.half is not None) == (has_middle, has_middle)
    assert found.is_too_wide is not has_middle
    assert (found.lowest[0], found.highest[0]) == (1, highest)


def test_h15_amount_of_zero_gives_no_middle_and_no_times():
    found = state((Decimal(value), value) for value in (0, 1, 2, 3, 4))

    assert (found.middle, found.times, found.is_too_wide) == (None, None, True)


def test_h7_planned_approved_and_spent_are_never_in_one_statement():
    bases = ["spent"] * 5 + ["planned"] * 4 + ["approved"] * 5 + [""] * 5
    found = of(*(policy(1000 + n, budget_basis=basis) for n, basis in enumerate(bases)))

    said = [(words.basis, words.cost.count, words.cost.middle) for words in found.words]
    assert said == [
        ("spent", 5, 1002),
        ("approved", 5, 1011),
        ("planned", 4, None),
        # Among those that do not say so plans and outturns may be mixed.
        ("", 5, None),
    ]
    assert found.words[3].cost.lowest[0] == 1014
    assert [len(lane.dots) for lane in found.picture().lanes] == [5, 5, 4, 5]


@pytest.mark.parametrize(
    ("spent", "planned", "mostly_plans"), [(4, 1, True), (5, 9, False), (3, 0, False)]
)
def test_h7_fewer_than_five_spent_are_said_to_be_with_plans(spent, planned, mostly_plans):
    amounts = [policy(1000) for _number in range(spent)]
    amounts += [policy(1000, budget_basis="planned") for _number in range(planned)]
    assert of(*amounts).is_mostly_plans is mostly_plans


def test_h8_yearly_amounts_are_apart_and_parts_are_not_counted():
    total, year, part = (
        policy(10),
        policy(20, budget_scope="annual"),
        policy(30, budget_scope="part"),
    )
    found = of(total, year, part)

    assert [figure.usd for figure in found.compared] == [10]
    assert [figure.usd for figure in found.annual] == [20]
    assert [figure.number for figure in [*found.compared, *found.annual]] == [1, 2]
    assert [reason for reason, _label, _figures in found.groups] == ["compared", "annual", "part"]


def test_h9_amount_as_stated_in_usd_and_in_international_dollars():
    makati = MemberFactory(country="PH", population=629_616)
    stated = {"budget_currency": "PHP", "budget_year": 2021, "budget_usd": Decimal("964521.43")}
    [figure] = of(policy(47_500_000, makati, **(SPENT | stated))).compared

    assert figure.stated == "PHP 47.5 million"
    assert figure.in_usd == "USD 960,000"
    assert figure.in_international.endswith("million")
    assert figure.international > 2 * figure.usd


def test_h9_without_a_year_there_are_no_international_dollars():
    [figure] = of(policy(1000, budget_year=None)).compared

    assert (figure.international, figure.in_international) == (None, "")


def test_h10_per_resident_only_where_the_whole_city_was_reached():
    scales = ["city"] * 3 + ["beyond"] * 2 + ["district", "site", ""]
    found = of(*(policy(1_000_000 + n, scale=scale) for n, scale in enumerate(scales)))
    [words] = found.words

    assert (words.cost.count, words.resident.count) == (8, 5)
    assert words.a_resident == ("USD 10", "USD 10", "USD 10")
    reasons = [figure.why_not_a_head for figure in found.compared[5:]]
    assert reasons == [
        "Not computed: the policy did not reach the whole city (scale: district)",
        "Not computed: the policy did not reach the whole city (scale: site)",
        "Not computed: it is not reported whether it reached the whole city",
    ]


def test_h10_per_person_served_where_they_are_known():
    [figure] = of(policy(1_000_000, scale="district", people_served=30_000)).compared

    assert figure.a_head == "USD 33 per person served"


def test_h11_unfinished_policies_have_no_length():
    lengths = [
        ("completed", "2001", "2003"),
        ("under-way", "2001", "2050"),
        ("stopped", "2001", "2002"),
    ]
    found = of(
        *(policy(1, stage=s, start=a, end=e) for s, a, e in lengths), policy(1, stage="planned")
    )

    assert [length for length, _figure in found.lengths] == ["3 years"]
    assert (found.time.count, len(found.so_far), len(found.without_start)) == (1, 2, 1)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Decimal("0.0012345"), "USD 0.0012"),
        (Decimal("1.25"), "USD 1.3"),
        (Decimal(57290), "USD 57,000"),
        (Decimal(999999), "USD 1 million"),
        (Decimal(15049999999), "USD 15 billion"),
        (0, "USD 0"),
    ],
)
def test_h12_computed_numbers_have_two_digits(amount, words):
    assert about(amount, "USD") == words


def test_h12_stated_amounts_are_as_stated():
    rows = [policy(value) for value in (12_345, 23_456, 34_567, 45_678, 56_789)]
    [words] = of(*rows).words

    assert words.cost.lowest[1].in_usd == "USD 12,345"
    assert words.middle_in_usd == "USD 34,567"


def test_h13_chosen_cases_stand_beside_all_cases():
    rows = [policy(1000 * number) for number in range(1, 8)]
    found = of(*rows, chosen={row.case_id for row in rows[:4]})

    [chosen], [everything] = found.chosen_words, found.words
    assert (chosen.cost.count, chosen.cost.lowest, chosen.cost.middle) == (4, None, None)
    assert (everything.cost.count, everything.cost.middle) == (7, 4000)


@pytest.mark.parametrize(
    ("of_seoul", "others", "said"), [(4, 3, True), (3, 3, False), (1, 0, False)]
)
def test_h14_a_member_with_most_of_the_amounts_is_named(of_seoul, others, said):
    seoul = MemberFactory(name="Seoul")
    rows = [policy(1000, seoul, {"slug": f"case-{n}"}) for n in range(of_seoul)]
    found = of(*rows, *(policy(1000) for _number in range(others)))

    most = found.words[0].of_one_member
    assert (most and (most[0], most[1], len(most[2]))) == (
        (seoul, of_seoul, of_seoul) if said else None
    )
    assert {figure.siblings for figure in found.compared if figure.member == seoul} == {of_seoul}


def test_h16_synthetic_case_never_enters_and_old_confirmations_are_marked():
    today = datetime.date(2026, 11, 30)
    old, new = today - datetime.timedelta(days=400), today - datetime.timedelta(days=300)
    rows = [policy(n, case={"confirmed_at": day}) for n, day in ((1, old), (2, new), (3, None))]
    found = of(policy(4, case={"synthetic": True}), *rows)

    assert found.total == 3
    assert [figure.usd for figure in found.confirmed_long_ago(today)] == [1]


def test_seven_whole_city_cases_are_scaled_to_the_asking_city():
    asker = MemberFactory(country="PH", population=473_728)
    indonesia = [MemberFactory(country="ID", population=1_000_000) for _number in range(7)]
    rows = [policy(1_000_000 * n, city, scale="city") for n, city in enumerate(indonesia, 1)]
    [words] = of(*rows, asker=asker).words

    assert words.a_resident == ("USD 1", "USD 7", "USD 4")
    scaled, home = words.scaled, words.scaled_at_home
    assert (scaled.lowest, scaled.middle, scaled.highest) == (
        "USD 470,000",
        "USD 1.9 million",
        "USD 3.3 million",
    )
    assert (scaled.count, home.count) == (7, 7)
    assert {text[:4] for text in (home.lowest, home.middle, home.highest)} == {"PHP "}


@pytest.mark.parametrize("population", [None, 0])
def test_city_without_population_is_not_computed_for(population):
    asker = Member(country="PH", population=population)
    rows = [policy(1000 * n, scale="city") for n in range(1, 8)]
    [words] = of(*rows, asker=asker).words

    assert (words.resident.count, words.scaled, words.scaled_at_home) == (7, None, None)


def test_cities_that_are_not_close_are_left_out_by_that_reason():
    same = {"country": "PH", "climate": "tropical", "on_coast": True, "population": 100_000}
    asker, near = MemberFactory(**same), MemberFactory(**same)
    far = MemberFactory(**same | {"on_coast": False})
    joint = policy(3, far)
    joint.joint_members.create(member=near)
    rows = [policy(1, near), policy(2, far), joint, policy(4, asker, {"slug": "own"})]
    found = of(*rows, asker=asker, close_only=True)

    assert [figure.usd for figure in found.compared] == [1, 3]
    assert [(name, len(figures)) for name, _label, figures in found.left_out] == [("other-city", 2)]


def test_ceiling_counts_lower_amounts_of_each_basis():
    ceiling = Ceiling(Decimal(2500), "USD", Decimal(2500), None, None)
    rows = [
        policy(1000 * n, budget_basis=basis) for basis in ("spent", "planned") for n in (1, 2, 3)
    ]
    found = of(*rows)

    assert [(str(b.label), len(b.lower), b.count) for b in found.against(ceiling)] == [
        ("Spent", 2, 3),
        ("Planned", 2, 3),
    ]
    assert found.against(None) == []


def test_staff_for_residents_only_of_whole_cities():
    rows = [policy(1, staff_fte=Decimal(n), scale="city") for n in range(1, 6)]
    found = of(*rows, policy(1, staff_fte=Decimal(50), scale="site"), policy(1, staff_heads=9))

    assert (found.staff.count, found.staff.highest[0]) == (6, 50)
    assert (found.staff_of_residents.count, found.staff_per) == (5, (1, 5))
    assert len(found.with_heads) == 1


def test_nothing_is_said_of_nothing():
    found = of()

    assert (found.groups, found.words, bool(found.picture()), found.finished) == ([], [], False, [])
    assert content.BASES.keys() == {"spent", "approved", "planned", ""}


def test_h12_amount_in_usd_of_the_source_is_not_rounded():
    stated = {"budget_amount": None, "budget_currency": "", "budget_usd_source": "Loan agreement"}
    figures = of(policy(4_235_995), policy(4_235_996, **stated)).compared

    assert [figure.in_usd for figure in figures] == ["USD 4,235,995", "USD 4,235,996"]
