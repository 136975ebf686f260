"""The commands that fill the library: what they print, what they leave, how they end."""

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from members.models import Member, MemberEvidence, User
from policies.models import BudgetLine, CaseStudy, Revision
from policies.search import index
from policies.workflow import moderation
from tests.factories import LiveRevisionFactory, MemberFactory, RevisionFactory
from tests.policies.lines import LINKED, content_of, encoded, full, rows, short


def run(*arguments, **options):
    """Run a command and give what it prints, and what it says meanwhile."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def surabaya(reference):
    MemberFactory(slug="suwon", name="Suwon", country="KR")
    return MemberFactory(slug="surabaya", name="Surabaya")


@pytest.fixture
def file(tmp_path):
    """Write lines to a file and give its path."""

    def write(*lines):
        path = tmp_path / "cases.jsonl"
        path.write_bytes(encoded(*lines))
        return path

    return write


@pytest.mark.sqlite
def test_import_makes_drafts_and_says_so(surabaya, file):
    out, err = run("import_cases", file(full(), short()))

    assert out == "2 created, 0 updated, 0 unchanged, 0 published, 0 bad\n"
    assert err == ""
    assert set(Revision.objects.values_list("state", flat=True)) == {"draft"}
    assert index.count() == 0


def test_import_tells_bad_lines_and_ends_with_one(surabaya, file):
    out, err = io.StringIO(), io.StringIO()
    path = file(short(), "{", full(budget={"amount": "much"}))

    with pytest.raises(CommandError) as raised:
        call_command("import_cases", str(path), stdout=out, stderr=err)

    assert raised.value.returncode == 1
    assert str(raised.value) == "Some lines were not imported."
    assert err.getvalue().splitlines() == [
        "line 2: Not JSON: Expecting property name enclosed in double quotes at character 2.",
        "line 3: budget.amount: Write a number in digits, with a point before decimals: 1250.5",
    ]
    assert out.getvalue() == "1 created, 0 updated, 0 unchanged, 0 published, 2 bad\n"
    assert CaseStudy.objects.count() == 1


def test_import_publishes_and_brings_the_index_up_to_date(surabaya, file):
    out, _err = run("import_cases", file(full(), short()), "--publish")

    assert out == "2 created, 0 updated, 0 unchanged, 2 published, 0 bad\n"
    assert Revision.objects.live().count() == index.count() == 2


@pytest.mark.sqlite
def test_published_import_replaces_what_was_public(surabaya, file):
    run("import_cases", file(full()), "--publish")

    out, _err = run("import_cases", file(full(title="Night trams")), "--publish")

    assert out == "0 created, 1 updated, 0 unchanged, 1 published, 0 bad\n"
    assert [each["title"] for each in rows(live_of__isnull=False)] == ["Night trams"]
    assert index.count() == 1


def test_dry_run_writes_nothing(surabaya, file):
    out, _err = run("import_cases", file(full()), "--dry-run", "--publish")

    assert out == ("1 created, 0 updated, 0 unchanged, 1 published, 0 bad (nothing was written)\n")
    assert CaseStudy.objects.count() == index.count() == 0


def test_import_reads_standard_input(surabaya, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(encoded(short()))))

    out, _err = run("import_cases", "-")

    assert out == "1 created, 0 updated, 0 unchanged, 0 published, 0 bad\n"


def test_import_of_a_file_that_is_not_there_says_so(surabaya, tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.jsonl: No such file or directory"):
        run("import_cases", tmp_path / "nowhere.jsonl")


def test_import_of_a_folder_says_so(surabaya, tmp_path):
    with pytest.raises(CommandError, match="Is a directory"):
        run("import_cases", tmp_path)


@pytest.mark.parametrize("size", [0, -1, 5001])
def test_import_refuses_a_batch_of_an_odd_size(surabaya, file, size):
    with pytest.raises(CommandError, match="--batch must be between 1 and 5000"):
        run("import_cases", file(short()), f"--batch={size}")

    assert CaseStudy.objects.count() == 0


def test_long_import_tells_how_far_it_is(surabaya, file, monkeypatch):
    monkeypatch.setattr("citynet.operations.commands.Cadence.IN_LOG", 0)
    path = file(*[short()] * 5)

    _out, err = run("import_cases", path, "--batch=2")
    _out, quiet = run("import_cases", path, "--batch=2", verbosity=0)

    assert [line.split(",")[0] for line in err.splitlines()] == ["2 lines", "4 lines", "5 lines"]
    assert quiet == ""


@pytest.mark.sqlite
def test_export_gives_the_public_cases_in_their_order(surabaya, file, tmp_path):
    run("import_cases", file(full(), short(title="Second")), "--publish")
    run("import_cases", file(short(title="Draft")))
    moderation.unpublish(Revision.objects.get(title="Second"), name="M", note="Wrong.")
    path = tmp_path / "out.jsonl"

    out, err = run("export_cases", path)

    assert (out, err) == ("", "1 case studies exported\n")
    (line,) = path.read_bytes().splitlines()
    live = Revision.objects.live().get()
    assert json.loads(line) == {
        "id": live.case_id,
        "url": f"http://localhost:8000/policies/{live.case_id}/",
        "revision": 1,
        "published_at": live.decided_at.isoformat(),
        "first_published_at": live.decided_at.isoformat(),
        "licence": None,
        **full(),
        **{name: [] for name in LINKED},
    }
    assert [each.name for each in tmp_path.iterdir() if "out" in each.name] == ["out.jsonl"]


def test_export_writes_to_standard_output(surabaya, file):
    run("import_cases", file(full(title="심야버스")), "--publish")

    out, _err = run("export_cases")

    assert out.endswith("\n")
    assert "심야버스" in out
    assert content_of(json.loads(out)) == full(title="심야버스")


def test_export_of_an_empty_library_is_empty(db, tmp_path):
    path = tmp_path / "out.jsonl"

    run("export_cases", path)

    assert path.read_bytes() == b""


def test_export_to_a_folder_that_is_not_there_says_so(db, tmp_path):
    with pytest.raises(CommandError, match="No such file or directory"):
        run("export_cases", tmp_path / "nowhere" / "out.jsonl")


def test_export_that_fails_leaves_the_old_file(surabaya, file, tmp_path, monkeypatch):
    run("import_cases", file(full()), "--publish")
    path = tmp_path / "out.jsonl"
    path.write_text("old")
    # A set is nothing that JSON could hold.
    monkeypatch.setattr(
        "policies.management.commands.export_cases.records", lambda _revisions: [{1: {2}}]
    )

    with pytest.raises(TypeError):
        run("export_cases", path)

    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir() if "out" in each.name] == ["out.jsonl"]


@pytest.mark.parametrize("count", [1, 3])
def test_export_takes_the_same_queries_for_one_and_for_many(
    surabaya, file, tmp_path, django_assert_num_queries, count
):
    run("import_cases", file(*[full(source_id=f"{each}") for each in range(count)]), "--publish")

    with django_assert_num_queries(16):
        run("export_cases", tmp_path / "out.jsonl")


def test_long_export_tells_how_far_it_is(surabaya, file, tmp_path, monkeypatch):
    monkeypatch.setattr("citynet.operations.commands.Cadence.IN_LOG", 0)
    run("import_cases", file(short(), short()), "--publish")

    _out, err = run("export_cases", tmp_path / "out.jsonl")

    assert err.splitlines() == ["1 case studies", "2 case studies", "2 case studies exported"]


@pytest.mark.sqlite
def test_samples_are_loaded_published_and_indexed_once(reference):
    out, _err = run("load_samples")

    assert out == "members: 135 added, 0 there already\ncase studies: 133 added, 0 there already\n"
    assert Member.objects.count() == 135
    assert MemberEvidence.objects.filter(member__slug="surabaya").exists()
    assert Revision.objects.live().count() == index.count() == 133
    assert set(CaseStudy.objects.values_list("provenance", flat=True)) == {"secretariat"}
    assert User.objects.count() == 0

    # Loaded again they change nothing that people changed.
    Member.objects.filter(slug="surabaya").update(about="Ours.")
    taken = Revision.objects.get(case__source_id="citynet-sample-001")
    moderation.unpublish(taken, name="Moderator", note="Wrong.")
    other = CaseStudy.objects.get(source_id="citynet-sample-002")
    moderation.publish(RevisionFactory(case=other, title="By the city"), name="Moderator")

    out, _err = run("load_samples")

    assert out == "members: 0 added, 135 there already\ncase studies: 0 added, 133 there already\n"
    assert Member.objects.get(slug="surabaya").about == "Ours."
    assert Revision.objects.live().count() == index.count() == 132
    other.refresh_from_db()
    assert other.live.title == "By the city"


def test_samples_need_the_reference_data(db):
    with pytest.raises(CommandError, match="Run load_reference first"):
        run("load_samples")

    assert Member.objects.count() == 0


@pytest.fixture
def synthetic(reference):
    run("generate_cases", 30, verbosity=0)


def test_synthetic_cases_keep_to_the_rules_of_the_format(synthetic, tmp_path):
    path = tmp_path / "synthetic.jsonl"
    run("export_cases", path)
    before = rows()
    run("generate_cases", "--clear")
    MemberFactory(slug="kept")
    lines = [json.loads(line) | {"member": "kept"} for line in path.read_text().splitlines()]
    path.write_bytes(encoded(*lines))

    out, _err = run("import_cases", path, "--publish")

    assert out == "30 created, 0 updated, 0 unchanged, 30 published, 0 bad\n"
    assert rows() == [each | {"member": "kept"} for each in before]


def test_same_seed_gives_the_same_cases(reference):
    def made(seed):
        run("generate_cases", 3, f"--seed={seed}", "--no-sync", verbosity=0)
        lines = rows()
        run("generate_cases", "--clear", "--no-sync", verbosity=0)
        return lines

    first = made(7)

    assert made(7) == first
    assert made(8) != first


def test_more_synthetic_cases_are_other_ones(synthetic):
    run("generate_cases", 10, "--no-sync", verbosity=0)

    titles = Revision.objects.values_list("title", flat=True)
    assert len(set(titles)) == 40
    assert {int(title.split()[2].rstrip(":")) for title in titles} == set(range(1, 41))
    assert index.count() == 30


def test_synthetic_cases_are_not_mixed_with_real_ones(reference):
    real = LiveRevisionFactory()

    with pytest.raises(CommandError, match="The library holds real cases"):
        run("generate_cases", 3)
    assert CaseStudy.objects.get() == real.case

    run("generate_cases", 3, "--force", verbosity=0)
    assert CaseStudy.objects.count() == 4


def test_clearing_removes_the_synthetic_cases_and_only_them(reference):
    real = LiveRevisionFactory(case__source_id="real", targets=["11.2"], themes=["transport"])
    run("generate_cases", 20, "--force", verbosity=0)
    needed = Member.objects.filter(slug__startswith="synthetic-").first()
    LiveRevisionFactory(case__member=needed)

    out, _err = run("generate_cases", "--clear", verbosity=0)

    assert out == "20 synthetic cases removed\n"
    assert CaseStudy.objects.filter(synthetic=True).count() == 0
    assert Revision.objects.live().count() == index.count() == 2
    assert set(Member.objects.all()) == {real.case.member, needed}
    assert BudgetLine.objects.count() == 0
    assert real.contributions.count() == real.theme_rows.count() == 1


@pytest.mark.parametrize("arguments", [[], [5, "--clear"], [0], [-5]])
def test_generating_refuses_odd_numbers(reference, arguments):
    with pytest.raises(CommandError, match="Give"):
        run("generate_cases", *arguments)


def test_generating_needs_the_reference_data(db):
    with pytest.raises(CommandError, match="Run load_reference first"):
        run("generate_cases", 1)


def test_generating_tells_how_far_it_is(reference):
    _out, err = run("generate_cases", 3, "--no-sync")

    assert err.startswith("3 of 3, ")
