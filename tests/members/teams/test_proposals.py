"""Cities and organisations that somebody misses in the list."""

import pytest
from django.urls import reverse

from citynet.web.text import order_key
from members.errors import AlreadyDecided, InvalidMember, NotAllowed, ReasonRequired, TooManyToday
from members.models import Event, FormerAddress, Member, MemberProposal, Membership, Notice
from members.teams import memberships, proposals
from members.teams.forms import ProposeForm
from tests.factories import MemberFactory, MemberProposalFactory, StaffFactory, UserFactory
from tests.members.team import request_of

pytestmark = pytest.mark.django_db

PAGE = reverse("my:propose")
SUVA = {
    "kind": "local-government",
    "name": "Suva",
    "country": "FJ",
    "website": "https://suva.example/",
}


@pytest.fixture
def moderator():
    return StaffFactory(groups=["Moderators"], name="Min-jun")


@pytest.fixture
def ani():
    return UserFactory(name="Ani", email="ani@suva.example")


@pytest.fixture
def proposal(ani):
    return MemberProposalFactory(user=ani, name="Suva")


def decide(proposal, moderator, decision="new", **data):
    data = {"slug": "suva", "status": "listed", "role": "coordinator", "note": ""} | data
    proposals.decide(proposal, by=moderator, decision=decision, **data)


def test_proposal_is_told_to_the_secretariat_and_recorded(ani, moderator):
    proposal = proposals.propose(ani, **SUVA, message="I work there")
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind) == (moderator, "membership-requested")
    assert notice.path == reverse("admin:members_memberproposal_decide", args=[proposal.pk])
    assert Event.objects.values_list("action", "actor", "subject", "reason").get() == (
        *("member-proposed", ani.pk),
        *("Suva", "I work there"),
    )


def test_second_click_makes_no_second_proposal(ani):
    first = proposals.propose(ani, **SUVA)
    assert proposals.propose(ani, **SUVA | {"name": "SUVA"}) == first
    assert (MemberProposal.objects.count(), Event.objects.count()) == (1, 1)


def test_too_many_proposals_in_a_day_are_refused(ani):
    for _each in range(memberships.MAX_REQUESTS_A_DAY):
        MemberProposalFactory(user=ani)
    with pytest.raises(TooManyToday, match="many members today"):
        proposals.propose(ani, **SUVA)


def test_nothing_of_a_proposal_is_public(client, reference, ani):
    proposals.propose(ani, **SUVA)
    for path in ("/", "/members/", "/members/?q=suva", "/policies/suggest/?q=suva", "/sitemap.xml"):
        assert "Suva" not in client.get(path).text, path
    assert client.get("/members/suva/").status_code == 404
    assert Member.objects.count() == 0


def test_approved_proposal_is_a_member_with_the_person_in_its_team(proposal, moderator, ani):
    decide(proposal, moderator, note="Welcome")

    member = Member.objects.get()
    assert (member.slug, member.name, member.country, member.status) == (
        *("suva", "Suva"),
        *("FJ", "listed"),
    )
    membership = ani.memberships.get()
    assert (membership.member, membership.status, membership.role, membership.decided_by) == (
        *(member, "active"),
        *("coordinator", moderator),
    )
    proposal.refresh_from_db()
    assert (proposal.state, proposal.member, proposal.decided_by) == (
        *("approved", member),
        moderator,
    )
    notice = ani.notices.get()
    assert (notice.kind, notice.context["decision"], notice.context["note"]) == (
        *("membership-decided", "approved"),
        "Welcome",
    )
    assert list(Event.objects.order_by("pk").values_list("action", "subject")) == [
        ("member-added", "Suva"),
        ("membership-approved", "Ani – Suva"),
    ]


def test_proposal_may_mean_a_member_that_is_listed(proposal, moderator, ani):
    member = MemberFactory(name="City of Suva", slug="suva")
    decide(proposal, moderator, "known", known=member, role="official")
    assert Member.objects.get() == member
    assert ani.memberships.values_list("member", "status", "role").get() == (
        *(member.pk, "active"),
        "official",
    )


@pytest.mark.parametrize("status", ["requested", "active"])
def test_person_who_asked_for_both_is_in_the_team_once(proposal, moderator, ani, status):
    member = MemberFactory(slug="suva")
    request = request_of(ani, member)
    if status == "active":
        memberships.approve(request, moderator)
    decide(proposal, moderator, "known", known=member)
    assert ani.memberships.get().status == "active"


def test_declined_proposal_leaves_no_member_and_tells_why(proposal, moderator, ani):
    decide(proposal, moderator, "decline", note="A shop, not a city")
    proposal.refresh_from_db()
    assert (proposal.state, Member.objects.count(), Membership.objects.count()) == (
        *("declined", 0),
        0,
    )
    context = ani.notices.get().context
    assert (context["decision"], context["note"]) == ("declined", "A shop, not a city")
    assert Event.objects.values_list("action", "reason").get() == (
        "member-proposal-declined",
        "A shop, not a city",
    )


def test_declining_needs_a_reason(proposal, moderator):
    with pytest.raises(ReasonRequired, match="Give a reason"):
        decide(proposal, moderator, "decline", note=" ")


@pytest.mark.parametrize(
    "who",
    [
        UserFactory,
        StaffFactory,
        lambda: UserFactory(is_superuser=True),
    ],
)
def test_proposal_is_decided_by_the_secretariat_only(proposal, who):
    with pytest.raises(NotAllowed):
        decide(proposal, who())
    assert Member.objects.count() == 0


def test_nobody_decides_their_own_proposal(moderator):
    with pytest.raises(NotAllowed):
        decide(MemberProposalFactory(user=moderator), moderator)


def test_second_of_two_who_decide_is_told_who_was_first(proposal, moderator):
    decide(proposal, moderator, "decline", note="A shop")
    with pytest.raises(AlreadyDecided, match="Min-jun has already declined"):
        decide(proposal, StaffFactory(groups=["Moderators"]))
    assert Member.objects.count() == 0


def test_address_that_leads_elsewhere_is_refused(proposal, moderator):
    FormerAddress.objects.create(slug="suva", member=MemberFactory())
    with pytest.raises(InvalidMember, match="leads to another member"):
        decide(proposal, moderator)
    assert Member.objects.count() == 1


def test_address_is_suggested_from_the_name(proposal):
    assert proposals.suggested_slug(proposal) == "suva"
    MemberFactory(slug="suva")
    FormerAddress.objects.create(slug="suva-2", member=MemberFactory())
    assert proposals.suggested_slug(proposal) == "suva-3"
    proposal.name = "수바"
    assert proposals.suggested_slug(proposal) == ""


def test_similar_members_are_named(proposal):
    by_name = MemberFactory(name="City of Suva")
    by_site = MemberFactory(name="Capital", website="https://www.unlisted.example/about/")
    MemberFactory(name="Lautoka", website="https://lautoka.example/")
    assert sorted(proposals.similar(proposal), key=str) == [by_site, by_name]


def test_page_asks_the_secretariat(client, ani):
    client.force_login(ani)
    answer = client.post(PAGE, SUVA | {"name": "  Suva "}, follow=True)
    assert answer.redirect_chain == [(reverse("my:find"), 302)]
    assert "You have asked for Suva." in answer.text
    assert "for Suva to be added" in answer.text
    assert MemberProposal.objects.values_list("name", "user", "website").get() == (
        *("Suva", ani.pk),
        "https://suva.example/",
    )


def test_page_says_what_is_wrong_and_keeps_the_rest(client, ani, subtests):
    client.force_login(ani)
    for change, field in [
        ({"name": " "}, "name"),
        ({"name": "123"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"kind": "village"}, "kind"),
        ({"country": "XX"}, "country"),
        ({"country": "TW"}, "country"),
        ({"website": ""}, "website"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"message": "x" * 1001}, "message"),
    ]:
        with subtests.test(change=change):
            answer = client.post(PAGE, SUVA | change)
            assert answer.status_code == 422
            assert list(answer.context["form"].errors) == [field]
            kept = {"name": "Suva", "website": "https://suva.example/"} | change
            assert answer.context["form"]["name"].value() == kept["name"]
            assert MemberProposal.objects.count() == 0


def test_page_refuses_too_many(client, ani):
    for _each in range(memberships.MAX_REQUESTS_A_DAY):
        MemberProposalFactory(user=ani)
    client.force_login(ani)
    answer = client.post(PAGE, SUVA)
    assert answer.status_code == 409
    assert "You have asked for many members today." in answer.text


def test_proposal_is_taken_back_by_its_person(client, proposal, ani):
    client.force_login(ani)
    address = reverse("my:proposal-take-back", args=[proposal.pk])
    assert "Your request is taken back." in client.post(address, follow=True).text
    proposal.refresh_from_db()
    assert proposal.state == "taken-back"
    assert "You have taken this proposal back already." in client.post(address, follow=True).text
    assert Event.objects.values_list("action").get() == ("member-proposal-taken-back",)
    proposal.state = "declined"
    proposal.save()
    assert "The secretariat has decided" in client.post(address, follow=True).text


def test_proposal_of_somebody_else_cannot_be_taken_back(client, proposal):
    client.force_login(UserFactory())
    address = reverse("my:proposal-take-back", args=[proposal.pk])
    assert client.post(address).status_code == 404
    proposal.refresh_from_db()
    assert proposal.state == "proposed"


def test_countries_stand_in_the_order_of_their_names():
    names = [str(name) for code, name in ProposeForm.base_fields["country"].choices if code]
    assert names == sorted(names, key=order_key)
    assert len(names) > 200
