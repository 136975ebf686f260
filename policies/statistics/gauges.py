"""What Prometheus is told of the moderators' work."""

from citynet.operations.gauges import Gauge, register_gauges
from policies.models import Revision


@register_gauges
def submissions():
    waiting = Revision.objects.awaiting_review().count()
    yield Gauge("citynet_submissions_waiting", "Submissions to decide", waiting)
