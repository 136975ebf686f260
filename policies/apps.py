from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    name = "policies"
    verbose_name = _("Policies")

    def ready(self):
        # They register health checks and gauges.
        from .search import health  # noqa: F401, PLC0415
        from .statistics import gauges  # noqa: F401, PLC0415
