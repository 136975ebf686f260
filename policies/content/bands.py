"""Bands that figures are grouped in: each from its lower edge up to, not including, the next."""

from bisect import bisect_right
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

NONE = "none"


class Bands:
    """Edges between bands in one unit, and the name and label of each band."""

    def __init__(self, edges, bands):
        self.edges = edges
        self.choices = bands
        self.names = [name for name, label in bands]

    def of(self, figure):
        """Return the name of the band that ``figure`` lies in; "none" where the figure is unknown."""
        if figure is None:
            return NONE
        return self.names[bisect_right(self.edges, figure)]


BUDGET = Bands(
    [Decimal(10) ** power for power in range(4, 9)],
    [
        ("under-10k", _("Under USD 10,000")),
        ("10k-100k", _("USD 10,000 to 100,000")),
        ("100k-1m", _("USD 100,000 to 1 million")),
        ("1m-10m", _("USD 1 to 10 million")),
        ("10m-100m", _("USD 10 to 100 million")),
        ("over-100m", _("USD 100 million or more")),
    ],
)
STAFF = Bands(
    [5, 20, 100, 500],
    [
        ("under-5", _("Under 5")),
        ("5-20", _("5 to 20")),
        ("20-100", _("20 to 100")),
        ("100-500", _("100 to 500")),
        ("over-500", _("500 or more")),
    ],
)
DURATION = Bands(  # months
    [6, 12, 24, 60],
    [
        ("under-6m", _("Under 6 months")),
        ("6-12m", _("6 to 12 months")),
        ("1-2y", _("1 to 2 years")),
        ("2-5y", _("2 to 5 years")),
        ("over-5y", _("5 years or more")),
    ],
)
POPULATION = Bands(
    [100_000, 500_000, 1_000_000, 5_000_000, 10_000_000],
    [
        ("under-100k", _("Under 100,000")),
        ("100k-500k", _("100,000 to 500,000")),
        ("500k-1m", _("500,000 to 1 million")),
        ("1m-5m", _("1 to 5 million")),
        ("5m-10m", _("5 to 10 million")),
        ("over-10m", _("10 million or more")),
    ],
)
