from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Pages of the platform")

    def ready(self):
        from policies.workflow import related_rows  # noqa: PLC0415 - models are ready only now

        from .models import News  # noqa: PLC0415 - the same

        def news(_case):
            # They tell of any policy.
            return [related_rows.RelatedRows(News.objects.all(), ("title", "text"))]

        related_rows.register_related_rows(news)
