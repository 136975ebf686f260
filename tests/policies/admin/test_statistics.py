"""Statistics: every number can be counted by hand."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from policies.models import CaseUse, ReviewEvent, Revision
from policies.statistics import flow, library_status, turnaround
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db

State = Revision.State
STATISTICS = "secretariat:statistics"


def event(revision, before, after, at):
    return ReviewEvent.objects.create(
        revision=revision, actor_name="Somebody", from_state=before, to_state=after, created_at=at
    )


def decided(revision, handed_in, days, outcome=State.PUBLISHED):
    """The events of a submission and its decision after so many days."""
    event(revision, State.DRAFT, State.SUBMITTED, handed_in)
    event(revision, State.SUBMITTED, outcome, handed_in + timedelta(days=days))


def day(year, month, number=1):
    return datetime(year, month, number, 12, tzinfo=UTC)


YEAR = flow.of_year(2026)


def counted(row):
    return (row.key, row.submissions, row.decisions, row.median, row.ninety)


def test_months_of_the_last_year_end_with_this_one():
    assert flow.last_months(date(2026, 11, 24)).months == [
        "2025-12",
        *(f"2026-{month:02}" for month in range(1, 12)),
    ]
    assert flow.last_months(date(2026, 12, 1)).months[0] == "2026-01"
    assert flow.of_year(2026).end == datetime(2027, 1, 1, tzinfo=UTC)


def test_submissions_and_decisions_are_counted_in_their_month(reference):
    revision = RevisionFactory()
    decided(revision, day(2026, 3, 30), 3)

    months = flow.flow(YEAR).months

    assert counted(months[2]) == ("2026-03", 1, 0, None, None)
    assert counted(months[3]) == ("2026-04", 0, 1, 3, 3)


def test_median_and_ninety_percent_of_ten():
    days = [float(number) for number in range(1, 11)]

    assert (turnaround.median(days), turnaround.ninety_percent(days)) == (5.5, 9.0)
    assert (turnaround.median([4.0]), turnaround.ninety_percent([4.0])) == (4.0, 4.0)
    assert (turnaround.median([]), turnaround.ninety_percent([])) == (None, None)


def test_each_turn_counts_from_its_own_submission(reference):
    revision = RevisionFactory()
    decided(revision, day(2026, 1, 1), 4, State.CHANGES_REQUESTED)
    event(revision, State.CHANGES_REQUESTED, State.SUBMITTED, day(2026, 2, 1))
    event(revision, State.SUBMITTED, State.PUBLISHED, day(2026, 2, 3))

    total = flow.flow(YEAR).total

    assert (total.submissions, total.days) == (2, [4, 2])
    assert (total.published, total.changes, total.rejected) == (1, 1, 0)


def test_imports_and_withdrawals_are_no_decisions(reference):
    revision = RevisionFactory()
    event(revision, State.DRAFT, State.PUBLISHED, day(2026, 5))
    event(revision, State.DRAFT, State.SUBMITTED, day(2026, 5))
    event(revision, State.SUBMITTED, State.WITHDRAWN, day(2026, 5, 2))

    assert counted(flow.flow(YEAR).total) == ("", 1, 0, None, None)


def test_decisions_are_parted_by_country_goal_and_theme(reference):
    jakarta = MemberFactory(country="ID")
    taipei = MemberFactory(country="TW")
    first = RevisionFactory(
        case__member=jakarta, targets=["11.2", "11.6", "9.1"], themes=["transport"]
    )
    second = RevisionFactory(case__member=taipei, targets=["11.2"], themes=["housing"])
    decided(first, day(2026, 1), 2)
    decided(second, day(2026, 1), 6)
    for member in (MemberFactory(country="FJ"), MemberFactory(country="ID"), jakarta):
        first.joint_members.create(member=member)

    found = flow.flow(YEAR)

    assert [(row.key, row.label, row.days) for row in found.countries] == [
        ("FJ", "Fiji", [2]),
        ("ID", "Indonesia", [2]),
        ("", "Without a country", [6]),
    ]
    assert [(row.key, row.days) for row in found.goals if row.days] == [("9", [2]), ("11", [2, 6])]
    assert {row.key: row.median for row in found.themes if row.days} == {
        "transport": 2,
        "housing": 6,
    }


def test_last_year_says_nothing_of_few_decisions(reference):
    now = day(2026, 11)
    for number in range(4):
        decided(RevisionFactory(), day(2026, 10), number + 1)
    assert turnaround.of_last_year(now) == (None, None, 4)

    decided(RevisionFactory(), day(2026, 10), 9)
    decided(RevisionFactory(), day(2025, 10), 20)

    assert turnaround.of_last_year(now) == (3, 9, 5)


def test_what_waits_is_parted_by_how_long():
    now = timezone.now()
    for days in (0, 6, 7, 13, 14, 29, 30, 400):
        RevisionFactory(state=State.SUBMITTED, submitted_at=now - timedelta(days=days, minutes=1))
    RevisionFactory(state=State.SUBMITTED, submitted_at=now, reviewer=StaffFactory())
    RevisionFactory(state=State.CHANGES_REQUESTED)
    RevisionFactory()

    waiting = library_status.waiting(now)

    assert (waiting.total, waiting.unassigned, waiting.oldest_days) == (9, 8, 400)
    assert (waiting.with_authors, waiting.drafts) == (1, 1)
    assert waiting.steps == [
        ("less than 7 days", 3),
        ("7 to 13 days", 2),
        ("14 to 29 days", 2),
        ("30 days or more", 2),
    ]


def test_coverage_tells_what_is_missing(reference, synced):
    LiveRevisionFactory(case__member=MemberFactory(country="ID"), targets=["11.2", "11.6"])
    MemberFactory(country="FJ")
    synced()

    covered = library_status.coverage()

    assert (covered.total, len(covered.empty)) == (1, 167)
    assert [(goal.case_count, goal.empty) for goal in covered.goals if goal.case_count] == [(1, 8)]
    assert covered.subregions == [("South-eastern Asia", 1), ("Melanesia", 0)]
    assert covered.countries == ["Fiji"]


def test_uses_are_summed_by_month_and_case():
    first, second = LiveRevisionFactory(title="One").case, LiveRevisionFactory(title="Two").case
    for case, month, seen, taken in [
        (first, "2026-01", 2, 1),
        (first, "2026-02", 3, 0),
        (second, "2026-02", 10, 4),
        (second, "2025-12", 99, 99),
    ]:
        CaseUse.objects.create(case=case, month=month, views=seen, exports=taken)

    found = library_status.uses(YEAR)

    assert found.months[:3] == [("2026-01", 2, 1), ("2026-02", 13, 4), ("2026-03", 0, 0)]
    assert [(each["case"], each["seen"], each["taken"]) for each in found.cases] == [
        (second.pk, 10, 4),
        (first.pk, 5, 1),
    ]


def test_yearly_question_is_told():
    today = date(2026, 11, 24)
    live = [LiveRevisionFactory(decided_at=day(2025, 1)).case for _ in range(4)]
    for case, confirmed, reminded in [
        (live[0], date(2026, 10, 1), date(2026, 9, 1)),
        (live[1], None, date(2026, 9, 2)),
        (live[2], date(2025, 2, 1), None),
    ]:
        case.confirmed_at, case.reminded_at = confirmed, reminded
        case.save()
    for case in live:
        MembershipFactory(member=case.member)

    found = library_status.still_true(today)

    assert (found.public, found.confirmed, found.unanswered, found.due) == (4, 1, 1, 2)
    assert found.last_asked == date(2026, 9, 2)


def test_page_shows_the_numbers_beside_the_charts(moderator_client, reference, synced):
    revision = LiveRevisionFactory(targets=["11.2"], themes=["transport"])
    decided(revision, timezone.now() - timedelta(days=3), 2)
    CaseUse.objects.create(case=revision.case, month=f"{timezone.now():%Y-%m}", views=7, exports=3)
    synced()

    answer = moderator_client.get(reverse(STATISTICS))

    assert answer.status_code == 200
    assert answer.context["flow"].total.days == [2]
    assert "Night buses" in answer.text
    assert 'style="' not in answer.text
    assert [length for _row, length in answer.context["use_bars"]] == ["0.00%"] * 11 + ["100.00%"]


def test_page_of_an_empty_library(moderator_client, reference, synced):
    answer = moderator_client.get(reverse(STATISTICS))

    assert answer.status_code == 200
    assert "Nothing in this period." in answer.text
    assert "Never so far" in answer.text


def test_year_can_be_chosen(moderator_client, reference, synced):
    decided(RevisionFactory(), day(2024, 6), 1)

    answer = moderator_client.get(reverse(STATISTICS), {"year": "2024"})

    assert (answer.context["flow"].total.decisions, answer.context["years"]) == (1, ["2024"])
    assert 'href="?year=2024"' in moderator_client.get(reverse(STATISTICS)).text
    for year in ("2023", "x", "2024x", "9" * 30, "\x00"):
        assert moderator_client.get(reverse(STATISTICS), {"year": year}).status_code == 404


def test_table_holds_the_same_figures(moderator_client, reference, synced):
    decided(RevisionFactory(targets=["11.2"]), timezone.now() - timedelta(days=3), 2)

    answer = moderator_client.get(reverse("secretariat:statistics-csv"))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert rows[0] == ["figure", "of", "measure", "value"]
    assert ["all", "", "median-days", "2.0"] in rows
    assert ["goal", "11", "submissions", "1"] in rows
    assert ["coverage", "target 11.2", "cases", "0"] in rows
    assert {len(row) for row in rows} == {4}


@pytest.mark.parametrize("number", [1, 10])
def test_page_asks_the_same_however_much_there_is(
    moderator_client, reference, synced, django_assert_num_queries, number
):
    for _ in range(number):
        revision = LiveRevisionFactory(
            case__member=MemberFactory(country="FJ"), targets=["11.2", "9.1"], themes=["transport"]
        )
        decided(revision, timezone.now() - timedelta(days=9), 2)
        CaseUse.objects.create(case=revision.case, month=f"{timezone.now():%Y-%m}", views=1)
    synced()
    moderator_client.get(reverse(STATISTICS))

    with django_assert_num_queries(23):
        moderator_client.get(reverse(STATISTICS))


@pytest.mark.parametrize("name", [STATISTICS, "secretariat:statistics-csv"])
def test_figures_are_for_who_reads_revisions(client, moderator_client, reference, name):
    client.force_login(StaffFactory())

    assert client.get(reverse(name)).status_code == 403
    assert moderator_client.post(reverse(name)).status_code == 405
    client.logout()
    assert client.get(reverse(name)).status_code == 302
