"""A passage that is taken out of a case, where others quote it: what follows, and what is told."""

import json

import pytest
from django.utils import timezone

from case_collections.models import Collection
from exchange.content import gaps
from exchange.steps import adoptions, questions
from members.models import Event, Notice
from members.record import audit
from policies.models import Call, CallEntry, CallMark, DeskNote, Mailing, UpdateRequest
from policies.workflow import calls, curation, removal
from portal.models import News
from seminars.models import Seminar
from tests.exchange import factories as exchange
from tests.factories import (
    LiveRevisionFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db

NAME = "Kim Minji"
SAYS = f"{NAME} has seen to the cleaning."


@pytest.fixture
def editor():
    return StaffFactory(is_superuser=True)


@pytest.fixture
def live(reference):
    """A public case whose title and address hold a name."""
    return LiveRevisionFactory(
        title=f"Buses of {NAME}", case__slug="buses-of-kim-minji", targets=["11.2"]
    )


def test_what_was_filled_in_with_the_title_follows_it(live, editor, client):
    case, owner = live.case, MembershipFactory(member=live.case.member).user
    asker, adopter = MembershipFactory(), MembershipFactory()
    for each in (asker, adopter):
        exchange.AdviceFactory(author=each.user, member=each.member)
    words = {"title": gaps.question_about("budget", live.title), "topic": "budget"}
    question = questions.ask(
        author=asker.user, member=asker.member, addressees=[], case=case, **words
    )
    former = question.get_absolute_url()
    begun = adoptions.begin(adopter.user, adopter.member, case, stage="considering", words="Yes")
    adoptions.publish(begun, by=adopter.user)
    # A former title holds nothing that has to go.
    decided = {"decided_at": timezone.now(), "decided_by_name": "Secretariat"}
    RevisionFactory(
        case=case,
        number=7,
        title="Night buses",
        state="superseded",
        submitted_at=timezone.now(),
        **decided,
    )
    former_name = f"{adopter.member}: night-buses"
    audit.record("adoption-changed", begun, by=adopter.user, called=former_name)
    day = timezone.localdate()
    call = Call.objects.create(title="Best buses", text="For 2027.", opens=day, closes=day)
    entry = calls.enter(call, case, by=owner)
    calls.decide(call, {entry.pk: {"is_shortlisted": True}}, by=editor)
    other = exchange.QuestionFactory(title=f"Has {NAME} a licence?", case=case)
    # Of another case with the same words nothing is known here.
    apart = exchange.QuestionFactory(title=f"What did “Buses of {NAME}” cost?")
    curation.take_down(case, passage=NAME, by=editor, reason="Private")
    question.refresh_from_db()
    live.refresh_from_db()
    assert question.title == gaps.question_about("budget", live.title)
    for row, title in ((other, f"Has {NAME} a licence?"), (apart, apart.title)):
        row.refresh_from_db()
        assert row.title == title
    answer = client.get(former)
    assert (answer.status_code, answer.url) == (301, question.get_absolute_url())
    kept = [f"{each.subject} {each.reason}" for each in Event.objects.all()]
    kept += [f"{json.dumps(each.context)} {each.path}" for each in Notice.objects.all()]
    assert len(kept) > 8
    assert [text for text in kept if "minji" in text.lower()] == []
    case.refresh_from_db()
    assert Event.objects.get(action="call-decided").reason == f"{case}: +"
    subject = Event.objects.get(action="adoption-published").subject
    assert subject == f"{adopter.member}: {case.slug}"
    assert Event.objects.get(action="adoption-changed").subject == former_name


def test_editor_is_told_where_else_it_stands(live, editor):
    case, colleague = live.case, MembershipFactory(member=live.case.member).user
    merged = LiveRevisionFactory(case__merged_into=case, case__live=None).case
    day = timezone.localdate()
    by = {"by": editor, "by_name": "X"}
    call = Call.objects.create(title="Best buses", text=SAYS, opens=day, closes=day)
    entry = CallEntry.objects.create(call=call, case=case, by_name="X")
    question = exchange.QuestionFactory(case=merged, background=SAYS)
    answer = exchange.AdviceFactory(question=question, text=SAYS)
    adoption = exchange.AdoptionFactory(case=case, kept=SAYS)
    offer = exchange.CooperationFactory(text=SAYS)
    offer.cases.add(case)
    seminar = Seminar.objects.create(title="Buses at night")
    seminar.items.create(title="Cleaning", speaker=NAME, case=case)
    shared = Collection.objects.create(title="Buses", visibility="link")
    shared.items.create(case=case, note=SAYS, position=1)
    CallMark.objects.create(entry=entry, criterion="clarity", remark=SAYS, **by)
    UpdateRequest.objects.create(case=case, reason=SAYS, **by)
    DeskNote.objects.create(revision=live, text=SAYS, **by)
    news = News.objects.create(title="Buses", text=SAYS, day=day)
    mailing = Mailing.objects.create(subject="Buses", text=SAYS, by_name="X")
    # What is nobody's to know, or about another case.
    mine = Collection.objects.create(title=SAYS, owner=colleague)
    mine.items.create(case=case, note=SAYS, position=1)
    removed = Collection.objects.create(title=SAYS, owner=colleague, removed_at=timezone.now())
    removed.items.create(case=case, note=SAYS, position=1)
    exchange.AdoptionFactory(case=case, kept=SAYS, state="draft")
    hidden = exchange.CooperationFactory(text=SAYS, state="draft")
    hidden.cases.add(case)
    exchange.QuestionFactory(background=SAYS)
    told = [place.split(" of ")[0] for place in removal.elsewhere(case, NAME)]
    assert len(told) == len({*told})
    assert {*told} == {
        *("Note among moderators", "Request for an update", "Mark in a call"),
        *(f"Call {call.pk}", f"Mail to people {mailing.pk}", f"News {news.pk}"),
        *(f"Question {question.pk}", f"Advice {answer.pk}", f"Adoption {adoption.pk}"),
        *(f"Need or offer {offer.pk}", f"Seminar {seminar.pk}", f"Collection {shared.pk}"),
    }
