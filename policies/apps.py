from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    name = "policies"
    verbose_name = _("Policies")

    def ready(self):
        from .search import health  # noqa: F401, PLC0415 - registers health checks
        from .statistics import gauges  # noqa: F401, PLC0415 - registers gauges
        from .workflow import joining  # noqa: F401, PLC0415 - registers what follows on joining a team
