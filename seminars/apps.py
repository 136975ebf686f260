from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SeminarsConfig(AppConfig):
    name = "seminars"
    verbose_name = _("Seminars")

    def ready(self):
        from exchange.content import desk  # noqa: PLC0415 - models are ready only now
        from policies.content import lists  # noqa: PLC0415 - the same
        from policies.management.commands import delete_unused_files  # noqa: PLC0415 - the same
        from policies.workflow import related_rows  # noqa: PLC0415 - the same

        from .content.shown import was_shown  # noqa: PLC0415 - the same
        from .content.without_material import KIND, without_material  # noqa: PLC0415 - the same
        from .models import SeminarMaterial  # noqa: PLC0415 - the same
        from .steps.related_to_cases import related_to_case  # noqa: PLC0415 - the same

        desk.KINDS[KIND.name] = KIND
        desk.CONDITIONS[KIND.name] = without_material
        lists.ON_PAGES["was_shown"] = was_shown("case")
        related_rows.register_related_rows(related_to_case)
        delete_unused_files.FOLDERS["seminarmaterials"] = ((SeminarMaterial, "file"),)
