"""Members and teams in the admin: what is known, who decides, merging, handing over."""

import pytest
from django.urls import reverse

from members.models import Event, FormerAddress, Invitation, Member, Membership, Notice
from members.notices.mail_texts import text_of
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MemberProposalFactory,
    MembershipFactory,
    UserFactory,
)
from tests.members.team import coordinator_of, official_of, request_of

pytestmark = pytest.mark.django_db

NO_EVIDENCE = {"evidence-TOTAL_FORMS": "0", "evidence-INITIAL_FORMS": "0"}
SUVA = {"kind": "local-government", "name": "Suva", "slug": "suva", "status": "listed"}


def address(model, page, *args):
    return reverse(f"admin:members_{model}_{page}", args=args)


def recorded():
    return list(Event.objects.order_by("pk").values_list("action", "subject", "reason"))


@pytest.fixture
def city():
    return MemberFactory(name="Surabaya", slug="surabaya")


def form_of(member, **changes):
    fields = ("kind", "name", "slug", "status", "country", "population", "population_source")
    data = {name: str(getattr(member, name)) for name in fields}
    return data | {"latitude": member.latitude, "longitude": member.longitude} | changes


def test_added_member_is_recorded(moderator_client):
    moderator_client.post(address("member", "add"), SUVA | NO_EVIDENCE)
    assert recorded() == [("member-added", "Suva", "")]


def test_changed_fields_and_evidence_of_a_member_are_recorded(moderator_client, city):
    evidence = {
        "evidence-TOTAL_FORMS": "1",
        "evidence-INITIAL_FORMS": "0",
        "evidence-0-statement": "Attended",
        "evidence-0-url": "https://example.org/",
    }
    change = address("member", "change", city.pk)
    data = form_of(city, name="Kota Surabaya", joined="1987") | evidence
    answer = moderator_client.post(change, data)
    assert answer.status_code == 302, answer.context["errors"]
    assert recorded() == [("member-changed", "Kota Surabaya", "name, joined, evidence")]


def test_team_is_told_what_is_written_over_in_its_name(moderator_client, city):
    official = official_of(city)
    city.about = "Our own words."
    city.save()
    change = address("member", "change", city.pk)
    for joined, about in (("1987", "Our own words."), ("1987", "Other words.")):
        data = form_of(city, joined=joined, about=about) | NO_EVIDENCE
        answer = moderator_client.post(change, data)
        assert answer.status_code == 302, answer.context["errors"]
    says = f"{Member._meta.get_field('about').verbose_name}: Our own words. → Other words."
    assert [reason for _action, _subject, reason in recorded()] == ["joined", says]
    (notice,) = Notice.objects.filter(kind="team-changed")
    subject, text = text_of(notice)
    assert notice.recipient == getattr(official, "user", official)
    assert subject == "The secretariat has changed what the page of Surabaya says"
    assert f"> {says}" in text


def test_member_that_is_saved_as_it_was_is_not_in_the_record(moderator_client, city):
    change = address("member", "change", city.pk)
    assert moderator_client.post(change, form_of(city) | NO_EVIDENCE).status_code == 302
    assert recorded() == []


def test_former_address_of_a_member_goes_on_leading_to_it(client, moderator_client, city):
    for slug in ("kota-surabaya", "surabaya", "kota"):
        city.refresh_from_db()
        data = form_of(city, slug=slug) | NO_EVIDENCE
        moderator_client.post(address("member", "change", city.pk), data)
    slugs = FormerAddress.objects.filter(member=city).values_list("slug", flat=True)
    assert list(slugs) == ["kota-surabaya", "surabaya"]
    assert client.get("/members/surabaya/").url == "/members/kota/"


def test_former_address_of_one_member_is_not_given_to_another(moderator_client, city):
    FormerAddress.objects.create(slug="suva", member=city)
    answer = moderator_client.post(address("member", "add"), SUVA | NO_EVIDENCE)
    assert answer.context["adminform"].form.errors == {
        "slug": ["This address leads to another member."]
    }
    assert Member.objects.get() == city


@pytest.mark.parametrize("client_name", ["moderator_client", "editor_client"])
def test_member_is_deleted_by_administrators_only(request, client_name, city):
    client = request.getfixturevalue(client_name)
    answer = client.post(address("member", "delete", city.pk), {"post": "yes"})
    assert (answer.status_code, Member.objects.count()) == (403, 1)


def test_deleted_member_is_recorded(administrator_client, city):
    administrator_client.post(address("member", "delete", city.pk), {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [MemberFactory(name="Suva").pk]}
    administrator_client.post(address("member", "changelist"), chosen | {"post": "yes"})
    assert Member.objects.count() == 0
    assert recorded() == [("member-deleted", "Surabaya", ""), ("member-deleted", "Suva", "")]


def test_member_with_people_is_not_deleted(administrator_client, city):
    MembershipFactory(member=city)
    answer = administrator_client.post(address("member", "delete", city.pk), {"post": "yes"})
    assert (answer.status_code, Member.objects.count()) == (403, 1)


# Requests to join a team


@pytest.mark.parametrize(
    ("decision", "status", "action"),
    [
        ("approve", "active", "membership-approved"),
        ("decline", "declined", "membership-declined"),
    ],
)
def test_request_is_decided_with_a_note(moderator_client, city, decision, status, action):
    request = request_of(UserFactory(name="Ani"), city)
    decide = address("membership", "decide", request.pk)
    assert f'href="{decide}"' in moderator_client.get(address("membership", "changelist")).text
    data = {"decision": decision, "note": "I know her", "role": "coordinator"}

    answer = moderator_client.post(decide, data, follow=True)

    assert "Ani is told." in answer.text
    request.refresh_from_db()
    assert (request.status, request.note, request.decided_by) == (
        *(status, "I know her"),
        moderator_client.person,
    )
    assert recorded() == [(action, "Ani – Surabaya", "I know her")]
    assert request.user.notices.get().kind == "membership-decided"


@pytest.mark.parametrize(
    ("data", "field"), [({"decision": "decline", "note": ""}, "note"), ({"note": "x"}, "decision")]
)
def test_decision_that_is_not_whole_changes_nothing(moderator_client, city, data, field):
    request = request_of(member=city)
    answer = moderator_client.post(address("membership", "decide", request.pk), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    request.refresh_from_db()
    assert request.status == "requested"


def test_second_of_two_moderators_is_told_who_was_first(moderator_client, editor_client, city):
    request = request_of(member=city)
    decide = address("membership", "decide", request.pk)
    moderator_client.post(decide, {"decision": "approve"})
    answer = editor_client.post(decide, {"decision": "decline", "note": "No"})
    assert answer.status_code == 409
    assert "The secretariat has already approved this request." in answer.text
    request.refresh_from_db()
    assert (request.status, Event.objects.count()) == ("active", 1)
    page = editor_client.get(decide)
    assert "has already approved" in page.text
    assert 'name="decision"' not in page.text


def test_own_request_is_decided_by_somebody_else(moderator_client, city):
    request = request_of(moderator_client.person, city)
    answer = moderator_client.post(
        address("membership", "decide", request.pk), {"decision": "approve"}
    )
    assert answer.status_code == 409
    request.refresh_from_db()
    assert request.status == "requested"


# Handing over


def test_coordination_is_handed_over(moderator_client, city):
    old, new = coordinator_of(city, name="Ani"), official_of(city, name="Eko")
    page = address("member", "hand_over", city.pk)
    assert "Eko" in moderator_client.get(page).text

    data = {"membership": new.memberships.get().pk, "alone": "on", "note": "Ani has left"}
    answer = moderator_client.post(page, data)

    assert answer.url == address("member", "change", city.pk)
    roles = Membership.objects.values_list("user__name", "role")
    assert sorted(roles) == [("Ani", "official"), ("Eko", "coordinator")]
    assert recorded() == [
        ("role-changed", "Eko – Surabaya", "coordinator: Ani has left"),
        ("role-changed", "Ani – Surabaya", "official: Ani has left"),
    ]
    assert [person.notices.get().kind for person in (old, new)] == ["role-changed"] * 2


def test_present_coordinators_may_stay(moderator_client, city):
    coordinator_of(city)
    new = official_of(city).memberships.get()
    moderator_client.post(address("member", "hand_over", city.pk), {"membership": new.pk})
    assert set(Membership.objects.values_list("role", flat=True)) == {"coordinator"}


def test_coordination_is_handed_to_people_of_the_team_only(moderator_client, city):
    coordinator_of(city)
    blocked = official_of(city, is_active=False).memberships.get()
    waiting = request_of(member=city)
    elsewhere = MembershipFactory()
    for membership in (blocked, waiting, elsewhere):
        answer = moderator_client.post(
            address("member", "hand_over", city.pk), {"membership": membership.pk}
        )
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["membership"])
    assert Event.objects.count() == 0


def test_team_without_people_has_nobody_to_choose(moderator_client, city):
    page = moderator_client.get(address("member", "hand_over", city.pk)).text
    assert "Nobody is in this team yet." in page
    assert 'type="submit" class="default"' not in page


# Merging


def test_double_is_merged_in_two_steps(editor_client, city):
    double = MemberFactory(name="Kota Surabaya", slug="kota-surabaya")
    LiveRevisionFactory(case__member=double)
    page = address("member", "merge", double.pk)
    assert 'name="kept"' in editor_client.get(page).text

    shown = editor_client.get(page, {"kept": "surabaya"})
    assert [(str(name), number) for name, number in shown.context["moves"]] == [("case studies", 1)]
    assert Member.objects.count() == 2

    answer = editor_client.post(page, {"kept": "surabaya", "reason": "The same"}, follow=True)
    assert answer.redirect_chain == [(address("member", "change", city.pk), 302)]
    assert "Kota Surabaya is now part of Surabaya." in answer.text
    assert Member.objects.get() == city


@pytest.mark.parametrize(
    ("method", "data", "field"),
    [
        ("get", {"kept": ""}, "kept"),
        ("get", {"kept": "nowhere"}, "kept"),
        ("get", {"kept": "surabaya"}, "kept"),
        ("post", {"kept": "nowhere", "reason": "The same"}, "kept"),
        ("post", {}, None),
        ("post", {"kept": "suva", "reason": " "}, "reason"),
    ],
)
def test_merge_that_is_not_whole_moves_nothing(editor_client, city, method, data, field):
    MemberFactory(slug="suva")
    answer = getattr(editor_client, method)(address("member", "merge", city.pk), data)
    assert list(answer.context["form"].errors) == [field] * bool(field)
    assert answer.status_code == (422 if field else 200)
    assert (Member.objects.count(), Event.objects.count()) == (2, 0)


# Proposed members


def test_proposed_member_is_added(moderator_client):
    proposal = MemberProposalFactory(name="Suva", user=UserFactory(name="Ani"))
    decide = address("memberproposal", "decide", proposal.pk)
    assert 'value="suva"' in moderator_client.get(decide).text
    data = {"decision": "new", "slug": "suva", "status": "full", "role": "coordinator"}
    answer = moderator_client.post(decide, data, follow=True)
    assert "Ani is told." in answer.text
    assert Member.objects.values_list("slug", "status").get() == ("suva", "full")


def test_decision_on_a_proposal_that_is_not_whole_adds_nothing(moderator_client, city, subtests):
    FormerAddress.objects.create(slug="soerabaja", member=city)
    proposal = MemberProposalFactory()
    for data, field in [
        ({}, "decision"),
        ({"decision": "new", "slug": ""}, "slug"),
        ({"decision": "new", "slug": "surabaya"}, "slug"),
        ({"decision": "new", "slug": "soerabaja"}, "slug"),
        ({"decision": "new", "slug": "no such/slug"}, "slug"),
        ({"decision": "known", "slug": "suva"}, "slug"),
        ({"decision": "decline", "note": ""}, "note"),
        ({"decision": "new", "slug": "suva", "status": "emperor"}, "status"),
    ]:
        with subtests.test(data=data):
            answer = moderator_client.post(address("memberproposal", "decide", proposal.pk), data)
            assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
            assert Member.objects.get() == city


def test_decided_proposal_shows_who_decided(moderator_client, editor_client):
    proposal = MemberProposalFactory()
    decide = address("memberproposal", "decide", proposal.pk)
    moderator_client.post(decide, {"decision": "decline", "note": "A shop"})
    answer = editor_client.post(decide, {"decision": "decline", "note": "No"})
    assert answer.status_code == 409
    assert "has already declined this proposal." in answer.text
    assert 'name="decision"' not in editor_client.get(decide).text


@pytest.mark.parametrize("number", [1, 3])
def test_pages_ask_the_same_number_of_questions(
    moderator_client, django_assert_num_queries, city, number
):
    proposal = MemberProposalFactory(name="Lautoka")
    for _each in range(number):
        MemberFactory(name="Lautoka North")
        MembershipFactory(member=city)
    request = request_of(member=city)
    for queries, page in [
        (6, address("membership", "decide", request.pk)),
        (10, address("memberproposal", "decide", proposal.pk)),
        (8, address("member", "hand_over", city.pk)),
    ]:
        with django_assert_num_queries(queries):
            moderator_client.get(page)


def test_city_is_invited_from_its_page_in_one_step(moderator_client, city):
    page = moderator_client.get(address("member", "change", city.pk)).text
    invite = address("member", "invite", city.pk)
    assert f'action="{invite}"' in page
    # Nobody leads its team yet.
    assert '<option value="coordinator" selected>' in page
    sent = {"email": "Mayor@Surabaya.example", "role": "coordinator"}
    answer = moderator_client.post(invite, sent, follow=True)
    assert "An invitation goes to Mayor@Surabaya.example." in answer.text
    assert "mayor@surabaya.example is invited until" in answer.text
    invitation = Invitation.objects.get()
    assert (invitation.member, invitation.role) == (city, "coordinator")
    assert invitation.invited_by == moderator_client.person
    assert Notice.objects.get(kind="invited").email == "mayor@surabaya.example"
    for wrong in ({"email": "mayor@", "role": "official"}, sent | {"role": "king"}):
        refused = moderator_client.post(invite, wrong)
        assert refused.status_code == 422
        assert f'value="{wrong["email"]}"' in refused.text
    here = coordinator_of(city)
    again = moderator_client.post(invite, {"email": here.email, "role": "official"})
    assert (again.status_code, "is in the team already" in again.text) == (409, True)
    assert (
        '<option value="official" selected>'
        in moderator_client.get(address("member", "change", city.pk)).text
    )
