"""Whether the index of this machine is in step with the database: for monitors and Prometheus."""

import time

from django.conf import settings

from citynet.operations.gauges import Gauge, register_gauges
from citynet.operations.health import register_check, register_readiness
from policies.models import CaseStudy

from . import index


def _counts():
    return CaseStudy.objects.live().count(), index.count()


@register_check("index")
def index_is_complete():
    """Return how many cases are public and how many of them the index has; equal when all is well."""
    live, indexed = _counts()
    return {"live": live, "indexed": indexed}, live == indexed


class IndexReadiness:
    """Tells whether there is an index that has not been behind the database for too long."""

    def __init__(self):
        self.behind_since = None

    def __call__(self):
        if index.reader() is None:
            return False
        live, indexed = _counts()
        if live == indexed:
            self.behind_since = None
            return True
        now = time.monotonic()
        if self.behind_since is None:
            self.behind_since = now
        return now - self.behind_since <= settings.READY_INDEX_LAG


readiness = register_readiness("index")(IndexReadiness())


@register_gauges
def library():
    live, indexed = _counts()
    yield Gauge("citynet_cases", "Public cases", live)
    yield Gauge("citynet_indexed", "Cases in the index of this machine", indexed)
    yield Gauge("citynet_index_lag", "Public cases less indexed ones", live - indexed)
