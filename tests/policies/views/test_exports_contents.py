"""Files of the list of policies, each test of cases of its own."""

import json
from datetime import UTC, datetime

import pytest

from policies.models import Revision, Stakeholder
from tests.factories import LiveRevisionFactory

from .exported import FILES, csv_rows, workbook_rows

pytestmark = pytest.mark.usefixtures("reference")

EXPORT_QUERIES = {"csv": 8, "jsonl": 16, "xlsx": 13}


def test_files_of_an_old_case_say_when_it_first_was_public(client, synced):
    first = LiveRevisionFactory(decided_at=datetime(2025, 1, 1, tzinfo=UTC))
    Revision.objects.update(state="superseded")
    LiveRevisionFactory(case=first.case, number=2, decided_at=datetime(2026, 1, 1, tzinfo=UTC))
    synced()
    (one,) = csv_rows(client.get("/policies/export.csv"))
    line = json.loads(client.get("/policies/export.jsonl").getvalue())
    assert (one["published_on"], one["first_published_on"]) == ("2026-01-01", "2025-01-01")
    assert (line["revision"], line["first_published_at"]) == (2, "2025-01-01T00:00:00+00:00")


def test_no_cell_of_the_csv_file_is_taken_for_a_number_or_a_date(client, synced):
    """16.10 and 2013-04 alone become 16.1 and a day in April in spreadsheets."""
    LiveRevisionFactory(targets=["16.10"], start="2013-04", end="2013-12", results="- One\n- Two")
    synced()
    (one,) = csv_rows(client.get("/policies/export.csv"))
    names = ("targets", "primary_target", "start", "end", "results")
    assert [one[name] for name in names] == [
        *("SDG 16.10", "SDG 16.10", "2013-M04", "2013-M12", "• One\n• Two"),
    ]


def test_export_has_all_pages_of_the_filtered_list(client, synced, subtests):
    for number in range(25):
        LiveRevisionFactory(title=f"Eleven {number}", targets=["11.2"])
    LiveRevisionFactory(title="Six", targets=["6.1"])
    synced()
    for kind in FILES:
        with subtests.test(kind=kind):
            answer = client.get(f"/policies/export.{kind}?goal=11&page=2&view=map")
            if kind == "csv":
                found = [one["title"] for one in csv_rows(answer)]
            elif kind == "jsonl":
                found = [json.loads(line)["title"] for line in answer.getvalue().splitlines()]
            else:
                header, *rows = workbook_rows(answer, 1)
                column = next(key for key, name in header.items() if name == "title")
                found = [cells[column] for cells in rows]
            assert sorted(found) == sorted(f"Eleven {number}" for number in range(25))


@pytest.mark.parametrize(
    "path", [*(f"/policies/export.{kind}" for kind in FILES), "/policies/feed/"]
)
def test_only_reading_is_allowed(client, db, path):
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_export_asks_a_fixed_number_of_queries(
    client, synced, django_assert_num_queries, count, subtests
):
    for number in range(count):
        revision = LiveRevisionFactory(title=f"Case {number}", targets=["11.2"], themes=["housing"])
        Stakeholder.objects.create(revision=revision, name="City", position=0)
    synced()
    for kind in FILES:
        with subtests.test(kind=kind), django_assert_num_queries(EXPORT_QUERIES[kind]):
            client.get(f"/policies/export.{kind}").getvalue()
