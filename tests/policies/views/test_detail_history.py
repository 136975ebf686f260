"""The history of a case, its single revisions, and the differences between them."""

import re
import time
from datetime import UTC, datetime

import pytest

from policies.content.diff import RowsChange, TextChange, changes, words
from policies.models import Indicator, Phase, Revision, Source, StaffRole, Stakeholder
from tests.factories import AttachmentFactory, LiveRevisionFactory, PhotoFactory, RevisionFactory
from tests.policies.contents import fill


def supersede(revision):
    Revision.objects.filter(pk=revision.pk).update(state=Revision.State.SUPERSEDED)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("same text", "same text", "same text"),
        ("nine lines", "ten lines", "<del>nine </del><ins>ten </ins>lines"),
        ("", "new", "<ins>new</ins>"),
        ("old", "", "<del>old</del>"),
        ("cost", "costs", "<del>cost</del><ins>costs</ins>"),
        ("a & b", "a &amp; b", "a <del>&amp; </del><ins>&amp;amp; </ins>b"),
        ("x", "<b>x</b>", "<ins>&lt;b&gt;</ins>x<ins>&lt;/b&gt;</ins>"),
        ("one\ntwo\n", "one\nthree\n", "one\n<del>two</del><ins>three</ins>\n"),
        ("夜间公交", "夜间电车", "夜间<del>公交</del><ins>电车</ins>"),
    ],
)
def test_words_that_differ(old, new, expected):
    assert words(old, new) == expected


def test_huge_texts_are_compared_in_time():
    old = "word " * 9000
    new = "other " * 8000
    started = time.perf_counter()
    assert words(old, new) == f"<del>{old}</del><ins>{new}</ins>"
    assert words("\n" * 50_000, "x\n" * 25_000).startswith("<del>\n")
    assert time.perf_counter() - started < 3


def test_common_ends_of_huge_texts_stay():
    middle = "word " * 9000
    assert words(f"a {middle}b", f"c {middle}d") == (
        f"<del>a {middle}b</del><ins>c {middle}d</ins>"
    )
    assert words(f"a {middle}b", f"a {middle}d") == f"a {middle}<del>b</del><ins>d</ins>"
    assert words(f"a {middle}b", f"c {middle}b") == f"<del>a </del><ins>c </ins>{middle}b"


@pytest.mark.django_db
def test_revisions_that_are_the_same_have_no_change(reference):
    first, second = fill(LiveRevisionFactory()), fill(LiveRevisionFactory())
    assert changes(first, second) == []


@pytest.mark.django_db
def test_changed_figures_and_texts_in_the_order_of_the_page():
    first = LiveRevisionFactory(start="2013", staff_fte=5)
    second = LiveRevisionFactory(
        title="Night trams",
        start="2013-04",
        stage="completed",
        budget_amount=5_000_000,
        budget_currency="KRW",
        budget_year=2013,
    )
    assert changes(first, second) == [
        TextChange("Title", "Night <del>buses</del><ins>trams</ins>"),
        TextChange("Stage", "<ins>Completed</ins>"),
        TextChange("Start", "<del>2013</del><ins>April 2013</ins>"),
        TextChange("Budget", "<ins>KRW 5 million</ins>"),
        TextChange("Budget year", "<ins>2013</ins>"),
        TextChange("Staff", "<del>5</del>"),
    ]


@pytest.mark.django_db
def test_changed_rows_are_removed_and_added(reference):
    first = LiveRevisionFactory(targets=["11.2", "9.1"], themes=["transport"])
    second = LiveRevisionFactory(targets=["11.2", "7.3"], themes=["energy"])
    for revision, names in ((first, ["A", "A", "B"]), (second, ["B", "A", "C"])):
        for place, name in enumerate(names):
            Stakeholder.objects.create(
                revision=revision, position=place, name=name, kind="private", role="Runs"
            )
    assert changes(first, second) == [
        RowsChange("Themes", ["Transport"], ["Energy"]),
        RowsChange("Targets", ["9.1, Secondary"], ["7.3, Secondary"]),
        RowsChange(
            "Stakeholders",
            ["A, Private company, Runs"],
            ["C, Private company, Runs"],
            order=("A, B", "B, A"),
        ),
    ]


@pytest.mark.django_db
def test_rows_are_written_with_all_they_say(reference):
    empty, full = LiveRevisionFactory(), fill(LiveRevisionFactory())
    added = {
        change.label: change.added
        for change in changes(empty, full)
        if isinstance(change, RowsChange)
    }
    assert added == {
        "Themes": ["Transport"],
        "Targets": ["11.2, Primary, By night."],
        "Budget lines": ["Capital, amount 100,000, Bus stops"],
        "Funding sources": ["City of Busan, Own budget, amount 250,000, Received, Yearly"],
        "Staff roles": ["Planner, Transport office, people 3, months 18"],
        "Stakeholders": ["Bus company, Private company, Runs the lines, Partner"],
        "Phases": ["Trial, April 2013, August 2013, Two lines only"],
        "Indicators": [
            (
                "Lines, lines, baseline 2, baseline year 2013, planned 10, "
                "result 9, result year 2015, Yearbook, Measured"
            )
        ],
        "Sources": ["Report on the lines, https://www.transport.example/report, 2026-01-02"],
    }


@pytest.mark.django_db
def test_rows_are_written_without_what_is_unknown():
    empty, bare = LiveRevisionFactory(), LiveRevisionFactory()
    Phase.objects.create(revision=bare, name="Trial")
    Indicator.objects.create(revision=bare, name="Lines")
    Source.objects.create(revision=bare, title="Paper")
    StaffRole.objects.create(revision=bare, role="Planner")
    assert [(change.label, change.added) for change in changes(empty, bare)] == [
        ("Staff roles", ["Planner"]),
        ("Phases", ["Trial"]),
        ("Indicators", ["Lines"]),
        ("Sources", ["Paper"]),
    ]


def plain(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]).split())


@pytest.mark.django_db
def test_history_shows_what_changed(client):
    first = LiveRevisionFactory(decided_at=datetime(2025, 3, 1, tzinfo=UTC), decided_by_name="Kim")
    supersede(first)
    second = LiveRevisionFactory(
        case=first.case,
        title="Night trams",
        decided_at=datetime(2026, 3, 1, tzinfo=UTC),
        decided_by_name="Lee",
    )
    page = client.get(f"{first.case.get_absolute_url()}history/").text
    assert "Night <del>buses</del><ins>trams</ins>" in page
    said = plain(page)
    assert (
        "Revision 2 Published by the secretariat on 1 March 2026 Published, the current text "
        "Changed since revision 1 Title Night buses trams "
        "Revision 1 Published by the secretariat on 1 March 2025 Superseded "
        "The first published text. Back to the policy"
    ) in said
    assert f'href="{second.get_absolute_url()}"' in page
    assert "Kim" not in page
    assert "Lee" not in page


@pytest.mark.django_db
def test_history_of_two_revisions_without_a_difference(client):
    first = LiveRevisionFactory()
    supersede(first)
    LiveRevisionFactory(case=first.case)
    page = client.get(f"{first.case.get_absolute_url()}history/").text
    assert "No text, figure, row, photo or file differs from revision 1." in page


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "rejected", "withdrawn", "unpublished"])
def test_history_leaves_out_what_is_not_public(client, state):
    live = LiveRevisionFactory()
    hidden = RevisionFactory(
        case=live.case,
        state=state,
        title="Secret",
        decided_at=live.decided_at,
        decided_by_name="Secretariat",
    )
    page = client.get(f"{live.case.get_absolute_url()}history/").text
    assert "Secret" not in page.replace("Secretariat", "")
    assert "Revision 2" not in page
    assert client.get(hidden.get_absolute_url()).status_code == 404


@pytest.mark.django_db
def test_history_has_pages(client):
    case = LiveRevisionFactory(title="Title 1").case
    for number in range(2, 13):
        case.revisions.update(state=Revision.State.SUPERSEDED)
        LiveRevisionFactory(case=case, number=number, title=f"Title {number}")
    address = f"{case.get_absolute_url()}history/"
    first, second = client.get(address).text, client.get(f"{address}?page=2").text
    assert re.findall(r">Revision (\d+)</a>", first) == [str(n) for n in range(12, 2, -1)]
    assert "Changed since revision 2" in first
    assert re.findall(r">Revision (\d+)</a>", second) == ["2", "1"]
    assert "The first published text." in second
    assert "The first published text." not in first


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["0", "2", "x", "-1", "9" * 400, "\x00"])
def test_history_has_no_such_page(client, page):
    case = LiveRevisionFactory().case
    answer = client.get(f"{case.get_absolute_url()}history/", {"page": page})
    assert answer.status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("times", [1, 3])
def test_queries_of_the_history(client, reference, django_assert_num_queries, times):
    first = fill(LiveRevisionFactory(), times)
    address = f"{first.case.get_absolute_url()}history/"
    for _ in range(times):
        first.case.revisions.update(state=Revision.State.SUPERSEDED)
        fill(LiveRevisionFactory(case=first.case), times)
    with django_assert_num_queries(16):
        page = client.get(address).text
    assert page.count(">Revision ") == times + 1
    with django_assert_num_queries(16):
        client.get(address, {"older": 1, "newer": times + 1})


def copied(row, revision, **said):
    """The same stored file in another revision, as a new draft copies it."""
    row.pk, row.revision = None, revision
    for name, value in said.items():
        setattr(row, name, value)
    row._state.adding = True
    row.save()


@pytest.mark.django_db
def test_photos_and_files_that_came_went_and_changed():
    old = LiveRevisionFactory()
    kept, gone = PhotoFactory(revision=old, alt="A bus"), PhotoFactory(revision=old, caption="Stop")
    paper = AttachmentFactory(revision=old, caption="Riders")
    new = RevisionFactory(case=old.case, title=old.title, summary=old.summary)
    copied(kept, new, alt="A night bus", credit="<b>Kim</b>", position=3)
    PhotoFactory(revision=new, alt="A bus")
    copied(paper, new)
    AttachmentFactory(revision=new, original_name="costs.pdf")

    photos, files = changes(old, new)
    assert photos.label == "Photos"
    assert photos.removed == ["Stop, bus.jpg, A night bus at a stop"]
    assert gone.caption == "Stop"
    # Another picture under the same name is another photo.
    assert photos.added == ["bus.jpg, A bus"]
    assert photos.changed == [
        "bus.jpg, <ins>&lt;b&gt;Kim&lt;/b&gt;, </ins>A <ins>night </ins>bus",
    ]
    assert (files.label, files.removed, files.added, files.changed) == (
        "Files",
        [],
        ["costs.pdf"],
        [],
    )


@pytest.mark.django_db
def test_order_of_photos_alone_is_said():
    old = LiveRevisionFactory()
    photos = [PhotoFactory(revision=old, position=place) for place in range(2)]
    new = RevisionFactory(case=old.case, title=old.title, summary=old.summary)
    for place, photo in enumerate(reversed(photos)):
        copied(photo, new, position=place)
    [change] = changes(old, new)
    assert (change.removed, change.added, change.changed) == ([], [], [])
    assert change.order is not None


@pytest.mark.django_db
def test_history_shows_photos_that_changed(client):
    first = LiveRevisionFactory()
    supersede(first)
    PhotoFactory(revision=LiveRevisionFactory(case=first.case), caption="Line <3>")
    page = client.get(f"{first.case.get_absolute_url()}history/").text
    assert "<dt>Photos</dt>" in page
    assert "<ins>Line &lt;3&gt;, bus.jpg, A night bus at a stop</ins>" in page


@pytest.fixture
def case_with_three():
    case = LiveRevisionFactory(title="Night buses").case
    for number, title in ((2, "Night trams"), (3, "Day trams")):
        case.revisions.update(state=Revision.State.SUPERSEDED)
        LiveRevisionFactory(case=case, number=number, title=title)
    return case


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("older", "newer", "title"),
    [
        ("1", "3", "<del>Night buses</del><ins>Day trams</ins>"),
        ("3", "1", "<del>Night buses</del><ins>Day trams</ins>"),
        ("1", "2", "Night <del>buses</del><ins>trams</ins>"),
        ("2", "3", "<del>Night </del><ins>Day </ins>trams"),
    ],
)
def test_any_two_revisions_are_compared(client, case_with_three, older, newer, title):
    address = f"{case_with_three.get_absolute_url()}history/"
    page = client.get(address, {"older": older, "newer": newer}).text
    first, last = sorted([older, newer])
    assert f"From revision {first} to revision {last}" in page
    assert title in page
    assert f"<option selected>{first}</option>" in page
    assert "Changed since revision" not in page


@pytest.mark.django_db
def test_revision_compared_with_itself_differs_in_nothing(client, case_with_three):
    address = f"{case_with_three.get_absolute_url()}history/"
    page = client.get(address, {"older": "2", "newer": "2"}).text
    assert "No text, figure, row, photo or file differs between the two." in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        {"older": "1"},
        {"newer": "1"},
        {"older": "", "newer": ""},
        {"older": "1", "newer": "9"},
        {"older": "x", "newer": "1"},
        {"older": "1", "newer": "4"},
        {"older": "1", "newer": "9" * 400},
        {"older": "1\x00", "newer": "1"},
    ],
)
def test_revision_that_is_not_public_is_compared_with_nothing(client, case_with_three, query):
    RevisionFactory(case=case_with_three, number=4, title="Secret draft")
    answer = client.get(f"{case_with_three.get_absolute_url()}history/", query)
    assert answer.status_code == 404
    assert "Secret" not in answer.text


@pytest.mark.django_db
def test_only_revision_is_offered_for_no_comparison(client):
    case = LiveRevisionFactory().case
    assert "Compare any two" not in client.get(f"{case.get_absolute_url()}history/").text


@pytest.mark.django_db
def test_live_revision_points_to_the_case(client):
    revision = LiveRevisionFactory(decided_at=datetime(2026, 3, 1, tzinfo=UTC))
    page = client.get(revision.get_absolute_url()).text
    url = f"http://localhost:8000{revision.case.get_absolute_url()}"
    assert f'<link rel="canonical" href="{url}">' in page
    assert "noindex" not in page
    assert "Revision 1, published on 1 March 2026. This is the current text." in page


@pytest.mark.django_db
def test_superseded_revision_is_readable_as_it_was(client, reference):
    old = fill(LiveRevisionFactory(title="Old title"))
    supersede(old)
    live = LiveRevisionFactory(case=old.case, title="New title")
    page = client.get(old.get_absolute_url()).text
    assert "<h1>Old title</h1>" in page
    assert "Nobody could travel at night." in page
    assert "A newer revision is public." in page
    link = f'<a href="{live.case.get_absolute_url()}">Read revision 2, the current text</a>'
    assert link in page
    assert '<meta name="robots" content="noindex">' in page
    url = f"http://localhost:8000{old.get_absolute_url()}"
    assert f'<link rel="canonical" href="{url}">' in page
    assert f"revision 1, {old.decided_at:%-d %B}" in page


@pytest.mark.django_db
def test_revision_at_another_spelling_leads_to_the_right_one(client):
    revision = LiveRevisionFactory()
    answer = client.get(f"/policies/{revision.case_id}/wrong/revisions/1/")
    assert answer.status_code == 301
    assert answer.url == revision.get_absolute_url()


@pytest.mark.django_db
@pytest.mark.parametrize("times", [1, 3])
def test_queries_of_a_revision(client, reference, django_assert_num_queries, times):
    revision = fill(LiveRevisionFactory(), times)
    address = revision.get_absolute_url()
    with django_assert_num_queries(13):
        page = client.get(address).text
    assert page.count("Runs the lines") == times
