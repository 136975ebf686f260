"""Metrics for Prometheus, at ``/metrics``; imported only where ``METRICS`` is on.

Under gunicorn the processes count together (``deploy/gunicorn.conf.py`` sets
``PROMETHEUS_MULTIPROC_DIR``), and whichever is asked answers with the sum of all. What can be asked
of the database and the index is not counted but looked up: see :mod:`citynet.operations.gauges`.
"""

import hmac
import ipaddress
import os

import prometheus_client as prometheus
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.dispatch import receiver
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from citynet.web.request_log import request_over

from . import gauges

TOO_MANY = 429
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_FORWARDED")
# Seconds; the bar of a search page is 15 ms.
BUCKETS = (0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# A new worker goes on in the files of the one that it replaces. Otherwise there would be more files
# after each replacement, and adding them up would take longer and longer.
if "METRICS_WORKER" in os.environ:
    values.ValueClass = values.MultiProcessValue(lambda: os.environ["METRICS_WORKER"])

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
REFUSALS = prometheus.Counter("citynet_refusals", "Requests refused for their number")


@receiver(request_over)
def count(stats, **signal):
    """Add a request that is over to the metrics."""
    route = stats.route or "none"
    REQUESTS.labels(route, stats.method, stats.status).inc()
    SECONDS.labels(route).observe(stats.seconds)
    if stats.queries:
        QUERIES.inc(stats.queries)
        QUERY_SECONDS.inc(stats.query_seconds)
    if stats.query_errors:
        QUERY_ERRORS.inc(stats.query_errors)
    if "page_cache" in stats.notes:
        PAGE_CACHE.labels(stats.notes["page_cache"]).inc()
    if stats.status == TOO_MANY:
        REFUSALS.inc()


class _Gauges:
    """Collects the gauges of all apps when Prometheus asks."""

    def collect(self):
        for gauge in gauges.collect():
            if not gauge.label:
                yield GaugeMetricFamily(gauge.name, gauge.description, gauge.value)
                continue
            family = GaugeMetricFamily(gauge.name, gauge.description, labels=[gauge.label])
            for label, value in gauge.value.items():
                family.add_metric([label], value)
            yield family


@login_not_required
@require_safe
def metrics(request):
    """All metrics as text; 404 for whoever may not have them."""
    if not is_allowed(request):
        raise Http404
    registry = prometheus.CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(prometheus.REGISTRY)
    registry.register(_Gauges())
    answer = HttpResponse(
        prometheus.generate_latest(registry), content_type=prometheus.CONTENT_TYPE_LATEST
    )
    answer["Cache-Control"] = "no-store"
    return answer


def is_allowed(request):
    """Return whether who asks has the token or, where none is set, comes from one of ``METRICS_ALLOW``.

    A request through a proxy may come from anywhere, whatever the proxy's address: it needs a token.
    """
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if any(name in request.META for name in FORWARDED):
        return False
    address = request.META.get("REMOTE_ADDR", "")
    if not address:
        # No address: it came through a socket file, whose permissions decide.
        return True
    networks = map(ipaddress.ip_network, settings.METRICS_ALLOW)
    try:
        return any(ipaddress.ip_address(address) in network for network in networks)
    except ValueError:
        return False
