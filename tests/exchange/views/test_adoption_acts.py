"""What teams, and the city whose policy it is, do with an adoption by its pages."""

import re

import pytest

from exchange.models import Adoption
from exchange.steps import adoptions as steps
from members.models import Notice
from members.notices.mail_texts import text_of
from tests.conftest import signed_in
from tests.exchange.factories import AdoptionFactory
from tests.factories import LiveRevisionFactory, MembershipFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return LiveRevisionFactory(title="Owl Bus").case


@pytest.fixture
def membership():
    return MembershipFactory()


@pytest.fixture
def own(membership):
    """A public adoption of the team of ``membership``."""
    return AdoptionFactory(member=membership.member)


def rows(prefix, *filled):
    """Return what a form sends of a list of rows."""
    sent = {f"{prefix}-TOTAL_FORMS": str(len(filled)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, row in enumerate(filled):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


# Sentence 15.
def test_two_questions_are_enough(case, membership):
    client = signed_in(membership.user)
    page = client.get(f"/exchange/adopt/{case.pk}/")
    assert [field.name for field in page.context["form"]] == ["stage", "words", "member"]
    sent = {"stage": "preparing", "words": "Its routes.", "member": membership.member_id}
    answer = client.post(f"/exchange/adopt/{case.pk}/", sent | {"publish": "1"})
    adoption = Adoption.objects.public().get()
    assert answer.url == adoption.get_absolute_url()
    assert (adoption.member, adoption.case, adoption.stage, adoption.interest) == (
        membership.member,
        case,
        "preparing",
        "Its routes.",
    )
    assert "Thank you" in client.get(answer.url).text
    # A second time leads to the first.
    again = client.post(f"/exchange/adopt/{case.pk}/", sent)
    assert (again.status_code, adoption.get_absolute_url() in again.text) == (409, True)


def test_a_draft_is_seen_by_its_team_until_it_is_made_public(case, membership):
    client = signed_in(membership.user)
    sent = {"stage": "considering", "words": "", "member": membership.member_id}
    address = client.post(f"/exchange/adopt/{case.pk}/", sent).url
    assert "only the team" in client.get(address).text
    assert signed_in(MembershipFactory().user).get(address).status_code == 404
    assert client.post(f"{address}publish/").url == address
    assert signed_in(MembershipFactory().user).get(address).status_code == 200
    assert "It is public: write in a report how it ended." in (
        client.post(f"{address}delete/", follow=True).text
    )
    Adoption.objects.update(state="draft")
    assert client.post(f"{address}delete/").url == case.get_absolute_url()
    assert not Adoption.objects.exists()


def test_who_is_in_no_team_is_told_why_and_loses_nothing(case):
    client = signed_in(UserFactory())
    answer = client.post(f"/exchange/adopt/{case.pk}/", {"words": "The routes of the night"})
    assert answer.status_code == 403
    for part in ("A city says this, not a person", "The routes of the night", "/my/teams/"):
        assert part in answer.text


# Sentence 17.
def test_the_own_policy_is_not_offered(case):
    client = signed_in(MembershipFactory(member=case.member).user)
    page = client.get(f"/exchange/adopt/{case.pk}/").text
    assert "your own city" in page
    assert 'name="stage"' not in page


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"stage": "soon"}, "Select a valid choice"),
        ({"stage": "decided-against", "words": " "}, "Give the reason in a sentence."),
        ({"stage": "preparing", "words": "call +63 33 320 8000"}, "+63 33 320 8000"),
        ({"stage": "preparing", "words": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_is_wrong_is_said_and_kept(case, membership, sent, message):
    client = signed_in(membership.user)
    sent |= {"member": membership.member_id}
    answer = client.post(f"/exchange/adopt/{case.pk}/", sent)
    assert (answer.status_code, message in answer.text) == (422, True)
    assert sent.get("words", "") in answer.text
    assert not Adoption.objects.exists()


# Sentence 16.
def test_changes_are_written_in_rows_and_a_quicker_colleague_is_shown(membership, own):
    client = signed_in(membership.user)
    address = f"{own.get_absolute_url()}edit/"
    page = client.get(address)
    first = {"aspect": "scale", "kind": "smaller", "what": "Two lines", "reason": "cost"}
    sent = {"kept": "The counting", "started": "2026-03", "shown": page.context["shown"]}
    sent |= rows("changes", first, {}, {"aspect": "place", "kind": "replaced", "what": "A ferry"})
    assert client.post(address, sent).url == own.get_absolute_url()
    own.refresh_from_db()
    assert (own.kept, own.started, own.stage) == ("The counting", "2026-03", "under-way")
    assert list(own.changes.values_list("aspect", "what", "reason")) == [
        ("scale", "Two lines", "cost"),
        ("place", "A ferry", ""),
    ]
    # The form was opened before that was saved.
    late = client.post(address, sent | {"kept": "Mine"})
    assert (late.status_code, "Mine" in late.text, "The counting" in late.text) == (409, True, True)
    # Sent once more it stands.
    assert client.post(address, sent | {"kept": "Mine", "shown": late.context["shown"]}).url
    own.refresh_from_db()
    assert own.kept == "Mine"


def test_wrong_rows_and_fields_are_named(membership, own, subtests):
    client = signed_in(membership.user)
    for sent, message in [
        (rows("changes", {"aspect": "scale", "what": "x"}), "This field is required"),
        (rows("changes", *[{"what": "x"}] * 13), "At most 12 rows fit here."),
        (rows("changes") | {"started": "2569"}, "Buddhist era"),
        (rows("changes") | {"kept": "x" * 1001}, "At most 1000 characters fit here"),
        (rows("changes") | {"stage": "stopped"}, "Give the reason in a sentence."),
        (rows("changes") | {"kept": "write to a@b.example"}, "put us in touch"),
    ]:
        with subtests.test(sent=sent):
            data = {"shown": steps.as_shown(own)} | sent
            answer = client.post(f"{own.get_absolute_url()}edit/", data)
            assert (answer.status_code, message in answer.text) == (422, True)
            assert not own.changes.exists()


# Sentence 16.
def test_a_report_is_added_with_its_figures(membership, own):
    client = signed_in(membership.user)
    address = f"{own.get_absolute_url()}report/"
    assert client.get(address).context["form"]["stage"].value() == "under-way"
    sent = {"date": "2026-11", "stage": "in-operation", "compared": "better", "text": "It runs."}
    sent |= {"amount": "18.5 million", "currency": "PHP", "amount_year": "2025", "months": "14"}
    sent |= rows("indicators", {"name": "Riders a night", "value": "1,150", "year": "2026"})
    assert client.post(address, sent).url == own.get_absolute_url()
    own.refresh_from_db()
    report = own.reports.get()
    assert (own.stage, report.amount, report.months, report.by) == (
        "in-operation",
        18_500_000,
        14,
        membership.user,
    )
    assert [(row.name, row.value) for row in report.indicators.all()] == [("Riders a night", 1150)]
    page = client.get(own.get_absolute_url()).text
    for part in ("November 2026: in operation", "PHP 18.5 million", "1,150", "14 months"):
        assert part in page


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"text": ""}, "This is needed."),
        ({"date": "2026-13"}, "Write a year (2013) or a year and month (2013-04)."),
        ({"amount": "much"}, "much"),
        ({"amount": "5"}, "Give the currency of the amount."),
        ({"stage": "stopped"}, "Give the reason in a sentence."),
        ({"text": "ask a@b.example"}, "put us in touch"),
        ({"source_url": "javascript:alert(1)"}, "http"),
    ],
)
def test_a_wrong_report_is_not_added(membership, own, sent, message):
    right = {"date": "2026-11", "stage": "under-way", "text": "It runs."} | rows("indicators")
    answer = signed_in(membership.user).post(f"{own.get_absolute_url()}report/", right | sent)
    assert (answer.status_code, message in answer.text) == (422, True)
    assert not own.reports.exists()


# Sentence 18.
def test_the_original_city_disputes_and_everybody_sees_it(case, client):
    adoption = AdoptionFactory(case=case, kept="Everything.")
    origin = signed_in(MembershipFactory(member=case.member).user)
    address = adoption.get_absolute_url()
    assert f"{address}origin/" in origin.get(address).text
    assert f"{address}origin/" not in client.get(address).text
    assert "Everything." in origin.get(f"{address}origin/").text
    answer = origin.post(f"{address}origin/", {"act": "dispute", "note": ""})
    assert (answer.status_code, "Write what you have to say." in answer.text) == (422, True)
    answer = origin.post(f"{address}origin/", {"act": "dispute", "note": "It was the tram."})
    assert answer.url == address
    page = client.get(address).text
    assert f"Disputed by {case.member.name} on" in page
    assert "It was the tram." in page
    # Not again, and not by others.
    again = origin.post(f"{address}origin/", {"act": "dispute", "note": "x"})
    assert (again.status_code, "disputed already" in again.text) == (422, True)
    stranger = signed_in(MembershipFactory().user)
    stranger.post(f"{address}origin/", {"act": "confirm"})
    adoption.refresh_from_db()
    assert adoption.confirmed_by_origin_at is None
    [shown] = re.findall(r'name="shown" value="(\w+)"', again.text)
    Adoption.objects.filter(pk=adoption.pk).update(kept="Their money.")
    stale = origin.post(f"{address}origin/", {"act": "confirm", "shown": shown})
    assert ("Their money." in stale.text, "read it again" in stale.text) == (True, True)
    [shown] = re.findall(r'name="shown" value="(\w+)"', stale.text)
    origin.post(f"{address}origin/", {"act": "confirm", "shown": shown})
    assert f"Confirmed by {case.member.name} on" in client.get(address).text


def test_mails_tell_what_happened_without_any_address(case, membership):
    coordinator = MembershipFactory(member=case.member, role="coordinator").user
    StaffFactory(groups=["Moderators"])
    adoption = AdoptionFactory(
        case=case, member=membership.member, state="draft", interest="Its counting."
    )
    adoption = steps.publish(adoption, by=membership.user)
    steps.dispute(adoption, by=coordinator, note="Not ours.")
    mails = [text_of(notice) for notice in Notice.objects.order_by("pk")]
    assert [subject for subject, _body in mails] == [
        f"{membership.member} adopts your policy: Owl Bus",
        *[f"{case.member} disputes what {membership.member} adopted: Owl Bus"] * 2,
    ]
    assert "> Its counting." in mails[0][1]
    assert "> Not ours." in mails[1][1]
    assert not any("@" in body for _subject, body in mails)


@pytest.mark.parametrize(
    ("act", "field"), [("edit", "kept"), ("report", "text"), ("origin", "note"), ("", "words")]
)
def test_what_was_typed_is_there_when_the_session_has_ended(client, case, own, act, field):
    address = f"{own.get_absolute_url()}{act}/" if act else f"/exchange/adopt/{case.pk}/"
    answer = client.post(address, {field: "The counting of riders"})
    assert (answer.status_code, "The counting of riders" in answer.text) == (401, True)
