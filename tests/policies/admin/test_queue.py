"""The moderators' queue: what stands in it, in which order, for whom, and what it costs."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import Event, Notice
from members.notices.mail_texts import text_of
from policies.models import CaseStudy, Revision, Screening
from policies.workflow import moderation
from tests.conftest import signed_in
from tests.factories import (
    CaseStudyFactory,
    LiveRevisionFactory,
    MemberFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

State = Revision.State
QUEUE = "/admin/policies/revision/"


def waiting(title="Night buses", *, days=0, screened=None, **fields):
    """A submission that was submitted so many days ago."""
    revision = RevisionFactory(
        title=title,
        state=State.SUBMITTED,
        submitted_at=timezone.now() - timedelta(days=days, hours=1),
        **fields,
    )
    Screening.objects.create(revision=revision, **{"completeness": 7} | (screened or {}))
    return revision


def titles(client, **query):
    """The titles in the queue, in their order."""
    return [row.title for row in client.get(QUEUE, query).context["cl"].result_list]


def cells(answer, name):
    """What stands in a column, without tags."""
    found = re.findall(rf'<t[dh] class="field-{name}[^"]*">(.*?)</t[dh]>', answer.text, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in found]


def choices(answer, parameter):
    """The choices of a filter as they are shown."""
    [spec] = [
        each
        for each in answer.context["cl"].filter_specs
        if getattr(each, "parameter_name", "") == parameter
    ]
    return [choice["display"] for choice in spec.choices(answer.context["cl"])]


def test_what_waits_longest_is_on_top(moderator_client):
    waiting("Second", days=3)
    waiting("First", days=12)
    waiting("Third", days=0)
    assert titles(moderator_client) == ["First", "Second", "Third"]


def test_only_what_waits_for_the_desk_is_shown_unasked(moderator_client):
    waiting("Waits")
    RevisionFactory(title="Sent back", state=State.CHANGES_REQUESTED)
    LiveRevisionFactory(title="Public")
    assert titles(moderator_client) == ["Waits"]
    assert titles(moderator_client, state="changes-requested") == ["Sent back"]
    assert titles(moderator_client, state="published") == ["Public"]
    assert sorted(titles(moderator_client, state="all")) == ["Public", "Sent back", "Waits"]


def test_drafts_stay_with_their_teams(moderator_client, administrator_client):
    draft = RevisionFactory(title="Not yet")
    RevisionFactory(title="Thrown away", state=State.WITHDRAWN)
    RevisionFactory(title="Taken back", state=State.WITHDRAWN, submitted_at=timezone.now())
    for client in (moderator_client, administrator_client):
        assert titles(client, state="all") == ["Taken back"]
        answer = client.get(reverse("admin:policies_revision_change", args=[draft.pk]))
        assert answer.status_code == 302


def test_row_tells_what_a_moderator_needs(moderator_client):
    colleague = StaffFactory(name="Lee")
    member = MemberFactory(name="Suva", country="FJ")
    original = LiveRevisionFactory(title="Buses at night", case__member=member)
    revision = waiting(
        days=12,
        case__member=member,
        language="hi",
        reviewer=colleague,
        screened={
            "first_time_author": True,
            "over_tagged": True,
            "without_source": True,
            "duplicate_of": original.case,
            "hints": 3,
        },
    )
    answer = moderator_client.get(QUEUE)
    names = (
        "review_link",
        "waiting",
        "flags",
        "kind",
        "reviewed_by",
        "complete",
    )
    assert [cells(answer, name) for name in names] == [
        # Whose it is and in which language stands below, so that the flags are seen at 1280 px.
        ["Night busesSuva, Fiji · Hindi"],
        ["12 days"],
        ["over-tagged no source possible duplicate of Buses at night 3 hints on its page"],
        ["New, first-time author"],
        ["Lee"],
        ["7 of 12"],
    ]
    assert answer.context["cl"].list_display[1:4] == ["review_link", "waiting", "flags"]
    assert reverse("admin:policies_revision_review", args=[revision.pk]) in answer.text


def test_edit_of_a_public_case_says_so(moderator_client):
    live = LiveRevisionFactory()
    waiting(case=live.case)
    assert cells(moderator_client.get(QUEUE), "kind") == ["Edit of a public case"]


def test_row_of_an_unscreened_submission_is_shown(moderator_client):
    RevisionFactory(state=State.SUBMITTED, case__member__name="Suva", case__member__country="")
    answer = moderator_client.get(QUEUE)
    names = ("review_link", "waiting", "complete", "flags")
    assert [cells(answer, name) for name in names] == [
        ["Night busesSuva · English"],
        ["–"],
        ["–"],
        ["–"],
    ]


def test_decided_rows_show_their_state(moderator_client):
    LiveRevisionFactory()
    assert cells(moderator_client.get(QUEUE, {"state": "published"}), "waiting") == ["Published"]


def test_newest_of_what_is_decided_comes_first(moderator_client):
    LiveRevisionFactory(title="Old", submitted_at=timezone.now() - timedelta(days=9))
    LiveRevisionFactory(title="New")
    assert titles(moderator_client, state="published") == ["New", "Old"]


@pytest.fixture
def mixed(moderator_client):
    """Submissions that every filter parts in two."""
    fiji, japan = (MemberFactory(name=code, country=code) for code in ("FJ", "JP"))
    live = LiveRevisionFactory(case__member=fiji)
    me = moderator_client.person
    waiting("Mine", days=3, case__member=fiji, reviewer=me, screened={"over_tagged": True})
    waiting("Free", days=2, case__member=japan, screened={"without_source": True})
    waiting(
        "Others",
        days=1,
        case=live.case,
        reviewer=StaffFactory(),
        language="ja",
        screened={"first_time_author": True, "duplicate_of": CaseStudyFactory()},
    )


def test_queue_can_be_narrowed(moderator_client, mixed, subtests):
    for query, expected in [
        ({"reviewer": "me"}, ["Mine"]),
        ({"reviewer": "nobody"}, ["Free"]),
        ({"reviewer": "others"}, ["Others"]),
        ({"kind": "new"}, ["Mine", "Free"]),
        ({"kind": "edit"}, ["Others"]),
        ({"kind": "first"}, ["Others"]),
        ({"flag": "over-tagged"}, ["Mine"]),
        ({"flag": "no-source"}, ["Free"]),
        ({"flag": "duplicate"}, ["Others"]),
        ({"subregion": "melanesia"}, ["Mine", "Others"]),
        ({"country": "JP"}, ["Free"]),
        ({"language": "ja"}, ["Others"]),
        ({"country": "FJ", "reviewer": "me"}, ["Mine"]),
        ({"q": "free"}, ["Free"]),
        ({"q": "FJ"}, ["Mine", "Others"]),
        ({"q": "free", "country": "FJ"}, []),
        ({"kind": "nonsense", "country": "ZZ", "state": "nonsense"}, ["Mine", "Free", "Others"]),
    ]:
        with subtests.test(query=query):
            assert titles(moderator_client, **query) == expected


def test_choices_count_what_they_would_give(moderator_client, mixed):
    answer = moderator_client.get(QUEUE, {"country": "FJ"})
    assert {
        name: choices(answer, name)
        for name in ("state", "reviewer", "kind", "flag", "subregion", "country", "language")
    } == {
        "state": ["Waiting for review (2)", "Published (1)", "All (3)"],
        "reviewer": ["All", "Me (1)", "Others (1)"],
        "kind": ["All", "New (1)", "Edit of a public case (1)", "First-time author (1)"],
        "flag": ["All", "Over-tagged (1)", "Possible duplicate (1)"],
        "subregion": ["All", "Melanesia (2)"],
        # A filter's own choice does not narrow its own counts.
        "country": ["All", "Fiji (2)", "Japan (1)"],
        "language": ["All", "English (1)", "Japanese (1)"],
    }


def test_chosen_filter_stays_to_be_taken_off(moderator_client, mixed):
    answer = moderator_client.get(QUEUE, {"country": "JP", "reviewer": "me"})
    assert choices(answer, "country") == ["All", "Fiji (1)", "Japan (0)"]


@pytest.mark.parametrize("number", [1, 3])
def test_queue_takes_the_same_queries_for_many(moderator_client, django_assert_num_queries, number):
    for place in range(number):
        live = LiveRevisionFactory(case__member__country=["FJ", "JP", "IN"][place])
        waiting(
            case__member__country=["FJ", "JP", "IN"][place],
            reviewer=StaffFactory(groups=["Moderators"]),
            screened={"duplicate_of": live.case},
        )
    moderator_client.get(QUEUE)
    with django_assert_num_queries(19):
        moderator_client.get(QUEUE)


@pytest.mark.parametrize("number", [10, 1000])
def test_long_queue_takes_no_more_queries(moderator_client, django_assert_num_queries, number):
    member = MemberFactory()
    cases = CaseStudy.objects.bulk_create(
        CaseStudy(member=member, slug=f"case-{place}") for place in range(number)
    )
    rows = Revision.objects.bulk_create(
        Revision(case=case, number=1, title=case.slug, state=State.SUBMITTED) for case in cases
    )
    Screening.objects.bulk_create(Screening(revision=row, completeness=5) for row in rows)
    moderator_client.get(QUEUE)
    with django_assert_num_queries(19):
        answer = moderator_client.get(QUEUE, {"q": "case"})
    assert answer.context["cl"].result_count == number
    assert len(answer.context["cl"].result_list) == min(number, 50)


def act(client, action, *revisions, **more):
    return client.post(
        QUEUE,
        {"action": action, "_selected_action": [each.pk for each in revisions], **more},
        follow=True,
    )


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def reviewers():
    return list(Revision.objects.order_by("title").values_list("title", "reviewer__name"))


def test_submissions_are_assigned_to_oneself(moderator_client):
    me = moderator_client.person
    first, second = waiting("A"), waiting("B")
    waiting("C")
    answer = act(moderator_client, "assign_to_me", first, second)
    assert told(answer) == [f"2 submissions are assigned to {me.name} now."]
    assert reviewers() == [("A", me.name), ("B", me.name), ("C", None)]
    events = Event.objects.filter(action="assigned").order_by("subject")
    assert [(event.actor, event.subject, event.reason) for event in events] == [
        (me, "A", f"To {me.name}"),
        (me, "B", f"To {me.name}"),
    ]


def test_submission_is_assigned_to_a_colleague(moderator_client):
    lee = StaffFactory(name="Lee", groups=["Moderators"])
    answer = act(moderator_client, "assign_to_colleague", waiting("A"), colleague=lee.pk)
    assert told(answer) == ["1 submission is assigned to Lee now."]
    assert reviewers() == [("A", "Lee")]


def test_reviewer_is_told_once_of_what_a_colleague_gives(moderator_client):
    me, lee = moderator_client.person, StaffFactory(name="Lee", groups=["Moderators"])
    act(moderator_client, "assign_to_me", waiting("A"))
    assert not Notice.objects.exists()
    first, second, third = waiting("B"), waiting("C"), waiting("D")
    act(moderator_client, "assign_to_colleague", first, colleague=lee.pk)
    act(moderator_client, "assign_to_colleague", first, second, third, colleague=lee.pk)
    several, one = Notice.objects.filter(kind="assigned", recipient=lee)
    assert text_of(one)[0] == "To review: B"
    assert f"{me.name} has given you the submission “B” to review." in text_of(one)[1]
    assert one.path == reverse("admin:policies_revision_review", args=[first.pk])
    assert text_of(several)[0] == "To review: C and 1 other"
    assert f"{me.name} has given you “C” and 1 other submission to review." in text_of(several)[1]
    lee_client = signed_in(lee)
    assert [*lee_client.get(several.path).context["cl"].queryset] == [first, second, third]


def test_colleague_has_to_be_chosen_among_those_who_may_decide(moderator_client):
    revision = waiting("A")
    for person in ("", "x", UserFactory().pk, StaffFactory().pk, 2**70):
        answer = act(moderator_client, "assign_to_colleague", revision, colleague=person)
        assert told(answer) == ["Choose a colleague who may decide."]
    assert reviewers() == [("A", None)]


def test_submission_is_given_back(moderator_client):
    revision = waiting("A", reviewer=moderator_client.person)
    answer = act(moderator_client, "give_back", revision)
    assert told(answer) == ["1 submission is back in the queue."]
    assert reviewers() == [("A", None)]
    assert Event.objects.get(action="assigned").reason == "Back to the queue"


def test_what_is_decided_meanwhile_is_not_assigned(moderator_client):
    revision = waiting("A")
    moderation.publish(revision, name="Lee")
    answer = moderator_client.post(
        f"{QUEUE}?state=all",
        {"action": "assign_to_me", "_selected_action": [revision.pk]},
        follow=True,
    )
    name = moderator_client.person.name
    assert told(answer) == [f"0 submissions are assigned to {name} now."]
    assert Event.objects.filter(action="assigned").count() == 0


def test_queue_is_read_by_who_may_view_and_changed_by_nobody_else(db):
    from django.contrib.auth.models import Permission  # noqa: PLC0415 - for this test only

    viewer = StaffFactory()
    viewer.user_permissions.add(Permission.objects.get(codename="view_revision"))
    client = Client()
    client.force_login(viewer)
    revision = waiting("A")
    answer = client.get(QUEUE)
    assert cells(answer, "title") == ["A"]
    assert reverse("admin:policies_revision_review", args=[revision.pk]) not in answer.text
    forged = {"action": "assign_to_me", "_selected_action": [revision.pk]}
    assert client.post(QUEUE, forged).status_code == 403
    assert reviewers() == [("A", None)]


def test_forged_action_is_refused(moderator_client):
    client = Client(enforce_csrf_checks=True)
    client.force_login(moderator_client.person)
    revision = waiting("A")
    sent = {"action": "assign_to_me", "_selected_action": [revision.pk]}
    assert client.post(QUEUE, sent).status_code == 403
    assert reviewers() == [("A", None)]


def test_staff_without_a_second_factor_is_led_to_sign_in(db):
    client = Client()
    client.force_login(StaffFactory(groups=["Moderators"], second_factor=False))
    answer = client.get(QUEUE)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_moderators_are_the_only_people_in_the_list_of_colleagues(moderator_client):
    StaffFactory(name="Without rights")
    UserFactory.create_batch(3)
    waiting()
    form = moderator_client.get(QUEUE).context["action_form"]
    names = [label for value, label in form.fields["colleague"].widget.choices][1:]
    assert names == [moderator_client.person.name]
