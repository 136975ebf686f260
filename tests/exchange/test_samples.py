"""The adoptions of the samples: real ones, with what their sources say and do not say."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from exchange.models import Adoption
from members.models import Member
from policies.models import CaseStudy
from tests.factories import LiveRevisionFactory, MemberFactory

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
FOLDER = Path(__file__).parents[2]
FILE = FOLDER / "exchange" / "samples" / "adoptions.jsonl"


def run(command, *args):
    out = io.StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def library():
    """The members and cases of the samples, as far as adoptions need them."""
    members = FOLDER / "members" / "samples" / "members.jsonl"
    for line in members.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        MemberFactory(slug=row["slug"], name=row["name"], country=row["country"])
    lines = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    for source in {line["case"] for line in lines} - {None}:
        LiveRevisionFactory(case__source_id=source)
    return lines


def test_they_come_back_as_they_stand_in_the_file(library):
    assert run("load_adoptions") == ("members: 20 added\nadoptions: 35 added, 0 there already\n")
    written = [json.loads(line) for line in run("export_adoptions").splitlines()]
    assert written == library
    assert run("load_adoptions") == ("members: 0 added\nadoptions: 0 added, 35 there already\n")


def test_each_names_its_sources_and_who_compiled_it(library):
    run("load_adoptions")
    adoptions = list(Adoption.objects.prefetch_related("sources", "reports"))
    assert {adoption.provenance for adoption in adoptions} == {"secretariat"}
    assert all(adoption.sources.all() and adoption.strength for adoption in adoptions)
    assert sum(adoption.case is not None for adoption in adoptions) == 23
    assert all(adoption.title and adoption.original_member for adoption in adoptions)
    assert Adoption.objects.public().count() == 30
    # The stage is that of the newest report, or nothing says how it stands today.
    newest = {adoption.pk: adoption.reports.all()[::-1][0].stage for adoption in adoptions}
    assert {a.pk: a.stage for a in adoptions if a.stage} == {
        a.pk: newest[a.pk] for a in adoptions if a.stage
    }
    assert sum(not adoption.stage for adoption in adoptions) == 7
    assert set(Member.objects.filter(slug__in=["hong-kong", "pakkret"]).values_list("status")) == {
        ("listed",)
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({}, "needs a source_id"),
        ({"member": "nowhere"}, "no member “nowhere”"),
        ({"stage": "soon"}, "stage: “soon” is not among"),
        ({"reports": [{"date": "2026-13", "text": "x"}]}, "date: "),
        ({"changes": [{"aspect": "scale", "kind": "smaller", "what": "x" * 401}]}, "what: "),
    ],
)
def test_a_wrong_line_changes_nothing_and_is_named(tmp_path, line, message):
    MemberFactory(slug="hue")
    whole = {"source_id": "a", "member": "hue", "original_title": "Bus", "strength": "fair"}
    path = tmp_path / "adoptions.jsonl"
    lines = [whole | {"source_id": "b"}, whole | line if line else {"member": "hue"}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with pytest.raises(CommandError, match=f"Line 2: .*{message}"):
        run("load_adoptions", str(path))
    assert not Adoption.objects.exists()
    assert not CaseStudy.objects.exists()


def test_a_file_that_is_none_is_named(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run("load_adoptions", str(tmp_path / "none.jsonl"))
    (tmp_path / "text").write_text("text", encoding="utf-8")
    with pytest.raises(CommandError, match="is not JSON Lines"):
        run("load_adoptions", str(tmp_path / "text"))
