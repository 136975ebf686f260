"""What a member measures, by goal and target, and the file with the same rows."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policies.models import Indicator
from tests.factories import LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db


def page_rows(answer):
    """Return the cells of the tables of the page, as text; a target stands in its first row."""
    found = []
    for body in re.findall(r"<tbody[^>]*>(.*?)</tbody>", answer.content.decode(), re.DOTALL):
        for line in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL):
            cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL)
            found.append([" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in cells])
    return found


@pytest.fixture
def hue(reference):
    hue = MemberFactory(name="Hue", slug="hue")
    buses = LiveRevisionFactory(title="Buses", case__member=hue, targets=["11.2", "3.6"])
    Indicator.objects.create(
        revision=buses,
        name="Passengers",
        unit="people a day",
        baseline=4200,
        baseline_year=2019,
        planned=6000,
        result=5100,
        result_year=2023,
        evidence="measured",
        source="Counts of the operator",
    )
    Indicator.objects.create(revision=buses, position=1, name="=Deaths on roads")
    LiveRevisionFactory(title="Bags", case__member=hue, targets=["12.5", "11.2"])
    LiveRevisionFactory(title="Others", targets=["1.1"])
    return hue


# Sentence 29.
def test_each_indicator_stands_by_goal_and_target_with_what_is_not_measured(hue, client):
    answer = client.get("/members/hue/progress/")
    measured = ["4,200 2019", "5,100 2023 planned: 6,000", "Measured Counts of the operator"]
    rows = page_rows(answer)
    assert [re.sub(r"^(\d+\.\w+) .*", r"\1", row[0]) for row in rows] == [
        *("3.6", "Buses =Deaths on roads"),
        # The policies of a target by title.
        *("11.2", "Buses Passengers people a day", "Buses =Deaths on roads"),
        "12.5",
    ]
    assert rows[0][1] == "Buses Passengers people a day"
    assert rows[0][2] == measured[0]
    assert rows[0][3].startswith(measured[1])
    assert rows[0][4] == measured[2]
    assert rows[1][1:] == ["Not reported", "Not reported", "Not reported"]
    assert rows[2][1:] == ["Bags", "Not measured Ask Hue : Bags, 11.2"]
    assert rows[5][1:] == ["Bags", "Not measured Ask Hue : Bags, 12.5"]
    assert "2 indicators" in answer.content.decode()
    assert "1 policy measures nothing" in answer.content.decode()


# Sentence 29.
def test_the_file_equals_the_page(hue, client):
    answer = client.get("/members/hue/progress.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    rows = page_rows(client.get("/members/hue/progress/"))
    assert len(lines) == len(rows) == 6
    assert [
        (line["goal"], line["target"], line["policy"], line["indicator"]) for line in lines
    ] == [
        ("3", "3.6", "Buses", "Passengers"),
        ("3", "3.6", "Buses", "'=Deaths on roads"),
        ("11", "11.2", "Bags", ""),
        ("11", "11.2", "Buses", "Passengers"),
        ("11", "11.2", "Buses", "'=Deaths on roads"),
        ("12", "12.5", "Bags", ""),
    ]
    first = lines[0]
    assert [first[name] for name in ("unit", "baseline", "baseline_year", "planned", "result")] == [
        *("people a day", "4,200", "2019", "6,000", "5,100"),
    ]
    assert [first[name] for name in ("result_year", "evidence", "source")] == [
        *("2023", "Measured", "Counts of the operator"),
    ]


def test_a_member_without_policies_has_a_sentence_and_an_act(client, reference):
    MemberFactory(name="Suva", slug="suva")
    text = client.get("/members/suva/progress/").content.decode()
    assert "No policy of Suva is public yet." in text
    assert client.get("/members/SUVA/progress/")["Location"] == "/members/suva/progress/"
    assert client.get("/members/nowhere/progress.csv").status_code == 404


def test_queries_do_not_grow(hue, client):
    numbers = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as found:
            client.get("/members/hue/progress/")
        numbers.append(len(found))
        for number in range(3):
            more = LiveRevisionFactory(case__member=hue, targets=["11.2", "6.1"])
            Indicator.objects.create(revision=more, name=f"Number {number}")
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 8
