"""What Prometheus is told of e-mails that wait to be sent."""

from django.utils import timezone

from citynet.operations.gauges import Gauge, register_gauges
from members.models import Notice


@register_gauges
def notices():
    waiting = Notice.objects.filter(mail=Notice.Mail.WAITING)
    yield Gauge("citynet_notices_waiting", "Notices not mailed", waiting.count())
    oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    age = (timezone.now() - oldest).total_seconds() if oldest else 0
    yield Gauge("citynet_notices_oldest_seconds", "Age of the oldest", age)
    failed = Notice.objects.filter(mail=Notice.Mail.FAILED).count()
    yield Gauge("citynet_notices_given_up", "Notices that were given up", failed)
