"""Counts of facets, compared with a plain count over all cases."""

import datetime
from collections import Counter
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from policies.content.facets import FACETS, FACETS_BY_NAME
from policies.models import FundingSource, Indicator, JointMember, Revision, Stakeholder
from policies.search.query import Question, ask
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory
from tests.sweeps import sweep

from .library import live_case

pytestmark = pytest.mark.django_db

TARGETS = ["11.1", "11.2", "11.6", "11.b", "12.5", "13.1", "17.17", "6.1"]
THEMES = ["transport", "housing", "energy"]
WORDS = ["bus", "park", "river"]

libraries = st.lists(
    st.fixed_dictionaries(
        {
            "words": st.lists(st.sampled_from(WORDS), max_size=3),
            "member": st.integers(0, 2),
            "joint": st.lists(st.integers(0, 2), max_size=2),
            "targets": st.lists(st.sampled_from(TARGETS), max_size=7, unique=True),
            "themes": st.lists(st.sampled_from(THEMES), max_size=3, unique=True),
            "stage": st.sampled_from(["", "planned", "completed"]),
            "language": st.sampled_from(["en", "ko"]),
            "budget": st.sampled_from([None, 5000, 10_000, 250_000, 10**8]),
            "staff": st.sampled_from([None, "4.9", "5", "700"]),
            "period": st.sampled_from(
                [("", ""), ("2015", ""), ("2015-01", "2015-06"), ("2001", "2009")]
            ),
            "funding": st.lists(st.sampled_from(["", "national", "own-budget"]), max_size=3),
            "stakeholders": st.lists(st.sampled_from(["", "ngo", "media"]), max_size=3),
            "reporter": st.sampled_from(["", "city", "press"]),
            "evidence": st.lists(st.sampled_from(["", "reported", "measured"]), max_size=2),
            "provenance": st.sampled_from(["city", "secretariat"]),
            "confirmed": st.booleans(),
        }
    ),
    min_size=1,
    max_size=6,
)
VALUES = {
    "goal": ["11", "12", "17", "none"],
    "target": ["11.1", "11.6", "12.5", "none"],
    "theme": ["transport", "housing", "none"],
    "subregion": ["eastern-asia", "south-eastern-asia", "none"],
    "country": ["KR", "ID"],
    "member": ["member-0", "member-1"],
    "kind": ["ngo", "local-government"],
    "population": ["under-100k", "1m-5m", "none"],
    "stage": ["planned", "completed", "none"],
    "language": ["en", "ko"],
    "budget": ["under-10k", "10k-100k", "over-100m", "none"],
    "staff": ["under-5", "5-20", "none"],
    "duration": ["6-12m", "over-5y", "none"],
    "funding": ["national", "none"],
    "stakeholder": ["ngo", "media", "none"],
    "evidence": ["reported", "none"],
    "reporter": ["city", "press", "none"],
    "provenance": ["city", "confirmed"],
}
choices = st.dictionaries(st.sampled_from(sorted(VALUES)), st.integers(1, 7), max_size=4).map(
    lambda masks: {
        name: tuple(v for bit, v in enumerate(VALUES[name]) if mask >> bit & 1)
        or (VALUES[name][0],)
        for name, mask in masks.items()
    }
)
questions = st.builds(
    lambda words, chosen, ranges: Question(
        words=words, chosen=chosen, ranges=ranges, limit=None, by_meaning=False
    ),
    st.sampled_from(["", "bus", "park river", "-bus", '"bus park"']),
    choices,
    st.sampled_from([{}, {}, {"budget": (10_000, None)}, {"start": (2002, 2015)}]),
)


def build(library):
    members = [
        MemberFactory(slug="member-0", country="KR", population=50_000),
        MemberFactory(slug="member-1", country="ID", population=2_000_000, kind="ngo"),
        MemberFactory(slug="member-2", country="", population=None),
    ]
    for row in library:
        start, end = row["period"]
        case = CaseStudyFactory(
            member=members[row["member"]],
            provenance=row["provenance"],
            confirmed_at=datetime.date(2024, 1, 1) if row["confirmed"] else None,
        )
        revision = LiveRevisionFactory(
            case=case,
            title="Title",
            summary=" ".join(row["words"]) or "nothing",
            stage=row["stage"],
            language=row["language"],
            budget_usd=row["budget"],
            staff_fte=row["staff"],
            start=start,
            end=end,
            targets=row["targets"],
            themes=row["themes"],
        )
        for model, name in ((FundingSource, "funding"), (Stakeholder, "stakeholders")):
            for kind in row[name]:
                model.objects.create(revision=revision, kind=kind, name="x")
        for evidence in row["evidence"]:
            Indicator.objects.create(
                revision=revision, evidence=evidence, reporter=row["reporter"], name="x"
            )
        for place in row["joint"]:
            JointMember.objects.create(revision=revision, member=members[place])


def telling(words, revisions):
    """Those of some words that at most half of the library has, or all where none is rarer."""
    texts = [f" {revision.summary} " for revision in revisions]
    rare = [word for word in words if 2 * sum(f" {word} " in text for text in texts) <= len(texts)]
    return rare or words


def matches_words(revision, words, revisions):
    text = f" {revision.summary} "
    if words.startswith("-"):
        return words[1:] not in text
    if words.startswith('"'):
        return f" {words.strip(chr(34))} " in text
    return any(f" {word} " in text for word in telling(words.split(), revisions)) if words else True


def matches_ranges(revision, ranges):
    numbers = {
        "budget": revision.budget_usd,
        "start": int(revision.start[:4]) if revision.start else None,
    }
    return all(
        numbers[name] is not None
        and (low is None or numbers[name] >= low)
        and (high is None or numbers[name] <= high)
        for name, (low, high) in ranges.items()
    )


def counted_plainly(question):
    """Matching keys, and counts of every facet, by looking at every live revision."""
    keys, counts = set(), {facet.name: Counter() for facet in FACETS}
    revisions = list(Revision.objects.live().with_content())
    for revision in revisions:
        if not matches_words(revision, question.words, revisions):
            continue
        if not matches_ranges(revision, question.ranges):
            continue
        failing = [
            name
            for name, values in question.chosen.items()
            if not set(values) & set(FACETS_BY_NAME[name].values(revision))
        ]
        if not failing:
            keys.add(revision.pk)
        for facet in FACETS:
            if set(failing) <= {facet.name}:
                counts[facet.name].update(facet.values(revision))
    return keys, {name: dict(counter) for name, counter in counts.items()}


@sweep(3)
@given(library=libraries, asked=st.lists(questions, min_size=3, max_size=8))
def test_answers_are_those_of_a_plain_count(reference, synced, library, asked):
    with transaction.atomic():
        build(library)
        synced()
        for question in asked:
            keys, counts = counted_plainly(question)

            answer = ask(question)

            assert set(answer.ids) == keys
            assert answer.total == len(answer.ids) == len(keys)
            assert answer.counts == counts
        transaction.set_rollback(True)


def test_choice_does_not_narrow_its_own_facet(synced, reference):
    live_case("A", targets=["11.2"], stage="planned")
    live_case("B", targets=["13.1"], stage="completed")
    synced()

    answer = ask(Question(chosen={"goal": ("11",)}))

    assert answer.counts["goal"] == {"11": 1, "13": 1}
    assert answer.counts["target"] == {"11.2": 1}
    assert answer.counts["stage"] == {"planned": 1}


def test_goal_and_target_together_find_cases_that_serve_both(synced, reference):
    both = live_case("A", targets=["11.2", "12.5"])
    live_case("B", targets=["11.2"])
    live_case("C", targets=["12.5"])
    synced()

    answer = ask(Question(chosen={"goal": ("11",), "target": ("12.5",)}))

    assert answer.ids == [both.pk]
    assert answer.counts["goal"] == {"11": 1, "12": 2}
    assert answer.counts["target"] == {"11.2": 2, "12.5": 1}


def test_goal_counts_a_case_once_however_many_targets(synced, reference):
    live_case("A", targets=["11.1", "11.2", "11.3", "11.4", "11.5", "11.6", "11.7"])
    synced()

    assert ask(Question()).counts["goal"] == {"11": 1}


def test_exact_budget_of_a_cent_is_compared_exactly(synced):
    live_case("A", budget_usd=Decimal("0.29"))
    synced()

    assert ask(Question(ranges={"budget": (Decimal("0.29"), Decimal("0.29"))})).total == 1
