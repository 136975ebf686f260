"""From a question, in any language of the thesaurus, to the targets that come nearest to it.

A target has the words of its label, its text, and what people say for it: the terms of the thesaurus
and its labels in other languages. They are weighed as a search engine weighs words (BM25), and a term
of several words that stands in the question as a whole counts more.
"""

import math
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count

from sdg.models import Target, TargetText, Term, ThesaurusVersion

from . import files, text

NEAREST = 5
# Weight of a word by where it stands, and of a term that is there as a whole.
LABEL, WORDING, TERM, PHRASE = 3.0, 1.0, 2.0, 3.0
SATURATION = 2.0
# In a passage of sentences, unlike in a question, chance words are many: what a target says often
# counts nearly in full, and its own wording as much as a term. Found by measuring 1,500 passages.
PASSAGE_WORDING, PASSAGE_SATURATION = 2.0, 16.0
# The share of a term, by weight of its words, that has to be in the question for it to be named, and
# the share of the best score that a target needs for its cases to be found by it.
NAMED, FOUND = 0.5, 0.5
# Of a script whose pairs of characters are words or syllables that mean something, a smaller share
# will do where nothing else is found; of one whose pairs are mere letters, more than half of the
# question or of the term has to be there in pieces, without the prefixes that make nouns in Thai.
NAMED_BY_SYLLABLES = 0.25
SYLLABLES, LETTERS = frozenset(("zh", "ja", "ko")), frozenset(("th", "km"))
PIECES, SHORTEST_PIECE = 0.5, 3
_NOUNS = re.compile("(?:การ|ความ)(?=...)")
MAX_NAMED = 2
CACHE_SECONDS = 20
ENGLISH = "en"

# Languages that a script can be; one not named here is written in Latin letters.
_SCRIPTS = (
    (re.compile("[\u3040-\u30ff]"), ("ja",)),
    (re.compile("[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f]"), ("ko",)),
    (re.compile("[\u3400-\u9fff]"), ("zh", "ja")),
    (re.compile("[\u0e00-\u0e7f]"), ("th",)),
    (re.compile("[\u1780-\u17ff]"), ("km",)),
    (re.compile("[\u0d80-\u0dff]"), ("si",)),
    (re.compile("[\u0980-\u09ff]"), ("bn",)),
    (re.compile("[\u0900-\u097f]"), ("hi", "ne")),
    (re.compile("[\u0600-\u06ff]"), ("ur",)),
    (re.compile("[\u0400-\u04ff]"), ("mn",)),
)
_LATIN = (ENGLISH, "id", "vi", "fil")


@dataclass(frozen=True)
class Said:
    """A term of the thesaurus, or a label, that shares words with a question."""

    language: str
    term: str


@dataclass(frozen=True)
class Near:
    """A target near a question: its share of the best score, and what of the thesaurus led to it.

    ``label`` is that in the language of the question, where it is another than English. ``finds``
    says whether cases are found by it, besides standing higher.
    """

    code: str
    share: float
    said: tuple[Said, ...]
    label: str = ""
    finds: bool = False


@dataclass(frozen=True)
class Meaning:
    """The targets near a question, the nearest first, and the language it was read as ("" unknown);
    ``languages`` are all that it can as well be."""

    near: tuple[Near, ...] = ()
    language: str = ""
    languages: tuple[str, ...] = ()

    @property
    def finding(self):
        """The targets whose cases are found."""
        return tuple(near for near in self.near if near.finds)


class Thesaurus:
    """What is known of the targets, made for matching.

    ``targets`` are rows of (code, label, text), ``terms`` and ``labels`` of (code, language, text).
    """

    def __init__(self, targets, terms, labels):
        self.codes = [code for code, _label, _text in targets]
        self.known_codes = frozenset(self.codes)
        places = {code: place for place, code in enumerate(self.codes)}
        self._labels = {(code, language): label for code, language, label in labels}
        # Of each target word -> the terms that have it, each as (number, language, term, its words);
        # word -> (words of a term of several, its target); language -> its words.
        self._terms = [defaultdict(list) for _code in self.codes]
        self._numbers = count()
        self._phrases = defaultdict(list)
        self._vocabulary = defaultdict(set)
        self._wordings = []
        self._frequencies = [defaultdict(float) for _code in self.codes]
        # The same by what is English: "air" is water in Indonesian.
        self._in_english = [defaultdict(float) for _code in self.codes]
        for place, (_code, label, wording) in enumerate(targets):
            self._add_target(place, label, wording)
        for rows, is_term in ((terms, True), (labels, False)):
            for code, language, term in rows:
                if (place := places.get(code)) is not None:
                    self._add_term(place, language, term, is_term=is_term)
        self._weigh(self._frequencies)
        self._english = self._postings_of(self._in_english)

    def _add_target(self, place, label, wording):
        words = tokens(label)
        self._wordings.append(frozenset(tokens(wording)))
        for found in (self._frequencies[place], self._in_english[place]):
            for word in words:
                found[word] += LABEL
            for word in self._wordings[-1]:
                found[word] += WORDING
        self._vocabulary[ENGLISH].update(words, self._wordings[-1])
        self._name(place, ENGLISH, label, frozenset(words))

    def _add_term(self, place, language, term, *, is_term):
        words = tokens(term)
        if not words:
            return
        share = TERM / len(words) ** 0.5
        for word in words:
            self._frequencies[place][word] += share
            if language == ENGLISH:
                self._in_english[place][word] += share
        whole = frozenset(words)
        # Of "city-to-city" one word is left, which says something else.
        if len(whole) > 1 or len(text.fold(term).split()) == 1:
            self._name(place, language, term, whole)
        self._vocabulary[language] |= whole
        if is_term and len(whole) > 1:
            self._phrases[words[0]].append((whole, place, PHRASE * len(words) ** 0.5))

    def _name(self, place, language, term, whole):
        row = next(self._numbers), language, term, whole
        for word in whole:
            self._terms[place][word].append(row)

    def _weigh(self, frequencies):
        number = len(self.codes)
        owners = Counter(word for found in frequencies for word in found)
        self.idf = {
            word: math.log(1 + (number - n + 0.5) / (n + 0.5)) for word, n in owners.items()
        }
        self._unknown = math.log(1 + (number + 0.5) / 0.5)  # of a word that no target has
        self._postings = self._postings_of(frequencies)

    def _postings_of(self, frequencies):
        postings = defaultdict(list)
        for place, found in enumerate(frequencies):
            for word, frequency in found.items():
                weight = frequency * (SATURATION + 1) / (frequency + SATURATION)
                postings[word].append((place, self.idf[word] * weight))
        return postings

    def match(self, words, typed, limit=NEAREST):
        """Return the :class:`Meaning` of a question of these words; ``typed`` is all of it."""
        asked = frozenset(words)
        able = self._able(typed, asked)
        scores = self._scores(asked, in_english=able == (ENGLISH,))
        if not scores:
            return Meaning()
        nearest = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
        named = [self._named(place, asked, typed) for place, _score in nearest]
        if not any(named):
            named = [self._named(place, asked, typed, SYLLABLES) for place, _score in nearest]
        votes = Counter()
        for found in named:
            for share, language, _term in found:
                votes[language] += share
        languages = tuple(sorted(able, key=lambda one: -votes[one]))
        language = languages[0] if languages else ""
        best = nearest[0][1]
        near = []
        for (place, score), found in zip(nearest, named, strict=True):
            code, share = self.codes[place], score / best
            found.sort(key=lambda row: (row[1] != language, -row[0]))
            said = tuple(dict.fromkeys(Said(*row[1:]) for row in found))[:MAX_NAMED]
            label = self._labels.get((code, language), "")
            near.append(Near(code, share, said, label, bool(said) and share >= FOUND))
        return Meaning(tuple(near), language, languages)

    def _scores(self, asked, *, in_english):
        """Return {place of a target: how near it is}; words that are English count as such where the
        question is ``in_english``."""
        scores = defaultdict(float)
        for word in asked:
            is_english = in_english and word in self._vocabulary[ENGLISH]
            postings = self._english if is_english else self._postings
            for place, weight in postings.get(word, ()):
                scores[place] += weight
            for whole, place, weight in self._phrases.get(word, ()):
                if whole <= asked:
                    scores[place] += weight
        return scores

    @cached_property
    def _passage_postings(self):
        postings = defaultdict(list)
        for place, found in enumerate(self._frequencies):
            wording = self._wordings[place]
            for word, frequency in found.items():
                more = PASSAGE_WORDING - WORDING if word in wording else 0
                often = (frequency + more) / (frequency + more + PASSAGE_SATURATION)
                weight = often * (PASSAGE_SATURATION + 1)
                postings[word].append((place, self.idf[word] * weight))
        return postings

    def nearest_to_passage(self, words, limit=NEAREST):
        """Return (code, word -> its part in that) of the targets nearest to a passage, the nearest
        first.

        ``words`` are those of the passage, as :func:`tokens` returns them, with their weights.
        """
        parts = defaultdict(Counter)
        for word, times in words.items():
            for place, weight in self._passage_postings.get(word, ()):
                parts[place][word] += weight * times
            for whole, place, weight in self._phrases.get(word, ()):
                if whole <= words.keys():
                    for each in whole:
                        parts[place][each] += weight / len(whole)
        nearest = sorted(parts, key=lambda place: (-parts[place].total(), place))[:limit]
        return [(self.codes[place], parts[place]) for place in nearest]

    def _named(self, place, asked, typed, loosely=()):
        """Return (share, language, term) of each term of a target that shares most of its words with
        the question, or most of the question's with it; in the languages of ``loosely`` some do."""
        found = []
        weight = self.idf.get
        question = sum(weight(word, self._unknown) for word in asked)
        rows = {row for word in asked for row in self._terms[place].get(word, ())}
        for _number, language, term, whole in sorted(rows):
            there = sum(weight(word) for word in whole & asked)
            share = max(there / sum(map(weight, whole)), there / question)
            least = NAMED_BY_SYLLABLES if language in loosely else NAMED
            if share >= least and (language not in LETTERS or _share_pieces(typed, term)):
                found.append((share, language, term))
        return found

    def _able(self, typed, asked):
        """Return the languages that a question can be in by its script and its words, () where nothing
        tells; what can be English is."""
        candidates = languages_of_script(typed)
        known = {one: len(asked & self._vocabulary[one]) for one in candidates}
        most = max(known.values())
        able = tuple(one for one in candidates if most and known[one] == most)
        return (ENGLISH,) if ENGLISH in able else able

    def knows(self, word):
        """Return whether a word, as :func:`tokens` returns them, stands in any term, label or text."""
        return word in self.idf


def _share_pieces(typed, term):
    """Return whether pieces of one text that stand in the other make up more than half of the shorter."""
    typed, term = ("".join(_NOUNS.sub("", text.fold(each)).split()) for each in (typed, term))
    shared = start = 0
    while start < len(typed):
        stop = start
        while stop < len(typed) and typed[start : stop + 1] in term:
            stop += 1
        if stop - start >= SHORTEST_PIECE:
            shared += stop - start
        start = max(stop, start + 1)
    return shared > PIECES * min(len(typed), len(term))


def languages_of_script(typed):
    """Return the languages of the thesaurus that something typed can be in by its script."""
    return next((languages for script, languages in _SCRIPTS if script.search(typed)), _LATIN)


def tokens(phrase):
    """Return the words by which a phrase is matched: stems, and pairs of letters of unspaced scripts."""
    spaced, runs = text.split(text.fold(phrase))
    return [word for word in text.stems(spaced.split()) if word not in text.STOP_WORDS] + [
        pair for run in runs for pair in text.pairs(run) or [run]
    ]


def read(words, typed):
    """Return the :class:`Meaning` of a question by the thesaurus as it is now."""
    return thesaurus().match(words, typed)


_checked = {}  # folder of the index -> (when the stamp was read, the stamp)
MAX_CHECKED = 50


def thesaurus():
    """Return the thesaurus; a change is seen after ``CACHE_SECONDS``."""
    key = str(files.root())
    checked = _checked.get(key)
    if checked is None or time.monotonic() - checked[0] > CACHE_SECONDS:
        if len(_checked) > MAX_CHECKED:
            _checked.clear()
        _checked[key] = checked = (time.monotonic(), _stamp())
    return _made(checked[1])


def _stamp():
    # Where there is no thesaurus yet the targets alone are matched.
    return ThesaurusVersion.current() or str(Target.objects.count())


@lru_cache(maxsize=4)
def _made(_stamp):
    targets = list(Target.objects.order_by("position").values_list("code", "label", "text"))
    terms = Term.objects.in_use().order_by("pk").values_list("target_id", "language", "text")
    labels = TargetText.objects.order_by("pk").values_list("target_id", "language", "label")
    return Thesaurus(targets, list(terms), list(labels))
