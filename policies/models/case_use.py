from django.db import models
from django.utils.translation import gettext_lazy as _

from .case import CaseStudy


class CaseUse(models.Model):
    """How often a case was opened and exported in a month, without knowing by whom."""

    case = models.ForeignKey(CaseStudy, models.CASCADE, related_name="uses")
    month = models.CharField(_("month"), max_length=7, help_text=_('As in "2026-11".'))
    views = models.PositiveIntegerField(_("views"), default=0)
    exports = models.PositiveIntegerField(_("exports"), default=0)

    class Meta:
        ordering = ["month", "case_id"]
        verbose_name = _("use of a case")
        verbose_name_plural = _("uses of cases")
        constraints = [
            models.UniqueConstraint(fields=["case", "month"], name="one_use_a_case_and_month"),
        ]

    def __str__(self):
        return f"{self.case_id} {self.month}"
