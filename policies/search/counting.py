"""Counts of every facet, from few passes over the matching documents."""

from collections import defaultdict

from ..facets import FACETS
from . import schema

SLOTTED = ("goal", "target")
BUCKETS = 50_000  # distinct cells of a column; members have by far the most


def count(reader, chosen, narrowed):
    """Facet -> value -> how many cases match.

    ``narrowed(without)`` gives the query without the choices in the named facets: a facet's own
    choice does not narrow its own counts.
    """
    chosen = {name: frozenset(values) for name, values in chosen.items() if values}
    if "cells" not in reader.kept:
        reader.kept["cells"] = _cells(reader)
    cells, slots = reader.kept["cells"]
    counts = defaultdict(int)
    # The choices left out -> the columns counted without them. Most columns leave out none.
    passes = defaultdict(list)
    for column in schema.COLUMNS:
        passes[tuple(_own(column, chosen))].append(column)
    for name in SLOTTED:
        passes[(name,) if name in chosen else ()].append(name)
    for without, columns in passes.items():
        fields = {column: _fields(column) for column in columns}
        wanted = {
            name: {"terms": {"field": name, "size": BUCKETS}}
            for names in fields.values()
            for name in names
        }
        found = reader.searcher.aggregate(narrowed(without), wanted)
        for column in columns:
            buckets = [found[name]["buckets"] for name in fields[column]]
            if column in SLOTTED:
                _count_slots(buckets, column, slots, counts)
            elif without:
                _count_chosen(buckets[0], column, cells[column], chosen, counts)
            else:
                _count_cells(buckets[0], cells[column], counts)
    by_facet = {facet.name: {} for facet in FACETS}
    for (name, value), number in counts.items():
        by_facet[name][value] = number
    return by_facet


def _own(column, chosen):
    return [facet.name for facet in schema.FACETS_OF[column] if facet.name in chosen]


def _fields(column):
    return schema.SLOTS if column in SLOTTED else (f"{column}_number",)


def _cells(reader):
    """What the numbers in an open index stand for: column -> number -> ((facet, value), ...), and
    number in a slot -> (code of a target, its goal if it is the first of that goal)."""
    terms = reader.searcher.terms_with_prefix
    cells = {
        column: {
            schema.number_of(cell): _taken_apart(column, cell)
            for cell, frequency in terms(column, "")
        }
        for column in schema.COLUMNS
    }
    slots = {}
    for term, _frequency in terms("has", "target:"):
        code = term.partition(":")[2]
        if code != "none":
            slots[schema.slot_number(code, first=False)] = (code, None)
            slots[schema.slot_number(code, first=True)] = (code, code.partition(".")[0])
    return cells, slots


def _taken_apart(column, cell):
    return tuple(
        (facet.name, value)
        for facet, values in zip(schema.FACETS_OF[column], cell.split("|"), strict=True)
        for value in values.split()
    )


def _count_cells(buckets, cells, counts):
    for bucket in buckets:
        number = bucket["doc_count"]
        for pair in cells[bucket["key"]]:
            counts[pair] += number


def _count_chosen(buckets, column, cells, chosen, counts):
    """Count a column that was asked for without the choices in its own facets: each of these
    narrows the others."""
    own = _own(column, chosen)
    for bucket in buckets:
        pairs = cells[bucket["key"]]
        met = {name for name, value in pairs if name in own and value in chosen[name]}
        unmet = [name for name in own if name not in met]
        if len(unmet) > 1:
            continue
        for pair in pairs:
            if not unmet or pair[0] == unmet[0]:
                counts[pair] += bucket["doc_count"]


def _count_slots(buckets, name, slots, counts):
    for place, slot in enumerate(buckets):
        for bucket in slot:
            if bucket["key"] == schema.EMPTY_SLOT:
                if not place:
                    counts[name, "none"] += bucket["doc_count"]
                continue
            code, goal = slots[bucket["key"]]
            if name == "target":
                counts[name, code] += bucket["doc_count"]
            elif goal:
                counts[name, goal] += bucket["doc_count"]
