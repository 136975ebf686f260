"""Help with choosing targets: a search through all of them, and suggestions with their reasons.

Suggestions come from the words that a text shares with the wording of a target; nothing is ever
applied by itself. The wording is English, so texts in other languages get none.
"""

import math
from collections import Counter
from dataclasses import dataclass

from policies.models import Revision
from policies.search.text import STOP_WORDS, fold, split, stem
from sdg.models import Target

# Words of the resolution itself, which say nothing of what a target is about.
EMPTY_WORDS = frozenset(
    [
        "2015",
        "2020",
        "2025",
        "2030",
        "access",
        "achieve",
        "all",
        "also",
        "appropriate",
        "build",
        "country",
        "countries",
        "develop",
        "developed",
        "developing",
        "development",
        "effective",
        "end",
        "ensure",
        "global",
        "goal",
        "good",
        "have",
        "including",
        "increase",
        "international",
        "least",
        "made",
        "make",
        "measures",
        "more",
        "national",
        "need",
        "new",
        "number",
        "particular",
        "policy",
        "policies",
        "programme",
        "programmes",
        "project",
        "projects",
        "promote",
        "proportion",
        "provide",
        "reduce",
        "relevant",
        "significantly",
        "strengthen",
        "substantially",
        "support",
        "sustainable",
        "sustainability",
        "take",
        "than",
        "through",
        "towards",
        "up",
        "use",
        "used",
        "using",
        "well",
        "within",
        "world",
        "year",
        "years",
        "city",
        "cities",
        "it",
        "its",
        "not",
        "no",
        "per",
        "cent",
        "percent",
        "one",
        "two",
        "three",
        "had",
        "has",
        "been",
        "they",
        "there",
        "were",
        "who",
        "can",
        "could",
        "about",
        "only",
        "other",
        "every",
        "each",
        "under",
        "over",
        "after",
        "before",
        "between",
    ]
)
SUGGESTIONS = 6
# One shared word is chance, unless it is a rare one in the target's short label.
LEAST_SCORE = 9.0
LABEL_WEIGHT = 2.0
# How much more the texts that say what was done count.
TEXTS = (("title", 2.0), ("summary", 1.5), ("solution", 1.0), ("challenge", 1.0), ("results", 0.5))
MOST_WORDS = 6
BEGINNING = 4  # letters of a word that may be unfinished


@dataclass(frozen=True)
class Suggestion:
    """A target, and the author's own words that it shares, the most telling ones first."""

    target: Target
    words: list[str]


def all_targets():
    return Target.objects.select_related("goal")


def find(question="", goal=None, targets=None):
    """Return the targets that a person may mean, in the official order; all of a goal without
    words.

    ``question`` is a code ("11.2", "11"), or words that all occur in the wording, the label or the
    goal's title, in any form ("bus" finds "buses").
    """
    targets = list(all_targets() if targets is None else targets)
    if goal:
        targets = [target for target in targets if target.goal_id == goal]
    asked = question.strip().lower()
    if not asked:
        return targets if goal else []
    by_code = [
        target
        for target in targets
        if target.code == asked or target.code.startswith(f"{asked.rstrip('.')}.")
    ]
    if by_code:
        return by_code
    wanted = _words(asked, left_out=STOP_WORDS)
    if not wanted:
        return []
    return [
        target
        for target in targets
        if _says_all(f"{target.label} {target.text} {target.goal.title}", wanted)
    ]


def suggest(revision, targets=None):
    """Return the :class:`Suggestion` list for what was written so far, best first, without those
    chosen."""
    if revision.language != Revision.Language.ENGLISH:
        return []
    written, original = _written(revision)
    chosen = {row.target_id for row in revision.contributions.all()}
    targets = list(all_targets() if targets is None else targets)
    wordings = {target: (_stems(target.label), _stems(target.text)) for target in targets}
    spread = Counter(word for label, text in wordings.values() for word in {*label, *text})
    found = []
    for target, (label, text) in wordings.items():
        if target.code in chosen:
            continue
        shared = {
            word: written[word]
            * math.log(len(targets) / spread[word])
            * (LABEL_WEIGHT if word in label else 1)
            for word in {*label, *text} & written.keys()
        }
        telling = sorted(shared, key=lambda word: (-shared[word], word))
        score = sum(shared.values())
        if score >= LEAST_SCORE and (len(telling) > 1 or telling[0] in label):
            words = [original[word] for word in telling[:MOST_WORDS]]
            # A long wording shares words with anything.
            score /= math.sqrt(len({*label, *text}))
            found.append((score, Suggestion(target, words)))
    found.sort(key=lambda pair: (-pair[0], pair[1].target.position))
    return [suggestion for _score, suggestion in found[:SUGGESTIONS]]


def _written(revision):
    """Return the weight of each stem in a revision's texts, and the word as it was written
    first."""
    counts, original = Counter(), {}
    for name, weight in TEXTS:
        for word in _words(getattr(revision, name)):
            stemmed = stem(word)
            counts[stemmed] += weight
            original.setdefault(stemmed, word)
    # What is said ten times counts more than what is said once, but not ten times as much.
    weights = {word: 1 + math.log(count) if count > 1 else 1 for word, count in counts.items()}
    return weights, original


def _words(text, left_out=STOP_WORDS | EMPTY_WORDS):
    spaced, _runs = split(fold(text))
    return [word for word in spaced.split() if len(word) > 1 and word not in left_out]


def _stems(text):
    return {stem(word) for word in _words(text)}


def _says_all(text, wanted):
    words = _words(text, left_out=())
    stems = {stem(word) for word in words}
    return all(
        stem(word) in stems
        # Who is still typing has written the beginning of a word.
        or (len(word) >= BEGINNING and any(each.startswith(word) for each in words))
        for word in wanted
    )
