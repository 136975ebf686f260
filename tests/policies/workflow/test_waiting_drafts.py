"""Writing while a request to join waits: the draft is the person's alone until the team decides."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from members.models import Member, Membership, Notice
from members.record import people
from members.teams import invitations, memberships, proposals
from policies.models import CaseStudy, Revision
from policies.workflow import authoring
from policies.workflow.errors import EditRefused
from tests.factories import MemberFactory, MembershipFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

TEXTS = {"title": "Night buses", "summary": "", "language": "en"}


@pytest.fixture
def seoul():
    return MemberFactory(name="Seoul", email_domain="seoul.example")


@pytest.fixture
def colleague(seoul):
    return MembershipFactory(member=seoul, role="coordinator").user


@pytest.fixture
def asking():
    return UserFactory(name="Ana Newcomer", email="ana@mail.example")


@pytest.fixture
def draft(seoul, colleague, asking):
    memberships.request_membership(asking, seoul)
    return authoring.start_case(user=asking, member=seoul, **TEXTS)


def may_write(user):
    return [*CaseStudy.objects.editable_by(user)]


def decide(user, decision, by):
    """``by`` decides on the request of ``user``."""
    asked = Membership.objects.get(user=user, status="requested")
    if decision == "approve":
        return memberships.approve(asked, by)
    return memberships.decline(asked, by, "Who are you?")


def test_the_draft_is_the_persons_alone_until_the_team_accepts(draft, seoul, asking, colleague):
    other = MembershipFactory(member=seoul).user
    people = (asking, colleague, other, StaffFactory(groups=["Moderators"]), UserFactory())
    assert [may_write(person) for person in people] == [[draft.case], [], [], [], []]
    with pytest.raises(EditRefused, match="as soon as the team of Seoul has taken you in"):
        authoring.submit(draft, user=asking)
    decide(asking, "approve", colleague)
    assert [may_write(person) for person in people] == [[draft.case]] * 3 + [[], []]
    assert CaseStudy.objects.get().held_by is None


def test_what_was_begun_stays_with_the_person_when_the_team_declines(
    client, draft, seoul, asking, colleague
):
    decide(asking, "decline", colleague)
    assert [may_write(person) for person in (asking, colleague)] == [[draft.case], []]
    client.force_login(asking)
    page = client.get(reverse("policies:edit", args=[draft.case_id])).text
    assert "You are not in the team of Seoul." in page
    assert "Who are you?" in page
    assert "Make it a case of" not in page
    busan = MembershipFactory(user=asking, member__name="Busan").member
    page = client.get(reverse("policies:edit", args=[draft.case_id])).text
    assert "Make it a case of Busan" in page
    move = reverse("policies:change-member", args=[draft.case_id])
    client.post(move, {"member": busan.slug})
    case = CaseStudy.objects.get()
    assert (case.member, case.held_by) == (busan, None)
    # It is the team's now, which nobody moves away.
    client.post(move, {"member": seoul.slug})
    assert CaseStudy.objects.get().member == busan


@pytest.mark.parametrize(
    "sent", [{}, {"member": "nowhere"}, {"member": "\x00"}, {"member": "seoul"}]
)
def test_a_held_case_moves_to_no_team_that_the_person_has_not_asked(client, draft, asking, sent):
    MemberFactory(slug="nowhere")
    client.force_login(asking)
    answer = client.post(reverse("policies:change-member", args=[draft.case_id]), sent)
    assert answer.status_code in (302, 400)
    assert CaseStudy.objects.get().member == draft.case.member


def test_nobody_is_told_of_a_draft_that_its_author_discards(draft, asking, colleague):
    before = Notice.objects.count()
    authoring.withdraw(draft, user=asking)
    assert Notice.objects.count() == before
    assert may_write(colleague) == []


def test_an_invitation_hands_the_draft_to_the_team_as_well(draft, seoul, asking, colleague):
    EmailAddress.objects.create(user=asking, email=asking.email, verified=True)
    invitations.accept(invitations.invite(seoul, asking.email, colleague), asking)
    assert may_write(colleague) == [draft.case]


def test_who_came_into_the_team_otherwise_has_the_draft_released(draft, seoul, asking):
    Membership.objects.filter(user=asking).update(status="active", decided_at="2026-01-01T00:00Z")
    authoring.save_draft(authoring.locked_draft(draft, asking))
    assert CaseStudy.objects.get().held_by is None


def test_the_draft_goes_with_the_account(draft, asking):
    asking.delete()
    assert (CaseStudy.objects.count(), Revision.objects.count()) == (0, 0)


def test_nobody_begins_for_a_member_without_asking(seoul, asking):
    with pytest.raises(EditRefused, match="You are not in the team of Seoul"):
        authoring.start_case(user=asking, member=seoul, **TEXTS)
    membership = memberships.request_membership(asking, seoul)
    memberships.leave(membership, asking)
    with pytest.raises(EditRefused):
        authoring.start_case(user=asking, member=seoul, **TEXTS)


def test_the_way_from_no_team_to_the_first_page_of_a_case(client, seoul, colleague, asking):
    client.force_login(asking)
    found = client.get(reverse("policies:new"), follow=True)
    assert "then you can begin to write at once" in found.text
    assert found.redirect_chain == [("/my/teams/join/?for=publish", 302)]
    found = client.get("/my/teams/join/", {"q": "seoul", "for": "publish"})
    where = f"/my/teams/join/{seoul.slug}/?for=publish"
    assert f'href="{where}"' in found.text
    asked = client.post(where, {"message": ""}, follow=True)
    assert asked.redirect_chain == [("/policies/new/", 302)]
    assert "Your request to join Seoul waits. You may write at once" in asked.text
    assert "The coordinator of the team decides." in asked.text
    sent = {"member": seoul.pk, "title": "Night buses", "language": "en"}
    begun = client.post("/policies/new/", sent, follow=True)
    assert "Only you can see this draft." in begun.text
    assert "You can submit it as soon as the team has taken you in." in begun.text
    key = CaseStudy.objects.get().pk
    review = client.get(f"/policies/{key}/edit/review/").text
    assert "Submit to the moderators" not in review
    assert "yours alone until the team takes you in" in client.get("/my/").text
    client.force_login(colleague)
    assert client.get(f"/policies/{key}/edit/").status_code == 404


def test_a_verified_address_of_the_member_is_seen_first_and_approved_at_once(
    client, seoul, colleague
):
    for email, verified in (
        ("first@mail.example", True),
        ("unproven@seoul.example", False),
        ("kim@seoul.example", True),
    ):
        person = UserFactory(email=email)
        EmailAddress.objects.create(user=person, email=email, verified=verified)
        client.force_login(person)
        page = client.get(f"/my/teams/join/{seoul.slug}/").text
        said = "Your verified address at seoul.example is one of Seoul" in page
        assert said == (email == "kim@seoul.example")
        client.post(f"/my/teams/join/{seoul.slug}/", {"message": ""})
    known = {
        each.user.email: each.known_domain for each in Membership.objects.exclude(status="active")
    }
    assert known == {
        "first@mail.example": "",
        "unproven@seoul.example": "",
        "kim@seoul.example": "seoul.example",
    }
    told = Notice.objects.filter(kind="membership-requested").order_by("pk")
    assert [notice.context["domain"] for notice in told] == ["", "", "seoul.example"]
    client.force_login(colleague)
    home, team = client.get("/my/").text, client.get(f"/my/teams/{seoul.slug}/").text
    for page in (home, team):
        places = [page.index(email) for email in ("kim@seoul", "first@mail", "unproven@seoul")]
        assert places == sorted(places)
        assert page.count("verified address at seoul.example") == 1
    asked = Membership.objects.get(user__email="kim@seoul.example")
    client.post(f"/my/requests/{asked.pk}/", {"decision": "approve", "role": "official"})
    asked.refresh_from_db()
    assert asked.status == "active"
    assert "verified address at" not in client.get(f"/my/teams/{seoul.slug}/").text


PROPOSED = {
    "kind": "local-government",
    "name": "Nadi",
    "country": "FJ",
    "website": "https://n.example/",
}


@pytest.fixture
def proposal(asking):
    return proposals.propose(asking, **PROPOSED)


@pytest.fixture
def moderator():
    return StaffFactory(groups=["Moderators"])


def test_who_proposes_a_city_writes_at_once(client, asking, proposal, moderator):
    colleague = MembershipFactory(member__name="Suva").user
    client.force_login(asking)
    page = client.get("/policies/new/")
    assert "Your proposal of Nadi waits." in page.text
    assert "The secretariat decides." in page.text
    [shown] = page.context["form"].members.values()
    draft = client.post(
        "/policies/new/", TEXTS | {"summary": "Buses.", "member": shown.pk}, follow=True
    )
    assert "for Nadi to be added." in draft.text
    case = CaseStudy.objects.get()
    assert may_write(asking) == [case]
    assert may_write(moderator) == may_write(colleague) == []
    # Nobody else sees the city, whatever they look for.
    public = (
        "/members/",
        "/members/?q=nadi",
        "/",
        f"/members/{shown.slug}/",
        "/sitemap-members.xml",
    )
    assert [path for path in public if "Nadi" in client.get(path).text.partition("<main")[2]] == []
    assert not Member.objects.named("Nadi").exists()
    # Its author is led to no page that there is not.
    preview = client.get(reverse("policies:preview", args=[case.pk])).text
    assert ("Nadi" in preview, f"/members/{shown.slug}/" in preview) == (True, False)
    refused = client.post(f"/policies/{case.pk}/submit/", follow=True)
    assert "You can submit it as soon as the secretariat has added Nadi." in refused.text


@pytest.mark.parametrize(
    ("decision", "member", "writers"),
    [
        ("new", "nadi", "asking"),
        ("known", "suva", "asking colleague"),
        # It stays the person's own, to be made a case of another team.
        ("decline", "", "asking"),
        ("take-back", "", "asking"),
    ],
)
def test_decision_on_a_proposed_city_says_whose_its_draft_is(
    decision, member, writers, client, asking, proposal, moderator
):
    suva = MemberFactory(name="Suva", slug="suva")
    persons = {"asking": asking, "colleague": MembershipFactory(member=suva).user}
    case = authoring.start_case(user=asking, member=proposal.provisional_member, **TEXTS).case
    if decision == "take-back":
        proposals.take_back(proposal, asking)
    else:
        facts = {"slug": "nadi", "status": "listed", "role": "official", "note": "No."}
        known = suva if decision == "known" else None
        proposals.decide(proposal, by=moderator, decision=decision, known=known, **facts)
    case.refresh_from_db()
    proposal.refresh_from_db()
    assert (proposal.provisional_member is None) == bool(member)
    assert [name for name, person in persons.items() if may_write(person)] == writers.split()
    assert (case.held_by == asking, case.member.is_proposed) == (not member, not member)
    if member:
        assert (case.member.slug, Member.with_proposed.filter(is_proposed=True).count()) == (
            member,
            0,
        )
        return
    client.force_login(asking)
    shown = client.get(f"/policies/{case.pk}/edit/").text
    assert "Nadi was not added." in shown
    memberships.request_membership(asking, suva)
    client.post(f"/policies/{case.pk}/edit-member/", {"member": "suva"})
    case.refresh_from_db()
    assert (case.member, case.held_by) == (suva, asking)


def test_what_stood_for_a_proposal_goes_with_it(asking, proposal, moderator):
    other = proposals.propose(asking, **PROPOSED | {"name": "Labasa"})
    proposals.take_back(other, asking)
    assert [each.name for each in Member.with_proposed.all()] == ["Nadi"]
    late = other.provisional_member or Member(pk=0, name="Labasa")
    with pytest.raises(EditRefused):
        authoring.start_case(user=asking, member=late, **TEXTS)
    authoring.start_case(user=asking, member=proposal.provisional_member, **TEXTS)
    people.delete_account(asking)
    assert (Member.with_proposed.count(), CaseStudy.objects.count()) == (0, 0)
