"""The index follows the database, whatever happens to either."""

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from members.models import Member
from policies.content import summary
from policies.models import CaseStudy, Revision, Theme
from policies.search import files, index, reading
from policies.search.query import Question, ask
from policies.workflow import moderation
from tests.factories import LiveRevisionFactory, MemberFactory, RevisionFactory, ThemeFactory
from tests.sweeps import sweep

from .library import live_case, titles

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def indexed():
    return set(ask(Question(limit=None)).ids)


def live():
    return set(Revision.objects.live().values_list("pk", flat=True))


@pytest.mark.parametrize("asked", [(0, 2), (0, 9)])
def test_reader_yields_the_asked_revisions_only(asked):
    made = [live_case(f"Case {number}") for number in range(10)]
    keys = [made[place].pk for place in asked]

    assert [revision.pk for revision in reading.Reader().read(keys)] == keys


@pytest.mark.parametrize("number", [1, 3])
def test_reading_takes_the_same_few_queries(number, django_assert_num_queries):
    keys = [live_case("Night buses", themes=["transport"]).pk for _number in range(number)]
    summary.rebuild(Revision.objects.live())

    # The revisions, their members, further members, and four lists of rows.
    with django_assert_num_queries(7):
        found = list(reading.Reader().read(keys))

    assert [row.list_summary["themes"] for row in found] == [["transport"]] * number


def test_reader_works_out_a_summary_that_is_not_stored():
    old = live_case("Night buses", themes=["transport"])
    Revision.objects.update(list_summary={"version": 0, "themes": ["housing"]})

    assert [row.list_summary["themes"] for row in reading.Reader().read([old.pk])] == [
        ["transport"]
    ]


def test_sync_adds_what_is_missing_and_drops_what_is_gone():
    first, second = live_case("Night buses"), live_case("Parks")
    assert index.sync() == (2, 0)

    moderation.unpublish(first, name="Secretariat", note="Wrong city.")
    third = live_case("Trams")

    assert index.sync() == (1, 1)
    assert indexed() == {second.pk, third.pk}
    assert index.count() == 2
    assert index.sync() == (0, 0)


def test_drafts_are_not_indexed():
    RevisionFactory(title="Secret plan")
    index.sync()

    assert index.count() == 0
    assert titles("secret") == []


def test_new_live_revision_replaces_the_one_before():
    old = live_case("Night buses")
    index.sync()
    draft = RevisionFactory(case=old.case, title="Night trams")

    moderation.publish(draft, name="Secretariat")

    assert index.sync() == (1, 1)
    assert titles("night") == ["Night trams"]


def test_published_case_is_found_after_the_commit(django_capture_on_commit_callbacks):
    draft = RevisionFactory(title="Night trams")

    with django_capture_on_commit_callbacks(execute=True):
        moderation.publish(draft, name="Secretariat")

    assert titles("trams") == ["Night trams"]


def test_changed_member_is_indexed_again():
    member = MemberFactory(name="Bombay", country="IN", population=50_000)
    live_case("Night buses", member=member)
    index.sync()

    member.name, member.population = "Mumbai", 12_000_000
    member.save()

    assert index.sync() == (1, 0)
    assert titles("mumbai") == ["Night buses"]
    assert titles("bombay") == []
    assert ask(Question()).counts["population"] == {"over-10m": 1}


def test_confirmed_case_is_indexed_again():
    case = live_case("Night buses").case
    index.sync()

    case.confirmed_at = timezone.now().date()
    case.save()

    assert index.sync() == (1, 0)
    assert ask(Question()).counts["provenance"] == {"city": 1, "confirmed": 1}


def test_renamed_theme_rebuilds_the_index():
    live_case("Night buses", themes=["transport"])
    index.sync()

    Theme.objects.update(name="Getting around")

    assert index.sync() == (1, 1)
    assert titles("getting") == ["Night buses"]


def test_reference_data_loaded_later_is_found(reference):
    ThemeFactory(slug="later", name="Later")
    live_case("Night buses", targets=["11.2"])

    index.sync()

    assert titles("affordable") == ["Night buses"]


steps = st.lists(
    st.tuples(
        st.sampled_from(["publish", "unpublish", "edit", "delete", "rename", "sync", "rebuild"]),
        st.integers(0, 5),
    ),
    max_size=14,
)


def take(step, number):
    """One thing that happens to a library."""
    cases = CaseStudy.objects.order_by("pk")
    case = cases[number % len(cases)] if cases else None
    if step == "publish" or case is None:
        LiveRevisionFactory()
    elif step == "rename":
        member = case.member
        member.name += "x"
        member.save()
    elif step == "delete":
        CaseStudy.objects.filter(pk=case.pk).update(live=None)
        case.delete()
    elif step == "edit":
        if not case.revisions.filter(state="draft").exists():
            moderation.publish(RevisionFactory(case=case), name="Secretariat")
    elif step == "unpublish" and case.live:
        moderation.unpublish(case.live, name="Secretariat", note="No.")
    elif step == "sync":
        index.sync()
    elif step == "rebuild":
        index.sync(rebuild=True)


@sweep(3)
@given(steps=steps)
def test_indexed_set_is_the_live_set_after_any_steps(steps):
    with transaction.atomic():
        for step, number in steps:
            take(step, number)

        index.sync()

        assert indexed() == live()
        assert index.count() == len(live())
        names = Member.objects.filter(cases__live__isnull=False).values_list("slug", flat=True)
        assert set(ask(Question()).counts["member"]) == set(names)
        transaction.set_rollback(True)


def test_sync_asks_a_fixed_number_of_queries(django_assert_num_queries):
    for number in (2, 5):
        for _case in range(number):
            live_case("Parks")
        summary.rebuild(Revision.objects.live())
        with django_assert_num_queries(12):
            index.sync(rebuild=True)


def test_progress_is_reported_after_each_batch(monkeypatch):
    monkeypatch.setattr(index, "BATCH", 2)
    for _number in range(5):
        live_case("Parks")
    reported = []

    index.sync(progress=lambda done, of: reported.append((done, of)))

    assert reported == [(2, 5), (4, 5), (5, 5)]
    assert indexed() == live()


def test_case_that_goes_while_the_index_is_built_is_left_out(monkeypatch):
    monkeypatch.setattr(index, "BATCH", 1)
    first, second = live_case("Parks"), live_case("Trams")

    def unpublish_second(done, of):
        if done == 1:
            moderation.unpublish(second, name="Secretariat", note="No.")

    index.sync(progress=unpublish_second)

    assert indexed() == {first.pk}


def test_sync_quietly_leaves_a_note_for_the_one_who_writes():
    live_case("Parks")
    index.sync()
    new = live_case("Trams")

    with files.writer_lock(files.root(), wait=True):
        index.sync_quietly()
        assert files.is_pending(files.root())
    assert new.pk not in indexed()

    index.sync()
    assert new.pk in indexed()
    assert not files.is_pending(files.root())


def test_note_left_while_syncing_is_followed_before_the_lock_goes(monkeypatch):
    live_case("Parks")
    late = []

    def publish_more(done, of):
        if not late:
            late.append(live_case("Trams"))
            index.sync_quietly()  # as another process would: the lock is taken

    index.sync(progress=publish_more)

    assert indexed() == live()
    assert late[0].pk in indexed()


def test_publication_writes_its_own_case_only(django_capture_on_commit_callbacks):
    index.sync()
    other = live_case("Parks")
    with django_capture_on_commit_callbacks(execute=True):
        published = moderation.publish(RevisionFactory(title="Trams"), name="Secretariat")
    assert indexed() == {published.pk}

    with django_capture_on_commit_callbacks(execute=True):
        further = RevisionFactory(case=published.case, title="More trams")
        further = moderation.publish(further, name="Secretariat")
    assert indexed() == {further.pk}

    with django_capture_on_commit_callbacks(execute=True):
        moderation.unpublish(further, name="Secretariat", note="No.")
    assert indexed() == set()

    with django_capture_on_commit_callbacks(execute=True):
        moderation.restore(further, name="Secretariat", note="Yes.")
    assert indexed() == {further.pk}
    assert index.sync() == (1, 0)
    assert indexed() == {further.pk, other.pk}


def test_publication_while_another_writes_is_left_to_that_one():
    live_case("Parks")
    late = []

    def publish_more(done, of):
        if not late:
            late.append(live_case("Trams"))
            index.write_cases([late[0].case_id])  # as another process would: the lock is taken

    index.sync(progress=publish_more)

    assert late[0].pk in indexed()
    assert not files.is_pending(files.root())


def test_note_of_a_process_that_died_is_followed_by_the_next_publication():
    index.sync()
    lost, new = live_case("Parks"), live_case("Trams")
    files.mark_pending(files.root(), lost.case_id)

    index.write_cases([new.case_id])

    assert indexed() == {lost.pk, new.pk}


def test_note_of_a_write_that_failed_is_followed_by_the_next_publication(monkeypatch):
    index.sync()
    lost, new = live_case("Parks"), live_case("Trams")

    def fail(*_args):
        raise OperationalError("The database is away.")

    with monkeypatch.context() as failing:
        failing.setattr(reading, "live_stamps", fail)
        index.write_cases([lost.case_id])
    assert indexed() == set()

    index.write_cases([new.case_id])

    assert indexed() == {lost.pk, new.pk}


def test_stray_file_among_the_notes_stops_nobody():
    index.sync()
    new = live_case("Trams")
    files.mark_pending(files.root(), ".nfs0001")

    index.write_cases([new.case_id])

    assert indexed() == {new.pk}
    assert not files.is_pending(files.root())


def test_publication_without_an_index_makes_one():
    new = live_case("Trams")

    index.write_cases([new.case_id])

    assert indexed() == {new.pk}


def test_sync_quietly_never_raises(settings, tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings.SEARCH_INDEX_DIR = blocked / "index"

    index.sync_quietly()

    assert "could not be brought up to date" in caplog.text


def test_stale_index_never_reveals(django_capture_on_commit_callbacks):
    case = live_case("Parks")
    index.sync()

    moderation.unpublish(case, name="Secretariat", note="No.")

    answer = ask(Question("parks"))
    assert Revision.objects.live().filter(pk__in=answer.ids).count() == 0


def test_stamp_of_a_revision_is_the_same_each_time():
    live_case("Parks")

    assert reading.live_stamps() == reading.live_stamps()


def test_database_is_left_alone_when_only_reading(django_assert_num_queries):
    live_case("Parks")
    index.sync()
    ask(Question("parks"))  # reads the thesaurus, which is kept for a while

    with django_assert_num_queries(0):
        ask(Question("parks", sort="relevance", chosen={"stage": ("none",)}))
