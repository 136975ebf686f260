"""Puts a question to the engine: cases with all words first, then those with some, or that serve what
the words mean."""

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property

import tantivy

from . import counting, schema, text, variants
from .questions import NO_ENDS, Answer, Reading, unknown_of
from .understanding import written

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

# Weights beside a word anywhere in a case: in what stands first of it, and of its nearest target.
HEAD_WEIGHT = 1.0
TARGET_WEIGHT = 12.0
# Where a place is named, its cases that serve what is asked stand before all others that have not all
# words, then come those of other places that serve it: more than all other weights together.
PLACE_WEIGHT, TOPIC_WEIGHT = 1000.0, 200.0
# A word in more than this share of the library tells too little to find a case by it alone.
COMMON = 0.5

Must, Should, MustNot = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


class Unit:
    """One word, run or number of a question: what matches it, and what matches some of it."""

    def __init__(self, terms, part, searcher, joined):
        word = part.words[0]
        self.written = written(part)
        self.is_common = self.is_unknown = False
        self.scores, self.head = [], None
        if part.kind == "run":
            self.whole = terms.phrase("runs", text.pairs(word) or [word])
            pieces = [
                terms.phrase("runs", text.pairs(piece) or [piece]) for piece in text.pieces(word)
            ]
            self.some = pieces or [self.whole]
            return
        stems = [text.stem(each) for each in part.words]
        self.whole = terms.phrase("text", stems)
        others = []
        if part.kind == "word":
            frequency = searcher.doc_freq("text", stems[0])
            self.is_common = frequency > COMMON * searcher.num_docs
            # The index has the joined form beside words that are written apart.
            others = [terms.term("text", text.stem(form)) for form in joined]
            self.is_unknown = not frequency and not others
            self.head = terms.term("head", stems[0])
            self.scores = [tantivy.Query.boost_query(self.head, HEAD_WEIGHT)]
        self.some = [self.whole, *others]
        if others:
            self.whole = _any(self.some)


class Search:
    """One question put to the index: who has all words, who some, and who serves what they mean."""

    def __init__(self, reader, question, understood, near, places=()):
        self.reader, self.searcher = reader, reader.searcher
        self.question, self.understood, self.meaning = question, understood, near
        self.terms = terms = Terms(reader.schema)
        parts = understood.parts
        self.units = _units(terms, parts, self.searcher)
        # Words in quotes have to be there, and targets do not stand in for them.
        self.strict = [part for part in parts if part.strict and not part.excluded]
        self.fixed = [(Must, terms.part(part)) for part in self.strict]
        self.fixed += [(MustNot, terms.part(part)) for part in parts if part.excluded]
        self.fixed += [(Must, terms.any_of(*pair)) for pair in understood.codes.items()]
        self.ranges = {
            name: terms.between(name, *ends)
            for name, ends in question.ranges.items()
            if ends != NO_ENDS
        }
        if question.of_members:
            self.fixed.append((Must, terms.any_of("member", question.of_members)))
        is_without_words = question.words.strip() and not parts and not understood.codes
        if is_without_words or question.of_members == ():
            self.fixed.append((Must, tantivy.Query.empty_query()))
        self.chosen = {name: values for name, values in question.chosen.items() if values}
        # What states none of the figures that are limited; let in, it comes last.
        self.limited = question.limited
        self.unstated = [terms.unstated(name) for name in self.limited]
        if question.with_unknown:
            for name, unstated in zip(self.limited, self.unstated, strict=True):
                if name in self.chosen:
                    self.chosen[name] = (*self.chosen[name], *unknown_of(name))
                if name in self.ranges:
                    self.ranges[name] = _any([self.ranges[name], unstated])
        self.filters = {name: terms.any_of(name, values) for name, values in self.chosen.items()}
        telling = [unit for unit in self.units if not unit.is_common] or self.units
        self.words = [query for unit in telling for query in unit.some]
        self.all_words = [(Must, unit.whole) for unit in self.units]
        self.finding = (
            [] if self.strict else [terms.serves(near.code) for near in self.meaning.finding]
        )
        self.raising = [
            terms.serves(near.code, TARGET_WEIGHT * near.share) for near in self.meaning.near
        ]
        if places and self.finding:
            served = _any(self.finding)
            there = [(Must, _any([terms.place(place) for place in places])), (Must, served)]
            self.raising += [
                tantivy.Query.const_score_query(served, TOPIC_WEIGHT),
                tantivy.Query.const_score_query(_all_of(there), PLACE_WEIGHT),
            ]
        self.has_scores = bool(self.units or self.strict or self.finding)

    @cached_property
    def with_all(self):
        """How many cases have all words."""
        return self._count(self.all_words) if self.units or self.strict else 0

    @cached_property
    def first(self):
        """The clauses of what stands first: all words. A single word of which the meaning is known has
        to stand in the head of a case, unless that serves what it means: many a text has it in
        passing."""
        head = self.units[0].head if len(self.units) == 1 else None
        if head is None or not self.finding:
            return self.all_words
        return [*self.all_words, (Must, _any([head, *self.finding]))]

    @cached_property
    def standing_first(self):
        """How many cases stand first."""
        return self.with_all if self.first is self.all_words else self._count(self.first)

    @cached_property
    def with_some(self):
        """How many have some of the words, but not all."""
        if not self.units or (len(self.units) == 1 and self.words == [self.units[0].whole]):
            return 0
        return self._count([(Must, _any(self.words))]) - self.with_all

    @property
    def unknown(self):
        """The words that no case has, each as it is searched."""
        quoted = [word for part in self.strict if part.kind != "run" for word in part.words]
        return (
            *(unit.written for unit in self.units if unit.is_unknown),
            *(word for word in quoted if not self.searcher.doc_freq("text", text.stem(word))),
        )

    @cached_property
    def found(self):
        """The clause of what is found: some of the words, or a target that they mean."""
        any_of = [*self.words, *self.finding]
        return [(Must, _any(any_of))] if any_of else []

    @cached_property
    def total(self):
        """How many cases are found."""
        if self.units and not self.finding:
            return self.with_all + self.with_some
        return self._count(self.found)

    def answer(self):
        """Return the answer, without corrections."""

        def narrowed(without=()):
            return _all_of([*self._narrowing(without), *self.found])

        with_words = self.with_all + self.with_some
        total = self.total
        ids = self._page(total)
        reading = Reading(
            understood=self.understood,
            meaning=self.meaning,
            with_all=self.with_all,
            standing_first=self.standing_first if self.units else self.with_all,
            with_some=self.with_some,
            by_target=total - with_words if self.finding else 0,
            common=tuple(unit.written for unit in self.units if unit.is_common),
            unknown=self.unknown,
        )
        if reading.by_target:
            reading = replace(reading, only_by_target=frozenset(ids) - self._with_words(ids))
        counts = counting.count(self.reader, self.chosen, narrowed)
        left_out, stated = {}, None
        if self.limited and self.question.with_unknown:
            stated = self._count([*self.found, *self._stated])
        elif self.limited:
            left_out = self._left_out()
        return Answer(total, ids, counts, reading=reading, left_out=left_out, stated=stated)

    def _left_out(self):
        """Return {figure: how many cases match but for not stating it}."""
        left_out = {}
        for name, unstated in zip(self.limited, self.unstated, strict=True):
            ranges = {other: query for other, query in self.ranges.items() if other != name}
            clauses = [*self._narrowing((name,), ranges), *self.found, (Must, unstated)]
            left_out[name] = self._number_of(clauses)
        return left_out

    @property
    def _stated(self):
        return [(MustNot, unstated) for unstated in self.unstated]

    def _narrowing(self, without=(), ranges=None):
        chosen = [(Must, query) for name, query in self.filters.items() if name not in without]
        ranges = self.ranges if ranges is None else ranges
        return [*self.fixed, *chosen, *((Must, query) for query in ranges.values())]

    def _count(self, clauses):
        return self._number_of([*self._narrowing(), *clauses])

    def _number_of(self, clauses):
        query = _all_of(clauses)
        return self.searcher.search(tantivy.Query.const_score_query(query, 1.0), 1).count

    def _page(self, total):
        """Return the keys asked for: those of cases with all words, then those of the others; where what
        states nothing is let in, all that states something first."""
        offset, limit = self.question.offset, self.question.limit
        limit = total if limit is None else min(limit, total)
        if limit < 1 or offset >= total:
            return []
        ids, left = [], total
        *tiers, last = self._tiers()
        for tier in tiers:
            number = self.standing_first if tier is self.first else self._count(tier)
            if offset < number and len(ids) < limit:
                ids += self._hits(tier, offset, min(limit - len(ids), number - offset))
            offset, left = max(offset - number, 0), left - number
        if len(ids) < limit and offset < left:
            ids += self._hits(last, offset, limit - len(ids))
        return ids

    def _tiers(self):
        """Return what comes one after the other, each as the clauses that it adds."""
        if not self.question.in_tiers:
            return [self.found]
        tiers = [self.found]
        if self.with_all and self.units:
            tiers = [self.first, [*self.found, (MustNot, _all_of(self.first))]]
        if not (self.question.with_unknown and self.limited):
            return tiers
        last = [(Must, _any(self.unstated))]
        return [[*tier, *part] for part in (self._stated, last) for tier in tiers]

    def _hits(self, clauses, offset, limit):
        clauses, order = [*self._narrowing(), *clauses], {}
        by = _SORT_FIELDS.get(self.question.sort)
        if by is None and not self.has_scores:
            by = _SORT_FIELDS["newest"]
        if by:
            order = {"order_by_field": by, "order": tantivy.Order.Asc}
        else:
            raising = [*(query for unit in self.units for query in unit.scores), *self.raising]
            clauses += [(Should, query) for query in raising]
        found = self.searcher.search(_all_of(clauses), limit, count=False, offset=offset, **order)
        return self.searcher.fast_field_values("pk", [address for _key, address in found.hits])

    def _with_words(self, keys):
        """Return those of these keys whose cases have any of the words."""
        if not self.words or not keys:
            return set()
        among = _any([tantivy.Query.term_query(self.terms.fields, "pk", key) for key in keys])
        query = tantivy.Query.boolean_query([(Must, among), (Must, _any(self.words))])
        hits = self.searcher.search(query, len(keys), count=False, order_by_field="pk").hits
        return {key for key, _address in hits}


def _any(queries):
    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(Should, query) for query in queries])


def _all_of(clauses):
    if not any(occur == Must for occur, query in clauses):
        clauses = [(Must, tantivy.Query.all_query()), *clauses]
    return clauses[0][1] if len(clauses) == 1 else tantivy.Query.boolean_query(clauses)


def _units(terms, parts, searcher):
    """Return the units of what is neither in quotes nor excluded."""
    wanted = [part for part in parts if not part.excluded and not part.strict]
    words = [part.words[0] if part.kind == "word" else "" for part in wanted]
    joined = {}
    for place, number, form in variants.joined(words):
        for at in range(place, place + number):
            joined.setdefault(at, []).append(form)
    return [Unit(terms, part, searcher, joined.get(place, ())) for place, part in enumerate(wanted)]


class Terms:
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

    def place(self, place):
        """Return the query for the cases with a name of a place."""
        if place.run:
            return self.phrase("runs", text.pairs(place.run))
        return _all_of([(Must, self.term("text", text.stem(word))) for word in place.words])

    def serves(self, code, weight=0.0):
        """Return the query for the cases that serve a target."""
        term = self.term(*schema.term_of("target", code))
        return tantivy.Query.const_score_query(term, weight)

    def any_of(self, facet, values):
        found = [schema.term_of(facet, value) for value in values]
        query = tantivy.Query.term_set_query(
            self.fields, found[0][0], [term for _field, term in found]
        )
        return tantivy.Query.const_score_query(query, 0.0)

    def unstated(self, figure):
        """Return the query for the cases that do not state a figure."""
        found = [self.term("has", f"{figure}:{value}") for value in unknown_of(figure)]
        return tantivy.Query.const_score_query(_any(found), 0.0)

    def between(self, name, low, high):
        low = 0 if low is None else _in_units(low, _UNITS[name], ROUND_CEILING)
        high = _LARGEST if high is None else _in_units(high, _UNITS[name], ROUND_FLOOR)
        if high < 0 or low > high:
            return tantivy.Query.empty_query()
        low, high = min(max(low, 0), _LARGEST), min(high, _LARGEST)
        kind = tantivy.FieldType.Unsigned
        query = tantivy.Query.range_query(self.fields, name, kind, low, high)
        return tantivy.Query.const_score_query(query, 0.0)


def _in_units(figure, factor, rounding):
    return int((Decimal(figure) * factor).to_integral_value(rounding))
