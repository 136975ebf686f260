"""What is measured inside the process of one library: building, asking, drawing pages."""

import gzip
import re
import resource
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from citynet.wsgi import application
from members import traits
from policies.models import CaseStudy, Revision
from policies.search import index, meaning
from policies.search.query import Question, ask
from policies.search.schema import SECTIONS
from tests.bench import questions

CITIES = 12
WARM_UP = ("", "school", "water river")


def milliseconds(work):
    """How long ``work`` takes, and what it gives."""
    start = time.perf_counter()
    result = work()
    return (time.perf_counter() - start) * 1000, result


def pace():
    """How long this machine takes now for work that is always the same, in ms."""

    def work():
        total = 0
        for number in range(1_000_000):
            total += number
        return total

    return milliseconds(work)[0]


def summary(times):
    """Median, the 95th of a hundred, and slowest, in ms."""
    ordered = sorted(times)
    return {
        "median": statistics.median(ordered),
        "p95": ordered[int(0.95 * (len(ordered) - 1))],
        "slowest": ordered[-1],
    }


def build():
    """Build the index from the database, in a fresh process: cases a second, peak memory."""

    def show(done, of):
        if done % 10_000 == 0:
            sys.stderr.write(f"  indexed {done:,} of {of:,}\n")

    took, (added, _removed) = milliseconds(lambda: index.sync(rebuild=True, progress=show))
    sample = Revision.objects.live()[:200].values_list("title", "summary", *SECTIONS)
    return {
        "cases": added,
        "rate": added / took * 1000,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "words": statistics.mean(len(" ".join(row).split()) for row in sample),
    }


def engine():
    """Hits and all facet counts of questions that were not asked before."""
    for words in WARM_UP:
        ask(Question(words=words))
    times = {share: [] for share in questions.SHARES}
    for share, question in questions.plain():
        took, answer = milliseconds(lambda question=question: ask(question))
        if not answer.total:
            raise RuntimeError(f"Nothing found: {question}")
        times[share].append(took)
    narrowed = [
        milliseconds(lambda question=question: ask(question))[0]
        for question in questions.narrowed()
    ]
    matched = [
        milliseconds(lambda words=words: match_targets(words))[0] for words in questions.SENTENCES
    ]
    return {
        "matched": summary(matched),
        "all": summary([took for found in times.values() for took in found]),
        "narrowed": summary(narrowed),
        "shares": {str(share): statistics.median(found) for share, found in times.items()},
        # Those that PostgreSQL is asked as well: the first words of each share.
        "compared": [took for found in times.values() for took in found[:2]],
    }


def match_targets(words):
    """Return the targets near a question."""
    return meaning.thesaurus().match(meaning.tokens(words), words)


def address(question):
    pairs = [("q", question.words)]
    pairs += [(name, value) for name, values in question.chosen.items() for value in values]
    return f"/policies/?{urlencode(pairs)}"


def pages():
    """The search page as a web server asks for it: times, SQL queries and weight of a first visit."""
    for words in WARM_UP:
        get(address(Question(words=words)))
    asked = [question for _share, question in questions.plain()]
    times = [
        milliseconds(lambda question=question: get(address(question)))[0] for question in asked[1:]
    ]
    spoken = [
        milliseconds(lambda question=question: get(address(question)))[0]
        for question in questions.sentences()
    ]
    with CaptureQueriesContext(connection) as captured:
        page = get(address(asked[0]))
    return {
        "all": summary([*times, *spoken]),
        "spoken": summary(spoken),
        "queries": len(captured),
        "weight": weight(page),
    }


def estimates():
    """What it would take, and cities like one: times and SQL queries. An estimate counts no synthetic
    case, so those of this library are taken for real ones meanwhile."""
    CaseStudy.objects.update(synthetic=False)
    try:
        asked = [f"/policies/estimate/?{query}" for query in questions.estimates()]
        cities = traits.comparable().order_by("pk").values_list("slug", flat=True)[:CITIES]
        like = [f"/members/{slug}/like/" for slug in cities]
        for path in (asked[0], asked[-1], like[0]):
            get(path)
        return {"estimate": _asked_for(asked), "like": _asked_for(like)}
    finally:
        CaseStudy.objects.update(synthetic=True)


def _asked_for(paths):
    times, queries = [], []
    for path in paths:
        with CaptureQueriesContext(connection) as captured:
            times.append(milliseconds(lambda path=path: get(path))[0])
        queries.append(len(captured))
    return summary(times) | {"queries": max(queries)}


def get(path):
    """Return the page at an address, through the whole WSGI application."""
    request = RequestFactory(headers={"host": settings.ALLOWED_HOSTS[0]}).get(path)
    statuses = []
    response = application(request.environ, lambda status, _headers: statuses.append(status))
    try:
        page = b"".join(response).decode()
    finally:
        response.close()
    if statuses != ["200 OK"]:
        raise RuntimeError(f"{path} answered {statuses}")
    return page


def weight(page):
    """Kilobytes of a page with its style sheets and scripts, compressed as they are sent."""
    files = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<script[^>]* src="([^"]+)"', page)
    sent = {"html": len(gzip.compress(page.encode(), 6))}
    for style, script in files:
        name = (style or script).removeprefix(settings.STATIC_URL)
        stored = settings.STATIC_ROOT / name
        content = stored.read_bytes() if stored.exists() else finders_content(name)
        kind = "css" if style else "js"
        sent[kind] = sent.get(kind, 0) + len(gzip.compress(content, 9))
    return {kind: size / 1000 for kind, size in sent.items()}


def finders_content(name):
    return Path(finders.find(name)).read_bytes()
