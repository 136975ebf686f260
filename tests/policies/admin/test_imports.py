"""Files of the secretariat: uploaded, checked, brought in, kept; whatever is wrong with them."""

import json
import os
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from members.models import Event
from policies.interchange import import_runs
from policies.models import CaseStudy, ImportRun, Revision
from policies.workflow import authoring
from tests.conftest import signed_in
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
)
from tests.policies.lines import encoded, short
from tests.policies.workbooks import row, workbook
from tests.races import at_once, kinds, needs_two_connections

pytestmark = pytest.mark.django_db

ADD = "admin:policies_importrun_add"
NO_CHOICE = (
    "“xx” is not among the values that may stand here: ar, bn, zh, fa, dz, en, fj, fil, fr, hi, id, ja, "
    "km, ko, lo, ms, mn, my, ne, pt, ru, si, es, ta, th, ur, vi."
)


@pytest.fixture(autouse=True)
def surabaya(reference):
    MemberFactory(slug="suwon", name="Suwon", country="KR")
    return MemberFactory(slug="surabaya", name="Surabaya", country="ID")


def upload(client, data, name="cases.jsonl", **fields):
    return client.post(reverse(ADD), {"file": SimpleUploadedFile(name, data), **fields})


def uploaded(client, data, name="cases.jsonl", **fields):
    """The run of a file that was taken."""
    answer = upload(client, data, name, **fields)
    assert answer.status_code == 302, answer.context["errors"]
    return ImportRun.objects.get()


def page(run):
    return reverse("admin:policies_importrun_change", args=[run.pk])


def posted(client, run, name):
    """The text of the answer to a button, read to its end; the run as it is afterwards."""
    answer = client.post(reverse(f"admin:policies_importrun_{name}", args=[run.pk]))
    assert answer.status_code == 200, answer
    text = answer.getvalue().decode()
    run.refresh_from_db()
    return text


def steps(text):
    return re.findall(r"<li>(?:<progress[^>]*></progress> )?([^<]*rows[^<]*)</li>", text)


def test_file_is_checked_then_imported_and_kept(editor_client):
    run = uploaded(
        editor_client, encoded(short(source_id="a"), short(language="xx"), short(source_id="b"))
    )
    assert (run.state, run.original_name, run.by) == (
        "uploaded",
        "cases.jsonl",
        editor_client.person,
    )
    assert re.fullmatch(r"imports/[0-9a-f]{32}\.jsonl", run.file.name)

    checked = posted(editor_client, run, "check")

    assert steps(checked) == ["3 rows, 1 with errors", "3 rows, 1 with errors"]
    assert "Finished." in checked
    assert (run.state, CaseStudy.objects.count()) == ("checked", 0)
    assert run.errors == [[2, "language", NO_CHOICE]]
    shown = editor_client.get(page(run)).text
    assert "Import the 2 good rows, leave out 1" in shown
    assert NO_CHOICE.replace("'", "&#x27;") in shown

    done = posted(editor_client, run, "run")

    assert steps(done) == ["3 of 3 rows, 1 with errors"] * 2
    assert (run.state, run.counts["run"]["created"], run.counts["run"]["bad"]) == ("done", 2, 1)
    assert list(CaseStudy.objects.order_by("source_id").values_list("source_id", flat=True)) == [
        "a",
        "b",
    ]
    assert set(Revision.objects.values_list("state", "created_by")) == {("draft", None)}
    told = Event.objects.filter(action="library-imported").order_by("pk")
    assert list(told.values_list("actor", "subject", "reason")) == [
        (editor_client.person.pk, "cases.jsonl", "Begun"),
        (
            editor_client.person.pk,
            "cases.jsonl",
            "Done: 2 created, 0 updated, 0 unchanged, 0 published, 1 bad",
        ),
    ]


def test_workbook_is_told_by_row_and_column(editor_client):
    data = workbook(row(), row(language="xx", title="=1+1"))

    run = uploaded(editor_client, data, "Cases 2026.XLSX")
    posted(editor_client, run, "check")

    assert [error[:2] for error in run.errors] == [[3, "C title"], [3, "B language"]]
    posted(editor_client, run, "run")
    assert (run.state, Revision.objects.count()) == ("done", 1)


def test_check_says_what_is_not_read_and_what_to_look_at_again(editor_client):
    data = workbook(row(Remarks="Ask <b>Ms Nguyen</b>", budget_amount=5, budget_currency="VDN"))
    run = uploaded(editor_client, data, "cases.xlsx")

    posted(editor_client, run, "check")

    assert run.errors == []
    assert run.warnings[0] == [1, "E", "Unknown column “Remarks”. It is left out."]
    told = {place for _row, place, _message in run.warnings}
    assert {"targets", "themes", "G budget_currency", "budget_year", "budget_scope"} < told
    assert run.counts["check"]["warnings"] == len(run.warnings)
    shown = editor_client.get(page(run)).text
    assert "To look at again" in shown
    assert "There is no currency VDN." in shown
    posted(editor_client, run, "run")
    assert run.counts["run"]["created"] == 1


def test_workbook_that_is_unclear_cannot_be_imported(editor_client):
    data = workbook(row(), row(), change=lambda _book, sheet: sheet.merge_range("C2:C3", "Both"))
    run = uploaded(editor_client, data, "cases.xlsx")

    posted(editor_client, run, "check")
    answer = editor_client.post(reverse("admin:policies_importrun_run", args=[run.pk]))

    assert run.counts["check"]["refused"] is True
    assert (answer.status_code, answer.url) == (302, page(run))
    shown = editor_client.get(page(run)).text
    assert "The file cannot be read as it is." in shown
    assert "good rows" not in shown
    assert (CaseStudy.objects.count(), Event.objects.count()) == (0, 0)


def test_file_cannot_be_imported_before_it_was_checked(editor_client):
    run = uploaded(editor_client, encoded(short()))

    answer = editor_client.post(reverse("admin:policies_importrun_run", args=[run.pk]), follow=True)

    assert "it has to be checked first" in answer.text
    assert CaseStudy.objects.count() == 0


def test_import_is_repeated_without_touching_public_texts(editor_client):
    LiveRevisionFactory(case__source_id="a", case__member__slug="suva", title="Public")
    RevisionFactory(case__source_id="b", case__member__slug="apia", title="Draft", is_imported=True)
    data = encoded(
        short(source_id="a", member="suva", title="New"),
        short(source_id="b", member="apia", title="New"),
    )
    run = uploaded(editor_client, data)
    for _turn in range(2):
        posted(editor_client, run, "check")
        posted(editor_client, run, "run")

    assert run.counts["run"]["unchanged"] == 2
    texts = Revision.objects.order_by("case__source_id", "number").values_list(
        "case__source_id", "title", "state"
    )
    assert list(texts) == [
        ("a", "Public", "published"),
        ("a", "New", "draft"),
        ("b", "New", "draft"),
    ]


def test_file_is_published_by_who_may_decide_only(editor_client):
    """Whoever has uploaded it; what becomes drafts is imported by who may upload."""
    clerk = StaffFactory()
    clerk.user_permissions.set(
        Permission.objects.filter(codename__in=["add_importrun", "view_importrun"])
    )
    client = signed_in(clerk)
    run = uploaded(editor_client, encoded(short()), publish="on")
    posted(editor_client, run, "check")
    for publish, status in ((True, 403), (False, 200)):
        ImportRun.objects.update(publish=publish)
        address = reverse("admin:policies_importrun_run", args=[run.pk])
        assert (address in client.get(page(run)).text) == (status == 200)
        answer = client.post(address)
        assert answer.status_code == status
        assert not CaseStudy.objects.exists()
        assert b"".join(answer)
    assert [*Revision.objects.values_list("state", flat=True)] == ["draft"]


def test_import_may_publish(editor_client, synced):
    run = uploaded(editor_client, encoded(short()), publish="on")
    posted(editor_client, run, "check")
    posted(editor_client, run, "run")

    assert Revision.objects.live().get().title == "Night buses"
    assert "Night buses" in editor_client.get("/policies/?q=buses").text


def test_connection_that_breaks_leaves_whole_batches(editor_client, monkeypatch):
    monkeypatch.setattr(import_runs, "BATCH", 2)
    run = uploaded(editor_client, encoded(*(short(source_id=f"s{number}") for number in range(7))))
    posted(editor_client, run, "check")

    answer = editor_client.post(reverse("admin:policies_importrun_run", args=[run.pk]))
    pieces = iter(answer.streaming_content)
    # The head of the page, and the first step.
    next(pieces)
    next(pieces)
    # As the server closes it; the test client keeps the connection to the database for us.
    answer._iterator.close()

    run.refresh_from_db()
    assert (run.state, run.counts["run"]["created"]) == ("stopped", 2)
    assert CaseStudy.objects.count() == 2
    assert import_runs.may_run(run)

    posted(editor_client, run, "run")
    assert (run.state, run.counts["run"]["unchanged"], CaseStudy.objects.count()) == ("done", 2, 7)


def test_run_that_fell_silent_can_be_started_again(editor_client):
    run = uploaded(editor_client, encoded(short(source_id="a")))
    posted(editor_client, run, "check")
    ImportRun.objects.update(state="running")
    assert "The file is being imported now." in editor_client.get(page(run)).text
    refused = editor_client.post(reverse("admin:policies_importrun_run", args=[run.pk]))
    assert refused.status_code == 302

    ImportRun.objects.update(updated_at=timezone.now() - 2 * import_runs.TIMEOUT)

    assert "Stopped" in editor_client.get(page(run)).text
    posted(editor_client, run, "run")
    assert run.state == "done"


@needs_two_connections
@pytest.mark.django_db(transaction=True)
def test_of_two_who_start_one_imports(editor_client):
    run = uploaded(editor_client, encoded(short(source_id="a")))
    posted(editor_client, run, "check")

    def start():
        return list(import_runs.carry_out(ImportRun.objects.get(), editor_client.person))

    assert kinds(at_once(start, start)) == ["ImportRefused", "list"]
    assert CaseStudy.objects.count() == 1


# Name, content, and what is said of it.
REFUSED = [
    (
        "cases.csv",
        b"title\n",
        "Files of this kind cannot be imported. Save it as XLSX or as JSON Lines.",
    ),
    (
        "cases.xls",
        b"\xd0\xcf\x11\xe0",
        "Files of this kind cannot be imported. Save it as XLSX or as JSON Lines.",
    ),
    ("cases", b"{}", "Files of this kind cannot be imported. Save it as XLSX or as JSON Lines."),
    ("cases.jsonl", b"", "The submitted file is empty."),
    ("cases.jsonl", b"PK\x03\x04", "The name says JSON Lines, but the file does not contain text."),
    (
        "cases.xlsx",
        b"{}\n",
        "By its name this is XLSX, but it is something else inside, or damaged.",
    ),
]


@pytest.mark.parametrize(("name", "data", "message"), REFUSED)
def test_file_of_another_kind_is_refused(editor_client, name, data, message):
    answer = upload(editor_client, data, name)

    assert answer.context["adminform"].form.errors == {"file": [message]}
    assert ImportRun.objects.count() == 0


def test_file_that_is_too_large_is_refused(editor_client, settings):
    settings.MAX_IMPORT_BYTES = 1000

    answer = upload(editor_client, b"x" * 1001)

    assert answer.context["adminform"].form.errors == {
        "file": ["This file has 1001\xa0bytes; at most 1000\xa0bytes can be imported. Split it."]
    }


def test_name_of_a_file_is_cleaned(editor_client):
    run = uploaded(editor_client, b"{}", "../../photo\u202elnosj.jsonl")

    assert run.original_name == "photolnosj.jsonl"
    assert default_storage.listdir("imports")[1] == [run.file.name.removeprefix("imports/")]


def test_errors_come_in_pages_and_as_a_file(editor_client, monkeypatch):
    monkeypatch.setattr(import_runs, "MAX_STORED_ERRORS", 150)
    run = uploaded(editor_client, encoded(*(short(language="xx") for _ in range(250)), short()))
    posted(editor_client, run, "check")

    first, last = editor_client.get(page(run)), editor_client.get(page(run), {"p": 2})
    sent = editor_client.get(reverse("admin:policies_importrun_errors", args=[run.pk]))
    lines = sent.getvalue().decode("utf-8-sig").splitlines()

    assert (len(first.context["page"].object_list), len(last.context["page"].object_list)) == (
        100,
        50,
    )
    assert "and 100 more in the file of errors" in first.text
    assert (lines[0], len(lines), lines[-1]) == (
        "Row,Place,Error",
        251,
        f'250,language,"{NO_CHOICE}"',
    )
    assert CaseStudy.objects.count() == 0


def test_many_rows_with_some_bad_ones(editor_client, django_assert_max_num_queries):
    lines = [short(source_id=str(number)) for number in range(500)]
    for number in range(0, 500, 50):
        lines[number] |= {"targets": [{"code": "99.9"}], "stage": "odd"}
    run = uploaded(editor_client, encoded(*lines))

    with django_assert_max_num_queries(25):
        posted(editor_client, run, "check")
    with django_assert_max_num_queries(60):
        text = posted(editor_client, run, "run")

    assert 'max="100" value="100"' in text
    assert {name: run.counts["run"][name] for name in ("rows", "created", "bad", "errors")} == {
        "rows": 500,
        "created": 490,
        "bad": 10,
        "errors": 20,
    }


def test_hostile_lines_are_told(editor_client):
    run = uploaded(
        editor_client, b"\xff\n[]\n" + b"[" * 100_000 + b"\n" + json.dumps(short()).encode()
    )

    posted(editor_client, run, "check")

    assert [error[0] for error in run.errors] == [1, 2, 3]
    assert run.counts["check"]["created"] == 1


def test_file_that_is_gone_is_told(editor_client):
    run = uploaded(editor_client, encoded(short()))
    default_storage.delete(run.file.name)

    posted(editor_client, run, "check")

    assert run.errors == [[0, "", "The file is no longer there. Upload it again."]]


def grow_old(name):
    """Files that were stored a moment ago are never removed."""
    old = (timezone.now() - timedelta(hours=2)).timestamp()
    os.utime(default_storage.path(name), (old, old))


def test_old_file_is_removed_and_its_result_stays(editor_client):
    run = uploaded(editor_client, encoded(short()))
    posted(editor_client, run, "check")
    posted(editor_client, run, "run")
    name = run.file.name
    call_command("delete_unused_files", verbosity=0)
    assert default_storage.exists(name)
    ImportRun.objects.update(updated_at=timezone.now() - timedelta(days=31))
    grow_old(name)

    call_command("delete_unused_files", "--dry-run", verbosity=0)
    assert default_storage.exists(name)
    call_command("delete_unused_files", verbosity=0)

    assert not default_storage.exists(name)
    run.refresh_from_db()
    assert (run.file.name, run.counts["run"]["created"]) == ("", 1)
    assert "The file itself is no longer kept." in editor_client.get(page(run)).text


def test_file_nobody_kept_is_removed(editor_client):
    name = default_storage.save("imports/left.jsonl", ContentFile(b"{}"))
    grow_old(name)

    call_command("delete_unused_files", verbosity=0)

    assert not default_storage.exists(name)


PAGES = ["changelist", "add", "template", "change", "check", "run", "errors"]


def visited(client, run, name):
    own = name in ("change", "check", "run", "errors")
    address = reverse(f"admin:policies_importrun_{name}", args=[run.pk] if own else [])
    answer = (client.post if name in ("check", "run") else client.get)(address)
    if answer.streaming:
        answer.getvalue()
    return answer.status_code


def test_moderators_may_look_and_editors_may_import(editor_client, moderator_client, client):
    run = ImportRun.objects.create(original_name="cases.jsonl", by_name="Somebody")
    run.file.save("a.jsonl", ContentFile(encoded(short())))

    assert {name: visited(moderator_client, run, name) for name in PAGES} == {
        "changelist": 200,
        "add": 403,
        "template": 403,
        "change": 200,
        "check": 403,
        "run": 403,
        "errors": 403,
    }
    assert {name: visited(client, run, name) for name in PAGES} == dict.fromkeys(PAGES, 302)
    assert {name: visited(editor_client, run, name) for name in PAGES} == dict.fromkeys(PAGES, 200)


def test_import_asks_for_a_post(editor_client):
    run = uploaded(editor_client, encoded(short()))

    for name in ("check", "run"):
        address = reverse(f"admin:policies_importrun_{name}", args=[run.pk])
        assert editor_client.get(address).status_code == 405
    assert editor_client.post(page(run), {"state": "done"}).status_code == 403
    assert (
        editor_client.post(
            reverse("admin:policies_importrun_delete", args=[run.pk]), {"post": "yes"}
        ).status_code
        == 403
    )


def test_import_that_does_not_exist_is_404(editor_client):
    assert [
        editor_client.get(reverse("admin:policies_importrun_change", args=["zwei"])).status_code,
        editor_client.get(reverse("admin:policies_importrun_change", args=[999])).status_code,
        editor_client.post(reverse("admin:policies_importrun_run", args=[999])).status_code,
    ] == [404, 404, 404]


def test_forged_form_is_refused(editor_client):
    run = uploaded(editor_client, encoded(short()))
    editor_client.handler.enforce_csrf_checks = True

    answer = editor_client.post(reverse("admin:policies_importrun_check", args=[run.pk]))

    assert answer.status_code == 403
    run.refresh_from_db()
    assert run.state == "uploaded"


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_imports_asks_the_same_however_long(
    editor_client, django_assert_num_queries, number
):
    for _ in range(number):
        ImportRun.objects.create(
            original_name="cases.jsonl", by_name="Somebody", by=editor_client.person
        )
    address = reverse("admin:policies_importrun_changelist")
    editor_client.get(address)

    with django_assert_num_queries(7):
        editor_client.get(address)


# The drafts that an import left

COMPLETE = {
    "challenge": "No buses.",
    "solution": "Buses.",
    "stage": "completed",
    "start": "2013",
    "themes": ["transport"],
    "targets": [{"code": "11.2", "primary": True}],
    "budget": {"unavailable": "Not public."},
    "manpower": {"unavailable": "Not counted."},
    "stakeholders_unavailable": "Not recorded.",
}


def drafted(client):
    """The run of an import of two complete drafts and one that lacks its challenge."""
    lines = [
        short(source_id=name, title=name, **COMPLETE | more)
        for name, more in (("A", {}), ("B", {}), ("C", {"challenge": ""}))
    ]
    run = uploaded(client, encoded(*lines))
    posted(client, run, "check")
    posted(client, run, "run")
    return run


def move(client, run, act):
    return client.post(reverse("admin:policies_importrun_drafts", args=[run.pk]), {"act": act})


def states():
    return dict(Revision.objects.order_by("title").values_list("title", "state"))


@pytest.mark.parametrize(("act", "state"), [("submit", "submitted"), ("publish", "published")])
def test_drafts_of_an_import_are_moved_together(editor_client, act, state):
    run = drafted(editor_client)
    shown = editor_client.get(page(run))
    lacking = [[gap.field for gap in gaps] for _draft, gaps in shown.context["drafts"]]
    assert lacking == [[], [], ["challenge"]]
    assert "Describe the challenge." in shown.text
    assert move(editor_client, run, act).url == page(run)
    assert states() == {"A": state, "B": state, "C": "draft"}
    assert [each.title for each, _gaps in editor_client.get(page(run)).context["drafts"]] == ["C"]
    assert move(editor_client, run, act).status_code == 302
    assert move(editor_client, run, "burn").status_code == 302
    assert states()["C"] == "draft"


@pytest.mark.parametrize("provenance", ["city", "secretariat"])
def test_draft_that_its_city_has_changed_is_its_own(editor_client, provenance):
    run = drafted(editor_client)
    changed = Revision.objects.get(title="A")
    CaseStudy.objects.filter(pk=changed.case_id).update(provenance=provenance)
    official = MembershipFactory(member=changed.case.member).user
    authoring.save_section(
        changed, user=official, seen="", fingerprint=lambda _text: "", write=lambda _text: None
    )
    assert [each.title for each, _gaps in editor_client.get(page(run)).context["drafts"]] == [
        "B",
        "C",
    ]
    move(editor_client, run, "publish")
    assert states() == {"A": "draft", "B": "published", "C": "draft"}
