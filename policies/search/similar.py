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
    """Return pks of the live revisions most like this one by text, targets and themes.

    Revisions of the same case are left out; [] where there is nothing alike or no index.
    """
    reader = index.reader()
    if reader is None or limit < 1:
        return []
    try:
        with index.engine_errors():
            return _similar(reader, revision, limit)
    except index.IndexDamaged:
        logger.exception("The search index cannot be read")
        return []


def _similar(reader, revision, limit):
    query = tantivy.Query
    words = " ".join(getattr(revision, name) for name in ("title", "summary", *schema.SECTIONS))
    words = " ".join(text.stems(text.split(text.fold(words))[0].split()))
    alike = [
        query.more_like_this_document_fields_query(
            reader.schema,
            {"text": [words]},
            min_doc_frequency=2,
            max_doc_frequency=max(2, reader.searcher.num_docs // 3),
            min_term_frequency=1,
            max_query_terms=MAX_TERMS,
            min_word_length=3,
        )
    ]
    alike += [
        _shares(reader, "target", row.target_id, TARGET_WEIGHT)
        for row in revision.contributions.all()
    ]
    alike += [
        _shares(reader, "theme", row.theme.slug, THEME_WEIGHT) for row in revision.theme_rows.all()
    ]
    own = query.term_query(reader.schema, "case", revision.case_id)
    clauses = [(tantivy.Occur.Should, one) for one in alike] + [(tantivy.Occur.MustNot, own)]
    hits = reader.searcher.search(query.boolean_query(clauses), limit, count=False).hits
    return reader.searcher.fast_field_values("pk", [address for score, address in hits])


def _shares(reader, facet, value, weight):
    """Return a query for the cases with this value; a rarer value counts more."""
    term = tantivy.Query.term_query(reader.schema, *schema.term_of(facet, value))
    return tantivy.Query.boost_query(term, weight)
