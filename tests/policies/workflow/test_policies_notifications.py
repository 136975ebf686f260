"""Who is told of what happens to a case, and who is not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from members.models import Notice
from members.notices.delivery import deliver
from members.notices.mail_texts import text_of
from policies.models import ReviewNote, Revision
from policies.workflow import moderation, notifications
from policies.workflow.errors import TransitionRefused
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def member():
    return MemberFactory(name="Surabaya")


@pytest.fixture
def author(member):
    return MembershipFactory(
        member=member, user=UserFactory(name="Ani", email="author@x.example")
    ).user


@pytest.fixture
def colleague(member, author):
    return MembershipFactory(member=member, user=UserFactory(email="colleague@x.example")).user


@pytest.fixture
def moderator():
    user = UserFactory(name="Mina", email="moderator@x.example", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_revision"))
    return user


@pytest.fixture(autouse=True)
def _others(member):
    """People who must never hear of the case."""
    MembershipFactory(user__email="elsewhere@x.example")
    MembershipFactory(member=member, status="requested", user__email="asking@x.example")
    MembershipFactory(member=member, status="ended", user__email="former@x.example")
    MembershipFactory(member=member, user__is_active=False, user__email="closed@x.example")
    UserFactory(is_staff=True, email="staff@x.example")
    viewer = UserFactory(email="not-staff@x.example")
    viewer.user_permissions.add(Permission.objects.get(codename="change_revision"))


def revision_of(member, author, state=State.DRAFT, **fields):
    return RevisionFactory(
        case__member=member, created_by=author, title="Night buses", state=state, **fields
    )


def told():
    rows = Notice.objects.order_by("email").values_list("email", "kind", "path")
    return [(email.partition("@")[0], kind, path) for email, kind, path in rows]


def test_submission_tells_moderators_and_colleagues(member, author, colleague, moderator):
    revision = moderation.submit(revision_of(member, author), by=author)
    desk = f"/admin/policies/revision/{revision.pk}/review/"
    where = f"/policies/{revision.case_id}/edit/"
    assert told() == [
        ("author", "receipt", where),
        ("colleague", "submitted", where),
        ("moderator", "submitted", desk),
    ]
    notices = {notice.email: notice for notice in Notice.objects.all()}
    assert "Review it here:" in text_of(notices[moderator.email])[1]
    assert "The moderators read it now" in text_of(notices[colleague.email])[1]


def test_second_submission_says_so(member, author, moderator):
    moderation.submit(revision_of(member, author, State.CHANGES_REQUESTED), by=author)
    assert (
        text_of(Notice.objects.get(kind="submitted"))[0]
        == "Submitted again: Night buses (Surabaya)"
    )


@pytest.mark.parametrize(
    ("decide", "kind"),
    [
        (moderation.request_changes, "changes-requested"),
        (moderation.reject, "rejected"),
        (moderation.publish, "published"),
    ],
)
def test_decision_tells_author_and_team_with_the_note(
    member, author, colleague, moderator, decide, kind
):
    revision = revision_of(member, author, State.SUBMITTED)
    decide(revision, by=moderator, note="Say what the\nbudget covers.")
    edit = f"/policies/{revision.case_id}/edit/"
    path = revision.case.get_absolute_url() if kind == "published" else edit
    assert told() == [("author", kind, path), ("colleague", kind, path)]
    for notice in Notice.objects.all():
        body = text_of(notice)[1]
        assert "\n> Say what the\n> budget covers.\n" in body
        assert "Mina" not in body


def test_unpublishing_tells_why(member, author, moderator):
    live = LiveRevisionFactory(case__member=member, created_by=author)
    moderation.unpublish(live, by=moderator, note="The city asked for it.")
    assert told() == [("author", "unpublished", f"/policies/{live.case_id}/edit/")]
    assert "\n> The city asked for it.\n" in text_of(Notice.objects.get())[1]


def test_decision_reaches_an_author_who_left_the_team(member, author, moderator):
    former = UserFactory(email="left@x.example")
    moderation.publish(revision_of(member, former, State.SUBMITTED), by=moderator)
    assert [email for email, kind, path in told()] == ["author", "left"]


def test_what_stays_in_the_team_does_not_reach_an_author_who_left(member, author, moderator):
    former = UserFactory(email="left@x.example")
    moderation.submit(revision_of(member, former), by=author)
    assert [email for email, kind, path in told()] == ["author", "moderator"]


def test_publishing_over_an_older_text_tells_once(member, author, moderator):
    old = LiveRevisionFactory(case__member=member, created_by=author)
    new = RevisionFactory(case=old.case, created_by=author, state=State.SUBMITTED)
    moderation.publish(new, by=moderator)
    assert [kind for email, kind, path in told()] == ["published"]


def test_moderator_who_is_the_author_is_not_told_of_the_own_decision(member, moderator):
    MembershipFactory(member=member, user=moderator)
    moderation.publish(revision_of(member, moderator, State.SUBMITTED), by=moderator)
    assert told() == []


def test_moderator_in_the_team_is_told_once_as_moderator(member, author, moderator):
    MembershipFactory(member=member, user=moderator)
    moderation.submit(revision_of(member, author), by=author)
    assert Notice.objects.get(kind="submitted").context["for_moderators"] is True


def test_draft_thrown_away_is_no_business_of_the_moderators(member, author, colleague, moderator):
    moderation.withdraw(revision_of(member, author), by=author)
    assert [(email, kind) for email, kind, path in told()] == [("colleague", "withdrawn")]


@pytest.mark.parametrize("state", [State.SUBMITTED, State.CHANGES_REQUESTED])
def test_withdrawal_tells_moderators_and_colleagues(member, author, colleague, moderator, state):
    moderation.withdraw(revision_of(member, author, state), by=author)
    assert [(email, kind) for email, kind, path in told()] == [
        ("colleague", "withdrawn"),
        ("moderator", "withdrawn"),
    ]


def test_what_is_over_before_it_is_mailed_is_not_mailed_and_a_case_once_an_hour(
    member, author, colleague, moderator, mailoutbox
):
    def mailed(minutes=0):
        mailoutbox.clear()
        deliver(now=timezone.now() + timedelta(minutes=minutes))
        mails = [
            (each.to[0].partition("@")[0], each.subject.partition(":")[0]) for each in mailoutbox
        ]
        return sorted(mail for mail in mails if mail[1] != "Received")

    def submitted(case=None):
        text = revision_of(member, author, **({"case": case} if case else {}))
        return moderation.submit(text, by=author)

    def turns(number, case=None):
        for _turn in range(number):
            case = moderation.withdraw(submitted(case), by=author).case
        return case

    both = {kind: [("colleague", kind), ("moderator", kind)] for kind in ("Submitted", "Withdrawn")}
    # What no moderator had mail of is withdrawn for the colleagues alone; other cases wait for nothing.
    case = turns(6)
    assert mailed() == [("colleague", "Withdrawn")]
    text = submitted()
    assert mailed() == both["Submitted"]
    moderation.withdraw(text, by=author)
    turns(6, text.case)
    submitted(case)
    # The moderators had no mail of that case yet.
    assert mailed(1) == [("moderator", "Submitted")]
    assert mailed(59) == []
    assert mailed(61) == sorted([*both["Withdrawn"], ("colleague", "Submitted")])
    turns(6, text.case)
    assert mailed(130) == [("colleague", "Withdrawn")]
    turns(2, text.case)
    submitted(text.case)
    assert mailed(200) == both["Submitted"]
    assert Notice.objects.filter(mail="waiting").count() == 0


def test_refused_move_tells_nobody(member, author, moderator):
    with pytest.raises(TransitionRefused):
        moderation.publish(revision_of(member, author, State.WITHDRAWN), by=moderator)
    assert told() == []


def test_import_tells_nobody(member, author, moderator):
    moderation.publish_all([revision_of(member, author)], name="Secretariat")
    assert told() == []


def note_on(revision, by, *, from_moderators=False):
    note = ReviewNote.objects.create(
        revision=revision,
        author=by,
        author_name=by.get_full_name(),
        from_moderators=from_moderators,
        text="Which year?",
    )
    notifications.notify_of_note(note)
    return note


def test_note_of_the_team_tells_moderators_and_colleagues(member, author, colleague, moderator):
    revision = revision_of(member, author, State.SUBMITTED)
    note_on(revision, author)
    assert [(email, kind) for email, kind, path in told()] == [
        ("colleague", "note"),
        ("moderator", "note"),
    ]
    body = text_of(Notice.objects.first())[1]
    assert "Ani has written a note on the case study “Night buses” of Surabaya:" in body
    assert "\n> Which year?\n" in body


def test_note_of_the_moderators_tells_the_team(member, author, colleague, moderator):
    note_on(revision_of(member, author, State.SUBMITTED), moderator, from_moderators=True)
    assert [(email, kind) for email, kind, path in told()] == [
        ("author", "note"),
        ("colleague", "note"),
    ]
    assert "The moderators have written a note" in text_of(Notice.objects.first())[1]


@pytest.mark.parametrize("people", [1, 3])
def test_telling_takes_the_same_queries_for_many(
    member, author, moderator, django_assert_num_queries, people
):
    for _turn in range(people):
        MembershipFactory(member=member)
    revision = revision_of(member, author, State.SUBMITTED)
    moderation.withdraw(revision, by=author)
    event = revision.events.select_related("revision__case__member", "actor").get()
    # Moderators, team, and a row for all of each; what both have acted on is marked as read.
    with django_assert_num_queries(6):
        notifications.notify_of_event(event)
