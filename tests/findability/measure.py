"""The figures: nDCG at 10, recall at 20, an answer among the first three, questions without one."""

import json
import math
import random
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.core.management import call_command
from django.db.models import F

from members.models import Member
from policies.content import summary
from policies.models import CaseStudy, Contribution, Revision
from policies.search import index, meaning
from policies.search.query import Question, ask
from policies.workflow import target_suggestions
from sdg.models import Target

BATCH = 500
SUGGESTED_FOR, SEED = 600, 1  # passages, taken by chance but the same each time
NDCG_AT, RECALL_AT, HIT_AT = 10, 20, 3


@dataclass(frozen=True)
class Found:
    """Means over all questions, and how many had no answer."""

    ndcg: float
    recall: float
    hit: float
    unanswered: int

    def __str__(self):
        return f"{self.ndcg:.3f} / {self.recall:.3f} / {self.hit:.2f} / {self.unanswered}"


def main(folder):
    """Print the table for the passages and questions in a folder."""
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    passages, questions = read(Path(folder))
    make_library(passages)
    suggested = suggest_targets(passages)
    say(f"{len(passages):,} passages, {len(questions)} questions")
    say("nDCG@10 / recall@20 / hit@3 / unanswered")
    for label, with_targets in (("texts alone", False), ("with targets", True)):
        if with_targets:
            add_targets(passages)
        build_index()
        for name, changes in (("words", {"by_meaning": False}), ("words and meaning", {})):
            say(f"{label + ', ' + name:<40}{measure(passages, questions, **changes)}")
    right, took = match_targets(questions)
    say(f"{'question to target in the first five':<40}{right:.3f}, {took:.2f} ms a question")
    right, silent, took = suggested
    say(
        f"{f'suggested for {SUGGESTED_FOR} passages':<40}{right:.3f} right in the first five,"
        f" {silent} without one, {took:.2f} ms a passage"
    )


def say(line):
    sys.stdout.write(f"{line}\n")


def read(folder):
    """Return {id: (text, codes of targets)} and [(question, codes)]."""
    lines = (folder / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    passages = {row["id"]: (row["text"], frozenset(row["targets"])) for row in rows}
    lines = (folder / "queries.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line.strip()]
    return passages, [(question, frozenset(codes.split(","))) for question, codes in pairs]


def make_library(passages):
    """Publish one case for each passage, its text as the solution, without targets."""
    member = Member.objects.create(name="Passages", slug="passages", country="")
    now = datetime(2020, 1, 1, tzinfo=UTC)
    for keys in batched(passages):
        CaseStudy.objects.bulk_create(
            CaseStudy(pk=key, member=member, slug=str(key), provenance="secretariat")
            for key in keys
        )
        Revision.objects.bulk_create(
            Revision(
                pk=key,
                case_id=key,
                number=1,
                state=Revision.State.PUBLISHED,
                solution=passages[key][0],
                submitted_at=now,
                decided_at=now,
                decided_by_name="Measuring",
            )
            for key in keys
        )
        CaseStudy.objects.filter(pk__in=keys).update(live=F("pk"))


def add_targets(passages):
    """Let each case serve the targets of its passage."""
    known = set(Target.objects.values_list("pk", flat=True))
    for keys in batched(passages):
        Contribution.objects.bulk_create(
            Contribution(revision_id=key, target_id=code, position=position)
            for key in keys
            for position, code in enumerate(sorted(passages[key][1] & known))
        )


def suggest_targets(passages):
    """Return the share of passages for which a right target is among the first five suggestions, for
    how many nothing is suggested, and ms for a passage; while no case names its targets yet."""
    keys = random.Random(SEED).sample(sorted(passages), SUGGESTED_FOR)
    written = Revision.objects.prefetch_related("contributions").in_bulk(keys)
    targets = list(target_suggestions.all_targets())
    right = silent = 0
    start = time.perf_counter()
    for key in keys:
        found = [each.target.code for each in target_suggestions.suggest(written[key], targets)]
        right += bool(passages[key][1].intersection(found[:5]))
        silent += not found
    took = (time.perf_counter() - start) * 1000
    return right / SUGGESTED_FOR, silent, took / SUGGESTED_FOR


def batched(passages):
    keys = list(passages)
    return [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]


def build_index():
    summary.rebuild(Revision.objects.live())
    index.sync(rebuild=True)


def measure(passages, questions, **changes):
    """Return the figures of these questions, put to the index as the search page puts them."""
    ndcg = recall = hits = unanswered = 0
    for words, codes in questions:
        answer = ask(Question(words=words, sort="relevance", limit=RECALL_AT, **changes))
        relevant = sum(bool(codes & targets) for _text, targets in passages.values())
        gains = [bool(codes & passages[key][1]) for key in answer.ids]
        best = sum(1 / math.log2(place + 2) for place in range(min(NDCG_AT, relevant)))
        found = sum(gain / math.log2(place + 2) for place, gain in enumerate(gains[:NDCG_AT]))
        ndcg += found / best if best else 0
        recall += sum(gains) / min(RECALL_AT, relevant) if relevant else 0
        hits += any(gains[:HIT_AT])
        unanswered += not answer.ids
    number = len(questions)
    return Found(ndcg / number, recall / number, hits / number, unanswered)


def match_targets(questions):
    """Return the share of questions with a right target among the nearest, and ms for a question."""
    thesaurus, right = meaning.thesaurus(), 0
    start = time.perf_counter()
    for words, codes in questions:
        near = thesaurus.match(meaning.tokens(words), words).near
        right += any(target.code in codes for target in near)
    return right / len(questions), (time.perf_counter() - start) * 1000 / len(questions)
