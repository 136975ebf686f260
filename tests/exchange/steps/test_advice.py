"""Giving, correcting, replacing and withdrawing advice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.models import Advice
from exchange.steps import advice as steps
from exchange.steps.errors import ExchangeError, NotAllowed, StepRefused, TooManyToday
from members.models import Event, Notice
from tests.conftest import signed_in
from tests.exchange.factories import AdviceFactory, QuestionFactory
from tests.factories import LiveRevisionFactory, MembershipFactory, StaffFactory

pytestmark = pytest.mark.django_db

TEXT = "Cleaning was a third of the whole cost, and nobody had planned for it."
NEPALI = "सरसफाइको लागत कुल खर्चको एक तिहाइ थियो, र कसैले योजना बनाएको थिएन।"


@pytest.fixture
def colleague():
    """Somebody in a team, of whom an entry has been approved before."""
    membership = MembershipFactory()
    AdviceFactory(author=membership.user, member=membership.member)
    return membership


def give(membership, **facts):
    facts = {"text": TEXT, "topic": "budget"} | facts
    return steps.give(author=membership.user, member=membership.member, **facts)


def actions(advice):
    events = Event.objects.filter(subject_type="exchange.advice", subject_id=str(advice.pk))
    return list(events.order_by("pk").values_list("action", flat=True))


def test_a_first_entry_waits_and_the_secretariat_reads_all_of_it():
    """Sentence 13: a person's first entry waits; the second is public at once."""
    moderator = StaffFactory(groups=["Moderators"])
    membership = MembershipFactory()
    first = give(membership)
    assert first.state == "checking"
    notice = Notice.objects.get(kind="question-check")
    assert (notice.recipient, notice.context["message"]) == (moderator, TEXT)
    assert notice.path == f"/admin/exchange/advice/{first.pk}/change/"
    assert give(membership).state == "checking"
    steps.approve(first, by=moderator)
    assert give(membership).state == "published"
    three = f"{TEXT} https://a.example https://b.example https://c.example"
    assert give(membership, text=three).state == "checking"


def test_an_answer_is_about_what_its_question_is_about(reference, colleague):
    case = LiveRevisionFactory().case
    question = QuestionFactory(case=case, targets=["11.2"], visibility="network")
    advice = give(colleague, question=question, figures={"amount": 1200, "currency": "NPR"})
    assert (advice.case, [each.code for each in advice.targets.all()]) == (case, ["11.2"])
    # What was asked in the network is not answered before everybody.
    assert advice.visibility == "network"
    assert (advice.amount, advice.currency) == (1200, "NPR")
    assert advice.author_name == colleague.user.get_full_name()
    assert actions(advice) == ["advice-given"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"text": f"{TEXT} Write to maria@iloilo.example."}, "maria@iloilo.example"),
        ({"english": f"{TEXT} Call +63 33 320 1234.", "language": "fil"}, "put us in touch"),
        ({"passed_on": True, "source": "E-mail of 3 December 2026"}, "Only the secretariat"),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_saved(colleague, facts, said):
    with pytest.raises(ExchangeError, match=said):
        give(colleague, **facts)
    assert not Advice.objects.filter(text__startswith=TEXT).exists()


def test_others_do_not_write_in_the_name_of_a_member(colleague):
    with pytest.raises(NotAllowed):
        steps.give(
            author=MembershipFactory().user, member=colleague.member, text=TEXT, topic="budget"
        )


def test_the_secretariat_passes_on_with_a_source():
    moderator = StaffFactory(groups=["Moderators"])
    member = MembershipFactory().member
    facts = {"author": moderator, "member": member, "text": TEXT, "topic": "budget"}
    with pytest.raises(ExchangeError, match="where this comes from"):
        steps.give(**facts, passed_on=True)
    advice = steps.give(**facts, passed_on=True, source="E-mail of 3 December 2026")
    assert (advice.state, advice.passed_on, advice.member) == ("published", True, member)


def test_twenty_in_a_day_are_the_limit(colleague, settings):
    settings.EXCHANGE_LIMITS = settings.EXCHANGE_LIMITS | {"advice": 2}
    give(colleague)
    with pytest.raises(TooManyToday):
        give(colleague)


def test_its_author_corrects_it_in_the_first_half_hour(colleague):
    advice = give(colleague, language="ne", text=NEPALI, english=TEXT)
    assert (advice.english_by, advice.english_is_older) == (colleague.member.name, False)
    facts = {"text": NEPALI + "!", "topic": "manpower", "language": "ne", "english": TEXT}
    soon, late = (
        advice.created_at + timedelta(minutes=29),
        advice.created_at + timedelta(minutes=30),
    )
    corrected = steps.correct(advice, by=colleague.user, now=soon, **facts)
    assert (corrected.text, corrected.topic) == (NEPALI + "!", "manpower")
    assert corrected.english_is_older
    with pytest.raises(ExchangeError, match="at most three targets"):
        give(colleague, targets=["11.2", "11.6", "12.5", "13.1"])
    again = steps.correct(
        corrected, by=colleague.user, now=soon, **facts | {"english": "Two thirds."}
    )
    assert (again.english, again.english_by, again.english_is_older) == (
        *("Two thirds.", colleague.member.name, False),
    )
    bare = steps.correct(again, by=colleague.user, now=soon, **facts | {"english": ""})
    assert (bare.english, bare.english_by, bare.english_at) == ("", "", None)
    with pytest.raises(StepRefused, match="too late"):
        steps.correct(advice, by=colleague.user, now=late, **facts)
    other = MembershipFactory(member=colleague.member).user
    with pytest.raises(NotAllowed):
        steps.correct(advice, by=other, now=soon, **facts)
    links = " https://a.example https://b.example https://c.example"
    with pytest.raises(ExchangeError, match="two links"):
        steps.correct(advice, by=colleague.user, now=soon, **facts | {"text": NEPALI + links})


def test_a_new_text_replaces_it_and_the_english_is_older(reference, colleague):
    """Sentence 6: after the original is replaced, the English is marked as older."""
    old = give(colleague, language="ne", text=NEPALI, english=TEXT, targets=["11.2"])
    new = steps.replace(
        old, by=colleague.user, text=NEPALI * 2, topic="budget", language="ne", english=TEXT
    )
    old.refresh_from_db()
    assert (old.state, new.state, old.replaced_by) == ("replaced", "published", new)
    assert (new.english, new.english_is_older, new.english_at) == (TEXT, True, old.english_at)
    assert [each.code for each in new.targets.all()] == ["11.2"]
    new = steps.put_english(new, by=colleague.user, english=TEXT * 2)
    assert (new.english, new.english_is_older) == (TEXT * 2, False)
    with pytest.raises(StepRefused):
        steps.replace(old, by=colleague.user, text=TEXT, topic="budget", language="en")


def test_until_a_new_text_is_approved_the_old_one_stands(colleague):
    old = give(colleague)
    newcomer = MembershipFactory(member=colleague.member).user
    new = steps.replace(old, by=newcomer, text=TEXT * 2, topic="budget", language="en")
    old.refresh_from_db()
    assert (old.state, new.state) == ("published", "checking")
    with pytest.raises(StepRefused, match="waits for the secretariat already"):
        steps.replace(old, by=newcomer, text=TEXT * 3, topic="budget", language="en")
    steps.approve(new, by=StaffFactory(groups=["Moderators"]))
    old.refresh_from_db()
    assert old.state == "replaced"


def test_what_is_refused_leaves_the_old_text_standing(colleague):
    old = give(colleague)
    newcomer = MembershipFactory(member=colleague.member).user
    new = steps.replace(old, by=newcomer, text=TEXT * 2, topic="budget", language="en")
    steps.refuse(new, note="It sells something.")
    new = steps.replace(old, by=colleague.user, text=TEXT * 3, topic="budget", language="en")
    old.refresh_from_db()
    assert (old.state, old.replaced_by) == ("replaced", new)


def test_its_team_withdraws_it_with_what_it_replaced(colleague):
    old = give(colleague)
    new = steps.replace(old, by=colleague.user, text=TEXT * 2, topic="budget", language="en")
    steps.withdraw(new, by=MembershipFactory(member=colleague.member).user)
    assert set(Advice.objects.filter(pk__in=[old.pk, new.pk]).values_list("state", flat=True)) == {
        "withdrawn"
    }
    assert not Advice.objects.standing().filter(pk__in=[old.pk, new.pk]).exists()
    assert actions(new) == ["advice-replaced", "advice-withdrawn"]
    with pytest.raises(StepRefused):
        steps.withdraw(new, by=colleague.user)


def test_its_team_confirms_it(colleague):
    advice = give(colleague)
    with pytest.raises(NotAllowed):
        steps.confirm(advice, by=MembershipFactory().user)
    advice = steps.confirm(advice, by=colleague.user)
    assert advice.confirmed_at == timezone.localdate()
    assert actions(advice) == ["advice-given", "advice-confirmed"]


@pytest.mark.parametrize("passed_on", [False, True])
def test_secretariat_speaks_for_a_city_in_what_it_passed_on(colleague, passed_on):
    """What a city wrote itself it may remove, but neither confirm, replace nor withdraw."""
    moderator = StaffFactory(groups=["Moderators"])
    told = {"passed_on": passed_on, "source": "E-mail" if passed_on else ""}
    advice = AdviceFactory(member=colleague.member, author=colleague.user, **told)
    newer = {"text": TEXT, "topic": "budget", "language": "en", "source": "E-mail"}
    buttons = signed_in(moderator).get(advice.get_absolute_url()).text.count("It is still true")
    assert buttons == passed_on
    for step, given in ((steps.confirm, {}), (steps.replace, newer), (steps.withdraw, {})):
        if passed_on:
            assert step(advice, by=moderator, **given).member == colleague.member
            Advice.objects.filter(pk=advice.pk).update(state="published")
        else:
            with pytest.raises(NotAllowed):
                step(advice, by=moderator, **given)
    advice.refresh_from_db()
    assert (advice.confirmed_at is not None) == passed_on


def test_english_is_signed_by_whom_it_comes_from_not_by_a_person(colleague):
    advice = give(colleague, language="ne", text=NEPALI)
    moderator = StaffFactory(groups=["Moderators"])
    advice = steps.put_english(advice, by=moderator, english=TEXT, is_machine=True)
    assert (advice.english_by, advice.english_is_machine) == ("the secretariat", True)
    advice = steps.put_english(advice, by=moderator, english=f"{TEXT} So it is.")
    advice = steps.put_english(advice, by=colleague.user, english=TEXT)
    assert (advice.english_by, advice.english_is_machine) == (colleague.member.name, False)
    # What the city says in its own English the secretariat does not say otherwise.
    with pytest.raises(NotAllowed, match="Only people in the team"):
        steps.put_english(advice, by=moderator, english="It takes two.")
    with pytest.raises(NotAllowed):
        steps.put_english(advice, by=MembershipFactory().user, english=TEXT)
    with pytest.raises(ExchangeError, match="at most two links"):
        steps.put_english(advice, by=colleague.user, english="https://a.example " * 3)
    with pytest.raises(StepRefused, match="original is in English"):
        steps.put_english(give(colleague), by=colleague.user, english=TEXT)


@pytest.mark.parametrize("factory", [AdviceFactory, QuestionFactory])
def test_first_words_are_no_english_text_of_what_is_public(colleague, factory):
    new = MembershipFactory(member=colleague.member).user
    whose = {"member": colleague.member, "language": "ne"}
    public = factory(author=colleague.user, **whose)
    with pytest.raises(StepRefused, match="looks at everybody’s first entry"):
        steps.put_english(public, by=new, english="Buy our buses.")
    public.refresh_from_db()
    assert public.english == ""
    # What waits is looked at with it.
    waits = factory(author=new, state="checking", **whose)
    assert steps.put_english(waits, by=new, english=TEXT).english == TEXT


def test_the_team_of_the_case_settles_its_figures(colleague):
    case = LiveRevisionFactory().case
    official = MembershipFactory(member=case.member).user
    with pytest.raises(StepRefused, match="states no figure"):
        steps.settle_figures(give(colleague, case=case), by=official)
    advice = give(colleague, case=case, figures={"people_fte": "4.5"})
    desk = StaffFactory(groups=["Moderators"])
    desk.is_in_secretariat_session = True
    for other in (colleague.user, desk):
        with pytest.raises(NotAllowed):
            steps.settle_figures(advice, by=other)
    assert steps.settle_figures(advice, by=official).figure_settled_at is not None
    assert [event.action for event in official.events.all()] == ["figures-settled"]
    # Merged since, the team of the case that stays does.
    kept = MembershipFactory()
    case.merged_into = LiveRevisionFactory(case__member=kept.member).case
    case.save()
    merged = give(colleague, case=case, figures={"people_fte": "4.5"})
    with pytest.raises(NotAllowed):
        steps.settle_figures(merged, by=official)
    assert steps.settle_figures(merged, by=kept.user).figure_settled_at is not None
