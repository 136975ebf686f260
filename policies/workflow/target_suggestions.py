"""Help with choosing targets: a search through all of them, and suggestions with their reasons.

Both know a target by its wording, our labels of it and the words that people use for it, in every
language of the thesaurus. Nothing is ever applied by itself.
"""

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from policies.search import meaning
from policies.search.text import STOP_WORDS, UNSPACED, fold, pairs, split, stem
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
        "am",
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
        "less",
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
        "we",
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
        "our",
        "over",
        "after",
        "before",
        "between",
    ]
)
EMPTY_STEMS = frozenset(map(stem, EMPTY_WORDS | STOP_WORDS))
SUGGESTIONS = 5
# How much more the texts that say what was done count.
TEXTS = (("title", 2.0), ("summary", 1.5), ("solution", 1.0), ("challenge", 1.0), ("results", 0.5))
MOST_WORDS = 6  # that are shown with a suggestion
# Targets with less than this share of the score of the nearest are not suggested.
LEAST_SHARE = 0.3
# Words that tell less than this share of what the best one tells are not shown.
LEAST_TELLING = 0.2
# Two letters of a script whose letters are sounds are no word.
SHORTEST_STRETCH = 3
LETTERS_OF_SOUNDS = re.compile("[\u0e00-\u109f\u1780-\u17ff]")
NEAREST = 10  # that a search finds by the thesaurus
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
    goal's title, in any form ("bus" finds "buses"). Where no target has them all, those follow that
    are nearest by the thesaurus, in any of its languages, the nearest first.
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
        return _nearest(question, targets)
    found = [
        target
        for target in targets
        if _says_all(f"{target.label} {target.text} {target.goal.title}", wanted)
    ]
    return found or _nearest(question, targets)


def _nearest(question, targets):
    """Return those of ``targets`` that are nearest to a question by what people say for them."""
    by_code = {target.code: target for target in targets}
    words = [word for word in meaning.tokens(question) if len(word) > 1 or not word.isascii()]
    near = meaning.thesaurus().match(words, question, limit=NEAREST).near
    return [by_code[each.code] for each in near if each.said and each.code in by_code]


def suggest(revision, targets=None):
    """Return the :class:`Suggestion` list for what was written so far, best first, without those
    chosen. Empty only where no word that was written stands in any label, text or term."""
    written = _Written(revision)
    chosen = {row.target_id for row in revision.contributions.all()}
    by_code = {target.code: target for target in (all_targets() if targets is None else targets)}
    nearest = meaning.thesaurus().nearest_to_passage(
        written.weights, limit=SUGGESTIONS + len(chosen)
    )
    found = [
        Suggestion(by_code[code], written.words(parts))
        for code, parts in nearest
        if code in by_code
        and code not in chosen
        and parts.total() >= LEAST_SHARE * nearest[0][1].total()
    ]
    # Without a word of the author's it would be a guess.
    return [suggestion for suggestion in found if suggestion.words][:SUGGESTIONS]


class _Written:
    """What an author wrote: the weight of each word, and the words as they were written.

    Words are those of ``meaning.tokens``: stems, and pairs of letters of scripts without blanks
    between words.
    """

    def __init__(self, revision):
        counts = Counter()
        # A piece as written -> what it is for the search; the order is that of the texts.
        self._pieces = {}
        for name, weight in TEXTS:
            for piece in unicodedata.normalize("NFC", getattr(revision, name)).split():
                if piece not in self._pieces:
                    self._pieces[piece] = meaning.tokens(piece)
                for word in self._pieces[piece]:
                    counts[word] += weight
        # What is said ten times counts more than what is said once, but not ten times as much.
        weights = {word: 1 + math.log(max(count, 1)) for word, count in counts.items()}
        telling = {word: weight for word, weight in weights.items() if word not in EMPTY_STEMS}
        thesaurus = meaning.thesaurus()
        # Little is better than nothing: a sentence of empty words only gets suggestions by these.
        self.weights = telling if any(map(thesaurus.knows, telling)) else weights

    def words(self, parts):
        """Return the author's own words among ``parts`` (word -> weight), the most telling first."""
        found, shown = Counter(), {}
        for piece, words in self._pieces.items():
            if parts.keys().isdisjoint(words):
                continue
            for written, weight in _shared(piece, parts):
                plain = fold(written)
                shown.setdefault(plain, written)
                found[plain] = max(found[plain], weight)
        best = max(found.values(), default=0)
        return [
            shown[plain]
            for plain, weight in found.most_common(MOST_WORDS)
            if weight >= LEAST_TELLING * best
        ]


def _shared(piece, parts):
    """Yield (what of a piece without blanks is among ``parts``, its weight), as it was written."""
    folded, origin = "", []
    for place, letter in enumerate(piece):
        plain = fold(letter)
        folded += plain
        origin += [place] * len(plain)

    def written(start, end):
        last = origin[end - 1] + 1
        # Marks that the search does not look at belong to the letter before them.
        while last < len(piece) and (
            last not in origin and unicodedata.category(piece[last])[0] == "M"
        ):
            last += 1
        return piece[origin[start] : last]

    for run in UNSPACED.finditer(folded):
        for start, end in _stretches(run[0], parts):
            if end - start < SHORTEST_STRETCH and LETTERS_OF_SOUNDS.match(run[0][start:]):
                continue
            weight = sum(parts[pair] for pair in pairs(run[0][start:end]) or [run[0]])
            yield written(run.start() + start, run.start() + end), weight
    start = 0
    for word in UNSPACED.sub(lambda run: " " * len(run[0]), folded).split(" "):
        for token in meaning.tokens(word):
            if token in parts:
                yield written(start, start + len(word)), parts[token]
        start += len(word) + 1


def _stretches(run, parts):
    """Yield (start, end) of the longest stretches of a run whose pairs of letters are all in
    ``parts``."""
    if len(run) == 1:
        if run in parts:
            yield 0, 1
        return
    start = None
    for place, pair in enumerate([*pairs(run), ""]):
        if pair in parts:
            start = place if start is None else start
        elif start is not None:
            yield start, place + 1
            start = None


def _words(text, left_out):
    spaced, _runs = split(fold(text))
    return [word for word in spaced.split() if len(word) > 1 and word not in left_out]


def _says_all(text, wanted):
    words = _words(text, left_out=())
    stems = {stem(word) for word in words}
    return all(
        stem(word) in stems
        # Who is still typing has written the beginning of a word.
        or (len(word) >= BEGINNING and any(each.startswith(word) for each in words))
        for word in wanted
    )
