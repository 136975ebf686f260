"""Figures for Prometheus, at ``/metrics``; imported only where ``METRICS`` is on.

Each process adds to files of its own in ``METRICS_DIR``, and whichever is asked gives the sum of all.
A process takes a number that no other has, and with it the files of an earlier one, so that there
are never more files than processes at a time. What can be asked of the database and the index is
not counted but looked up when somebody asks.
"""

import fcntl
import hmac
import ipaddress
import os
from pathlib import Path

import prometheus_client as prometheus
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.dispatch import receiver
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from citynet.web.request_log import request_over
from members.models import Notice
from policies.models import CaseStudy, Revision
from policies.search import index

from . import command_runs

TOO_MANY = 429
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_FORWARDED")
# Seconds; the bar of a search page is 15 ms.
BUCKETS = (0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class _Slot:
    """The number under which this process counts: held as long as it lives, then free for another."""

    def __init__(self):
        self._pid = self._number = self._lock = None

    def __call__(self):
        if self._pid != os.getpid():
            self._number, self._lock = self._take()
            self._pid = os.getpid()
        return self._number

    def _take(self):
        folder = Path(settings.METRICS_DIR)
        number = 0
        while True:
            number += 1
            lock = (folder / f"{number}.lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
            else:
                return number, lock


# Before the first of them is made: where and under which name they are kept.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)
Path(settings.METRICS_DIR).mkdir(parents=True, exist_ok=True)
values.ValueClass = values.MultiProcessValue(process_identifier=_Slot())

REQUESTS = prometheus.Counter(
    "citynet_requests", "Requests answered", ["route", "method", "status"]
)
SECONDS = prometheus.Histogram(
    "citynet_request_seconds", "Time to answer a request", ["route"], buckets=BUCKETS
)
QUERIES = prometheus.Counter("citynet_queries", "Queries to the database by requests")
QUERY_SECONDS = prometheus.Counter("citynet_query_seconds", "Time of queries by requests")
QUERY_ERRORS = prometheus.Counter("citynet_query_errors", "Queries that failed")
PAGE_CACHE = prometheus.Counter("citynet_page_cache", "Pages looked for in the cache", ["result"])
REFUSALS = prometheus.Counter("citynet_refusals", "Requests refused for their number", ["reason"])


@receiver(request_over)
def count(passage, status, **signal):
    """Add a request that is over to the figures."""
    route = passage.route or "none"
    REQUESTS.labels(route, passage.method, status).inc()
    SECONDS.labels(route).observe(passage.seconds)
    if passage.queries:
        QUERIES.inc(passage.queries)
        QUERY_SECONDS.inc(passage.query_seconds)
    if passage.query_errors:
        QUERY_ERRORS.inc(passage.query_errors)
    if "page_cache" in passage.notes:
        PAGE_CACHE.labels(passage.notes["page_cache"]).inc()
    reason = passage.notes.get("refused", "throttle" if status == TOO_MANY else None)
    if reason:
        REFUSALS.labels(reason).inc()


class _State:
    """What the database and the index say when somebody asks."""

    def collect(self):
        live, indexed = CaseStudy.objects.live().count(), index.count()
        yield GaugeMetricFamily("citynet_cases", "Public cases", value=live)
        yield GaugeMetricFamily("citynet_indexed", "Cases in the index of this machine", indexed)
        yield GaugeMetricFamily(
            "citynet_index_lag", "Public cases less indexed ones", live - indexed
        )
        submitted = Revision.objects.awaiting_review().count()
        yield GaugeMetricFamily("citynet_submissions_waiting", "Submissions to decide", submitted)
        waiting = Notice.objects.filter(mail=Notice.Mail.WAITING)
        yield GaugeMetricFamily("citynet_notices_waiting", "Notices not mailed", waiting.count())
        oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
        age = (timezone.now() - oldest).total_seconds() if oldest else 0
        yield GaugeMetricFamily("citynet_notices_oldest_seconds", "Age of the oldest", age)
        given_up = Notice.objects.filter(mail=Notice.Mail.FAILED).count()
        yield GaugeMetricFamily("citynet_notices_given_up", "Notices that were given up", given_up)
        yield from self._runs()

    def _runs(self):
        ages = command_runs.ages()
        age = GaugeMetricFamily(
            "citynet_run_age_seconds",
            "Time since a command of the timers did its work",
            labels=["command"],
        )
        late = GaugeMetricFamily(
            "citynet_run_late", "1 where that is too long ago", labels=["command"]
        )
        too_long_ago = command_runs.late(ages)
        for command, seconds in ages.items():
            if seconds is not None:
                age.add_metric([command], seconds)
                late.add_metric([command], command in too_long_ago)
        yield age
        yield late


@login_not_required
@require_safe
def metrics(request):
    """All figures as text; 404 for whoever may not have them."""
    if not is_allowed(request):
        raise Http404
    registry = prometheus.CollectorRegistry()
    MultiProcessCollector(registry)
    registry.register(_State())
    answer = HttpResponse(
        prometheus.generate_latest(registry), content_type=prometheus.CONTENT_TYPE_LATEST
    )
    answer["Cache-Control"] = "no-store"
    return answer


def is_allowed(request):
    """Whether who asks has the token or, where none is set, comes from one of ``METRICS_ALLOW``.

    What a proxy hands on comes from anywhere, whatever its own address is: there only a token counts.
    """
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if any(name in request.META for name in FORWARDED):
        return False
    address = request.META.get("REMOTE_ADDR", "")
    if not address:
        # A socket file: whoever may open it.
        return True
    networks = map(ipaddress.ip_network, settings.METRICS_ALLOW)
    try:
        return any(ipaddress.ip_address(address) in network for network in networks)
    except ValueError:
        return False
