"""Subregions of the world as the UN Statistics Division draws them (standard M49)."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Subregion:
    """One subregion: its key in addresses, its name, and its countries as ISO 3166-1 codes."""

    slug: str
    name: str
    codes: str

    def __str__(self):
        return str(self.name)

    @cached_property
    def countries(self):
        return frozenset(self.codes.split())


# Asia and the Pacific first, because the network lives there; then by name.
SUBREGIONS = (
    Subregion("eastern-asia", _("Eastern Asia"), "CN HK JP KP KR MN MO TW"),
    Subregion("south-eastern-asia", _("South-eastern Asia"), "BN ID KH LA MM MY PH SG TH TL VN"),
    Subregion("southern-asia", _("Southern Asia"), "AF BD BT IN IR LK MV NP PK"),
    Subregion("central-asia", _("Central Asia"), "KG KZ TJ TM UZ"),
    Subregion(
        "western-asia", _("Western Asia"), "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE"
    ),
    Subregion("australia-and-new-zealand", _("Australia and New Zealand"), "AU CC CX HM NF NZ"),
    Subregion("melanesia", _("Melanesia"), "FJ NC PG SB VU"),
    Subregion("micronesia", _("Micronesia"), "FM GU KI MH MP PW UM"),
    Subregion("polynesia", _("Polynesia"), "AS CK NR NU PF PN TK TO TV WF WS"),
    Subregion(
        "caribbean",
        _("Caribbean"),
        "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    ),
    Subregion("central-america", _("Central America"), "BZ CR GT HN MX NI PA SV"),
    Subregion(
        "eastern-africa",
        _("Eastern Africa"),
        "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    ),
    Subregion("eastern-europe", _("Eastern Europe"), "BG BY CZ HU MD PL RO RU SK UA"),
    Subregion("middle-africa", _("Middle Africa"), "AO CD CF CG CM GA GQ ST TD"),
    Subregion("northern-africa", _("Northern Africa"), "DZ EG EH LY MA SD TN"),
    Subregion("northern-america", _("Northern America"), "BM CA GL PM US"),
    Subregion(
        "northern-europe", _("Northern Europe"), "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ"
    ),
    Subregion(
        "south-america", _("South America"), "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE"
    ),
    Subregion("southern-africa", _("Southern Africa"), "BW LS NA SZ ZA"),
    Subregion(
        "southern-europe", _("Southern Europe"), "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA"
    ),
    Subregion(
        "western-africa", _("Western Africa"), "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG"
    ),
    Subregion("western-europe", _("Western Europe"), "AT BE CH DE FR LI LU MC NL"),
)

BY_SLUG = {subregion.slug: subregion for subregion in SUBREGIONS}
BY_COUNTRY = {code: subregion for subregion in SUBREGIONS for code in subregion.countries}


def subregion_of(country_code):
    """Return the subregion of an ISO 3166-1 alpha-2 code, or None where the code is empty or has
    none."""
    return BY_COUNTRY.get(country_code or "")
