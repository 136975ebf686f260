"""The page /my/: what waits for the person and what to do next."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from members.models.invitation_tokens import token_of
from members.notices.notifications import notify
from members.teams import invitations
from policies.models import CaseStudy, Revision
from policies.workflow import moderation
from tests.factories import (
    CaseStudyFactory,
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)
from tests.members.team import coordinator_of, request_of, secretariat, verified

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def membership():
    return MembershipFactory(member__name="Surabaya", member__slug="surabaya")


@pytest.fixture
def member(membership):
    return membership.member


@pytest.fixture
def page(client, membership):
    """``page()`` opens the page of the person in the team."""

    def get(**query):
        client.force_login(membership.user)
        return client.get("/my/", query)

    return get


def shown(answer):
    return {
        state: [revision.title for revision in revisions]
        for state, _label, revisions in answer.context["groups"]
    }


def test_cases_stand_under_what_is_asked_of_the_team(page, member):
    draft = RevisionFactory(case__member=member, title="A draft")
    submitted = RevisionFactory(
        case__member=member,
        title="A submission",
        state=State.SUBMITTED,
        submitted_at=timezone.now() - timedelta(days=4),
    )
    live = LiveRevisionFactory(case__member=member, title="A public text")
    answer = page()
    assert shown(answer) == {
        "draft": ["A draft"],
        "submitted": ["A submission"],
        "published": ["A public text"],
    }
    assert [state for state, _label, _revisions in answer.context["groups"]] == [
        *("draft", "submitted", "published")
    ]
    for link in (
        f'href="/policies/{draft.case_id}/edit/"',
        f'href="/policies/{submitted.case_id}/withdraw/"',
        f'href="/policies/{live.case_id}/edit/"',
        f'href="{live.case.get_absolute_url()}"',
        'href="/policies/new/">Start a case study',
    ):
        assert link in answer.text
    assert "waiting for 4 days" in answer.text


def test_cases_of_other_members_are_not_shown(page, member):
    RevisionFactory(title="Theirs")
    LiveRevisionFactory(title="Theirs too")
    assert shown(page()) == {}


@pytest.mark.parametrize("status", ["requested", "declined", "ended"])
def test_cases_are_not_shown_to_who_is_not_in_the_team(client, member, status):
    RevisionFactory(case__member=member, title="A draft")
    outside = MembershipFactory(member=member, status=status)
    client.force_login(outside.user)
    answer = client.get("/my/")
    assert shown(answer) == {}
    assert "A draft" not in answer.text


def test_case_with_a_draft_beside_its_public_text_stands_once(page, member):
    live = LiveRevisionFactory(case__member=member, title="Public")
    RevisionFactory(case=live.case, title="Rewritten")
    answer = page()
    assert shown(answer) == {"draft": ["Rewritten"]}
    assert "the public text stays as it is" in answer.text


def test_moderators_note_is_shown_with_the_changes_asked_for(page, member):
    revision = RevisionFactory(case__member=member, state=State.SUBMITTED)
    moderation.request_changes(revision, name="Mina", note="Old note.")
    moderation.submit(revision, name="Ani")
    moderation.request_changes(revision, name="Mina", note="Say <b>what</b> it covers.")
    answer = page()
    assert "<p>Say &lt;b&gt;what&lt;/b&gt; it covers.</p>" in answer.text
    assert "Old note." not in answer.context["groups"][0][2][0].reason
    assert "Make the changes" in answer.text


def test_old_note_is_not_shown_once_it_is_with_the_moderators_again(page, member):
    revision = RevisionFactory(case__member=member, state=State.SUBMITTED)
    moderation.request_changes(revision, name="Mina", note="Say what it covers.")
    moderation.submit(revision, name="Ani")
    page_text = page().text
    assert "Say what it covers." not in page_text
    assert "submitted today" in page_text


@pytest.mark.parametrize("decide", [moderation.reject, moderation.unpublish])
def test_no_is_shown_with_its_reason(page, member, decide):
    revision = (
        LiveRevisionFactory(case__member=member)
        if decide == moderation.unpublish
        else RevisionFactory(case__member=member, state=State.SUBMITTED)
    )
    state = decide(revision, name="Mina", note="It is an event.").state
    answer = page()
    assert list(shown(answer)) == [state]
    assert "It is an event." in answer.text
    assert "Begin a new version" in answer.text


def test_public_text_that_nobody_confirmed_for_a_year_is_to_be_confirmed(page, member):
    live = LiveRevisionFactory(case__member=member, decided_at=timezone.now() - timedelta(days=366))
    answer = page()
    assert "Nobody has confirmed it for a year: is it still true?" in answer.text
    assert f'href="/policies/{live.case_id}/confirm/"' in answer.text
    CaseStudy.objects.update(confirmed_at=timezone.localdate())
    answer = page()
    assert "for a year" not in answer.text
    assert f'href="/policies/{live.case_id}/confirm/"' not in answer.text


def test_case_compiled_by_the_secretariat_is_to_be_confirmed(page, member):
    live = LiveRevisionFactory(case__member=member)
    CaseStudy.objects.update(provenance="secretariat")
    answer = page()
    assert "Compiled by the secretariat, not yet confirmed by your city" in answer.text
    assert f'href="/policies/{live.case_id}/confirm/"' in answer.text


def test_case_without_any_revision_breaks_nothing(page, member):
    CaseStudyFactory(member=member)
    assert shown(page()) == {}


def test_titles_carry_their_language_and_direction(page, member):
    RevisionFactory(case__member=member, title="حافلات الليل", language="ar")
    assert '<h4 class="case-title" lang="ar" dir="rtl">حافلات الليل</h4>' in page().text


def test_cases_can_be_narrowed(page, member, membership, subtests):
    other = MembershipFactory(user=membership.user, member__slug="suva").member
    RevisionFactory(case__member=member, title="Draft here")
    RevisionFactory(case__member=other, title="Draft there")
    LiveRevisionFactory(case__member=member, title="Public here")
    for query, titles in [
        ({"state": "draft"}, ["Draft here", "Draft there"]),
        ({"state": "published"}, ["Public here"]),
        ({"member": "surabaya"}, ["Draft here", "Public here"]),
        ({"member": "surabaya", "state": "draft"}, ["Draft here"]),
        ({"state": "rejected"}, []),
        ({"state": "", "member": ""}, ["Draft here", "Draft there", "Public here"]),
        ({"utm_source": "x"}, ["Draft here", "Draft there", "Public here"]),
    ]:
        with subtests.test(query=query):
            answer = page(**query)
            assert answer.status_code == 200
            assert sorted(each.title for each in answer.context["page"]) == titles


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"state": "x"}, "State: Select a valid choice."),
        ({"member": "suva"}, "City or organisation: Select a valid choice."),
        ({"colour": "red"}, "There is no filter named “colour”."),
    ],
)
def test_what_is_not_understood_lists_no_case(page, member, query, message):
    RevisionFactory(case__member=member)
    MemberFactory(slug="suva")
    answer = page(**query)
    assert answer.status_code == 400
    assert list(answer.context["page"]) == []
    assert message in answer.text


def test_filters_are_offered_from_ten_cases_on(page, member):
    RevisionFactory.create_batch(9, case__member=member)
    assert 'name="state"' not in page().text
    RevisionFactory(case__member=member)
    assert '<select name="state" class="in" id="id_state">' in page().text


def test_many_cases_are_in_pages(page, member):
    for _turn in range(52):
        RevisionFactory(case__member=member)
    assert len(page(page=2).context["groups"][0][2]) == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_the_same_number_of_questions(
    page, member, membership, django_assert_num_queries, client, rows
):
    for _turn in range(rows):
        RevisionFactory(case__member=member)
        LiveRevisionFactory(case__member=member)
        revision = RevisionFactory(case__member=member, state=State.SUBMITTED)
        moderation.request_changes(revision, name="Mina", note="Why?")
        MembershipFactory(user=membership.user, role="coordinator")
        request_of(member=membership.user.memberships.last().member)
        notify("note", [membership.user], "/my/", title="x", member="y", note="z", by="")
    client.force_login(membership.user)
    with django_assert_num_queries(17):
        client.get("/my/")


# Who is in no team yet


def test_newcomer_is_shown_the_way(client):
    client.force_login(UserFactory())
    answer = client.get("/my/")
    assert answer.context["suggested"] is None
    assert 'href="/my/teams/join/"' in answer.text
    assert "Start a case study" not in answer.text


def test_newcomer_is_suggested_the_member_of_the_address(client):
    MemberFactory(name="Surabaya", slug="surabaya", email_domain="surabaya.go.id")
    client.force_login(UserFactory(email="ani@surabaya.go.id"))
    answer = client.get("/my/")
    assert "Ask to join Surabaya" in answer.text
    assert 'href="/my/teams/join/surabaya/"' in answer.text


def test_who_has_asked_is_told_to_wait(client):
    request = request_of(member=MemberFactory(slug="surabaya", email_domain="surabaya.go.id"))
    client.force_login(request.user)
    answer = client.get("/my/")
    assert "Waits for a decision" in answer.text
    assert 'href="/my/teams/surabaya/leave/"' in answer.text
    assert 'href="/my/teams/surabaya/"' not in answer.text
    assert answer.context["suggested"] is None


def test_invitation_is_found_without_the_mail(client):
    member = MemberFactory(name="Surabaya")
    invitation = invitations.invite(member, "ani@city.example", coordinator_of(member))
    client.force_login(verified(email="ani@city.example"))
    assert f'href="/my/invitations/{token_of(invitation)}/"' in client.get("/my/").text
    client.force_login(verified(email="eve@city.example"))
    assert "/my/invitations/" not in client.get("/my/").text


def test_invitation_made_with_a_forgotten_secret_is_left_out(client, settings):
    member = MemberFactory()
    invitations.invite(member, "ani@city.example", coordinator_of(member))
    settings.SECRET_KEY = "another secret of the site, long enough to be taken seriously"
    client.force_login(verified(email="ani@city.example"))
    assert client.get("/my/").context["invitations"] == []


# Who decides


def test_coordinator_sees_the_requests_to_the_own_team(client, member):
    request = request_of(member=member, user=UserFactory(name="Ani"))
    request_of()
    client.force_login(coordinator_of(member))
    answer = client.get("/my/")
    assert list(answer.context["requests"]) == [request]
    assert "Ani asks to join Surabaya" in answer.text
    assert 'href="/my/requests/"' not in answer.text


def test_secretariat_sees_all_requests(client):
    request_of()
    request_of()
    client.force_login(secretariat())
    answer = client.get("/my/")
    assert answer.context["requests_total"] == 2
    assert 'href="/my/requests/"' in answer.text


def test_moderator_sees_how_many_submissions_wait(client):
    RevisionFactory(state=State.SUBMITTED)
    RevisionFactory()
    moderator = StaffFactory()
    moderator.user_permissions.add(Permission.objects.get(codename="change_revision"))
    client.force_login(moderator)
    assert "1 submission waits for review" in client.get("/my/").text
    client.force_login(UserFactory(is_staff=True))
    assert "waits for review" not in client.get("/my/").text


def test_page_leads_to_notices_and_security(page, membership):
    for _turn in range(7):
        notify("published", [membership.user], "/my/", title="Buses", member="Surabaya", note="")
    answer = page()
    assert len(answer.context["notices"]) == 5
    assert "All notices, 7 unread" in answer.text
    for name in ("/accounts/", "/accounts/2fa/", "/accounts/password/change/"):
        assert f'href="{name}"' in answer.text


def test_page_is_kept_by_nobody(page):
    assert "no-store" in page()["Cache-Control"]
