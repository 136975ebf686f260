"""Cases like a case."""

import pytest

from policies.models import Revision
from policies.search.similar import similar, with_same_words
from tests.policies.scripts import UNRELATED, edited

from .library import live_case

pytestmark = pytest.mark.django_db


def titles_like(revision, **more):
    revision = Revision.objects.with_content().get(pk=revision.pk)
    found = Revision.objects.in_bulk(similar(revision, **more))
    return [row.title for row in found.values()]


def test_case_with_the_same_target_is_similar_and_itself_is_not(synced, reference):
    case = live_case("Night buses", targets=["11.2"])
    live_case("Metro", targets=["11.2"], summary="Trains below the ground.")
    live_case("Reefs", targets=["14.2"], summary="Corals.")
    synced()

    assert titles_like(case) == ["Metro"]


def test_shared_words_come_first_among_those_of_the_same_subject(synced, reference):
    case = live_case("Food", themes=["solid-waste"], challenge="Kitchens throw leftovers away.")
    live_case("Bins", themes=["solid-waste"], summary="Trucks.")
    live_case("Markets", themes=["solid-waste"], challenge="Leftovers of kitchens.", summary="x")
    live_case("Reefs", themes=["transport"], challenge="Corals bleach.")
    synced()

    assert sorted(titles_like(case)) == ["Bins", "Markets"]
    assert titles_like(case, limit=1) == ["Markets"]


@pytest.mark.parametrize("language", UNRELATED)
def test_words_that_every_text_of_a_language_has_make_no_cases_alike(synced, reference, language):
    one, other = UNRELATED[language]
    case = live_case("1", challenge=one, targets=["11.2"], themes=["transport"])
    live_case("2", challenge=other, targets=["12.5"], themes=["solid-waste"])
    copied = live_case("3", challenge=edited(one), targets=["12.5"], themes=["solid-waste"])
    live_case("4", challenge="Corals bleach.", targets=["14.2"])
    synced()

    case = Revision.objects.with_content().get(pk=case.pk)
    assert similar(case) == []
    assert with_same_words(case)[0] == copied.pk


def test_most_alike_comes_first_and_no_more_than_asked_for(synced, reference):
    case = live_case("A", targets=["11.2", "11.6"], themes=["transport"])
    third = live_case("D", themes=["transport"]).pk
    first = live_case("B", targets=["11.2", "11.6"], themes=["transport"]).pk
    second = live_case("C", targets=["11.2"], themes=["transport"]).pk
    synced()
    case = Revision.objects.with_content().get(pk=case.pk)

    assert similar(case) == [first, second, third]
    assert similar(case, limit=1) == [first]
    assert similar(case, limit=0) == []


def test_other_revisions_of_the_case_are_not_similar(synced, reference):
    case = live_case("A", targets=["11.2"])
    synced()
    old = Revision.objects.with_content().get(pk=case.pk)
    old.pk = None

    assert similar(Revision.objects.with_content().get(pk=case.pk)) == []


def test_nothing_is_similar_without_an_index(reference):
    case = live_case("A", targets=["11.2"])

    assert similar(case) == []
