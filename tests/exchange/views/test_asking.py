"""Asking: who is proposed and why, without a team, what was asked before, and what goes wrong."""

import re

import pytest
from django.urls import reverse

from exchange.models import Addressee, Question, QuestionDraft
from members.models import Notice
from policies.content import summary
from policies.models import Revision
from tests.conftest import signed_in
from tests.exchange.factories import (
    AddresseeFactory,
    AdoptionFactory,
    AdviceFactory,
    CooperationFactory,
    QuestionFactory,
)
from tests.factories import LiveRevisionFactory, MemberFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

ASK = "/exchange/ask/"
TITLE = "How many people run the night buses, and for how long?"


@pytest.fixture
def case(reference):
    """A public case of Iloilo City that does not say how many people work on it."""
    live = LiveRevisionFactory(
        case__member__name="Iloilo City",
        case__member__slug="iloilo",
        title="Night buses",
        targets=["11.2"],
    )
    MembershipFactory(member=live.case.member, role="coordinator")
    return live.case


@pytest.fixture
def asker(reference):
    """The client of an official of Makati City, of whom an entry was approved before."""
    membership = MembershipFactory(member__name="Makati City", member__slug="makati")
    AdviceFactory(author=membership.user, member=membership.member)
    client = signed_in(membership.user)
    client.ours = membership.member
    return client


def filled(client, **fields):
    """What an asker sends."""
    return {
        "title": TITLE,
        "background": "We plan three lines.",
        "topic": "manpower",
        "language": "en",
        "member": client.ours.pk,
        "visibility": "public",
    } | fields


def candidates(answer):
    return [(each.member.name, each.why) for each in answer.context["candidates"]]


def test_a_gap_of_a_case_leads_to_a_form_that_is_filled(client, case, asker):
    """Sentence 1."""
    address = f"{ASK}?case={case.pk}&gap=staff"
    page = client.get(case.get_absolute_url())
    assert f'href="{ASK}?case={case.pk}&amp;gap=staff"' in page.text
    assert ">Ask Iloilo City<" in page.text
    answer = client.get(address)
    assert (
        answer.url == "/accounts/login/?next=/exchange/ask/%3Fcase%3D" + f"{case.pk}%26gap%3Dstaff"
    )
    page = asker.get(address)
    form = page.context["form"]
    assert form["title"].value() == "How many people worked on “Night buses”, and for how long?"
    assert (form["topic"].value(), form["member"].value()) == ("manpower", asker.ours.pk)
    assert "<h1>Ask Iloilo City</h1>" in page.text
    assert "“Night buses” does not say how many people worked on it." in page.text
    assert f'<input type="hidden" name="case" value="{case.pk}">' in page.text
    assert '<input type="hidden" name="gap" value="staff">' in page.text
    assert candidates(page) == [("Iloilo City", "The case is its own.")]
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_each_gap_has_its_question_short_enough_for_any_title(asker, case, subtests):
    type(case.live).objects.update(title="X" * 200)
    for gap in ["budget", "staff", "duration", "stakeholders", "results"]:
        with subtests.test(gap=gap):
            form = asker.get(f"{ASK}?case={case.pk}&gap={gap}").context["form"]
            assert 100 < len(form["title"].value()) <= 200
            assert form["topic"].value() in [
                "budget",
                "manpower",
                "time-frame",
                "stakeholders",
                "results-and-monitoring",
            ]


def test_without_a_team_one_is_told_why_and_what_was_typed_waits(case):
    """Sentence 2."""
    person = UserFactory()
    client = signed_in(person)
    page = client.get(f"{ASK}?case={case.pk}&gap=staff")
    assert "Asking needs a team" in page.text
    assert f'href="{reverse("my:find")}"' in page.text
    assert f'href="{reverse("my:propose")}"' in page.text
    answer = client.post(
        ASK,
        {
            "case": case.pk,
            "gap": "staff",
            "title": "Who drives <them>?",
            "background": "We plan\nthree lines.",
            "topic": "stakeholders",
            "language": "ne",
            "keep": "1",
        },
    )
    assert answer.url == reverse("my:find")
    assert not Question.objects.exists()
    # It is there while the request waits, also after signing in anew, and once one is in the team.
    MembershipFactory(user=person, status="requested", decided_at=None)
    membership = MembershipFactory(user=person, member__name="Suva")
    for address in (ASK, f"{ASK}?case={case.pk}&gap=staff"):
        page = signed_in(person).get(address)
        form = page.context["form"]
        assert [form[name].value() for name in ("title", "background", "topic", "language")] == [
            "Who drives <them>?",
            "We plan\nthree lines.",
            "stakeholders",
            "ne",
        ]
        assert "is still here." in page.text
        assert (page.context["case"], page.context["gap"]) == (case, "staff")
    # What is about another case begins anew.
    other = LiveRevisionFactory(title="Trams").case
    form = client.get(f"{ASK}?case={other.pk}&gap=staff").context["form"]
    assert form["title"].value() == "How many people worked on “Trams”, and for how long?"
    client.ours = membership.member
    client.post(ASK, filled(client, case=case.pk, gap="staff", title="Who drives <them>?"))
    assert Question.objects.get().title == "Who drives <them>?"
    assert not QuestionDraft.objects.exists()


def test_what_waits_follows_the_title_of_its_case(case):
    client = signed_in(UserFactory())
    filled_in = client.get(f"{ASK}?case={case.pk}&gap=staff").context["form"]["title"].value()
    client.post(ASK, {"case": case.pk, "gap": "staff", "title": filled_in, "background": "Why?"})
    type(case.live).objects.update(title="Buses [Removed on 1 December 2026]")
    assert "Night" not in str(QuestionDraft.objects.values_list("fields", flat=True).get())
    form = client.get(ASK).context["form"]
    assert [form[name].value() for name in ("title", "background")] == [
        "How many people worked on “Buses [Removed on 1 December 2026]”, and for how long?",
        "Why?",
    ]


def test_a_form_sent_when_signed_out_is_not_lost(client, case):
    answer = client.post(ASK, {"case": case.pk, "title": TITLE})
    assert answer.status_code == 401
    assert TITLE in answer.text


def test_whom_to_ask_is_proposed_with_reasons_the_most_first(asker, case):
    """Sentence 3."""
    hue = MemberFactory(name="Hue", country="VN")
    CooperationFactory(
        member=hue, targets=["11.2"], forms=["answer-questions"], valid_until="2090-06-30"
    )
    LiveRevisionFactory(case__member=hue, title="Buses of Hue", targets=["11.2"])
    taipei = MemberFactory(name="Taipei", population=20_000_000)
    LiveRevisionFactory(case__member=taipei, title="Fares", targets=["11.2"])
    LiveRevisionFactory(case__member__name="Suva", targets=["6.3"])
    AdoptionFactory(case=case, member__name="Jakarta", stage="under-way")
    # Not one that offers something else, nor one whose offer is over.
    CooperationFactory(targets=["11.2"], forms=["training"])
    CooperationFactory(targets=["11.2"], forms=["answer-questions"], valid_until="2020-01-01")
    page = asker.get(f"{ASK}?case={case.pk}&gap=staff")
    assert candidates(page) == [
        ("Iloilo City", "The case is its own."),
        (
            "Hue",
            "Offers to answer questions on 11.2 until 30 June 2090. Has a case on 11.2.",
        ),
        ("Taipei", "Has a case on 11.2."),
        ("Jakarta", "Adopts this policy."),
    ]
    # Which one, a link tells; it is not kept, as its title may be changed.
    assert re.findall(r"11\.2\. \(<a [^>]*>([^<]*)</a>\)", page.text) == ["Buses of Hue", "Fares"]
    assert page.text.count("1 person is in its team") == 1
    assert page.text.count("Nobody of Hue is here yet.") == 1
    assert "Nobody of Iloilo City is here yet." not in page.text
    jakarta = page.context["candidates"][3]
    assert [(likeness.value, traits) for likeness, traits in jakarta.alike] == [
        ("alike", "Size, Income of the country"),
        ("unknown", "Climate, Coast"),
    ]
    # The case's own member is asked whatever is ticked, and is not lost with a tick too many.
    assert page.context["chosen"] == {case.member_id}
    keys = [each.member.pk for each in page.context["candidates"]]
    six = [*keys, MemberFactory().pk, MemberFactory().pk]
    answer = asker.post(ASK, filled(asker, case=case.pk, addressee=six))
    assert answer.status_code == 409
    assert "Choose at most five members to ask; these are 6." in answer.text
    answer = asker.post(ASK, filled(asker, case=case.pk, gap="staff", addressee=[hue.pk]))
    question = Question.objects.get()
    assert answer.url == question.get_absolute_url()
    assert sorted(question.addressees.values_list("member__name", "reason")) == [
        ("Hue", candidates(page)[1][1]),
        ("Iloilo City", "The case is its own."),
    ]
    assert (question.gap, question.topic, question.case) == ("staff", "manpower", case)


def test_another_member_is_added_and_seen_before_it_is_sent(asker, case):
    MemberFactory(name="Đà Nẵng", slug="da-nang")
    MemberFactory(name="San Fernando, Pampanga")
    MemberFactory(name="San Fernando, La Union")
    page = asker.post(ASK, filled(asker, case=case.pk, other="da nang"))
    assert page.status_code == 200
    assert candidates(page)[-1] == ("Đà Nẵng", "You named it.")
    assert "Đà Nẵng is in the list now." in page.text
    assert "Nobody of Đà Nẵng is here yet." in page.text
    assert not Question.objects.exists()
    for typed, words in {
        "San Fernando": "Which one do you mean: San Fernando, ",
        "Da Nangg": "Which one do you mean: Đà Nẵng?",
        "\x00Nowhere<b>": "There is no member called “Nowhere&lt;b&gt;”.",
    }.items():
        page = asker.post(ASK, filled(asker, case=case.pk, other=typed))
        assert (page.status_code, words in page.text) == (422, True), typed
        # What was typed is there to be mended.
        assert page.context["form"]["background"].value() == "We plan three lines."
    page = asker.get(f"{ASK}?to=da-nang&target=11.2")
    assert "<h1>Ask Đà Nẵng</h1>" in page.text
    assert page.context["form"]["targets"].value() == "11.2"
    da_nang = page.context["to"].pk
    assert page.context["chosen"] == {da_nang}
    asker.post(ASK, filled(asker, targets="11.2", to="da-nang", addressee=[da_nang]))
    assert Addressee.objects.get().member_id == da_nang


def test_what_was_asked_before_is_shown_before_it_is_sent(asker, case):
    before = QuestionFactory(title="How many people run the night buses of Galle?")
    hidden = QuestionFactory(title="How many people run the night buses?", state="checking")
    advice = AdviceFactory(text="The night buses are run by forty people; drivers are scarce.")
    QuestionFactory(title="What did the composting plant cost?")
    page = asker.post(ASK, filled(asker, case=case.pk))
    assert page.status_code == 200
    assert "Before you send it: these are close to yours." in page.text
    assert [each.pk for each in page.context["similar"]] == [advice.pk, before.pk]
    assert hidden.get_absolute_url() not in page.text
    assert Question.objects.filter(member=asker.ours).count() == 0
    # The script asks for the same while somebody types.
    part = asker.get("/exchange/ask/similar/", {"title": TITLE, "case": case.pk})
    assert before.get_absolute_url() in part.text
    assert "<html" not in part.text
    seen = [f"question-{before.pk}", f"advice-{advice.pk}"]
    answer = asker.post(ASK, filled(asker, case=case.pk, seen=seen))
    assert answer.url == Question.objects.get(member=asker.ours).get_absolute_url()


def test_the_same_is_not_asked_again_and_leads_to_what_was_asked(asker, case):
    before = AddresseeFactory(member=case.member, question__title=TITLE).question
    page = asker.post(ASK, filled(asker, case=case.pk, seen=[f"question-{before.pk}"]))
    assert page.status_code == 409
    assert "The same was asked of this member in the last 30 days." in page.text
    assert f'<a href="{before.get_absolute_url()}">{TITLE}</a></li>' in page.text


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(asker, case, subtests):
    for fields, words in [
        ({"title": ""}, "This is needed."),
        ({"title": "Short?"}, "at least 10 characters"),
        ({"title": "X" * 201}, "At most 200 characters"),
        ({"title": "\u200b" * 20}, "This is needed."),
        ({"background": "X" * 1501}, "At most 1500 characters"),
        ({"background": "Mail me: ani@city.example"}, "Use “put us in touch”"),
        ({"title": "Will you call 0917 555 0100?"}, "Use “put us in touch”"),
        ({"topic": "weather"}, "not one of the available choices"),
        ({"language": "tlh"}, "not one of the available choices"),
        ({"visibility": "friends"}, "not one of the available choices"),
        ({"member": "999999999"}, "not one of the available choices"),
    ]:
        with subtests.test(fields=fields):
            page = asker.post(ASK, filled(asker, case=case.pk, gap="staff") | fields)
            assert page.status_code == 422
            assert words in page.text
            assert not Question.objects.exists()
            form = page.context["form"]
            for name in {"title", "background"} - fields.keys():
                assert form[name].value() == filled(asker)[name]


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ("", "Name at least one target"),
        ("11.2, 99.9", "There is no target 99.9."),
        ("11.2 11.3 11.6 12.5", "at most three targets"),
        ("\x00'; DROP", "There is no target"),
    ],
)
def test_without_a_case_targets_are_needed(asker, targets, words):
    page = asker.post(ASK, filled(asker, targets=targets, addressee=[MemberFactory().pk]))
    assert (page.status_code, words in page.text) == (422, True)


def test_targets_may_be_written_in_any_way(asker):
    asker.post(ASK, filled(asker, targets="11.2;16.A ,11.2", addressee=[MemberFactory().pk]))
    assert [each.pk for each in Question.objects.get().targets.all()] == ["11.2", "16.a"]


def test_nobody_writes_in_the_name_of_another_member(asker, case):
    page = asker.post(ASK, filled(asker, case=case.pk, member=MemberFactory().pk))
    assert page.status_code == 422
    assert not Question.objects.exists()


@pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 30, "1 OR 1=1", "1\x002x", "٣"])
def test_a_case_that_is_not_there_is_404(asker, number):
    assert asker.get(ASK, {"case": number}).status_code == 404


def test_hostile_input_is_harmless(asker, case):
    hostile = '<script>alert(1)</script> What did "it" cost?'
    page = asker.get(ASK, {"case": case.pk, "gap": "<b>", "to": "'\"><b>", "target": "<b>"})
    assert page.status_code == 200
    asker.post(
        ASK,
        filled(
            asker,
            case=case.pk,
            title=hostile,
            background="<img src=x onerror=alert(1)>\u202e",
            addressee=["x", "9" * 40, "-1", str(case.member_id), "٣"],
        ),
    )
    question = Question.objects.get()
    page = asker.get(question.get_absolute_url())
    assert "<script>alert(1)" not in page.text
    assert "<img src=x" not in page.text
    assert "\u202e" not in question.background


def test_the_first_entry_waits_and_the_asker_is_told(case):
    """Sentence 13; what follows: tests/exchange/steps."""
    membership = MembershipFactory()
    client = signed_in(membership.user)
    client.ours = membership.member
    assert "as at a first entry" in client.get(f"{ASK}?case={case.pk}").text
    answer = client.post(ASK, filled(client, case=case.pk), follow=True)
    assert "The secretariat looks at it within 2 working days" in answer.text
    question = Question.objects.get()
    assert question.state == "checking"
    assert signed_in(UserFactory()).get(question.get_absolute_url()).status_code == 404


def test_the_secretariat_asks_for_any_member(case, moderator_client):
    suva = MemberFactory(name="Suva")
    moderator_client.ours = suva
    page = moderator_client.get(f"{ASK}?case={case.pk}")
    assert suva in page.context["form"].fields["member"].queryset
    moderator_client.post(ASK, filled(moderator_client, case=case.pk))
    question = Question.objects.get()
    assert (question.member, question.passed_on) == (suva, True)
    page = moderator_client.get(question.get_absolute_url())
    assert "passed on by the secretariat" in page.text
    assert Notice.objects.get().context["by"] == ""


@pytest.mark.parametrize("rows", [1, 3])
def test_the_form_asks_the_same_number_of_questions(asker, case, django_assert_num_queries, rows):
    summary.rebuild(Revision.objects.live())
    for number in range(rows):
        member = MemberFactory()
        LiveRevisionFactory(case__member=member, targets=["11.2"])
        CooperationFactory(member=member, targets=["11.2"], forms=["answer-questions"])
        QuestionFactory(title=f"How many people run the night buses {number}?", case=case)
    with django_assert_num_queries(24):
        asker.get(f"{ASK}?case={case.pk}&gap=staff")
