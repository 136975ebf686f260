from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseCollectionsConfig(AppConfig):
    name = "case_collections"
    label = "collections"
    verbose_name = _("Collections")

    def ready(self):
        from policies.content import lists  # noqa: PLC0415 - models are ready only now
        from policies.workflow import related_rows  # noqa: PLC0415 - the same

        from .models import is_collected  # noqa: PLC0415 - the same
        from .related_to_cases import related_to_case  # noqa: PLC0415 - the same

        lists.ON_PAGES["is_collected"] = is_collected("case")
        related_rows.register_related_rows(related_to_case)
