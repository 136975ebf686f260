"""Rows of the lists inside a revision, and the two that lead to themes and targets."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sdg.models import Target

from .case import MAX_TARGETS, MAX_THEMES, Theme
from .revision import Revision


class OrderedRow(models.Model):
    """A row of a list inside a revision; ``position`` counts from 0 in the author's order."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="%(class)ss")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["revision", "position", "pk"]


class RevisionTheme(OrderedRow):
    """A theme of a revision."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="theme_rows")
    theme = models.ForeignKey(
        Theme,
        models.PROTECT,
        related_name="rows",
        verbose_name=_("theme"),
        help_text=_("A theme of the network; a case has one to three."),
    )

    class Meta(OrderedRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["revision", "theme"], name="a_theme_only_once"),
            models.UniqueConstraint(fields=["revision", "position"], name="one_theme_a_position"),
            models.CheckConstraint(condition=Q(position__lt=MAX_THEMES), name="at_most_3_themes"),
        ]

    def __str__(self):
        return str(self.theme)


class Contribution(OrderedRow):
    """A target that a case serves, and how."""

    class Role(models.TextChoices):
        PRIMARY = "primary", _("Primary")
        SECONDARY = "secondary", _("Secondary")

    target = models.ForeignKey(
        Target,
        models.PROTECT,
        related_name="contributions",
        verbose_name=_("target"),
        help_text=_("A target that the policy serves; a case has one to seven."),
    )
    role = models.CharField(
        _("role"),
        max_length=9,
        choices=Role,
        default=Role.SECONDARY,
        help_text=_(
            "Whether it is the main target; in JSON Lines true for the main one, else false."
        ),
    )
    how = models.TextField(
        _("how it contributes"),
        blank=True,
        validators=[MaxLengthValidator(1000)],
        help_text=_("In which way the policy serves the target."),
    )

    class Meta(OrderedRow.Meta):
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [
            models.UniqueConstraint(fields=["revision", "target"], name="a_target_only_once"),
            models.UniqueConstraint(fields=["revision", "position"], name="one_target_a_position"),
            models.CheckConstraint(condition=Q(position__lt=MAX_TARGETS), name="at_most_7_targets"),
            models.UniqueConstraint(
                fields=["revision"], condition=Q(role="primary"), name="one_primary_target"
            ),
        ]

    def __str__(self):
        return str(self.target_id)
