"""Why a member is proposed to be asked: the reason is public with the question."""

import pytest

from exchange.content import routing
from tests.exchange.factories import AdoptionFactory
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
