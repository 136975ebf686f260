"""Taking, answering and declining a question, by whom it is asked; nothing typed is lost."""

import pytest

from exchange.models import Addressee, Advice, Question
from exchange.steps import questions as steps
from tests.conftest import signed_in
from tests.exchange.factories import AddresseeFactory, AdviceFactory
from tests.factories import MemberFactory, MembershipFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

TEXT = "Forty drivers in three shifts, and six people in the control room."


def known(member, **facts):
    """Return the client of somebody in a team, of whom an entry was approved before."""
    membership = MembershipFactory(member=member, **facts)
    AdviceFactory(author=membership.user, member=member)
    return signed_in(membership.user)


@pytest.fixture
def asked(reference):
    """A question to Iloilo City; ``asked.first`` and ``asked.second`` are clients of its team."""
    addressee = AddresseeFactory(
        member__name="Iloilo City", member__slug="iloilo", question__targets=["11.2"]
    )
    asked = addressee.question
    asked.addressee = addressee
    asked.first, asked.second = known(addressee.member), known(addressee.member)
    asked.address = f"/exchange/questions/{asked.pk}/"
    return asked


def filled(asked, **fields):
    return {
        "member": asked.addressee.member.pk,
        "text": TEXT,
        "topic": "manpower",
        "language": "en",
        "visibility": "public",
        "shown": Addressee.objects.get(pk=asked.addressee.pk).standing,
    } | fields


def test_who_takes_it_is_led_to_the_answer_and_colleagues_see_it(asked):
    """Sentence 5."""
    assert "Take it and answer" in asked.first.get(asked.get_absolute_url()).text
    answer = asked.first.post(asked.address + "take/", {"addressee": asked.addressee.pk})
    assert answer.url == asked.address + "answer/"
    page = asked.second.get(asked.get_absolute_url())
    assert f"{asked.first.person.name} has taken it and is writing an answer." in page.text
    page = asked.second.post(asked.address + "take/", {"addressee": asked.addressee.pk})
    assert page.status_code == 409
    assert f"{asked.first.person.name} has taken this question" in page.text


def test_a_second_who_answers_at_the_same_moment_is_told_and_loses_nothing(asked):
    """Sentence 5."""
    sent = filled(asked, text="Our forty drivers work in three shifts, each of thirteen.")
    asked.first.post(asked.address + "answer/", filled(asked))
    page = asked.second.post(asked.address + "answer/", sent)
    assert page.status_code == 409
    assert "Iloilo City has answered this question already." in page.text
    form = page.context["form"]
    assert form["text"].value() == "Our forty drivers work in three shifts, each of thirteen."
    assert Advice.objects.filter(question=asked).count() == 1
    # The answer of the colleague stands beside the form; who still wants to, sends the own one.
    assert TEXT in page.text
    again = sent | {"shown": page.context["shown"]}
    asked.second.post(asked.address + "answer/", again)
    assert Advice.objects.filter(question=asked).count() == 2


def test_an_answer_carries_figures_and_language(asked):
    answer = asked.first.post(
        asked.address + "answer/",
        filled(
            asked,
            text="चालीस चालकहरू तीन पालीमा, र नियन्त्रण कक्षमा छ जना।",
            language="ne",
            english="Forty drivers in three shifts.",
            amount="38 million",
            currency="NPR",
            amount_year="2023",
            amount_basis="spent",
            people_fte="46",
            months="9",
        ),
    )
    advice = Advice.objects.get(question=asked)
    assert answer.url == f"{asked.get_absolute_url()}#advice-{advice.pk}"
    assert (
        advice.amount,
        advice.currency,
        advice.amount_basis,
        advice.people_fte,
        advice.months,
    ) == (
        38_000_000,
        "NPR",
        "spent",
        46,
        9,
    )
    assert (advice.addressee, advice.member) == (asked.addressee, asked.addressee.member)
    assert Question.objects.get(pk=asked.pk).state == "answered"
    # Sent twice by a second click it is there once.
    answer = asked.first.post(
        asked.address + "answer/",
        filled(asked, text=advice.text, language="ne", english="Forty drivers in three shifts."),
    )
    assert answer.url == f"{asked.get_absolute_url()}#advice-{advice.pk}"
    assert Advice.objects.filter(question=asked).count() == 1


def test_what_is_wrong_is_said_and_what_was_typed_stays(asked, subtests):
    for fields, words in [
        ({"text": ""}, "This is needed."),
        ({"text": "Too short."}, "at least 30 characters"),
        ({"text": "Write to ani@city.example for all of the numbers."}, "Use “put us in touch”"),
        ({"amount": "12 apples"}, "Amount"),
        ({"months": "-3"}, "Duration in months"),
        ({"member": "999999"}, "not one of the available choices"),
    ]:
        with subtests.test(fields=fields):
            page = asked.first.post(asked.address + "answer/", filled(asked) | fields)
            assert (page.status_code, words in page.text) == (422, True)
            if "text" not in fields:
                assert page.context["form"]["text"].value() == TEXT
            assert not Advice.objects.filter(question=asked).exists()


def test_whoever_knows_may_answer_and_others_are_told_how_to_join(client, asked):
    other = known(MemberFactory(name="Hue"))
    hue = other.person.memberships.get().member
    page = other.get(asked.address + "answer/")
    assert page.context["form"]["member"].value() == hue.pk
    other.post(asked.address + "answer/", filled(asked, member=hue.pk, shown=""))
    assert Advice.objects.get(question=asked).member == hue
    assert Addressee.objects.get().state == "asked"
    page = signed_in(UserFactory()).get(asked.address + "answer/")
    assert page.status_code == 403
    assert client.get(asked.address + "answer/").url.startswith("/accounts/login/")
    own = known(asked.member)
    page = own.get(asked.address + "answer/")
    assert (page.status_code, "A member does not answer its own question." in page.text) == (
        409,
        True,
    )


def test_the_secretariat_records_a_reply_with_its_source(asked, client):
    """Sentence 9."""
    moderator = signed_in(StaffFactory(groups=["Moderators"]))
    taipei = MemberFactory(name="Taipei City", slug="taipei")
    AddresseeFactory(question=asked, member=taipei)
    page = moderator.get(f"{asked.address}answer/?member=taipei")
    assert page.context["form"]["member"].value() == taipei.pk
    sent = filled(asked, member=taipei.pk, shown="")
    page = moderator.post(asked.address + "answer/", sent)
    assert (page.status_code, page.context["form"].errors.keys()) == (422, {"source"})
    moderator.post(asked.address + "answer/", sent | {"source": "E-mail of 3 December 2026"})
    advice = Advice.objects.get(question=asked)
    assert (advice.member, advice.passed_on) == (taipei, True)
    page = client.get(asked.get_absolute_url())
    assert "assed on by the secretariat: E-mail of 3 December 2026" in page.text


def test_declining_needs_a_reason_and_keeps_what_was_typed(asked):
    address = asked.address + "decline/"
    page = asked.first.post(address, {"addressee": asked.addressee.pk, "text": "Of a company."})
    assert page.status_code == 422
    assert "Choose a reason: readers and the asker see it." in page.text
    assert "Of a company.</textarea>" in page.text
    page = asked.first.post(address, {"addressee": asked.addressee.pk, "reason": "other"})
    assert (page.status_code, "Say what the other reason is." in page.text) == (422, True)
    page = asked.first.post(
        address, {"addressee": asked.addressee.pk, "reason": "no-data", "text": "a@b.example"}
    )
    assert page.status_code == 422
    answer = asked.first.post(
        address, {"addressee": asked.addressee.pk, "reason": "no-data", "text": "Of a company."}
    )
    assert answer.url == asked.get_absolute_url()
    assert Addressee.objects.get().declined_text == "Of a company."


@pytest.mark.parametrize("act", ["take", "decline"])
def test_nobody_acts_for_others_nor_on_what_is_not_there(asked, act):
    nothing = ["x", "-1", "9" * 30, "0", "٣"]
    others = [signed_in(each) for each in (MembershipFactory().user, UserFactory(), asked.author)]
    tried = [(client, asked.addressee.pk) for client in others]
    tried += [(client, key) for client in (others[0], asked.first) for key in nothing]
    for client, addressee in tried:
        sent = {"addressee": addressee, "reason": "no-data"}
        answer = client.post(f"{asked.address}{act}/", sent)
        assert (addressee, answer.status_code) == (addressee, 404)
    assert Addressee.objects.get().state == "asked"


def test_a_closed_question_takes_no_answer_and_says_so(asked):
    MembershipFactory(user=asked.author, member=asked.member)
    steps.close(asked, by=asked.author)
    page = asked.first.get(asked.address + "answer/")
    assert page.status_code == 409
    assert "This question is closed: it can no longer be answered." in page.text
    page = asked.first.post(asked.address + "answer/", filled(asked))
    assert page.status_code == 409
    assert TEXT in page.text


def test_a_question_of_the_network_is_answered_there(asked):
    Question.objects.update(visibility="network")
    assert "visibility" not in asked.first.get(asked.address + "answer/").context["form"].fields
    asked.first.post(asked.address + "answer/", filled(asked))
    assert Advice.objects.get(question=asked).visibility == "network"
    assert signed_in(UserFactory()).get(asked.address + "answer/").status_code == 404
