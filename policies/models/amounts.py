"""Fields of amounts and measured values, and how large both may be."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# SQLite keeps decimals as binary numbers, which hold so many digits; longer ones could be stored
# but not be read back.
DIGITS = 15
LARGEST = 10**DIGITS - 1


class Qualifier(models.TextChoices):
    """How exact a stated figure is; nothing where the source states it as it is."""

    ABOUT = "about", _("about")
    AT_LEAST = "at-least", _("at least")
    AT_MOST = "at-most", _("at most")


def choice_field(label, choices, help_text):
    """Return a field for a choice that may be left open; code from before can write rows without it."""
    return models.CharField(
        label,
        max_length=max(len(value) for value in choices.values),
        choices=choices,
        blank=True,
        default="",
        db_default="",
        help_text=help_text,
    )


def qualifier_field(label):
    """Return a field for the :class:`Qualifier` of a figure beside it."""
    return choice_field(
        label, Qualifier, _("About, at least or at most, where the source says so of the figure.")
    )


def currency_field(label, help_text, **kwargs):
    """Return a field for the code of a currency; empty where it is not known."""
    return models.CharField(
        label,
        max_length=3,
        blank=True,
        validators=[
            RegexValidator(
                r"^[A-Z]{3}\Z",
                _("Write a code of three capital letters (ISO 4217): KRW, USD."),
            )
        ],
        help_text=help_text,
        **kwargs,
    )


def amount_field(label, help_text=None):
    """Return a field for an amount of money or None: up to 15 digits before the point, and cents."""
    return models.DecimalField(
        label,
        max_digits=DIGITS + 2,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(LARGEST)],
        help_text=help_text or _("In the currency of the budget."),
    )


def value_field(label, help_text):
    """Return a field for a measured value or None; it may be negative."""
    return models.DecimalField(
        label,
        max_digits=DIGITS + 4,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(-LARGEST), MaxValueValidator(LARGEST)],
        help_text=help_text,
    )


def not_negative(*fields, name):
    """Return a constraint: each field is NULL, or zero or more."""
    return _each(fields, name, {"gte": 0})


def can_be_kept(*fields, name):
    """Return a constraint: each field is NULL, or a number that every database returns unchanged."""
    return _each(fields, name, {"gte": -LARGEST, "lte": LARGEST})


def _each(fields, name, bounds):
    condition = Q()
    for field in fields:
        within = Q(**{f"{field}__{lookup}": bound for lookup, bound in bounds.items()})
        condition &= Q(**{f"{field}__isnull": True}) | within
    return models.CheckConstraint(condition=condition, name=name)
