"""Words, phrases, exclusions, other scripts, typos and sorts."""

import datetime

import pytest
from django.utils import timezone

from policies.search import query
from policies.search.query import Question, ask
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db


def found(words="", **more):
    """Titles that a question finds, in order."""
    from policies.models import Revision

    answer = ask(Question(words=words, **more))
    titles = Revision.objects.in_bulk(answer.ids)
    return [titles[key].title for key in answer.ids]


def case(title, *, member=None, **fields):
    study = CaseStudyFactory(member=member or MemberFactory())
    return LiveRevisionFactory(case=study, title=title, **fields)


def test_words_match_with_other_endings(synced):
    case("Composting at home")
    case("Night buses")
    synced()

    assert found("composted") == ["Composting at home"]
    assert found("trams home") == []
