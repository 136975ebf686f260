"""Counts of every facet, from few passes over the matching documents.

The engine counts one number a document fastest, so most facets are counted by the number of a
cell, which stands for the values of several facets and is split here. Goals and targets, of
which a document has several in countless combinations, are counted by their terms.
"""

from collections import defaultdict

from policies.content.facets import FACETS

from . import schema

BUCKETS = 50_000  # distinct cells of a column; members have by far the most


def count(reader, chosen, narrowed):
    """Return {facet: {value: how many cases match}}.

    ``narrowed(without)`` returns the query without the choices in the named facets: a facet's own
    choice does not narrow its own counts.
    """
    chosen = {name: frozenset(values) for name, values in chosen.items() if values}
    if "cells" not in reader.cache:
        reader.cache["cells"] = _Cells(reader.searcher)
    cells = reader.cache["cells"]
    totals = [0] * len(cells.pairs)
    # The choices left out -> the columns counted without them. Most columns leave out none.
    passes = defaultdict(list)
    for column in schema.COLUMNS:
        own = tuple(facet.name for facet in schema.FACETS_OF[column] if facet.name in chosen)
        passes[own].append(column)
    for own, columns in passes.items():
        wanted = {name: {"terms": {"field": f"{name}_number", "size": BUCKETS}} for name in columns}
        found = reader.searcher.aggregate(narrowed(own), wanted)
        for column in columns:
            buckets, places = found[column]["buckets"], cells.places[column]
            if own:
                _add_chosen(
                    buckets, places, cells.pairs, {name: chosen[name] for name in own}, totals
                )
            else:
                _add(buckets, places, totals)
    counts = {facet.name: {} for facet in FACETS}
    for (name, value), total in zip(cells.pairs, totals, strict=True):
        if total:
            counts[name][value] = total
    _count_served(reader.searcher, chosen, narrowed, counts)
    return counts


class _Cells:
    """What the numbers of an open index stand for.

    ``pairs`` are all (facet, value); ``places`` are, by column and number of a cell, the positions
    in ``pairs`` of the values of the cell.
    """

    def __init__(self, searcher):
        self.pairs, self.places = [], {}
        known = {}
        for column in schema.COLUMNS:
            self.places[column] = places = {}
            for cell, _frequency in searcher.terms_with_prefix(column, ""):
                pairs = schema.split_cell(column, cell)
                places[schema.number_of(cell)] = tuple(
                    known.setdefault(pair, len(known)) for pair in pairs
                )
        self.pairs = list(known)


def _add(buckets, places, totals):
    for bucket in buckets:
        number = bucket["doc_count"]
        for place in places[bucket["key"]]:
            totals[place] += number


def _add_chosen(buckets, places, pairs, chosen, totals):
    """Add a column that was counted without the choices in its own facets: each of these narrows
    the others."""
    for bucket in buckets:
        found = [(place, *pairs[place]) for place in places[bucket["key"]]]
        met = {name for _place, name, value in found if value in chosen.get(name, ())}
        unmet = chosen.keys() - met
        if len(unmet) > 1:
            continue
        for place, name, _value in found:
            if not unmet or name in unmet:
                totals[place] += bucket["doc_count"]


def _count_served(searcher, chosen, narrowed, counts):
    names = [facet.name for facet in schema.SERVED]
    if not chosen.keys() & set(names):
        passes = [("", ())]
    else:
        passes = [(f"{name}:", (name,) if name in chosen else ()) for name in names]
    for prefix, without in passes:
        query = narrowed(without)
        for term, total in searcher.terms_with_prefix("serves", prefix, filter_query=query):
            if total:
                name, _colon, value = term.partition(":")
                counts[name][value] = total
