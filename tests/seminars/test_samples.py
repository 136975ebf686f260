"""The seminars of the samples: real ones, with what their sources say and do not say."""

import io
import json
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from seminars.models import Seminar
from seminars.models.seminars import validate_day
from tests.factories import LiveRevisionFactory, MemberFactory

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
FILE = Path(__file__).parents[2] / "seminars" / "samples" / "seminars.jsonl"
LINES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def run(*args):
    out = io.StringIO()
    call_command("load_seminars", *args, stdout=out)
    return out.getvalue()


def test_they_are_loaded_once_with_sources_and_caveats(reference, client):
    rows = [row for line in LINES for row in (*line["hosts"], *line["items"])]
    for slug in {row["member"] for row in rows if row["member"]}:
        MemberFactory(slug=slug)
    for source in {row["case"] for row in rows if row.get("case")}:
        LiveRevisionFactory(case__source_id=source)
    assert run() == "seminars: 32 added, 0 there already\n"
    assert run() == "seminars: 0 added, 32 there already\n"
    found = {each.source_id: each for each in Seminar.objects.with_rows()}
    assert {each.state for each in found.values()} == {"held"}
    assert all(each.is_compiled and each.sources.all() for each in found.values())
    assert {each.source_id: each.day for each in found.values()} == {
        line["source_id"]: line["day"] for line in LINES
    }
    assert sum(not each.day for each in found.values()) == 2
    cases = [item.case for each in found.values() for item in each.items.all() if item.case]
    assert len(cases) == 3
    assert [each.caveat for each in found.values() if each.caveat]
    # Of none the hours are known.
    assert not Seminar.objects.filter(starts_at__isnull=False, whole_days=False).exists()
    page = client.get("/seminars/")
    assert len(page.context["held"]) == 20
    assert b"April 2016" in client.get("/seminars/?page=2").content


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({}, "needs a source_id"),
        ({"hosts": [{"member": "nowhere"}]}, "no member “nowhere”"),
        ({"kind": "party"}, "is not a valid choice"),
        ({"targets": ["99.9"]}, "no target “99.9”"),
        ({"day": "2016-13"}, "Write a year"),
        ({"day": "2016-04-29", "last_day": "2016-04-31"}, "is no day"),
        ({"time_zone": "Mars"}, "Write a time zone"),
        ({"sources": [{"title": "x", "url": "javascript:1"}]}, "Enter a valid URL"),
    ],
)
def test_a_wrong_line_changes_nothing_and_is_named(reference, tmp_path, line, message):
    whole = {
        "source_id": "a",
        "title": "Bus",
        "kind": "forum",
        "mode": "online",
        "time_zone": "UTC",
    }
    path = tmp_path / "seminars.jsonl"
    lines = [whole | {"source_id": "b"}, whole | line if line else {"title": "Bus"}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with pytest.raises(CommandError, match=f"Line 2: .*{message}"):
        run(str(path))
    assert not Seminar.objects.exists()


def test_a_day_that_does_not_exist_is_refused():
    for day in ("2016", "2016-04", "2016-02-29"):
        validate_day(day)
    for day in ("2016-02-30", "2015-02-29", "2016-13", "soon"):
        with pytest.raises(ValidationError):
            validate_day(day)
