"""Fields of the figures that advice and reports state: people and duration.

Functions, as those of amounts are: an abstract model would move them before the fields of each model,
whose order is that of its form, its file and the codebook.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def fte_field(label):
    """Return a field for full-time equivalents or None, to a tenth."""
    return models.DecimalField(
        label,
        max_digits=8,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1_000_000)],
    )


def duration_field():
    """Return a field for a duration in months or None, of up to a hundred years."""
    return models.PositiveSmallIntegerField(
        _("duration in months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1200)],
    )
