"""What moderators are told to look at in a submission."""

import logging

import pytest

from policies.models import (
    Contribution,
    ReviewEvent,
    Revision,
    RevisionTheme,
    Screening,
    Source,
)
from policies.workflow import moderation, screening
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MemberFactory,
    RevisionFactory,
    UserFactory,
)
from tests.policies.contents import fill
from tests.policies.scripts import UNRELATED, edited

pytestmark = pytest.mark.django_db

State = Revision.State
LONG = " ".join(f"word{number}" for number in range(200))


@pytest.fixture
def member():
    return MemberFactory(name="Busan")


@pytest.fixture
def author():
    return UserFactory(name="Ani")


def submitted(revision, by=None):
    """The screening of a revision that ``by`` submits."""
    moderation.submit(revision, by=by, name="" if by else "Secretariat")
    return Screening.objects.get(revision=revision)


def duplicate_of(revision):
    """The case that a revision may be a duplicate of, as its screening finds it."""
    screening.screen(revision)
    return Screening.objects.get(revision=revision).duplicate_of


def test_full_case_has_all_twelve_points(reference):
    assert submitted(fill(RevisionFactory())).completeness == 12


def test_bare_case_has_the_points_that_it_has(reference):
    assert submitted(RevisionFactory()).completeness == 2


@pytest.mark.parametrize(
    ("state", "is_first"),
    [
        (State.PUBLISHED, False),
        (State.SUPERSEDED, False),
        (State.UNPUBLISHED, False),
        (State.REJECTED, True),
        (State.WITHDRAWN, True),
        (State.CHANGES_REQUESTED, True),
    ],
)
def test_author_is_new_until_something_was_public(author, state, is_first):
    RevisionFactory(
        created_by=author,
        state=state,
        decided_at="2026-01-02T03:04:05Z",
        decided_by_name="Secretariat",
    )
    assert submitted(RevisionFactory(created_by=author), author).first_time_author is is_first


def test_author_is_who_handed_it_in(author):
    moderation.publish(RevisionFactory(created_by=author), name="Secretariat")
    colleague = UserFactory()
    assert submitted(RevisionFactory(created_by=author), colleague).first_time_author is True


def test_what_somebody_handed_in_for_a_colleague_counts(author):
    earlier = RevisionFactory(created_by=UserFactory())
    moderation.submit(earlier, by=author)
    moderation.publish(earlier, name="Secretariat")
    assert submitted(RevisionFactory(), author).first_time_author is False


def test_submission_by_nobody_in_particular_is_no_first_time(reference):
    assert submitted(RevisionFactory()).first_time_author is False


@pytest.mark.parametrize(("text", "over"), [("Short.", True), (LONG, False)])
def test_more_targets_than_the_text_explains(reference, text, over):
    revision = RevisionFactory(challenge=text, targets=["11.2", "9.1", "13.1"])
    assert submitted(revision).over_tagged is over


def test_one_target_is_never_too_many(reference):
    assert submitted(RevisionFactory(targets=["11.2"])).over_tagged is False


def test_without_source():
    assert submitted(RevisionFactory()).without_source is True


def test_page_is_a_source():
    revision = RevisionFactory()
    Source.objects.create(revision=revision, position=0, title="Report", url="https://a.example/")
    assert submitted(revision).without_source is False


def test_file_is_a_source():
    assert submitted(AttachmentFactory().revision).without_source is False


def test_hints_are_all_that_is_not_plausible_but_what_has_a_flag_of_its_own(reference):
    fits = submitted(RevisionFactory(stage="completed", start="2013", end="2015"))
    late = submitted(RevisionFactory(stage="planned", start="2013", end="2015"))
    assert (late.without_source, late.hints - fits.hints) == (True, 1)


TEXT = (
    "After midnight no bus ran in the city and taxis refused short trips across the river. The "
    "transport office drew nine lines along the ways on which people called most taxis by night."
)


@pytest.fixture
def public(reference, synced):
    """A public case of another city, in an index of four."""
    live = LiveRevisionFactory(
        title="Buses after midnight", challenge=TEXT, targets=["11.2"], themes=["transport"]
    )
    for number in range(3):
        LiveRevisionFactory(title=f"Waste {number}", summary="Bins.", challenge="Too much waste.")
    synced()
    return live


def test_copied_text_may_be_a_duplicate(public):
    copied = RevisionFactory(
        title="Owl lines", challenge=TEXT.replace("nine", "ten"), targets=["11.2"]
    )
    assert submitted(copied).duplicate_of == public.case


def test_same_subject_in_other_words_is_no_duplicate(public):
    other = RevisionFactory(
        title="Night trains",
        challenge="The last metro left at ten; shift workers in hospitals had to walk home.",
        targets=["11.2"],
    )
    other.themes.set([])
    RevisionTheme.objects.create(revision=other, theme=public.theme_rows.get().theme, position=0)
    assert submitted(other).duplicate_of is None


def test_edit_is_no_duplicate_of_its_own_case(public):
    edit = RevisionFactory(case=public.case, title=public.title, challenge=TEXT)
    assert submitted(edit).duplicate_of is None


@pytest.mark.parametrize(
    ("title", "alike"),
    [
        ("Night buses", True),
        ("NIGHT BÜSES", True),
        ("The night buses of Busan", True),
        ("Buses", True),
        ("Night markets in the old town", False),
        ("Zero waste", False),
    ],
)
def test_same_title_of_the_same_member_may_be_a_duplicate(member, title, alike):
    standing = RevisionFactory(case__member=member, title="Night buses", state=State.SUBMITTED)
    found = screening.screen(
        RevisionFactory(case__member=member, title=title, summary="Other words.")
    )
    assert found.duplicate_of == (standing.case if alike else None)


@pytest.mark.parametrize("state", [State.DRAFT, State.WITHDRAWN, State.REJECTED, State.SUPERSEDED])
def test_title_of_what_does_not_stand_is_no_duplicate(member, state):
    RevisionFactory(
        case__member=member,
        title="Night buses",
        summary="Else.",
        state=state,
        decided_at="2026-01-02T03:04:05Z",
        decided_by_name="Secretariat",
    )
    assert screening.screen(RevisionFactory(case__member=member)).duplicate_of is None


def test_same_title_in_another_city_is_no_duplicate(member):
    RevisionFactory(title="Night buses", summary="Else.", state=State.SUBMITTED)
    assert screening.screen(RevisionFactory(case__member=member)).duplicate_of is None


def test_title_in_another_script_is_compared(member):
    standing = RevisionFactory(case__member=member, title="심야 버스", state=State.SUBMITTED)
    again = RevisionFactory(case__member=member, title="심야 버스", summary="Else.")
    assert submitted(again).duplicate_of == standing.case


@pytest.mark.parametrize("language", UNRELATED)
def test_unrelated_texts_in_any_script_are_no_duplicates_and_copies_are(
    reference, synced, language
):
    one, other = UNRELATED[language]
    public = LiveRevisionFactory(title="1", challenge=one, targets=["11.2"])
    LiveRevisionFactory(title="2", challenge="Corals bleach.", targets=["14.2"])
    synced()

    unrelated = RevisionFactory(title="3", challenge=other, targets=["11.2"])
    copied = RevisionFactory(title="4", challenge=edited(one), targets=["12.5"])

    assert duplicate_of(unrelated) is None
    assert duplicate_of(copied) == public.case


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("शहर में रात की बसें", "शहर में पानी की योजना", False),
        ("ज़िले में फ़सल बीमा", "जिले में फसल बीमा", True),
        ("심야 버스 운행", "음식물 쓰레기 감량", False),
        ("심야 버스 운행", "심야버스 운행", True),
        ("รถเมล์กลางคืน", "ตลาดกลางน้ำ", False),
        ("รถเมล์กลางคืน", "รถเมล์กลางคืนในเมือง", True),
        ("رات کی بسیں", "شہر کی صفائی", False),
        ("إدارة المياه", "ادارة المياه", True),
        ("夜间公交线路", "厨余垃圾分类", False),
        ("夜间公交线路", "夜间公交", True),
        ("Xe buýt đêm", "Chợ đêm", False),
        ("Xe buýt đêm", "XE BUÝT ĐÊM", True),
    ],
)
def test_titles_in_any_script_are_compared_by_whole_words(member, one, other, alike):
    standing = RevisionFactory(case__member=member, title=one, state=State.SUBMITTED)
    found = screening.screen(RevisionFactory(case__member=member, title=other, summary="Else."))
    assert found.duplicate_of == (standing.case if alike else None)


def test_two_short_sentences_are_no_duplicates_by_chance(reference, synced):
    for number, title in enumerate(["Night buses", "Reefs"]):
        LiveRevisionFactory(title=title, summary=f"The city pays {number}.", targets=["11.2"])
    synced()
    other = RevisionFactory(title="Trees", summary="The city pays.", targets=["11.2"])
    assert submitted(other).duplicate_of is None


def test_any_text_is_compared(public):
    for text in ["", ".", "\u200b", "x" * 10_000, "夜" * 10_000, "ক" * 10_000]:
        other = RevisionFactory(title="Trees", summary="Else", challenge=text, targets=["11.2"])
        assert duplicate_of(other) is None, text[:9]


def test_likeliest_duplicate_comes_first(public):
    mine = RevisionFactory(
        case__member=public.case.member, title="Waste 1", challenge=TEXT, targets=["11.2"]
    )
    mine.refresh_from_db()
    alike = screening.look_alikes(Revision.objects.with_content().get(pk=mine.pk))
    assert (alike[0].revision.title, alike[0].is_likely) == ("Buses after midnight", True)
    assert alike[0].percent > 50
    assert len(alike) <= 3


def test_handing_in_again_screens_again(reference, author):
    revision = RevisionFactory(created_by=author)
    submitted(revision, author)
    moderation.request_changes(revision, name="Secretariat", note="Name a target.")
    Contribution.objects.create(revision=revision, target_id="11.2", position=0)
    assert submitted(revision, author).completeness == 3


def test_broken_index_stops_no_submission(public, settings, caplog):
    copied = RevisionFactory(title="Owl lines", challenge=TEXT)
    settings.SEARCH_INDEX_DIR = None
    with caplog.at_level(logging.CRITICAL):
        screened = submitted(copied)
    assert (screened.duplicate_of, screened.revision.state) == (None, State.SUBMITTED)
    assert ReviewEvent.objects.filter(revision=copied).count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_screening_asks_a_fixed_number_of_queries(
    reference, synced, member, author, django_assert_num_queries, number
):
    for _each in range(number):
        fill(LiveRevisionFactory(case__member=member, created_by=author), times=number)
    synced()
    revision = fill(RevisionFactory(case__member=member, created_by=author), times=number)
    with django_assert_num_queries(24):
        screening.screen(revision)
