"""Rows of the lists of a section: many, moved without a script, targets, and what rests on sources."""

import pytest
from django.http import QueryDict

from policies.forms.editor import Editor
from policies.forms.registry import BY_SLUG
from policies.models import Stakeholder
from tests.policies.authors import address, fields_of, save, section_of

from .sections import JSON, editor_of, store

pytestmark = pytest.mark.django_db


def test_more_rows_than_fit_are_too_many_and_none_is_lost(official, draft):
    rows = {f"stakeholders__{number}__name": f"Row {number}" for number in range(41)}
    answer = save(official, draft.case, "stakeholders", **rows)
    assert answer.status_code == 422
    assert "At most 40 rows fit here." in answer.text
    assert fields_of(answer)["stakeholders-40-name"] == ["Row 40"]
    # The row with the most fields.
    rows = {f"indicators__{number}__name": f"Row {number}" for number in range(200)}
    editor = editor_of(official, draft, "results", **rows)
    assert store(editor, draft) is False
    [each] = editor.lists
    assert "At most 40 rows fit" in str(each.rows.non_form_errors())
    assert each.rows.forms[199]["name"].value() == "Row 199"


def test_forty_rows_are_saved_in_order(official, draft):
    rows = {f"stakeholders__{n}__name": f"Row {n}" for n in range(40)}
    assert save(official, draft.case, "stakeholders", **rows).status_code == 302
    names = list(draft.stakeholders.values_list("name", flat=True))
    assert names == [f"Row {n}" for n in range(40)]


@pytest.mark.parametrize("total", ["", "x", "-1", "99999999999", "1e3"])
def test_count_of_rows_that_is_none_is_no_error_of_ours(official, draft, total):
    sent = section_of(official, draft.case, "time") | {"phases-TOTAL_FORMS": total}
    assert official.post(address(draft.case, "time"), sent, headers=JSON).status_code in {200, 422}
    editor, _place = Editor.typed(BY_SLUG["time"], draft, query(sent), "add:phases")
    assert len(editor.lists[0].rows.forms) == 1


# Rows without a script


def query(sent):
    data = QueryDict(mutable=True)
    for name, value in sent.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def rows_after(official, draft, operation, names=("A", "B", "C")):
    typed = {f"stakeholders__{n}__name": name for n, name in enumerate(names)}
    typed |= {"row": operation, "stakeholders_unavailable": "x" * 400}
    answer = save(official, draft.case, "stakeholders", **typed)
    assert answer.status_code == 200
    sent = fields_of(answer)
    assert sent["stakeholders_unavailable"] == ["x" * 400]
    assert draft.stakeholders.count() == 0
    total = int(sent["stakeholders-TOTAL_FORMS"][0])
    return [sent[f"stakeholders-{n}-name"][0] for n in range(total)]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("add:stakeholders", "A B C _"),
        ("remove:stakeholders:1", "A C"),
        ("up:stakeholders:2", "A C B"),
        ("down:stakeholders:0", "B A C"),
        ("up:stakeholders:0", "A B C"),
        ("down:stakeholders:2", "A B C"),
        ("remove:stakeholders:9", "A B C"),
        ("remove:stakeholders:²", "A B C"),
        ("remove:nothing:1", "A B C"),
        ("show", "A B C"),
    ],
)
def test_button_of_a_row_keeps_everything_typed(official, draft, operation, expected):
    typed = {f"stakeholders__{n}__name": name for n, name in enumerate("ABC")}
    typed |= {"stakeholders_unavailable": "x" * 400}
    sent = query(section_of(official, draft.case, "stakeholders", **typed))
    editor, _place = Editor.typed(BY_SLUG["stakeholders"], draft, sent, operation)
    names = [form["name"].value() or "_" for form in editor.lists[0].rows.forms]
    assert names == expected.split()
    assert editor.form["stakeholders_unavailable"].value() == "x" * 400


def test_page_with_a_row_moved_has_everything_typed_and_saves_nothing(official, draft):
    assert rows_after(official, draft, "up:stakeholders:2") == ["A", "C", "B"]


def test_rows_can_be_reordered_and_saved(official, draft):
    for number, name in enumerate("AB"):
        Stakeholder.objects.create(revision=draft, name=name, position=number)
    answer = save(official, draft.case, "stakeholders", row="down:stakeholders:0")
    official.post(address(draft.case, "stakeholders"), fields_of(answer))
    assert list(draft.stakeholders.values_list("name", flat=True)) == ["B", "A"]


def test_list_that_is_full_takes_no_more(official, draft):
    names = [f"Row {n}" for n in range(40)]
    assert rows_after(official, draft, "add:stakeholders", names) == names


def test_target_is_found_and_added_without_a_script(official, draft):
    answer = save(
        official,
        draft.case,
        "targets-themes",
        row="find",
        find_words="transport",
        themes=["housing"],
    )
    assert 'value="add:contributions:11.2"' in answer.text
    assert fields_of(answer)["themes"] == ["housing"]
    sent = fields_of(answer) | {"row": "add:contributions:11.2"}
    answer = official.post(address(draft.case, "targets-themes"), sent)
    official.post(address(draft.case, "targets-themes"), fields_of(answer))
    row = draft.contributions.get()
    assert (row.target_id, row.role) == ("11.2", "primary")


def test_eighth_target_is_refused_and_kept(official, draft):
    codes = ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3"]
    typed = {f"contributions__{n}__target": code for n, code in enumerate(codes)}
    answer = save(official, draft.case, "targets-themes", **typed)
    assert answer.status_code == 422
    assert (
        "Choose at most 7 targets; you chose 8." in answer.text or "At most 7 rows" in answer.text
    )
    assert fields_of(answer)["contributions-7-target"] == ["2.3"]


def test_same_target_twice_is_refused(official, draft):
    typed = {"contributions__0__target": "1.1", "contributions__1__target": "1.1"}
    answer = save(official, draft.case, "targets-themes", **typed)
    assert answer.status_code == 422
    assert "This target is listed twice." in answer.text


SOURCES = [("A", "https://a.example/"), ("B", "https://b.example/"), ("C", "https://c.example/")]
MOVED = [
    # What is sent, the numbers of a phase on each of A, B, C, and rows that lost their source
    ("order", [SOURCES[2], SOURCES[0], SOURCES[1]], [2, 3, 1], 0),
    ("put in front", [("New", "https://n.example/"), *SOURCES], [2, 3, 4], 0),
    ("removed", [SOURCES[0], SOURCES[2]], [1, None, 2], 2),
    ("all removed", [], [None, None, None], 4),
    ("new title", [("A of 2024", SOURCES[0][1]), SOURCES[2], SOURCES[1]], [1, 3, 2], 0),
    ("new address", [SOURCES[1], ("a", "https://other.example/"), SOURCES[2]], [2, 1, 3], 0),
    ("replaced", [("X", "https://x.example/"), *SOURCES[1:]], [None, 2, 3], 1),
]


@pytest.mark.parametrize(("sent", "numbers", "cut"), [case[1:] for case in MOVED], ids=lambda _: "")
def test_rows_follow_the_source_that_they_rest_on(official, draft, sent, numbers, cut):
    for place, (title, url) in enumerate(SOURCES):
        draft.sources.create(title=title, url=url, accessed="2024-05-31", position=place)
        draft.phases.create(name=title, source_number=place + 1, position=place)
    draft.indicators.create(name="Trips", source_number=2)
    draft.stakeholders.create(name="Riders")
    data = section_of(official, draft.case, "files")
    data = {name: value for name, value in data.items() if not name.startswith("sources-")}
    data |= {"sources-TOTAL_FORMS": str(len(sent)), "sources-INITIAL_FORMS": "0"}
    for place, (title, url) in enumerate(sent):
        data |= {f"sources-{place}-title": title, f"sources-{place}-url": url}
        data[f"sources-{place}-accessed"] = "2024-05-31"
    told = official.post(address(draft.case, "files"), data, headers=JSON).json()["message"]
    assert list(draft.phases.values_list("source_number", flat=True)) == numbers
    assert draft.indicators.get().source_number == numbers[1]
    assert draft.stakeholders.get().source_number is None
    words = {
        1: "1 row rested on a source that was removed; its number was taken out.",
        2: "2 rows rested on a source that was removed; its number was taken out of them.",
        4: "4 rows rested on a source that was removed; its number was taken out of them.",
    }
    assert [each for each in words.values() if each in told] == ([words[cut]] if cut else [])


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (0, "The case names no source yet: add it below “Photos, files and sources” first."),
        (1, "There is no source 3: the case names 1."),
        (2, "There is no source 3: the case names 2, counted from 1."),
        (3, ""),
    ],
)
def test_a_row_rests_only_on_a_source_that_is_there(official, draft, count, message):
    for place in range(count):
        draft.sources.create(title=f"Report {place}", position=place)
    typed = {"phases__0__name": "Trial", "phases__0__source_number": "3"}
    editor = editor_of(official, draft, "time", **typed)
    assert store(editor, draft) is (not message)
    assert draft.phases.get().source_number == (None if message else 3)
    problems = [("id_phases-0-source_number", "Phase 1, Source no.", message)]
    assert editor.problems() == (problems if message else [])
    assert editor.lists[0].rows.forms[0]["source_number"].value() == "3"
