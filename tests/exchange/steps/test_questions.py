"""What becomes of a question: asked, taken, answered, declined, judged, closed, moved on by time."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from exchange.models import Addressee, Advice, Question, QuestionDraft
from exchange.steps import question_clock as clock
from exchange.steps import question_notices as notices
from exchange.steps import questions as steps
from exchange.steps.errors import (
    AlreadyAsked,
    AlreadyThere,
    ChangedMeanwhile,
    ExchangeError,
    NotAllowed,
    ReasonRequired,
    StepRefused,
    TooManyToday,
)
from members.models import Event, Notice
from members.notices.delivery import deliver
from members.notices.mail_texts import text_of
from members.teams import memberships
from tests.exchange.factories import AddresseeFactory, AdviceFactory, QuestionFactory
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    StaffFactory,
    UserFactory,
)
from tests.races import at_once, kinds, needs_two_connections

pytestmark = pytest.mark.django_db

TITLE = "How many people run the night buses, and for how long?"
TEXT = "Forty drivers in three shifts, and six people in the control room."


def known(membership):
    """The person of ``membership``, of whom an entry was approved before."""
    AdviceFactory(author=membership.user, member=membership.member)
    return membership.user


@pytest.fixture
def asker(db):
    """An official who has written before; the member is ``asker.ours``."""
    membership = MembershipFactory(member__name="Makati City")
    person = known(membership)
    person.ours = membership.member
    return person


@pytest.fixture
def moderator(db):
    return StaffFactory(groups=["Moderators"])


def ask(asker, *members, **facts):
    facts = {"title": TITLE, "topic": "manpower", "targets": ["11.2"]} | facts
    addressees = [(member, "You named it.") for member in members]
    return steps.ask(author=asker, member=asker.ours, addressees=addressees, **facts)


def team(name, size=1, **facts):
    """A member with people of whom the first coordinates."""
    member = MemberFactory(name=name, **facts)
    people = [MembershipFactory(member=member, role="coordinator")]
    people += [MembershipFactory(member=member) for _each in range(size - 1)]
    return member, [each.user for each in people]


def told(kind):
    """Return who was told by notices of a kind, by name, in order."""
    return sorted(Notice.objects.filter(kind=kind).values_list("recipient__name", flat=True))


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def actions(question):
    events = Event.objects.filter(subject_type="exchange.question", subject_id=str(question.pk))
    return list(events.order_by("pk").values_list("action", flat=True))


# Asking


def test_coordinators_and_authors_of_the_case_get_one_mail_with_the_whole_question(
    reference, asker, moderator
):
    """Sentence 4."""
    iloilo, (coordinator, author, colleague) = team("Iloilo City", 3)
    live = LiveRevisionFactory(
        case__member=iloilo, title="Night buses", created_by=author, targets=["11.2", "11.6"]
    )
    question = ask(
        asker, case=live.case, gap="staff", targets=(), background="We plan three lines.\nIn 2027."
    )
    assert question.state == "open"
    assert [target.pk for target in question.targets.all()] == ["11.2", "11.6"]
    assert told("question-asked") == sorted([coordinator.name, author.name])
    deliver()
    assert sorted(each.to[0] for each in mail.outbox) == sorted([coordinator.email, author.email])
    people = [coordinator, author, colleague, asker, moderator]
    for message in mail.outbox:
        assert f"> {TITLE}\n> \n> We plan three lines.\n> In 2027.\n" in message.body
        assert f"{asker.name} of Makati City asks Iloilo City:" in message.body
        assert "The question is about the case study “Night buses”." in message.body
        assert message.subject == f"Makati City asks Iloilo City: {TITLE}"
        # Nobody's address is in it, apart from where it goes.
        assert not any(person.email in message.body + message.subject for person in people)
    assert actions(question) == ["question-asked"]


def test_somebody_in_two_asked_teams_gets_one_mail(reference, asker):
    first, (person,) = team("First City")
    second, _people = team("Second City")
    MembershipFactory(member=second, user=person, role="coordinator")
    ask(asker, first, second)
    assert told("question-asked").count(person.name) == 1


def test_a_member_without_a_team_is_the_secretariats_to_write_to(reference, asker, moderator):
    """Sentence 9: its notice; list and letter are in tests/exchange/admin."""
    surabaya, (rini,) = team("Surabaya City")
    question = ask(asker, surabaya, MemberFactory(name="Taipei City"), MemberFactory(name="Hue"))
    assert told("question-asked") == sorted([rini.name, moderator.name])
    subject, body = text_of(Notice.objects.get(kind="question-asked", recipient=moderator))
    assert subject == f"Nobody of Taipei City, Hue is here yet: {TITLE}"
    assert f"> {TITLE}\n" in body
    taipei = question.addressees.get(member__name="Taipei City")
    with pytest.raises(NotAllowed):
        steps.note_letter(taipei, by=asker)
    steps.note_letter(taipei, by=moderator)
    assert fresh(taipei).letter_sent_at is not None
    given = steps.answer(
        question,
        author=moderator,
        member=taipei.member,
        text=TEXT,
        passed_on=True,
        source="E-mail of 3 December 2026",
    )
    assert (given.passed_on, given.source, given.state) == (
        True,
        "E-mail of 3 December 2026",
        "published",
    )
    assert (fresh(taipei).state, fresh(question).state) == ("answered", "answered")
    body = text_of(Notice.objects.get(kind="question-answered", recipient=asker))[1]
    assert "passed on by the secretariat (E-mail of 3 December 2026)" in body


def test_the_first_question_of_a_person_waits_and_then_goes_out(reference, moderator):
    """Sentence 13."""
    membership = MembershipFactory()
    membership.user.ours = membership.member
    hue, (coordinator,) = team("Hue City")
    question = ask(membership.user, hue)
    assert (question.state, question.opened_at) == ("checking", None)
    assert (told("question-asked"), told("question-check")) == ([], [moderator.name])
    steps.approve(question, by=moderator)
    question = fresh(question)
    assert question.state == "open"
    assert question.addressees.get().asked_at == question.opened_at
    assert told("question-asked") == [coordinator.name]
    with pytest.raises(StepRefused):
        steps.approve(question, by=moderator)
    assert ask(membership.user, MemberFactory(), title="What did it cost?").state == "open"


@pytest.mark.parametrize(
    ("facts", "error", "words"),
    [
        ({"title": "Call +63 917 555 0100 please"}, ExchangeError, "put us in touch"),
        ({"background": "Write to ani@city.example."}, ExchangeError, "ani@city.example"),
        ({"targets": ()}, ExchangeError, "at least one target"),
        ({"targets": ["1.1", "1.2", "1.3", "1.4"]}, ExchangeError, "at most three targets"),
        ({"members": 0}, ExchangeError, "at least one member"),
        ({"members": 6}, ExchangeError, "at most five members to ask; these are 6"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(reference, asker, facts, error, words):
    number = facts.pop("members", 1)
    with pytest.raises(error, match=words):
        ask(asker, *[MemberFactory() for _each in range(number)], **facts)
    assert not Question.objects.exists()


def test_nobody_asks_for_others_nor_the_own_city(reference, asker):
    with pytest.raises(ExchangeError, match="does not ask itself"):
        ask(asker, asker.ours)
    stranger = UserFactory()
    stranger.ours = asker.ours
    with pytest.raises(NotAllowed):
        ask(stranger, MemberFactory())
    hidden = LiveRevisionFactory().case
    hidden.live = None
    with pytest.raises(StepRefused, match="not public"):
        ask(asker, case=hidden)


def test_the_secretariat_asks_for_a_member_and_readers_see_that(reference, moderator):
    moderator.ours = MemberFactory(name="Suva")
    question = ask(moderator, MemberFactory())
    assert (question.passed_on, question.state) == (True, "open")
    assert question.member == moderator.ours


def test_a_person_and_a_member_are_not_flooded(reference, asker, settings):
    settings.EXCHANGE_LIMITS = {"questions": 2, "questions_to_a_member": 2}
    hue = MemberFactory(name="Hue")
    for number in range(2):
        ask(asker, hue, title=f"What is the {number} thing to know?")
    with pytest.raises(TooManyToday, match="may ask 2 questions a day"):
        ask(asker, MemberFactory(), title="What else is there to know?")
    other = MembershipFactory()
    person = known(other)
    person.ours = other.member
    with pytest.raises(TooManyToday, match="Hue was asked as much today"):
        ask(person, hue, title="What else is there to know?")
    Question.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    Addressee.objects.update(asked_at=timezone.now() - timedelta(days=1, minutes=1))
    assert ask(person, hue, title="What else is there to know?").state == "open"


@pytest.mark.parametrize(
    ("title", "days", "refused"),
    [
        (TITLE, 29, True),
        ("how many PEOPLE run the night-buses and for how long", 29, True),
        (TITLE, 31, False),
        ("How many people clean the night buses?", 1, False),
    ],
)
def test_the_same_is_not_asked_of_a_member_twice_in_a_month(reference, asker, title, days, refused):
    hue = MemberFactory()
    first = ask(asker, hue)
    Question.objects.update(created_at=timezone.now() - timedelta(days=days))
    if refused:
        with pytest.raises(AlreadyAsked) as refusal:
            ask(asker, hue, title=title)
        assert refusal.value.question == first
        # Of another one it may be asked.
        assert ask(asker, MemberFactory(), title=title).pk
    else:
        assert ask(asker, hue, title=title).pk


def test_what_one_may_not_read_does_not_say_that_it_was_asked(reference, asker):
    hue = MemberFactory()
    waiting = QuestionFactory(title=TITLE, state="checking")
    AddresseeFactory(question=waiting, member=hue)
    assert ask(asker, hue).pk


def test_a_sent_question_ends_its_draft(reference, asker):
    QuestionDraft.objects.create(author=asker, fields={"title": TITLE})
    ask(asker, MemberFactory())
    assert not QuestionDraft.objects.exists()


# Taking, answering, declining


@pytest.fixture
def asked(reference, asker):
    """An open question to Iloilo City; ``asked.people`` are two of its team."""
    member, people = team("Iloilo City", 2)
    for person in people:
        AdviceFactory(author=person, member=member)
    question = ask(asker, member)
    Notice.objects.all().delete()
    addressee = question.addressees.get()
    addressee.people = people
    return addressee


def test_a_colleague_takes_it_and_a_second_who_answers_is_told(asked):
    """Sentence 5; that nothing typed is lost: tests/exchange/views/test_answering.py."""
    first, second = asked.people
    shown = asked.standing
    steps.take(asked, by=first)
    assert (fresh(asked).state, fresh(asked).taken_by) == ("taken", first)
    with pytest.raises(ChangedMeanwhile, match=f"{first.name} has taken this question"):
        steps.take(asked, by=second)
    question, member = asked.question, asked.member
    with pytest.raises(ChangedMeanwhile, match=f"{first.name} has taken this question"):
        steps.answer(question, author=second, member=member, text=TEXT, shown=shown)
    assert not Advice.objects.filter(question=question).exists()
    # Now that the colleague knows, the answer may be sent all the same.
    now_shown = fresh(asked).standing
    steps.answer(question, author=second, member=member, text=TEXT, shown=now_shown)
    assert (fresh(asked).state, fresh(question).state) == ("answered", "answered")
    with pytest.raises(ChangedMeanwhile, match="Iloilo City has answered this question already"):
        steps.answer(question, author=first, member=member, text=f"{TEXT} More.", shown=now_shown)


def test_the_asker_gets_the_whole_answer(asked, asker):
    author = asked.people[0]
    given = steps.answer(
        asked.question,
        author=author,
        member=asked.member,
        text="चालीस चालकहरू तीन पालीमा, र नियन्त्रण कक्षमा छ जना।",
        language="ne",
        english="Forty drivers in three shifts.",
        figures={"people_fte": 46, "amount": 38_000_000, "currency": "NPR", "amount_year": 2023},
    )
    question = fresh(asked.question)
    assert (question.state, given.topic, given.addressee) == ("answered", "manpower", asked)
    assert question.answered_at is not None
    assert told("question-answered") == [asker.name]
    subject, body = text_of(Notice.objects.get(kind="question-answered"))
    assert subject == f"Iloilo City has answered: {TITLE}"
    assert "> चालीस चालकहरू" in body
    assert "> Forty drivers in three shifts." in body
    assert "Amount: NPR 38 million 2023; People: 46 full-time equivalents" in body
    assert author.email not in body
    assert actions(question) == ["question-asked", "question-answered"]
    with pytest.raises(AlreadyThere):
        steps.answer(asked.question, author=author, member=asked.member, text=given.text)


@pytest.mark.parametrize(
    ("of_question", "of_answer", "is_told"),
    [("public", "public", True), ("public", "network", False), ("network", "network", False)],
)
def test_who_asked_and_has_left_is_told_of_what_everybody_reads(
    asked, asker, of_question, of_answer, is_told
):
    Question.objects.filter(pk=asked.question_id).update(visibility=of_question)
    membership = asker.memberships.get(member=asker.ours)
    leader = MembershipFactory(member=asker.ours, role="coordinator").user
    memberships.leave(membership, asker)
    facts = {"author": asked.people[0], "member": asked.member, "text": TEXT}
    steps.answer(fresh(asked.question), **facts, visibility=of_answer)
    assert told("question-answered") == sorted([leader.name, *[asker.name] * is_told])
    # Whom to ask next is for who can.
    notices.notify_next(fresh(asked.question), [asked.member], 9)
    assert told("question-waiting") == [leader.name]


def test_an_answer_that_waits_counts_when_it_is_approved(asked, asker):
    newcomer = MembershipFactory(member=asked.member).user
    given = steps.answer(asked.question, author=newcomer, member=asked.member, text=TEXT)
    assert given.state == "checking"
    assert (fresh(asked).state, fresh(asked).taken_by) == ("taken", newcomer)
    assert (fresh(asked.question).state, told("question-answered")) == ("open", [])
    Advice.objects.filter(pk=given.pk).update(state="published")
    steps.count_answer(fresh(given))
    assert (fresh(asked).state, fresh(asked.question).state) == ("answered", "answered")
    assert told("question-answered") == [asker.name]


def test_whoever_knows_may_answer_but_not_the_asker(asked, asker):
    other = MembershipFactory()
    known(other)
    steps.answer(asked.question, author=other.user, member=other.member, text=TEXT)
    assert (fresh(asked).state, fresh(asked.question).state) == ("asked", "answered")
    with pytest.raises(NotAllowed):
        steps.answer(asked.question, author=asker, member=asker.ours, text=TEXT)
    with pytest.raises(NotAllowed):
        steps.answer(asked.question, author=other.user, member=asked.member, text=TEXT)


def test_a_declined_question_tells_the_asker_why_who_asks_the_next(asked, asker):
    """Sentence 11; the page: tests/exchange/views/test_questions.py."""
    person = asked.people[0]
    for reason, text in (("", ""), ("other", " "), ("nonsense", "x")):
        with pytest.raises(ReasonRequired):
            steps.decline(asked, by=person, reason=reason, text=text)
    with pytest.raises(ExchangeError, match="put us in touch"):
        steps.decline(asked, by=person, reason="no-data", text="Ask ani@city.example")
    steps.decline(asked, by=person, reason="no-data", text="The drivers are of a company.")
    assert (fresh(asked).state, fresh(asked).declined_reason) == ("declined", "no-data")
    body = text_of(Notice.objects.get(kind="question-answered", recipient=asker))[1]
    assert "The reason: We have no data on it." in body
    assert "> The drivers are of a company." in body
    with pytest.raises(ChangedMeanwhile):
        steps.decline(asked, by=asked.people[1], reason="no-data")
    hue, (coordinator,) = team("Hue City")
    with pytest.raises(NotAllowed):
        steps.ask_next(asked.question, by=person, addressees=[(hue, "")])
    (added,) = steps.ask_next(
        asked.question, by=asker, addressees=[(hue, "Has a case on 11.2"), (asked.member, "")]
    )
    assert (added.member, added.state) == (hue, "asked")
    assert told("question-asked") == [coordinator.name]
    with pytest.raises(ExchangeError, match="at least one member"):
        steps.ask_next(asked.question, by=asker, addressees=[(hue, "")])


def test_the_secretariat_neither_takes_nor_declines_for_a_team(asked, moderator):
    for step in (
        lambda: steps.take(asked, by=moderator),
        lambda: steps.decline(asked, by=moderator, reason="no-data"),
    ):
        with pytest.raises(NotAllowed, match="Only people in the team"):
            step()
    asked.refresh_from_db()
    assert asked.state == "asked"
    # Where nobody is, it says what the member told it.
    alone = AddresseeFactory(question=asked.question)
    assert steps.decline(alone, by=moderator, reason="no-data").state == "declined"


def test_whoever_was_declined_may_answer_after_all(asked):
    steps.decline(asked, by=asked.people[0], reason="no-data", text="Lost.")
    steps.answer(asked.question, author=asked.people[0], member=asked.member, text=TEXT)
    asked = fresh(asked)
    assert (asked.state, asked.declined_reason, asked.declined_text) == ("answered", "", "")


def test_nobody_is_asked_for_ever(asked, asker, monkeypatch):
    monkeypatch.setattr(steps, "MAX_ADDRESSEES_IN_ALL", 2)
    steps.ask_next(asked.question, by=asker, addressees=[(MemberFactory(), "")])
    with pytest.raises(ExchangeError, match="was put to 2 members"):
        steps.ask_next(asked.question, by=asker, addressees=[(MemberFactory(), "")])


# Judging and closing


def test_partly_leaves_it_answered_and_no_opens_it_again(asked, asker):
    """Sentence 12; the figures of the month: tests/exchange/content."""
    with pytest.raises(StepRefused):
        steps.judge(asked.question, by=asker, verdict="yes")
    steps.answer(asked.question, author=asked.people[0], member=asked.member, text=TEXT)
    with pytest.raises(NotAllowed):
        steps.judge(asked.question, by=asked.people[0], verdict="yes")
    with pytest.raises(ExchangeError):
        steps.judge(asked.question, by=asker, verdict="perhaps")
    steps.judge(asked.question, by=asker, verdict="partly")
    question = fresh(asked.question)
    assert (question.state, question.verdict) == ("answered", "partly")
    steps.judge(asked.question, by=asker, verdict="no")
    question = fresh(question)
    assert (question.state, question.verdict) == ("open", "no")
    assert question.clock_from == question.reopened_at > question.opened_at
    assert actions(question)[-3:] == ["question-judged", "question-judged", "question-reopened"]


def test_closing_is_withdrawing_where_nobody_has_answered(asked, asker):
    with pytest.raises(NotAllowed):
        steps.close(asked.question, by=asked.people[0])
    steps.close(asked.question, by=asker)
    question = fresh(asked.question)
    assert (question.state, question.closed_reason) == ("closed", "withdrawn")
    assert told("question-closed") == [asked.people[0].name]
    for refused in (
        lambda: steps.close(question, by=asker),
        lambda: steps.take(asked, by=asked.people[0]),
        lambda: steps.decline(asked, by=asked.people[0], reason="no-data"),
        lambda: steps.answer(question, author=asked.people[0], member=asked.member, text=TEXT),
        lambda: steps.ask_next(question, by=asker, addressees=[(MemberFactory(), "")]),
    ):
        with pytest.raises(StepRefused):
            refused()


def test_closing_an_answered_question_tells_nobody_who_has_answered(asked, asker):
    steps.answer(asked.question, author=asked.people[0], member=asked.member, text=TEXT)
    steps.close(asked.question, by=asker)
    question = fresh(asked.question)
    assert (question.state, question.closed_reason) == ("closed", "asker")
    assert told("question-closed") == []


def test_what_is_withdrawn_before_it_went_out_stays_unread(reference):
    membership = MembershipFactory()
    membership.user.ours = membership.member
    question = ask(membership.user, MemberFactory())
    steps.close(question, by=membership.user)
    question = fresh(question)
    assert (question.state, question.closed_reason) == ("refused", "withdrawn")
    assert not Question.objects.public().exists()


def test_a_duplicate_leads_to_what_was_asked_before(asked, asker, moderator):
    before = QuestionFactory(title="Who runs the night buses?")
    with pytest.raises(NotAllowed):
        steps.close_as_duplicate(asked.question, before, by=asker)
    with pytest.raises(ExchangeError, match="not the same as itself"):
        steps.close_as_duplicate(asked.question, asked.question, by=moderator)
    for facts in ({"visibility": "network"}, {"removed_at": timezone.now()}):
        with pytest.raises(StepRefused, match="Not everybody who reads this question"):
            steps.close_as_duplicate(asked.question, QuestionFactory(**facts), by=moderator)
    steps.close_as_duplicate(asked.question, before, by=moderator)
    question = fresh(asked.question)
    assert (question.state, question.closed_reason, question.same_as) == (
        "closed",
        "duplicate",
        before,
    )
    assert told("question-closed") == sorted([asker.name, asked.people[0].name])
    notice = Notice.objects.filter(kind="question-closed").first()
    assert "“Who runs the night buses?”" in text_of(notice)[1]


def test_what_is_removed_or_hidden_takes_no_answer(asked):
    for field in ("removed_at", "hidden_at"):
        Question.objects.update(removed_at=None, hidden_at=None)
        Question.objects.update(**{field: timezone.now()})
        with pytest.raises(StepRefused):
            steps.take(asked, by=asked.people[0])
        assert clock.move_on(timezone.now() + timedelta(days=400)) == clock.Moved()


# The clock


def test_the_clock_reminds_escalates_offers_and_closes(asked, asker, moderator, reference):
    """Sentence 10."""
    begin = asked.question.opened_at + timedelta(minutes=1)
    jakarta = LiveRevisionFactory(case__member__name="Jakarta", targets=["11.2"]).case.member

    def on_day(day):
        Notice.objects.all().delete()
        moved = clock.move_on(begin + timedelta(days=day))
        # A second run, the same day or a little later, sends nothing twice.
        sent = Notice.objects.count()
        for later in (timedelta(0), timedelta(hours=12)):
            assert clock.move_on(begin + timedelta(days=day) + later) == clock.Moved()
        assert Notice.objects.count() == sent
        return moved

    assert on_day(6) == clock.Moved()
    assert on_day(7) == clock.Moved(reminded=1)
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("question-waiting", asked.people[0])
    subject, body = text_of(notice)
    assert subject == f"Makati City still waits for an answer: {TITLE}"
    assert "7 days ago Makati City asked Iloilo City, and waits for an answer:" in body
    assert f"> {TITLE}\n" in body
    assert on_day(13) == clock.Moved()
    assert on_day(14) == clock.Moved(waits=1)
    assert told("question-waiting") == [moderator.name]
    assert Question.objects.filter(waits_since__isnull=False, state="open").count() == 1
    assert on_day(30) == clock.Moved(next_offered=1)
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("question-waiting", asker)
    assert f"You can ask these with one button: {jakarta.name}." in text_of(notice)[1]
    assert on_day(179) == clock.Moved()
    assert on_day(180) == clock.Moved(unanswered=1)
    question = fresh(asked.question)
    assert (question.state, question.closed_reason) == ("closed", "unanswered")
    assert told("question-closed") == [asker.name]
    assert question in Question.objects.public()
    # Whoever knows may still answer: it opens again.
    steps.answer(question, author=asked.people[0], member=asked.member, text=TEXT)
    question = fresh(question)
    assert (question.state, question.closed_reason, question.closed_at) == ("answered", "", None)


def test_the_clock_catches_up_after_a_long_stop(asked):
    moved = clock.move_on(asked.question.opened_at + timedelta(days=40))
    assert moved == clock.Moved(reminded=1, waits=1, next_offered=1)


def test_who_took_it_is_reminded_too_and_who_left_is_not(asked):
    taker = asked.people[1]
    steps.take(asked, by=taker)
    later = asked.question.opened_at + timedelta(days=8)
    clock.move_on(later)
    assert told("question-waiting") == sorted(person.name for person in asked.people)
    Notice.objects.all().delete()
    Addressee.objects.update(reminded_at=None)
    taker.memberships.update(status="ended")
    clock.move_on(later)
    assert told("question-waiting") == [asked.people[0].name]


def test_whose_answer_waits_for_the_secretariat_is_not_reminded(asked):
    newcomer = MembershipFactory(member=asked.member).user
    steps.answer(asked.question, author=newcomer, member=asked.member, text=TEXT)
    later = asked.question.opened_at + timedelta(days=8)
    assert clock.move_on(later) == clock.Moved()


def test_who_is_asked_later_has_the_same_time(asked, asker):
    clock.move_on(asked.question.opened_at + timedelta(days=8))
    (added,) = steps.ask_next(asked.question, by=asker, addressees=[(team("Hue")[0], "")])
    Addressee.objects.filter(pk=added.pk).update(
        asked_at=asked.question.opened_at + timedelta(days=20)
    )
    assert clock.move_on(asked.question.opened_at + timedelta(days=26)).reminded == 0
    assert clock.move_on(asked.question.opened_at + timedelta(days=27)).reminded == 1


def test_an_answered_question_closes_itself_sixty_days_after_the_last_answer(asked):
    steps.answer(asked.question, author=asked.people[0], member=asked.member, text=TEXT)
    begin = timezone.now()
    assert clock.move_on(begin + timedelta(days=59)) == clock.Moved()
    AdviceFactory(question=asked.question)
    Advice.objects.filter(question=asked.question, addressee=None).update(
        created_at=begin + timedelta(days=30)
    )
    assert clock.move_on(begin + timedelta(days=61)) == clock.Moved()
    assert clock.move_on(begin + timedelta(days=91)) == clock.Moved(settled=1)
    question = fresh(asked.question)
    assert (question.state, question.closed_reason) == ("closed", "settled")


def test_a_question_whose_answer_was_taken_back_opens_again(asked):
    given = steps.answer(asked.question, author=asked.people[0], member=asked.member, text=TEXT)
    now = timezone.now()
    for facts in ({"state": "withdrawn"}, {"state": "published", "removed_at": now}):
        Question.objects.update(state="answered")
        Addressee.objects.update(state="answered")
        Advice.objects.filter(pk=given.pk).update(**facts)
        assert clock.move_on(now) == clock.Moved(reopened=1)
        assert (fresh(asked.question).state, fresh(asked).state) == ("open", "asked")
        assert clock.move_on(now + timedelta(days=6)) == clock.Moved()
        assert actions(asked.question)[-1] == "question-reopened"


def test_opened_again_the_days_begin_anew(asked, asker):
    steps.answer(asked.question, author=asked.people[0], member=asked.member, text=TEXT)
    steps.judge(asked.question, by=asker, verdict="no")
    again = timezone.now() + timedelta(days=170)
    Question.objects.update(reopened_at=again)
    assert clock.move_on(again + timedelta(days=13)) == clock.Moved()
    assert clock.move_on(again + timedelta(days=14)) == clock.Moved(waits=1)


def test_the_days_are_settings(asked, settings):
    settings.EXCHANGE_DAYS = settings.EXCHANGE_DAYS | {"remind": 3}
    assert clock.move_on(asked.question.opened_at + timedelta(days=3)).reminded == 1


# Two at the same moment


@needs_two_connections
@pytest.mark.django_db(transaction=True)
def test_of_two_who_act_at_the_same_moment_one_is_told(reference, asker):
    member, people = team("Iloilo City", 2)
    for person in people:
        AdviceFactory(author=person, member=member)
    addressee = ask(asker, member).addressees.get()
    outcomes = at_once(*[lambda person=each: steps.take(addressee, by=person) for each in people])
    assert kinds(outcomes) == ["Addressee", "ChangedMeanwhile"]
    shown = fresh(addressee).standing
    outcomes = at_once(
        *[
            lambda person=each: steps.answer(
                addressee.question,
                author=person,
                member=member,
                text=f"{TEXT} {person.pk}",
                shown=shown,
            )
            for each in people
        ]
    )
    assert kinds(outcomes) == ["Advice", "ChangedMeanwhile"]
    assert Advice.objects.filter(question=addressee.question).count() == 1
    late = addressee.question.opened_at + timedelta(days=61)
    Question.objects.update(answered_at=addressee.question.opened_at)
    Advice.objects.update(created_at=addressee.question.opened_at)
    moved = at_once(*[lambda: clock.move_on(late)] * 3)
    assert sum(each.settled for each in moved) == 1
