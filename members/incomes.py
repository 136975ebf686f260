"""Income groups of countries and areas, as the World Bank sorts them by income a head.

Groups of July 2026 for Asia and the Pacific and its associates: the OCHA taxonomy of countries in
hdx-python-country 4.2.5, and the moves that the Bank has announced each July since (2024: Iran and
Mongolia; 2025: Samoa; 2026: Micronesia, Philippines, Sri Lanka and Viet Nam, all from lower to upper
middle). A place that is not named here has no group.
"""

from django.utils.translation import gettext_lazy as _

# From the poorest to the richest: neighbours in this order are "near".
GROUPS = (
    ("low", _("Low"), "AF KP"),
    (
        "lower-middle",
        _("Lower middle"),
        "BD BT IN KG KH KI LA MM NP PG PK SB TJ TL UZ VU",
    ),
    ("upper-middle", _("Upper middle"), "CN FJ FM ID IR KZ LK MH MN MV MY PH PW TH TM TO TV VN WS"),
    ("high", _("High"), "AU BN FR GU HK JP KR MO NC NR NZ PF SG TW"),
)
_RANKS = {
    code: rank for rank, (_slug, _label, codes) in enumerate(GROUPS) for code in codes.split()
}


def rank(code):
    """Return the place of a country's group from the poorest, 0, up; None where it has none."""
    return _RANKS.get(code)


def label(code):
    """Return the name of a country's group; "" where it has none."""
    found = rank(code)
    return "" if found is None else str(GROUPS[found][1])
