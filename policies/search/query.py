"""Questions to the index and their answers: cases for words, meaning and facets, with counts."""

import logging
from dataclasses import replace

from policies.content.facets import FACETS

from . import index, meaning, spelling, text, variants
from .highlight import highlight
from .meaning import ENGLISH, Meaning
from .place_words import places_among
from .questions import SORTS, Answer, Question
from .ranking import Search
from .similar import similar
from .suggest import Suggestion, matching_pages, suggest
from .understanding import Understood, understand

__all__ = [
    "SORTS",
    "Answer",
    "Question",
    "Suggestion",
    "ask",
    "highlight",
    "matching_pages",
    "similar",
    "suggest",
    "total_of",
]

logger = logging.getLogger(__name__)

UNAVAILABLE = Answer(0, [], {facet.name: {} for facet in FACETS}, available=False)


def ask(question):
    """Return the answer to a question; never raises, whatever a person typed.

    Without a readable index ``available`` is false, and a repair is tried.
    """
    reader = index.reader()
    if reader is None:
        index.repair()
        reader = index.reader()
    if reader is None:
        return UNAVAILABLE
    try:
        with index.engine_errors():
            return _answer(reader, question)
    except index.IndexDamaged:
        logger.exception("The search index cannot be read")
        index.repair(rebuild=True)
        return UNAVAILABLE


def total_of(question, **changes):
    """Return how many cases a question finds, with some of it changed; 0 without a readable index."""
    reader = index.reader()
    if reader is None:
        return 0
    try:
        with index.engine_errors():
            return _search(reader, replace(question, **changes))[0].total
    except index.IndexDamaged:
        logger.exception("The search index cannot be read")
        return 0


def _answer(reader, question):
    search, corrected = _search(reader, question)
    return replace(search.answer(), corrected=corrected)


def _search(reader, question):
    """Return the search that answers a question, and the words in it where typos were corrected."""
    if not question.words.strip():
        return Search(reader, question, Understood(), Meaning()), ""
    thesaurus = meaning.thesaurus()
    understood = understand(question.words, thesaurus.known_codes)
    near, places = Meaning(), ()
    if question.by_meaning:
        places = places_among(understood.parts)
        topic = _without(places, understood.parts, thesaurus)
        near = thesaurus.match(_tokens(topic), question.words)
    search = Search(reader, question, understood, near, places)
    if search.with_all or not search.unknown:
        return search, ""
    # Words in no case: perhaps typos of words that some case has.
    is_known = thesaurus.knows if question.by_meaning else None
    if not (search.with_some and near.language not in ("", ENGLISH)):
        parts = spelling.correct(reader.searcher, understood.parts, is_known)
        if parts != understood.parts:
            corrected = replace(understood, parts=parts)
            if question.by_meaning:
                near = thesaurus.match(_tokens(parts), corrected.words)
            second = Search(reader, question, corrected, near, places)
            if second.with_all or (second.with_some and not search.with_some):
                return second, corrected.words
    return search, ""


def _without(places, parts, thesaurus):
    """Return the parts of a question that say what it is about; all of them where places are all.

    A word that is a place, and something else in the thesaurus, may mean either: "male", "Malé".
    """
    left = set(parts)
    for place in places:
        is_plain = len(place.words) == 1
        if not (is_plain and any(map(thesaurus.knows, _tokens(place.parts)))):
            left.difference_update(place.parts)
    return [part for part in parts if part in left] or parts


def _tokens(parts):
    """Return the words of a question as the thesaurus has them."""
    found = []
    for part in parts:
        if part.excluded:
            continue
        if part.kind == "run":
            found += text.pairs(part.words[0]) or part.words
        else:
            stems = (text.stem(word) for word in part.words if word not in text.STOP_WORDS)
            found += [word for stem in stems for word in (stem, *variants.split(stem))]
    return found
