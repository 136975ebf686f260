"""Questions to the index and their answers: cases for words and facets, with counts."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import tantivy
from django.utils.translation import gettext_lazy as _

from policies.content.facets import FACETS

from . import counting, index, schema, spelling, text
from .highlight import highlight
from .similar import similar
from .suggest import Suggestion, matching_pages, suggest

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
]

logger = logging.getLogger(__name__)

SORTS = {
    "relevance": _("Best match"),
    "newest": _("Newest"),
    "budget": _("Smallest budget"),
    "staff": _("Smallest team"),
    "duration": _("Shortest"),
    "documented": _("Best documented"),
}
_SORT_FIELDS = {
    "newest": "by_newest",
    "budget": "by_smallest",
    "staff": "by_team",
    "duration": "by_shortest",
    "documented": "by_documented",
}
# What one unit of a range is in the index: cents, tenths of a person, years.
_UNITS = {"budget": 100, "staff": 10, "start": 1}
_LARGEST = 2**63

Must, Should, MustNot = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


@dataclass(frozen=True)
class Question:
    """What a person wants to find. ``ranges`` are inclusive, either end may be None."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple] = field(default_factory=dict)
    sort: str = "newest"
    offset: int = 0
    limit: int | None = 20  # None: all


@dataclass(frozen=True)
class Answer:
    """Keys of revisions in order, and for each facet how many cases each value would find.

    ``corrected`` are the words that were searched instead, where typos were corrected.
    """

    total: int
    ids: list[int]
    counts: dict[str, dict[str, int]]
    corrected: str = ""
    available: bool = True


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


def _answer(reader, question):
    parts = text.parse(question.words)
    answer = _search(reader, question, parts)
    if answer.total or not parts:
        return answer
    corrected = spelling.correct(reader.searcher, parts)
    if corrected == parts:
        return answer
    second = _search(reader, question, corrected)
    if not second.total:
        return answer
    return replace(second, corrected=" ".join(map(spelling.written, corrected)))


def _search(reader, question, parts):
    terms = _Terms(reader.schema)
    words = terms.words(parts)
    if question.words.strip() and not parts:
        words = [(Must, tantivy.Query.empty_query())]
    filters = {
        name: terms.any_of(name, values) for name, values in question.chosen.items() if values
    }
    ranges = [terms.between(name, *ends) for name, ends in question.ranges.items()]
    fixed = [*words, *((Must, query) for query in ranges if query is not None)]

    def narrowed(without=()):
        narrowing = [(Must, query) for name, query in filters.items() if name not in without]
        return _all_of([*fixed, *narrowing])

    total, ids = _hits(reader.searcher, question, narrowed(), terms.boosts(parts))
    return Answer(total, ids, counting.count(reader, question.chosen, narrowed))


def _all_of(clauses):
    if not any(occur == Must for occur, query in clauses):
        clauses = [(Must, tantivy.Query.all_query()), *clauses]
    return clauses[0][1] if len(clauses) == 1 else tantivy.Query.boolean_query(clauses)


def _hits(searcher, question, query, boosts):
    """Return how many documents match, and the pks of those asked for."""
    most = searcher.num_docs
    limit = most if question.limit is None else min(question.limit, most)
    offset = question.offset
    if limit < 1 or offset >= most:
        limit, offset = 1, 0
        keep = 0
    else:
        keep = limit
    order = {}
    by = _SORT_FIELDS.get(question.sort)
    if by is None and not boosts:
        by = _SORT_FIELDS["newest"]
    if by:
        order = {"order_by_field": by, "order": tantivy.Order.Asc}
    else:
        query = tantivy.Query.boolean_query([(Must, query), *((Should, boost) for boost in boosts)])
    found = searcher.search(query, limit, offset=offset, **order)
    addresses = [address for key, address in found.hits[:keep]]
    return found.count, searcher.fast_field_values("pk", addresses)


class _Terms:
    """Makes the engine's queries out of parts, values and ranges."""

    def __init__(self, fields):
        self.fields = fields

    def term(self, name, word):
        return tantivy.Query.term_query(self.fields, name, word)

    def phrase(self, name, words):
        if len(words) == 1:
            return self.term(name, words[0])
        return tantivy.Query.phrase_query(self.fields, name, list(words))

    def part(self, part):
        if part.kind == "word":
            return self.term("text", text.stem(part.words[0]))
        if part.kind == "phrase":
            return self.phrase("text", [text.stem(word) for word in part.words])
        run = part.words[0]
        return self.phrase("runs", text.pairs(run) or [run])

    def words(self, parts):
        return [(MustNot if part.excluded else Must, self.part(part)) for part in parts]

    def boosts(self, parts):
        """Return queries that rank a document higher: the words in its title or its lead."""
        boosts = []
        for part in parts:
            if part.excluded:
                continue
            for word in part.words:
                for name, weight in (("title", 5.0), ("lead", 2.0)):
                    term = self.term(name, text.stem(word))
                    boosts.append(tantivy.Query.boost_query(term, weight))
        return boosts

    def any_of(self, facet, values):
        found = [schema.term_of(facet, value) for value in values]
        query = tantivy.Query.term_set_query(
            self.fields, found[0][0], [term for _field, term in found]
        )
        return tantivy.Query.const_score_query(query, 0.0)

    def between(self, name, low, high):
        if low is None and high is None:
            return None
        low = 0 if low is None else _units(low, _UNITS[name], ROUND_CEILING)
        high = _LARGEST if high is None else _units(high, _UNITS[name], ROUND_FLOOR)
        if high < 0 or low > high:
            return tantivy.Query.empty_query()
        low, high = min(max(low, 0), _LARGEST), min(high, _LARGEST)
        kind = tantivy.FieldType.Unsigned
        query = tantivy.Query.range_query(self.fields, name, kind, low, high)
        return tantivy.Query.const_score_query(query, 0.0)


def _units(figure, factor, rounding):
    return int((Decimal(figure) * factor).to_integral_value(rounding))
