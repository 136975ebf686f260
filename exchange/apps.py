from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from citynet.web.addresses import address


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = _("Exchange")

    def ready(self):
        from members.teams import merging  # noqa: PLC0415 - models are ready only now
        from policies.content import estimate, gaps, lists  # noqa: PLC0415 - the same
        from policies.interchange import lines  # noqa: PLC0415 - the same
        from policies.workflow import related_rows  # noqa: PLC0415 - the same

        from .content import linked, on_page  # noqa: PLC0415 - the same
        from .content.adopted_policies import as_policies  # noqa: PLC0415 - the same
        from .content.adoptions import adopted_counts, has_adoptions  # noqa: PLC0415 - the same
        from .steps.moderation import remove_of_merged  # noqa: PLC0415 - the same
        from .steps.questions import ask_merged_once  # noqa: PLC0415 - the same
        from .steps.related_to_cases import related_to_case  # noqa: PLC0415 - the same

        lists.ON_CARDS["adopted_count"] = adopted_counts
        lists.ON_PAGES["has_adoptions"] = has_adoptions("case")
        lists.ON_PAGES["has_advice"] = on_page.has_advice("case")
        lists.ON_PAGES["has_open_questions"] = on_page.has_open_questions("case")
        estimate.FURTHER.append(as_policies)
        lines.LINKED["questions"] = linked.questions
        lines.LINKED["advice"] = linked.advice
        lines.LINKED["adoptions"] = linked.adoptions
        gaps.register_asking(ask_address)
        related_rows.register_related_rows(related_to_case)
        merging.register_after_merge(remove_of_merged)
        merging.register_after_merge(ask_merged_once)


def ask_address(case, gap):
    """Return where the city of a case is asked for what the case does not report."""
    return f"{address('exchange:ask')}?case={case.pk}" + (f"&gap={gap}" if gap else "")
