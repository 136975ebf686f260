"""What the exchange knows of a person: download, trail, and what stays when an account ends."""

import pytest
from django.urls import reverse
from django.utils import timezone

from exchange.models import (
    Addressee,
    Adoption,
    AdoptionChange,
    AdoptionIndicator,
    AdoptionReport,
    Advice,
    Cooperation,
    Flag,
    Introduction,
    Question,
)
from exchange.steps import adoptions, introductions, moderation
from exchange.steps import advice as advice_steps
from exchange.steps import questions as question_steps
from exchange.steps.personal_data import NOTES
from members.models import Event, Notice, User
from members.record.people import data_of, delete_account
from members.teams import memberships, merging
from tests.exchange.factories import (
    AddresseeFactory,
    AdoptionFactory,
    AdoptionReportFactory,
    AdviceFactory,
    CooperationFactory,
    IntroductionFactory,
    QuestionFactory,
)
from tests.factories import LiveRevisionFactory, MemberFactory, MembershipFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria():
    """Somebody who did one of everything."""
    membership = MembershipFactory(member__name="Iloilo City", user__name="Maria Santos")
    user, member = membership.user, membership.member
    mine = {"author": user, "member": member}
    question = QuestionFactory(**mine, background="Write to me, Maria Santos.")
    AdviceFactory(**mine, text="Maria Santos says: plan the cleaning too, from the start.")
    AdviceFactory(question=question, text="Dear Maria Santos, it takes six people all year.")
    AdoptionReportFactory(adoption=AdoptionFactory(**mine), by=user)
    CooperationFactory(**mine)
    IntroductionFactory(from_user=user, from_member=member)
    addressee = AddresseeFactory(member=member)
    question_steps.take(addressee, by=user)
    moderation.flag(AdviceFactory(), by=user, reason="wrong", text="It is half.")
    return user


def test_the_download_has_all_that_a_person_wrote(maria):
    found = data_of(maria)
    sizes = {
        name: len(found[name])
        for name in (
            *("questions_asked", "questions_taken", "advice_given", "adoptions_entered"),
            *("reports_on_adoptions", "needs_and_offers", "introductions_asked", "flags"),
        )
    }
    assert sizes == dict.fromkeys(sizes, 1)
    assert found["questions_asked"][0]["background"] == "Write to me, Maria Santos."
    assert found["question_begun"] == []
    # What somebody else wrote is not the person's.
    assert "six people" not in str(found["advice_given"])


def test_who_left_the_team_downloads_nothing_that_it_keeps_to_itself(maria):
    Adoption.objects.filter(author=maria).update(state="draft", kept="Written later")
    Cooperation.objects.filter(author=maria).update(state="draft", text="Written later")
    names = ("adoptions_entered", "needs_and_offers", "questions_asked", "advice_given")
    for model in (Question, Advice):
        model.objects.filter(author=maria).update(visibility="network", english="Written later")
    assert all("Written later" in str(data_of(maria)[name]) for name in names)
    memberships.leave(maria.memberships.get(), maria)
    assert [[set(row) for row in data_of(maria)[name]] for name in names] == (
        [[{"member__name", "created_at"}]] * 4
    )


@pytest.mark.parametrize("visibility", ["public", "network"])
def test_download_tells_how_a_question_went_on_to_its_team_alone(visibility):
    place = MembershipFactory(member__name="Iloilo City")
    question = QuestionFactory(visibility=visibility, title="Who runs the ferries?")
    AddresseeFactory(question=question, member=place.member, taken_by=place.user)
    (told,) = data_of(place.user)["questions_taken"]
    assert (told["question__title"], told["state"]) == ("Who runs the ferries?", "asked")
    memberships.leave(place, place.user)
    assert data_of(place.user)["questions_taken"] == [
        {"member__name": "Iloilo City", "taken_at": None}
    ]


def test_entries_stay_without_the_name_of_who_wrote_them(maria):
    """Sentence 30: deleting an account leaves texts without the person's name."""
    delete_account(maria)
    assert not User.objects.filter(pk=maria.pk).exists()
    label = "Former colleague of Iloilo City"
    for model in (Question, Advice, Adoption, Cooperation):
        assert model.objects.filter(author=None, author_name=label).count() == 1, model
    texts = [
        *Question.objects.values_list("title", "background"),
        *Advice.objects.values_list("text", "english"),
    ]
    assert "Maria" not in str(texts)
    assert "plan the cleaning too" in str(texts)
    assert not Introduction.objects.exists()
    assert Flag.objects.get().by is None
    assert "Maria" not in str(list(Event.objects.values_list("actor_name", "subject", "reason")))
    assert set(
        Event.objects.filter(subject_type__startswith="exchange.").values_list(
            "actor_name", flat=True
        )
    ) == {"Former colleague"}


def test_notices_of_what_the_person_took_part_in_lose_the_name(maria):
    StaffFactory(groups=["Moderators"])
    leader = MembershipFactory(member=maria.memberships.get().member, role="coordinator").user
    other = MembershipFactory()
    AdviceFactory(author=other.user, member=other.member)
    thanks = {"author": other.user, "member": other.member}
    question_steps.answer(
        Question.objects.get(author=maria), **thanks, text="Dear Maria Santos, it takes six people."
    )
    moderation.flag(AdviceFactory(), by=maria, reason="wrong", text="Maria Santos: it is half.")
    moderation.flag(AdviceFactory(), by=other.user, reason="wrong", text="Maria Santos wrote it.")
    delete_account(maria)
    answered = leader.notices.get(kind="question-answered").context
    assert answered["message"] == "Dear Former colleague, it takes six people."
    flagged = Notice.objects.filter(kind="flagged").order_by("pk").values_list("context", flat=True)
    assert [facts["note"] for facts in flagged] == [
        "Former colleague: it is half.",
        # It may be about somebody else of that name.
        "Maria Santos wrote it.",
    ]


def test_what_was_noted_on_entries_loses_the_name_of_who_wrote_or_decided_on_them():
    official = MembershipFactory(user__name="Maria Santos")
    of_secretariat = StaffFactory(is_superuser=True, name="Kim Minji")
    other = StaffFactory(is_superuser=True)
    mine = {"author": official.user, "member": official.member}
    # Both who wrote the entries and who decided on them are named by somebody else.
    why = "Maria Santos names a company, says Kim Minji."
    asked, advised = QuestionFactory(**mine), AdviceFactory(**mine, state="checking")
    offer, adopted = CooperationFactory(**mine), AdoptionFactory(**mine, disputed_at=timezone.now())
    moderation.remove(asked, by=of_secretariat, reason=why)
    moderation.restore(asked, by=other, reason=why)
    moderation.remove(asked, by=other, reason=why)
    moderation.refuse(advised, by=of_secretariat, reason=why)
    moderation.remove(offer, by=of_secretariat, reason=why)
    adoptions.decide_dispute(adopted, by=of_secretariat, stays=False, decision=why)
    AdoptionReportFactory(adoption=adopted, text=why)
    AddresseeFactory(question=asked, reason=why, declined_text=why)
    IntroductionFactory(cooperation=offer, text=why)
    flags = {"subject_type": "exchange.cooperation", "reason": "wrong"}
    Flag.objects.create(subject_id=offer.pk, text=why, **flags)
    # Elsewhere the same words are about somebody else.
    apart = QuestionFactory(removed_reason=why)
    Flag.objects.create(subject_id=offer.pk + 1, text=why, **flags)
    for person in (official.user, of_secretariat):
        delete_account(person)
    written = [
        *(row for model, names in NOTES.items() for row in model.objects.values(*names)),
        *AdoptionReport.objects.values("text"),
        *Addressee.objects.values("reason", "declined_text"),
        *Introduction.objects.values("text"),
        *Flag.objects.values("text"),
    ]
    named = [text for row in written for text in row.values() if "Maria" in text]
    assert named == [why, why]
    apart.refresh_from_db()
    assert apart.removed_reason == why
    decided = [text for row in written[:5] for text in row.values() if text and text != why]
    assert len(decided) == 5
    assert "Kim Minji" not in str(decided)
    assert "company" in str(decided)
    assert not Event.objects.filter(reason__regex="Maria|Kim").exists()


def test_texts_that_a_colleague_had_begun_lose_the_name_of_who_wrote_in_them():
    place = MembershipFactory(user__name="Maria Santos", member__name="Iloilo City")
    maria, words = place.user, "Ask Maria Santos."
    ours = {"member": place.member, "author": MembershipFactory(member=place.member).user}
    # In the own city's entries, on the adoption of its policy by another, and where nobody wrote.
    adopted, offered = AdoptionFactory(**ours), CooperationFactory(**ours, state="draft")
    asked = QuestionFactory(**ours, language="tl", state="checking")
    facts = {name: getattr(adopted, name) for name in adoptions.EDITABLE} | {"kept": words}
    change = {"aspect": "scale", "kind": "smaller", "what": words}
    adoptions.edit(
        *(adopted,), by=maria, facts=facts, changes=[change], shown=adoptions.as_shown(adopted)
    )
    told = {"date": "2026-03", "text": words}
    adoptions.report(adopted, by=maria, facts=told, indicators=[{"name": words, "unit": words}])
    # What is no one's to read yet is changed without a record.
    Cooperation.objects.filter(pk=offered.pk).update(limit=words, text=words)
    advice_steps.put_english(asked, by=maria, english=words)
    of_ours = AdoptionFactory(case=LiveRevisionFactory(case__member=place.member).case, kept=words)
    adopter = MembershipFactory(member=of_ours.member).user
    adoptions.dispute(of_ours, by=maria, note=words)
    flagged = CooperationFactory(limit=words)
    moderation.flag(flagged, by=maria, reason="wrong")
    delete_account(maria)
    for entry in (adopted, offered, asked, of_ours, flagged):
        entry.refresh_from_db()
    left = "Ask Former colleague of Iloilo City."
    assert [adopted.kept, offered.limit, offered.text, asked.english] == [left] * 4
    assert AdoptionChange.objects.get().what == left
    indicator, report = AdoptionIndicator.objects.get(), AdoptionReport.objects.get()
    notice = adopter.notices.get().context["note"]
    noted = [indicator.name, indicator.unit, report.text, of_ours.origin_note, notice]
    assert noted == ["Ask Former colleague."] * 5
    # Whoever notes something on an entry, or flags it, changes no other word of another city.
    assert [of_ours.kept, flagged.limit] == [words] * 2


def test_note_on_an_introduction_loses_the_name_of_who_decided():
    leader = MembershipFactory(role="coordinator", user__name="Maria Santos").user
    asked = IntroductionFactory(cooperation__member=leader.memberships.get().member)
    introductions.decline(asked, by=leader, note="Not this year. Maria Santos")
    delete_account(leader)
    asked.refresh_from_db()
    assert asked.decision_note == "Not this year. Former colleague"


def test_what_the_secretariat_passed_on_names_nobody_of_it():
    moderator = StaffFactory(groups=["Moderators"], name="Kim Minsu")
    advice = AdviceFactory(author=moderator, passed_on=True, source="E-mail of 3 December 2026")
    claimed = AdoptionFactory(author=moderator, provenance="city")
    # Who asks to join a team, and takes that back or not, is in none.
    asked = CooperationFactory(author=moderator)
    taken_back = memberships.request_membership(moderator, claimed.member)
    memberships.leave(taken_back, moderator)
    memberships.request_membership(moderator, asked.member)
    # Who was in a team wrote for it, moderator or not.
    left = MembershipFactory(user=moderator, status="requested")
    memberships.approve(left, StaffFactory(is_superuser=True))
    memberships.leave(left, moderator)
    own = QuestionFactory(author=moderator, member=left.member)
    delete_account(moderator)
    for entry in (advice, claimed, asked):
        entry.refresh_from_db()
        assert entry.author_name == "Former moderator"
    own.refresh_from_db()
    assert own.author_name == f"Former colleague of {left.member}"


def test_the_secretariat_reads_what_a_person_wrote(administrator_client, maria):
    page = administrator_client.get(reverse("admin:members_user_trail", args=[maria.pk]))
    shown = page.content.decode()
    for words in ("How many people run the night buses?", "See our night buses at work"):
        assert words in shown


def test_a_merged_member_takes_all_its_entries_along():
    moderator = StaffFactory(is_superuser=True)
    double, kept = MemberFactory(name="Iloilo"), MemberFactory(name="Iloilo City")
    rows = [
        QuestionFactory(member=double),
        AddresseeFactory(member=double),
        AdviceFactory(member=double),
        AdoptionFactory(member=double),
        CooperationFactory(member=double),
        IntroductionFactory(to_member=double, from_member=double),
    ]
    flag = Flag.objects.create(
        subject_type="exchange.advice", subject_id=1, reason="wrong", member=double
    )
    merging.merge(double, kept, by=moderator, reason="One city.")
    for row in [*rows, flag]:
        row.refresh_from_db()
    assert {row.member for row in rows[:5]} == {kept}
    assert (rows[5].from_member, rows[5].to_member, flag.member) == (kept, kept, kept)


def test_advice_follows_its_case_when_it_is_merged_or_moved(client, reference):
    live, double = LiveRevisionFactory(), LiveRevisionFactory().case
    advice = AdviceFactory(case=double)
    double.live, double.merged_into = None, live.case
    double.save()
    assert advice.get_absolute_url() in client.get(live.case.get_absolute_url()).text
    assert live.title in client.get(advice.get_absolute_url()).text
    live.case.live = None
    live.case.save()
    assert client.get(advice.get_absolute_url()).status_code == 404
