"""The secretariat's desk: what waits, the acts, letters and figures."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from exchange.content.introductions import title_of
from exchange.models import Addressee, Advice, Introduction, Question
from exchange.steps import moderation
from members.models import Notice
from tests.exchange.factories import (
    AddresseeFactory,
    AdoptionFactory,
    AdoptionReportFactory,
    AdviceFactory,
    CooperationFactory,
    IntroductionFactory,
    QuestionFactory,
)
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory, MembershipFactory
from tests.seminars.factories import SeminarFactory

pytestmark = pytest.mark.django_db

DESK = "/admin/exchange/"


def ago(days):
    return timezone.now() - timedelta(days=days)


def shown(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture
def waiting(db):
    """One row of each kind of work, and its entry."""
    team = MembershipFactory()
    case = LiveRevisionFactory(budget_amount=None).case
    old = QuestionFactory(title="Who waits for fifteen days?", opened_at=ago(15))
    AddresseeFactory(question=old, member=team.member)
    letter = AddresseeFactory(question__title="Who has no team yet?")
    written = AddresseeFactory(question__title="Who was written to?", letter_sent_at=ago(2))
    disputed = AdoptionFactory(disputed_at=ago(1))
    late = IntroductionFactory(state="accepted", decided_at=ago(80))
    flagged = AdviceFactory(text="Buy our pumps, they are the best of all pumps.")
    rows = {
        "check-questions": QuestionFactory(state="checking", opened_at=None),
        "check-advice": AdviceFactory(state="checking"),
        "check-cooperation": CooperationFactory(state="checking"),
        "disputes": disputed,
        "unanswered": old,
        "letters": letter,
        "replies": written,
        "english-questions": QuestionFactory(language="ko", title="심야버스는 몇 명이 운영합니까?"),
        "english-advice": AdviceFactory(language="ne"),
        "figures": AdviceFactory(case=case, amount=5, currency="NPR"),
        "outcomes": late,
    }
    over = timezone.now() - timedelta(days=20)
    rows["seminars-without-material"] = SeminarFactory(
        starts_at=over, ends_at=over + timedelta(hours=1)
    )
    rows["flags"] = moderation.flag(flagged, by=team.user, reason="advertising")
    return rows


def test_the_desk_shows_what_waits_and_leads_to_it(moderator_client, waiting):
    page = shown(moderator_client, DESK)
    for name, row in waiting.items():
        assert f"?waits={name}" in page, name
        listed = moderator_client.get(f"/admin/{_list(row)}/?waits={name}")
        assert (name, listed.context["cl"].result_count) == (name, 1)
        assert _words(row) in listed.content.decode(), name
    assert "Nothing waits under:" not in page
    # And the row of headings.
    assert page.count("<tr><th") == len(waiting) + 1

    flag = waiting["flags"]
    assert f"Advice {flag.subject_id}: Advertising" in page
    of_flag = shown(moderator_client, f"/admin/exchange/flag/{flag.pk}/change/")
    assert f'href="/admin/exchange/advice/{flag.subject_id}/change/"' in of_flag


def _list(row):
    return row._meta.label_lower.replace(".", "/")


def _words(row):
    if isinstance(row, Addressee):
        return row.question.title
    if row._meta.model_name == "flag":
        return "Buy our pumps"
    return str(row).split("“")[0][:30]


def test_an_empty_desk_says_so_with_one_act(moderator_client):
    page = shown(moderator_client, DESK)
    assert "Nothing waits in the exchange." in page
    assert f'href="{reverse("exchange:home")}"' in page


def test_figures_are_compared_with_the_case_that_stays(moderator_client):
    """Of merged cases; sentence 7, at the desk."""
    stays, empty = (
        LiveRevisionFactory(budget_amount=7, budget_currency="USD"),
        LiveRevisionFactory(),
    )
    merged = [CaseStudyFactory(merged_into=each.case) for each in (stays, empty)]
    _known, missing = [AdviceFactory(case=case, amount=5, currency="NPR") for case in merged]
    listed = moderator_client.get("/admin/exchange/advice/?waits=figures")
    assert list(listed.context["cl"].result_list) == [missing]


def test_the_desk_asks_as_often_for_many_as_for_one(
    moderator_client, django_assert_max_num_queries
):
    for _each in range(3):
        AdviceFactory(state="checking")
        QuestionFactory(state="checking")
    moderator_client.get(DESK)
    with django_assert_max_num_queries(30):
        moderator_client.get(DESK)


def test_an_entry_is_approved_refused_removed_and_restored(moderator_client, client):
    """Sentences 13 and 14, at the desk."""
    place = MembershipFactory()
    waits = AdviceFactory(state="checking")
    bad = AdviceFactory(state="checking", author=place.user, member=place.member)
    page = shown(moderator_client, f"/admin/exchange/advice/{waits.pk}/change/")
    for label in ("Approve", "Refuse", "Remove it"):
        assert label in page
    assert "Restore it" not in page
    assert client.get(waits.get_absolute_url()).status_code == 404
    act = "/admin/exchange/advice/{}/{}/".format
    moderator_client.post(act(waits.pk, "approve"))
    assert client.get(waits.get_absolute_url()).status_code == 200
    assert moderator_client.post(act(bad.pk, "refuse"), {"reason": ""}).status_code == 422
    moderator_client.post(act(bad.pk, "refuse"), {"reason": "It sells something."})
    assert Notice.objects.get(recipient=bad.author).context["note"] == "It sells something."
    moderator_client.post(act(waits.pk, "remove"), {"reason": "It names a person."})
    assert client.get(waits.get_absolute_url()).status_code == 404
    # Nobody approves what was decided meanwhile.
    again = moderator_client.post(act(bad.pk, "approve"), follow=True)
    assert "This is not possible now" in again.content.decode()
    moderator_client.post(act(waits.pk, "restore"), {"reason": "It was a street."})
    assert client.get(waits.get_absolute_url()).status_code == 200


def test_several_are_approved_at_once(moderator_client):
    waits = [AdviceFactory(state="checking") for _each in range(3)]
    address = "/admin/exchange/advice/?waits=check-advice"
    ticked = {"action": "approve", "_selected_action": [each.pk for each in waits]}
    answer = moderator_client.post(address, ticked, follow=True)
    assert "3 are approved." in answer.content.decode()
    assert set(Advice.objects.values_list("state", flat=True)) == {"published"}
    # Of those that cannot be approved each is named.
    gone = AdviceFactory(state="checking", question=QuestionFactory(removed_at=ago(1)))
    ticked["_selected_action"] = [gone.pk, AdviceFactory(state="checking").pk]
    told = moderator_client.post(address, ticked, follow=True).context["messages"]
    assert [str(message) for message in told] == [
        f"{gone}: Its question was removed: restore that first, or refuse this.",
        "1 is approved.",
    ]
    # Elsewhere nothing waits, and nothing can be ticked.
    assert 'value="approve"' not in shown(moderator_client, "/admin/exchange/advice/")


def test_a_question_is_put_to_further_members_or_closed_as_asked_before(moderator_client):
    question, before = AddresseeFactory().question, QuestionFactory()
    coordinator = MembershipFactory(role="coordinator")
    act = f"/admin/exchange/question/{question.pk}/"
    sent = {"members": [coordinator.member_id], "reason": "It has run such buses since 2019."}
    assert moderator_client.post(act + "forward/", sent | {"members": []}).status_code == 422
    moderator_client.post(act + "forward/", sent)
    added = question.addressees.get(member=coordinator.member)
    assert added.reason == "It has run such buses since 2019."
    assert Notice.objects.filter(kind="question-asked", recipient=coordinator.user).count() == 1
    wrong = moderator_client.post(act + "duplicate/", {"same_as": "x"})
    assert (wrong.status_code, "no open question" in wrong.content.decode()) == (422, True)
    inner = QuestionFactory(visibility="network")
    wrong = moderator_client.post(act + "duplicate/", {"same_as": str(inner.pk)})
    told = "for members of the network only, this one for everybody" in wrong.content.decode()
    assert (wrong.status_code, told) == (422, True)
    moderator_client.post(act + "duplicate/", {"same_as": str(before.pk)})
    question.refresh_from_db()
    assert (question.state, question.closed_reason, question.same_as) == (
        "closed",
        "duplicate",
        before,
    )


def test_a_dispute_is_decided(moderator_client):
    adoption = AdoptionFactory(disputed_at=ago(1))
    act = f"/admin/exchange/adoption/{adoption.pk}/decide/"
    moderator_client.post(act, {"stays": "yes", "decision": "The council’s minutes name it."})
    adoption.refresh_from_db()
    assert adoption.dispute_decision == "The council’s minutes name it."
    assert (adoption.is_disputed, adoption.removed_at) == (False, None)


def test_a_letter_is_ready_and_the_reply_is_passed_on(moderator_client, client):
    """Sentence 9."""
    surabaya = MemberFactory(name="Surabaya", slug="surabaya")
    addressee = AddresseeFactory(
        member=surabaya,
        question__title="How many composting centres does the city run?",
        question__background="We plan four of them.",
        question__member__name="Hue",
        question__case=LiveRevisionFactory(title="Night buses", case__member__name="Seoul").case,
    )
    address = f"/admin/exchange/addressee/{addressee.pk}/"
    assert "How many composting centres" in shown(
        moderator_client, "/admin/exchange/addressee/?waits=letters"
    )
    page = shown(moderator_client, address + "letter/")
    for words in (
        "A question of Hue to Surabaya",
        "How many composting centres does the city run?",
        "We plan four of them.",
        "It is about the policy “Night buses” of Seoul: ",
        reverse("my:join", args=["surabaya"]),
    ):
        assert words in page
    moderator_client.post(address + "letter/")
    addressee.refresh_from_db()
    assert addressee.letter_sent_at is not None
    reply = {
        "text": "Twenty-six, and each has two people of the city.",
        "topic": "manpower",
        "language": "en",
        "visibility": "public",
        "source": "",
    }
    assert moderator_client.post(address + "reply/", reply).status_code == 422
    moderator_client.post(address + "reply/", reply | {"source": "E-mail of 3 December 2026"})
    answer = Advice.objects.get()
    assert (answer.member, answer.passed_on) == (surabaya, True)
    assert "Passed on by the secretariat: E-mail of 3 December 2026" in shown(
        client, answer.get_absolute_url()
    )
    addressee.refresh_from_db()
    assert (addressee.state, addressee.question.state) == ("answered", "answered")


def test_figures_by_month_are_a_page_and_a_file(moderator_client):
    month = f"{timezone.localdate():%Y-%m}"
    now = timezone.now()
    QuestionFactory(opened_at=now - timedelta(seconds=3), answered_at=now, verdict="partly")
    QuestionFactory(opened_at=now)
    AdviceFactory(amount=5, currency="NPR")
    AdviceFactory(question=QuestionFactory(opened_at=None, state="checking"))
    AdoptionReportFactory(compared="better")
    page = shown(moderator_client, reverse("admin:exchange_question_figures"))
    assert "Verdict of the asker: partly" in page
    answer = moderator_client.get(reverse("admin:exchange_question_figures-csv"))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    found = {measure: value for when, measure, value in rows if when == month}
    expected = {
        "asked": "2",
        "answered": "1",
        "answered-in-14-days": "1",
        "median-days": "0.0",
        "verdict-partly": "1",
        "verdict-no": "0",
        "advice": "2",
        "with-figures": "1",
        "unasked": "1",
        "adoptions": "1",
        "reports": "1",
        "results": "1",
        "introductions": "0",
    }
    assert {name: found[name] for name in expected} == expected
    assert moderator_client.get("/admin/exchange/question/figures/?year=1999").status_code == 404


def test_what_is_a_draft_again_has_its_number_only(moderator_client):
    told = {}
    for state in ("open", "draft"):
        entry = CooperationFactory(state=state, title=f"Words of {state}")
        moderation.flag(entry, by=MembershipFactory().user, reason="wrong")
        about = IntroductionFactory(cooperation=entry).pk
        for name, address in {
            "list": "introduction/",
            "page": f"introduction/{about}/change/",
            "flags": "flag/",
        }.items():
            text = shown(moderator_client, f"/admin/exchange/{address}")
            told[state, name] = (entry.title in text, f"Need or offer {entry.pk}" in text)
    assert told == {
        ("open", "list"): (False, False),
        ("open", "page"): (True, False),
        ("open", "flags"): (True, False),
        ("draft", "list"): (False, False),
        ("draft", "page"): (False, True),
        ("draft", "flags"): (False, True),
    }
    for state, is_named in (("published", True), ("draft", False)):
        adoption = AdoptionFactory(state=state)
        about = IntroductionFactory(
            cooperation=None, adoption=adoption, to_member=adoption.member
        ).pk
        text = shown(moderator_client, f"/admin/exchange/introduction/{about}/change/")
        assert (title_of(Introduction.objects.get(pk=about)) in text) == is_named
        assert (f"Adoption {adoption.pk}" in text) != is_named


def test_who_may_not_moderate_sees_no_desk(client, administrator_client):
    assert client.get(DESK).status_code == 302
    assert Question.objects.count() == 0
    assert "The exchange: what waits" in shown(administrator_client, DESK)
