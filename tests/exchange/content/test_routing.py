"""Why a member is proposed to be asked: the reason is public with the question."""

from importlib import import_module

import pytest
from django.apps import apps

from exchange.content import routing
from tests.exchange.factories import AdoptionFactory, QuestionFactory
from tests.factories import LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db


def test_only_an_adoption_that_everybody_reads_is_a_reason():
    case = LiveRevisionFactory().case
    merged = LiveRevisionFactory(case__merged_into=case).case
    stages = ["considering", "preparing", "under-way", "in-operation", "stopped", "decided-against"]
    for stage in stages:
        AdoptionFactory(case=case, stage=stage, member__name=stage)
    AdoptionFactory(case=merged, member__name="of what was merged")
    AdoptionFactory(case=case, state="draft", member__name="a draft")
    proposed = routing.propose(MemberFactory(), case=case, limit=20)
    assert {each.member.name: each.why for each in proposed if not each.is_fixed} == dict.fromkeys(
        ["preparing", "under-way", "in-operation", "stopped", "of what was merged"],
        "Adopts this policy.",
    )


def test_reasons_of_before_lose_titles_and_what_only_the_network_reads():
    case = LiveRevisionFactory().case
    taken, considers = (AdoptionFactory(case=case, stage=stage) for stage in ("", "considering"))
    question = QuestionFactory(case=case)
    rows = [
        (taken, "Has a case on 11.2: Night: buses. Adopts this policy."),
        (taken, "Offers to answer questions on 11.2 until 1 May 2027. Has a case on 11.b: Fares."),
        (considers, "Adopts this policy."),
        (considers, "Asked on 11.2: it knows."),
        (considers, "Has a case on 11.2: Trams"),
    ]
    for adoption, reason in rows:
        question.addressees.create(member=adoption.member, reason=reason)
    migration = import_module("exchange.migrations.0006_reasons_without_titles")
    for _twice in range(2):
        migration.forget_titles(apps, None)
        assert list(question.addressees.order_by("pk").values_list("reason", flat=True)) == [
            "Has a case on 11.2. Adopts this policy.",
            "Offers to answer questions on 11.2 until 1 May 2027. Has a case on 11.b.",
            "",
            "Asked on 11.2: it knows.",
            "Has a case on 11.2.",
        ]
