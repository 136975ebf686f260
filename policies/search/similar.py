"""Cases like a case."""

import logging

import tantivy

from . import index, schema, text

logger = logging.getLogger(__name__)

# Weight of a shared target or theme beside the words two cases share.
TARGET_WEIGHT = 4.0
THEME_WEIGHT = 2.0
MAX_TERMS = 25


def similar(revision, limit=3):
    """Return pks of the live revisions most like this one: they serve one of its targets or have one
    of its themes, and those with more of its words come first.

    Words alone make no cases alike: two texts of a language that few others are written in share the
    words that every text of it has. Revisions of the same case are left out; [] where there is
    nothing alike or no index.
    """
    return _read(revision, limit, subject=tantivy.Occur.Must)


def with_same_words(revision, limit=3):
    """Return pks of the live revisions of other cases with the most words of this one, whatever they
    are about; for who compares the texts then."""
    return _read(revision, limit, subject=tantivy.Occur.Should)


def _read(revision, limit, subject):
    reader = index.reader()
    if reader is None or limit < 1:
        return []
    try:
        with index.engine_errors():
            return _alike(reader, revision, limit, subject)
    except index.IndexDamaged:
        logger.exception("The search index cannot be read")
        return []


def _alike(reader, revision, limit, subject):
    query = tantivy.Query
    shares = [
        _shares(reader, "target", row.target_id, TARGET_WEIGHT)
        for row in revision.contributions.all()
    ]
    shares += [
        _shares(reader, "theme", row.theme.slug, THEME_WEIGHT) for row in revision.theme_rows.all()
    ]
    any_of = query.boolean_query([(tantivy.Occur.Should, one) for one in shares])
    clauses = [
        (subject, any_of if shares else query.empty_query()),
        (tantivy.Occur.Should, _same_words(reader, revision)),
        (tantivy.Occur.MustNot, query.term_query(reader.schema, "case", revision.case_id)),
    ]
    hits = reader.searcher.search(query.boolean_query(clauses), limit, count=False).hits
    return reader.searcher.fast_field_values("pk", [address for score, address in hits])


def _same_words(reader, revision):
    """Return a query for the most telling words of a revision, in any script."""
    words = " ".join(getattr(revision, name) for name in ("title", "summary", *schema.SECTIONS))
    spaced, runs = text.split(text.fold(words))
    fields = {"text": [" ".join(text.stems(spaced.split()))]}
    if runs:
        fields["runs"] = [" ".join(pair for run in runs for pair in text.pairs(run))]
    return tantivy.Query.more_like_this_document_fields_query(
        reader.schema,
        fields,
        min_doc_frequency=2,
        max_doc_frequency=max(2, reader.searcher.num_docs // 3),
        min_term_frequency=1,
        max_query_terms=MAX_TERMS,
        min_word_length=3,
    )


def _shares(reader, facet, value, weight):
    """Return a query for the cases with this value; a rarer value counts more."""
    term = tantivy.Query.term_query(reader.schema, *schema.term_of(facet, value))
    return tantivy.Query.boost_query(term, weight)
