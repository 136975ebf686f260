"""Entries of the exchange, valid by themselves. Targets come from the fixture ``reference``."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from exchange.models import (
    Addressee,
    Adoption,
    AdoptionReport,
    Advice,
    Cooperation,
    Introduction,
    Question,
)
from tests.factories import LiveRevisionFactory, MemberFactory, UserFactory


class _EntryFactory(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True

    member = factory.SubFactory(MemberFactory)
    author = factory.SubFactory(UserFactory)
    author_name = factory.LazyAttribute(lambda entry: entry.author.get_full_name())

    @factory.post_generation
    def targets(self, create, codes, **kwargs):
        if codes:
            self.targets.set(codes)


class QuestionFactory(_EntryFactory):
    """An open, public question about no case; ``targets=["11.2"]`` needs ``reference``."""

    class Meta:
        model = Question
        skip_postgeneration_save = True

    topic = "manpower"
    title = "How many people run the night buses?"
    state = Question.State.OPEN
    opened_at = factory.LazyFunction(timezone.now)


class AddresseeFactory(DjangoModelFactory):
    class Meta:
        model = Addressee

    question = factory.SubFactory(QuestionFactory)
    member = factory.SubFactory(MemberFactory)


class AdviceFactory(_EntryFactory):
    """Public advice, given unasked."""

    class Meta:
        model = Advice
        skip_postgeneration_save = True

    topic = "budget"
    text = "Ask for the cost of cleaning too: it was a third of the whole."
    state = Advice.State.PUBLISHED


class AdoptionFactory(DjangoModelFactory):
    """A public adoption of a public case, under way."""

    class Meta:
        model = Adoption

    member = factory.SubFactory(MemberFactory)
    author = factory.SubFactory(UserFactory)
    author_name = factory.LazyAttribute(lambda entry: entry.author.get_full_name())
    case = factory.LazyFunction(lambda: LiveRevisionFactory().case)
    revision = factory.LazyAttribute(lambda adoption: adoption.case and adoption.case.live)
    stage = "under-way"
    state = Adoption.State.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)


class AdoptionReportFactory(DjangoModelFactory):
    class Meta:
        model = AdoptionReport

    adoption = factory.SubFactory(AdoptionFactory)
    date = "2026-03"
    stage = "under-way"
    compared = "too-early"
    text = "Two lines run; the third waits for its drivers."


class CooperationFactory(_EntryFactory):
    """An open offer for six months; ``forms=["study-visit"]`` and ``languages=["en"]`` add rows."""

    class Meta:
        model = Cooperation
        skip_postgeneration_save = True

    kind = Cooperation.Kind.OFFER
    title = "See our night buses at work"
    text = "Two days with the drivers and the control room."
    valid_until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=180))
    state = Cooperation.State.OPEN
    opened_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def forms(self, create, names, **kwargs):
        for name in names or []:
            self.forms.create(form=name)

    @factory.post_generation
    def languages(self, create, codes, **kwargs):
        for code in codes or []:
            self.languages.create(language=code)


class IntroductionFactory(DjangoModelFactory):
    """An introduction that is asked for, about an offer."""

    class Meta:
        model = Introduction

    cooperation = factory.SubFactory(CooperationFactory)
    from_user = factory.SubFactory(UserFactory)
    from_member = factory.SubFactory(MemberFactory)
    to_member = factory.LazyAttribute(lambda introduction: introduction.cooperation.member)
    text = "We plan night buses and would like to talk to your control room."
