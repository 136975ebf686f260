"""What the secretariat decides on entries, and flags."""

import pytest
from django.urls import reverse
from django.utils import timezone

from exchange.models import Adoption, Flag
from exchange.steps import adoptions as adoption_steps
from exchange.steps import advice as advice_steps
from exchange.steps import cooperation as cooperation_steps
from exchange.steps import moderation as steps
from exchange.steps import question_notices
from exchange.steps import questions as question_steps
from exchange.steps.errors import (
    AlreadyThere,
    ExchangeError,
    NotAllowed,
    ReasonRequired,
    StepRefused,
    TooManyToday,
)
from members.models import Event, Notice
from members.teams import memberships, merging
from tests.conftest import signed_in
from tests.exchange.factories import (
    AddresseeFactory,
    AdoptionFactory,
    AdviceFactory,
    CooperationFactory,
    QuestionFactory,
)
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return StaffFactory(groups=["Moderators"])


@pytest.fixture
def entry():
    membership = MembershipFactory()
    return AdviceFactory(author=membership.user, member=membership.member)


def acts(entry):
    events = Event.objects.filter(
        subject_type=entry._meta.label_lower, subject_id=str(entry.pk)
    ).order_by("pk")
    return list(events.values_list("action", "actor"))


def test_advice_that_waits_is_approved_and_its_author_told(moderator):
    membership = MembershipFactory()
    waits = advice_steps.give(
        author=membership.user, member=membership.member, text="x" * 30, topic="budget"
    )
    let = steps.approve(waits, by=moderator)
    assert let.state == "published"
    notice = Notice.objects.get(recipient=membership.user)
    assert (notice.kind, notice.context["decision"]) == ("entry-removed", "approved")
    assert acts(waits) == [
        ("advice-given", membership.user.pk),
        ("entry-approved", moderator.pk),
    ]
    with pytest.raises(StepRefused):
        steps.approve(waits, by=moderator)


@pytest.mark.parametrize("factory", [AdviceFactory, QuestionFactory])
def test_what_is_refused_is_read_by_its_team_with_the_reason(moderator, factory):
    place = MembershipFactory()
    waits = factory(state="checking", author=place.user, member=place.member)
    with pytest.raises(ReasonRequired):
        steps.refuse(waits, by=moderator, reason=" ")
    refused = steps.refuse(waits, by=moderator, reason="It sells something.")
    assert (refused.state, refused.decision_note) == ("refused", "It sells something.")
    assert Notice.objects.get(recipient=waits.author).context["note"] == "It sells something."
    with pytest.raises(StepRefused):
        steps.refuse(waits, by=moderator, reason="Again.")


def test_a_removed_entry_goes_and_comes_back_to_the_same_address(moderator, entry):
    """Sentence 14: 404 for the public, its author reads why, the record names who did it."""
    address = entry.get_absolute_url()
    removed = steps.remove(entry, by=moderator, reason="It names a private person.")
    assert not type(entry).objects.public().filter(pk=entry.pk).exists()
    assert (removed.removed_reason, removed.state) == ("It names a private person.", "published")
    notice = Notice.objects.get(recipient=entry.author)
    assert (notice.context["decision"], notice.context["note"], notice.path) == (
        "removed",
        "It names a private person.",
        address,
    )
    with pytest.raises(StepRefused):
        steps.remove(entry, by=moderator, reason="Again.")
    steps.restore(entry, by=moderator, reason="The name was a street’s.")
    assert type(entry).objects.public().get(pk=entry.pk).get_absolute_url() == address
    assert acts(entry) == [("entry-removed", moderator.pk), ("entry-restored", moderator.pk)]


def test_adoption_is_not_restored_beside_one_published_meanwhile(moderator):
    official, case = MembershipFactory(), LiveRevisionFactory().case
    old = AdoptionFactory(case=case, member=official.member)
    old = steps.remove(old, by=moderator, reason="It is wrong.")
    new = adoption_steps.begin(
        official.user, official.member, case, stage="preparing", words="Yes."
    )
    # A draft beside it is no second entry.
    old = steps.restore(old, by=moderator, reason="It was right.")
    old = steps.remove(old, by=moderator, reason="It is wrong after all.")
    new = adoption_steps.publish(new, by=official.user)
    with pytest.raises(AlreadyThere, match="has a public entry on this policy already") as refused:
        steps.restore(old, by=moderator, reason="It was right.")
    assert refused.value.entry == new
    page = signed_in(moderator).post(
        reverse("admin:exchange_adoption_restore", args=[old.pk]), {"reason": "It was right."}
    )
    assert page.status_code == 409
    assert "has a public entry on this policy already" in page.text
    assert [*Adoption.objects.standing()] == [new]
    steps.remove(new, by=moderator, reason="The older one stays.")
    steps.restore(old, by=moderator, reason="It was right.")
    assert [*Adoption.objects.standing()] == [old]


def test_where_the_author_is_gone_the_coordinators_read_why(moderator, entry):
    coordinator = MembershipFactory(member=entry.member, role="coordinator").user
    entry.author = None
    entry.save()
    steps.remove(entry, by=moderator, reason="It is outdated.")
    assert Notice.objects.get(kind="entry-removed").recipient == coordinator


def test_where_the_author_has_left_the_team_it_reads_why(moderator, entry):
    author, colleague = entry.author, MembershipFactory(member=entry.member).user
    memberships.leave(author.memberships.get(), author)

    def told(row, decide=steps.remove):
        Notice.objects.all().delete()
        decide(row, by=moderator, reason="It sells lamps.")
        rows = Notice.objects.filter(kind="entry-removed").order_by("recipient")
        return [notice.recipient for notice in rows]

    assert told(entry) == [colleague]
    coordinator = MembershipFactory(member=entry.member, role="coordinator").user
    assert told(entry, steps.restore) == [coordinator]
    waits = AdviceFactory(author=author, member=entry.member, state="checking")
    assert told(waits, steps.refuse) == [coordinator]
    # What another moderator passed on is that one's, as long as of the secretariat.
    other = StaffFactory(groups=["Moderators"])
    passed = CooperationFactory(author=other, member=entry.member, passed_on=True)
    assert told(passed) == [other]
    other.groups.clear()
    assert told(passed, steps.restore) == [coordinator]


def test_only_the_secretariat_decides(entry):
    for person in (entry.author, UserFactory(is_staff=True), MembershipFactory().user):
        for step, facts in [
            (steps.approve, {}),
            (steps.refuse, {"reason": "x"}),
            (steps.remove, {"reason": "x"}),
            (steps.restore, {"reason": "x"}),
            (steps.dismiss_flags, {}),
        ]:
            with pytest.raises(NotAllowed):
                step(entry, by=person, **facts)


def test_two_teams_hide_an_entry_until_the_secretariat_has_looked(moderator, entry):
    first, second = MembershipFactory(), MembershipFactory()
    steps.flag(entry, by=first.user, reason="advertising", text="It sells pumps.")
    entry.refresh_from_db()
    assert entry.hidden_at is None
    # Colleagues of the first team make no second one.
    colleague = MembershipFactory(member=first.member).user
    with pytest.raises(AlreadyThere):
        steps.flag(entry, by=colleague, reason="wrong")
    steps.flag(entry, by=second.user, reason="advertising")
    entry.refresh_from_db()
    assert entry.hidden_at is not None
    assert not type(entry).objects.standing().filter(pk=entry.pk).exists()
    told = Notice.objects.filter(kind="flagged", recipient=moderator).order_by("pk")
    assert [notice.context["hidden"] for notice in told] == [False, True]
    steps.dismiss_flags(entry, by=moderator)
    assert type(entry).objects.public().filter(pk=entry.pk).exists()
    with pytest.raises(StepRefused):
        steps.dismiss_flags(entry, by=moderator)
    assert [action for action, _by in acts(entry)] == [
        "entry-flagged",
        "entry-flagged",
        "entry-hidden",
        "flags-dismissed",
    ]
    # The same two cannot hide it anew.
    with pytest.raises(AlreadyThere):
        steps.flag(entry, by=first.user, reason="other")


def test_one_person_of_two_teams_hides_nothing_alone(entry):
    first = MembershipFactory()
    second = MembershipFactory(user=first.user)
    flag = steps.flag(entry, by=first.user, reason="wrong")
    first, second = (first, second) if flag.member == first.member else (second, first)
    memberships.leave(first, first.user)
    with pytest.raises(AlreadyThere):
        steps.flag(entry, by=first.user, reason="wrong")
    entry.refresh_from_db()
    assert entry.hidden_at is None
    # The team that is left has a voice of its own.
    steps.flag(entry, by=MembershipFactory(member=second.member).user, reason="wrong")
    entry.refresh_from_db()
    assert entry.hidden_at is not None


def test_removing_settles_the_flags(moderator, entry):
    flag = steps.flag(entry, by=MembershipFactory().user, reason="wrong")
    steps.remove(entry, by=moderator, reason="It is wrong.")
    flag.refresh_from_db()
    assert (flag.decided_by, flag.decided_at is None) == (moderator, False)


def test_who_may_flag(entry, settings):
    with pytest.raises(NotAllowed):
        steps.flag(entry, by=UserFactory(), reason="wrong")
    with pytest.raises(NotAllowed, match="own team"):
        steps.flag(entry, by=entry.author, reason="wrong")
    settings.EXCHANGE_LIMITS = settings.EXCHANGE_LIMITS | {"flags": 1}
    person = MembershipFactory().user
    steps.flag(entry, by=person, reason="wrong")
    with pytest.raises(TooManyToday):
        steps.flag(AdviceFactory(), by=person, reason="wrong")
    assert Flag.objects.filter(created_at__lte=timezone.now()).count() == 1


def test_a_question_and_its_answer_that_waited_go_on_their_way(moderator):
    asked = MembershipFactory(role="coordinator")
    question = AddresseeFactory(member=asked.member, question__state="checking").question
    let = steps.approve(question, by=moderator)
    assert (let.state, Notice.objects.filter(kind="question-asked").count()) == ("open", 1)
    answer = question_steps.answer(
        question, author=asked.user, member=asked.member, text="Six, for nine months in all."
    )
    question.refresh_from_db()
    assert (answer.state, question.state) == ("checking", "open")
    steps.approve(answer, by=moderator)
    question.refresh_from_db()
    assert (question.state, question.addressees.get().state) == ("answered", "answered")


def test_a_merged_member_owes_each_question_of_others_once():
    kept, double, lead = MemberFactory(), MemberFactory(), MembershipFactory(role="coordinator")
    MembershipFactory(user=lead.user, member=double)
    own, both, alone = QuestionFactory(member=kept), QuestionFactory(), QuestionFactory()
    AddresseeFactory(question=own, member=double)
    AddresseeFactory(question=both, member=double)
    taken = AddresseeFactory(question=both, member=kept, state="taken")
    owed = AddresseeFactory(question=alone, member=double)
    # What one has answered and the other declined stands: readers have both.
    settled = [
        AddresseeFactory(question=QuestionFactory(member=kept), member=double, state="answered"),
        AddresseeFactory(question=alone, member=kept, state="declined"),
    ]
    question_notices.notify_asked(own, list(own.addressees.all()), own.author)
    merging.merge(double, kept, by=StaffFactory(is_superuser=True), reason="The same office")
    assert {*kept.questions_asked.all()} == {taken, *settled}
    assert owed not in kept.questions_asked.all()
    asked = lead.user.notices.get(kind="question-asked")
    assert asked.read_at is not None


def test_a_merged_member_neither_adopts_its_own_policy_nor_one_twice(moderator):
    member, double, team = MemberFactory(), MemberFactory(), MembershipFactory()
    own, other = LiveRevisionFactory(case__member=member).case, LiveRevisionFactory().case
    of_double = {"member": double, "author": team.user}
    self_made = AdoptionFactory(**of_double, case=own)
    draft = AdoptionFactory(**of_double, case=own, state="draft")
    said = AdoptionFactory(**of_double, case=other)
    compiled = AdoptionFactory(member=member, case=other, provenance="secretariat")
    editor = StaffFactory(is_superuser=True)
    MembershipFactory(user=team.user, member=double)
    merging.merge(double, member, by=editor, reason="The same office")
    removed = Adoption.objects.exclude(removed_at=None).order_by("pk")
    assert [*removed] == [self_made, compiled]
    assert {row.removed_reason for row in removed} == {
        f"{double.name} ({double.slug}): The same office"
    }
    told = Notice.objects.filter(recipient=team.user, kind="entry-removed")
    assert {notice.path for notice in told} == {row.get_absolute_url() for row in removed}
    for adoption in (self_made, draft):
        adoption.refresh_from_db()
    with pytest.raises(ExchangeError, match="cannot adopt its own policy"):
        steps.restore(self_made, by=moderator, reason="Why not")
    with pytest.raises(ExchangeError, match="cannot adopt its own policy"):
        adoption_steps.publish(draft, by=team.user)
    assert [*Adoption.objects.public().filter(member=member)] == [said]


def test_an_answer_is_not_approved_while_its_question_is_removed_or_hidden(moderator):
    question = QuestionFactory()
    answer = AdviceFactory(question=question, state="checking")
    asker = MembershipFactory(member=question.member, role="coordinator").user
    type(question).objects.update(hidden_at=timezone.now())
    with pytest.raises(StepRefused, match="Two teams have flagged its question"):
        steps.approve(answer, by=moderator)
    assert not asker.notices.exists()
    steps.remove(question, by=moderator, reason="It sells lamps")
    with pytest.raises(StepRefused, match="Its question was removed"):
        steps.approve(answer, by=moderator)
    steps.restore(question, by=moderator, reason="It does not")
    steps.approve(answer, by=moderator)
    question.refresh_from_db()
    assert question.state == "answered"


def test_hidden_words_reach_nobody_else_before_the_secretariat_has_looked(moderator):
    asker, further = MembershipFactory(), MembershipFactory(role="coordinator")
    mine = {"author": asker.user, "member": asker.member, "hidden_at": timezone.now()}
    question, advice = QuestionFactory(**mine), AdviceFactory(**mine)
    newer = {"text": f"{advice.text} Again.", "topic": "budget", "language": "en"}
    chosen = [(further.member, "You named it.")]
    for step in (
        lambda: question_steps.ask_next(question, by=asker.user, addressees=chosen),
        lambda: question_steps.ask_next(question, by=moderator, addressees=chosen),
        lambda: advice_steps.replace(advice, by=asker.user, **newer),
    ):
        with pytest.raises(StepRefused, match="Two teams have flagged this"):
            step()
    assert not question.addressees.exists()
    assert not further.user.notices.exists()
    # Nor as something new, once the hidden entry is withdrawn.
    advice_steps.withdraw(advice, by=asker.user)
    QuestionFactory(author=asker.user, member=asker.member)
    given = {"author": asker.user, "member": asker.member, "targets": question.targets.all()}
    again = advice_steps.give(**given, **newer)
    assert again.state == "checking"
    assert not type(advice).objects.standing().exists()
    for entry in (question, advice):
        steps.remove(entry, by=moderator, reason="An advertisement")
    assert advice_steps.give(**given, **newer).state == "published"


def test_an_offer_that_waited_is_opened(moderator):
    offer = CooperationFactory(state="checking", opened_at=None)
    assert steps.approve(offer, by=moderator).state == "open"
    with pytest.raises(StepRefused):
        steps.approve(AdoptionFactory(), by=moderator)


def test_nothing_happens_to_what_is_removed(moderator):
    """Also from a list or page that was open when a colleague removed it."""
    asked = MembershipFactory(role="coordinator")
    asker = MembershipFactory(role="coordinator")
    mine = {"author": asker.user, "member": asker.member}
    waits = {"state": "checking", "opened_at": None}
    waiting = QuestionFactory(**mine, **waits)
    answered = QuestionFactory(**mine, state="answered")
    for question in (waiting, answered):
        AddresseeFactory(question=question, member=asked.member)
    advice = AdviceFactory(**mine, state="checking")
    standing = AdviceFactory(**mine, language="ko")
    offer, draft = CooperationFactory(**mine, **waits), CooperationFactory(**mine, state="draft")
    disputed = AdoptionFactory(disputed_at=timezone.now())
    by_asker, by_moderator = {"by": asker.user}, {"by": moderator}
    shown = cooperation_steps.as_shown(draft)
    steps_of = {
        waiting: [
            lambda: steps.approve(waiting, **by_moderator),
            lambda: steps.refuse(waiting, **by_moderator, reason="No."),
            lambda: question_steps.close(waiting, **by_asker),
        ],
        answered: [
            lambda: question_steps.ask_next(answered, **by_asker, addressees=[]),
            lambda: question_steps.judge(answered, **by_asker, verdict="no"),
            lambda: question_steps.close(answered, **by_asker),
            lambda: question_steps.close_as_duplicate(answered, waiting, **by_moderator),
            lambda: question_steps.note_letter(answered.addressees.get(), **by_moderator),
        ],
        advice: [
            lambda: steps.approve(advice, **by_moderator),
            lambda: steps.refuse(advice, **by_moderator, reason="No."),
        ],
        standing: [
            lambda: advice_steps.confirm(standing, **by_asker),
            lambda: advice_steps.put_english(standing, by=asker.user, english="Buy our lamps."),
        ],
        offer: [
            lambda: steps.approve(offer, **by_moderator),
            lambda: steps.refuse(offer, **by_moderator, reason="No."),
            lambda: cooperation_steps.take_back(offer, **by_asker),
        ],
        disputed: [
            lambda: adoption_steps.decide_dispute(
                disputed, **by_moderator, decision="It is so.", stays=True
            )
        ],
        draft: [
            lambda: cooperation_steps.publish(draft, **by_asker),
            lambda: cooperation_steps.take_back(draft, **by_asker),
            lambda: cooperation_steps.change(draft, **by_asker, data={}, shown=shown),
            lambda: cooperation_steps.close(draft, **by_asker),
        ],
    }
    for row in steps_of:
        steps.remove(row, by=moderator, reason="Insulting")
    before = Notice.objects.count(), Event.objects.count()
    for row, tried in steps_of.items():
        for step in tried:
            with pytest.raises(StepRefused, match="has removed this entry"):
                step()
        state = row.state
        row.refresh_from_db()
        assert row.state == state
    assert (Notice.objects.count(), Event.objects.count()) == before
    assert not asked.user.notices.exists()
