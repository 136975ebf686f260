"""The list of questions and the page of one: what everybody reads, and what its own people may do."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from exchange.models import Addressee, Question
from exchange.steps import question_clock as clock
from exchange.steps import questions as steps
from policies.content import summary
from policies.models import Revision
from tests.conftest import signed_in
from tests.exchange.factories import AddresseeFactory, AdviceFactory, QuestionFactory
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LIST = "/exchange/questions/"
TEXT = "Forty drivers in three shifts, and six people in the control room."


def ago(days):
    return timezone.now() - timedelta(days=days)


def titles(answer):
    return [question.title for question in answer.context["page"]]


# The list


def test_an_empty_list_has_one_sentence_and_one_act_and_no_zero(client, reference):
    page = client.get(LIST)
    assert page.status_code == 200
    assert "Nobody has asked a question yet; the first may be yours." in page.text
    assert "0 question" not in page.text
    page = client.get(f"{LIST}?topic=budget")
    assert "No question matches all of these filters." in page.text


@pytest.fixture
def library(reference):
    """Questions of every kind, by title."""
    live = LiveRevisionFactory(targets=["11.2"], themes=["transport"])
    suva = MemberFactory(name="Suva")
    hue = MemberFactory(name="Hue")
    facts = {
        "Open": {"opened_at": ago(3), "targets": ["12.5"], "topic": "budget"},
        "Waiting long": {"opened_at": ago(40), "member": suva, "language": "ne"},
        "Answered": {"opened_at": ago(9), "state": "answered", "case": live.case},
        "Nobody knew": {
            "opened_at": ago(200),
            "state": "closed",
            "closed_reason": "unanswered",
            "background": "The trolley pole.",
        },
        "Settled": {"opened_at": ago(99), "state": "closed", "closed_reason": "settled"},
        "For the network": {"visibility": "network"},
        "Not yet": {"state": "checking"},
        "Refused": {"state": "refused"},
        "Removed": {"removed_at": timezone.now()},
        "Hidden": {"hidden_at": timezone.now()},
    }
    rows = {title: QuestionFactory(title=title, **own) for title, own in facts.items()}
    AddresseeFactory(question=rows["Open"], member=hue)
    rows["Answered"].targets.set(["11.2"])
    return rows


def test_filters_narrow_the_list_and_show_only_what_is_public(client, library, subtests):
    moderator = signed_in(StaffFactory(groups=["Moderators"]))
    for query, expected in [
        ("", ["Open", "Answered", "Waiting long", "Settled", "Nobody knew"]),
        ("state=open", ["Open", "Waiting long", "Nobody knew"]),
        ("state=open&sort=waits", ["Nobody knew", "Waiting long", "Open"]),
        ("sort=waits", ["Nobody knew", "Waiting long", "Open"]),
        ("state=answered", ["Answered", "Settled"]),
        ("state=closed", ["Settled", "Nobody knew"]),
        ("topic=budget", ["Open"]),
        ("goal=11", ["Answered"]),
        ("target=12.5", ["Open"]),
        ("theme=transport", ["Answered"]),
        ("member=suva", ["Waiting long"]),
        ("member=HUE", ["Open"]),
        ("language=ne", ["Waiting long"]),
        ("q=trolley+POLE", ["Nobody knew"]),
        ("q=trolley+bus", []),
        ("topic=&state=&q=", ["Open", "Answered", "Waiting long", "Settled", "Nobody knew"]),
        ("utm_source=x", ["Open", "Answered", "Waiting long", "Settled", "Nobody knew"]),
    ]:
        with subtests.test(query=query):
            for reader in (client, moderator):
                assert titles(reader.get(f"{LIST}?{query}")) == expected


def test_a_filter_that_is_not_understood_is_said(client, library, subtests):
    for query in [
        "state=x",
        "topic=%00",
        "goal=99",
        "target=1",
        "theme='--",
        "language=tlh",
        "sort=x",
        "foo=1",
    ]:
        with subtests.test(query=query):
            page = client.get(f"{LIST}?{query}")
            assert page.status_code == 400
            assert "Nothing was searched, because something in it is not understood" in page.text
            assert "Waiting long" not in page.text


def test_a_list_is_found_by_search_engines_but_not_its_filters(client, library):
    assert "noindex" not in client.get(LIST).text
    assert (
        '<meta name="robots" content="noindex, follow">' in client.get(f"{LIST}?topic=budget").text
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(
    client, reference, django_assert_num_queries, rows
):
    for _row in range(rows):
        AddresseeFactory(question__case=LiveRevisionFactory().case)
    # How many, the questions, whom they ask; the goals, targets and themes to choose from.
    with django_assert_num_queries(6):
        client.get(f"{LIST}?state=open")


# One question


@pytest.fixture
def case(reference):
    live = LiveRevisionFactory(
        case__member__name="Iloilo City", title="Night buses", targets=["11.2"]
    )
    summary.rebuild(Revision.objects.live())
    return live.case


@pytest.fixture
def asked(case):
    """A question of Makati City to Iloilo City about its case; people of both write before."""
    asker = MembershipFactory(member__name="Makati City")
    colleague = MembershipFactory(member=case.member, role="coordinator")
    for each in (asker, colleague):
        AdviceFactory(author=each.user, member=each.member)
    question = QuestionFactory(
        title="How many drive?",
        background="<b>Three</b> lines.",
        case=case,
        member=asker.member,
        author=asker.user,
        opened_at=ago(2),
    )
    addressee = AddresseeFactory(
        question=question, member=case.member, reason="The case is its own."
    )
    question.addressee, question.asker, question.colleague = addressee, asker.user, colleague.user
    return question


def test_everybody_reads_who_asks_whom_and_how_it_stands(client, asked):
    page = client.get(asked.get_absolute_url())
    assert page.status_code == 200
    assert '<h1 lang="en" dir="ltr">How many drive?</h1>' in page.text
    assert "&lt;b&gt;Three&lt;/b&gt; lines." in page.text
    assert "Waits 2 days" in page.text
    assert "Why this city: The case is its own." in page.text
    for private in (asked.asker, asked.colleague):
        assert private.name not in page.text
        assert private.email not in page.text
    # Nothing personal, and no form: it is the same for everybody.
    assert "csrf" not in page.text
    assert client.get(f"/exchange/questions/{asked.pk}/").url == asked.get_absolute_url()
    assert client.get(f"/exchange/questions/{asked.pk}/other/").url == asked.get_absolute_url()
    assert client.get("/exchange/questions/99999999999999999999/x/").status_code == 404


def test_a_visitor_without_a_session_gets_the_page_of_everybody_from_the_cache(
    client, asked, settings, django_assert_num_queries
):
    locmem = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = settings.CACHES | {"pages": {"BACKEND": locmem, "LOCATION": "questions"}}
    client.get(asked.get_absolute_url())
    with django_assert_num_queries(0):
        assert client.get(asked.get_absolute_url()).status_code == 200
    # Not so who is signed in.
    page = signed_in(asked.colleague).get(asked.get_absolute_url())
    assert "Take it and answer" in page.text
    assert "no-store" in page["Cache-Control"]


def test_an_answer_stands_with_its_language_and_what_is_for_the_network_does_not(client, asked):
    steps.answer(
        asked,
        author=asked.colleague,
        member=asked.addressee.member,
        text="चालीस चालकहरू तीन पालीमा, र नियन्त्रण कक्षमा छ जना।",
        language="ne",
        english="Forty drivers in three shifts.",
    )
    AdviceFactory(question=asked, text="Between us: " + TEXT, visibility="network")
    page = client.get(asked.get_absolute_url())
    assert 'lang="ne" dir="ltr"><p>चालीस चालकहरू' in page.text
    assert 'lang="en" dir="ltr"><p>Forty drivers in three shifts.' in page.text
    assert "Between us" not in page.text
    assert "Members of the network read more here." in page.text
    page = signed_in(MembershipFactory().user).get(asked.get_absolute_url())
    assert "Between us" in page.text
    page = signed_in(UserFactory()).get(asked.get_absolute_url())
    assert "Between us" not in page.text


def test_a_question_of_the_network_is_404_for_all_others(client, asked):
    Question.objects.update(visibility="network")
    address = asked.get_absolute_url()
    readers = {
        "visitor": client,
        "alone": signed_in(UserFactory()),
        "colleague": signed_in(asked.colleague),
        "network": signed_in(MembershipFactory().user),
        "secretariat": signed_in(StaffFactory(groups=["Moderators"])),
    }
    assert {name: each.get(address).status_code for name, each in readers.items()} == {
        "visitor": 404,
        "alone": 404,
        "colleague": 200,
        "network": 200,
        "secretariat": 200,
    }
    page = readers["network"].get(address)
    assert "application/ld+json" not in page.text
    assert '<meta name="robots" content="noindex">' in page.text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"state": "checking"}, "The secretariat looks at it within 2 working days"),
        (
            {"state": "refused", "decision_note": "No selling."},
            "has refused this question.</p>",
        ),
        ({"state": "refused", "closed_reason": "withdrawn"}, "withdrawn before it went out"),
        ({"removed_at": ago(1), "removed_reason": "It sells."}, "It sells."),
        ({"hidden_at": ago(1)}, "was flagged and is hidden"),
    ],
)
def test_what_others_cannot_read_explains_itself_to_its_team(client, asked, facts, words):
    """Sentence 14, its part for questions."""
    Question.objects.update(**facts)
    assert client.get(asked.get_absolute_url()).status_code == 404
    assert signed_in(asked.colleague).get(asked.get_absolute_url()).status_code == 404
    page = signed_in(asked.asker).get(asked.get_absolute_url())
    assert words.removesuffix("</p>") in page.text
    assert facts.get("decision_note", "") in page.text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"state": "closed", "closed_reason": "unanswered"}, "Closed as unanswered"),
        ({"state": "closed", "closed_reason": "withdrawn"}, "The asker has withdrawn it."),
        ({"state": "closed", "closed_reason": "settled"}, "Answered and closed"),
        ({"waits_since": ago(1), "opened_at": ago(15)}, "Waits too long: 15 days"),
    ],
)
def test_the_end_of_a_question_is_said(client, asked, facts, words):
    Question.objects.update(**facts)
    assert words in client.get(asked.get_absolute_url()).text


def test_a_declined_question_shows_why_and_the_next_city_is_one_button_away(client, asked):
    """Sentence 11."""
    hue = LiveRevisionFactory(case__member__name="Hue", targets=["11.2"]).case.member
    asker = signed_in(asked.asker)
    assert asker.get(asked.get_absolute_url()).context.get("candidates") is None
    steps.decline(asked.addressee, by=asked.colleague, reason="no-data", text="Of a company.")
    page = client.get(asked.get_absolute_url())
    assert "Does not answer: We have no data on it" in page.text
    assert "<q>Of a company.</q>" in page.text
    assert "Ask the ticked ones" not in page.text
    page = asker.get(asked.get_absolute_url())
    assert [each.member for each in page.context["candidates"]] == [hue]
    assert "Ask the ticked ones" in page.text
    address = f"/exchange/questions/{asked.pk}/ask-next/"
    assert asker.post(address, {}).status_code == 422
    assert signed_in(asked.colleague).post(address, {"addressee": hue.pk}).status_code == 404
    answer = asker.post(address, {"addressee": [hue.pk, "x", "9" * 30]})
    assert answer.url == asked.get_absolute_url()
    added = Addressee.objects.get(member=hue)
    assert (added.question, added.reason) == (asked, "Has a case on 11.2.")


def test_what_was_asked_before_is_named_to_who_may_read_it(client):
    before = QuestionFactory(title="Who runs the ferries?")
    closed = QuestionFactory(state="closed", closed_reason="duplicate", same_as=before)
    official = signed_in(MembershipFactory().user)
    for facts, seen in (
        ({}, [True, True]),
        ({"visibility": "network"}, [False, True]),
        ({"hidden_at": ago(1)}, [False, False]),
        ({"removed_at": ago(1)}, [False, False]),
        ({"state": "refused"}, [False, False]),
        ({"case": RevisionFactory().case}, [False, False]),
    ):
        plain = {"visibility": "public", "hidden_at": None, "removed_at": None, "state": "open"}
        Question.objects.filter(pk=before.pk).update(**plain | facts)
        caches["pages"].clear()
        pages = [reader.get(closed.get_absolute_url()).text for reader in (client, official)]
        assert ["Who runs the ferries?" in page for page in pages] == seen, facts
        assert all("The same was asked before." in page for page in pages)


def test_the_next_cities_are_offered_when_the_time_is_over(asked):
    """Sentence 10: on the thirtieth day."""
    LiveRevisionFactory(case__member__name="Hue", targets=["11.2"])
    Question.objects.update(opened_at=ago(31))
    clock.move_on(timezone.now())
    page = signed_in(asked.asker).get(asked.get_absolute_url())
    assert [each.member.name for each in page.context["candidates"]] == ["Hue"]


def test_the_asker_judges_and_closes(client, asked):
    """Sentence 12."""
    asker, colleague = signed_in(asked.asker), signed_in(asked.colleague)
    judge, close = (f"/exchange/questions/{asked.pk}/{act}/" for act in ("judge", "close"))
    steps.answer(asked, author=asked.colleague, member=asked.addressee.member, text=TEXT)
    assert "Did this answer it?" in asker.get(asked.get_absolute_url()).text
    for other in (colleague, client):
        assert "Did this answer it?" not in other.get(asked.get_absolute_url()).text
    assert colleague.post(judge, {"verdict": "yes"}).status_code == 404
    page = asker.post(judge, {"verdict": "maybe"})
    assert (page.status_code, "Select a valid choice" in page.text) == (422, True)
    assert asker.post(judge, {"verdict": "partly"}).url == asked.get_absolute_url()
    assert Question.objects.get(pk=asked.pk).state == "answered"
    asker.post(judge, {"verdict": "no"})
    assert Question.objects.get(pk=asked.pk).state == "open"
    page = asker.post(judge, {"verdict": "yes"})
    assert (page.status_code, "Only an answered question can be judged." in page.text) == (
        409,
        True,
    )
    assert colleague.post(close).status_code == 404
    assert asker.post(close).url == asked.get_absolute_url()
    assert asker.post(close).status_code == 409
    # Readers see nothing of the verdict.
    assert "artly" not in client.get(asked.get_absolute_url()).text


def test_a_question_follows_its_case(client, asked, case):
    kept = LiveRevisionFactory(title="Night buses, merged").case
    live, case.live, case.merged_into = case.live, None, kept
    case.save()
    page = client.get(asked.get_absolute_url())
    assert kept.get_absolute_url() in page.text
    case.merged_into = None
    case.save()
    Revision.objects.filter(pk=live.pk).update(state="unpublished")
    for reader in (client, signed_in(asked.asker), signed_in(asked.colleague)):
        assert reader.get(f"{asked.get_absolute_url()}?{reader}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_asks_the_same_number_of_questions(
    client, asked, django_assert_max_num_queries, rows
):
    for _row in range(rows):
        AddresseeFactory(question=asked)
        AdviceFactory(question=asked)
    summary.rebuild(Revision.objects.live())
    with django_assert_max_num_queries(15):
        client.get(asked.get_absolute_url())


def test_search_engines_are_told_of_public_answers_only(client, asked):
    AdviceFactory(question=asked, text="</script><b>" + TEXT)
    AdviceFactory(question=asked, text="Secret " + TEXT, visibility="network")
    page = client.get(asked.get_absolute_url())
    data = page.context["data"]["mainEntity"]
    assert (data["@type"], data["answerCount"], data["name"]) == ("Question", 1, "How many drive?")
    assert "</script><b>" not in page.text
    assert "Secret" not in page.text


# On the page of the case


def test_open_questions_stand_on_the_page_of_their_case(client, asked, django_assert_num_queries):
    QuestionFactory(
        title="What does it cost, nobody knew?",
        state="closed",
        closed_reason="unanswered",
        case=asked.case,
    )
    QuestionFactory(title="Only for the network?", case=asked.case, visibility="network")
    QuestionFactory(title="Answered already?", case=asked.case, state="answered")
    page = client.get(asked.case.get_absolute_url())
    assert "Asked, and not answered yet" in page.text
    assert "How many drive?" in page.text
    assert "What does it cost, nobody knew?" in page.text
    assert "Only for the network?" not in page.text
    assert "Answered already?" not in page.text
    assert "Nobody has asked or advised" not in page.text
    assert "Asked, and not" not in client.get(LiveRevisionFactory().case.get_absolute_url()).text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_a_case_asks_one_query_more_for_each_kind(
    client, asked, django_assert_num_queries, rows
):
    """Where nothing was asked and advised it asks none more: tests/policies/views/test_detail.py."""
    for _row in range(rows):
        AdviceFactory(case=asked.case, question=asked)
        QuestionFactory(case=asked.case)
    summary.rebuild(Revision.objects.live())
    # The case, of which no list has a row, its target, what is advised, and what was asked.
    with django_assert_num_queries(4):
        client.get(asked.case.get_absolute_url())


def test_a_member_is_shown_with_what_it_is_asked_and_asks(client, asked):
    QuestionFactory(title="Only for the network?", member=asked.case.member, visibility="network")
    page = client.get(asked.case.member.get_absolute_url())
    assert "What it is asked, and asks" in page.text
    assert "Makati City asks</span>" in page.text
    assert "Only for the network?" not in page.text
    assert "It asks others" in client.get(asked.member.get_absolute_url()).text
    assert "What it is asked" not in client.get(MemberFactory().get_absolute_url()).text


def test_course_names_nobody_where_the_question_was_put_to_nobody(client, reference):
    question = QuestionFactory(member__name="Suva", targets=["11.2"])
    assert "Asked by Suva." in client.get(question.get_absolute_url()).text
