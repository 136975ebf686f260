"""Countries and areas by the names that people use for them, in the languages of the region."""

import re
from collections import defaultdict
from functools import cache

from babel import Locale
from django.conf import settings
from django_countries import countries

from citynet.web.languages import cached_per_language

from .names import fold, joined

# English and the fourteen further languages of the thesaurus, Chinese in both of its scripts.
LANGUAGES = [
    "en",
    "ko",
    "ja",
    "zh",
    "zh_Hant",
    "id",
    "vi",
    "th",
    "ne",
    "bn",
    "si",
    "hi",
    "fil",
    "km",
    "mn",
    "ur",
]

# Names that CLDR does not give in these languages: shorter, former and colloquial ones.
MORE_NAMES = {
    "AE": ["UAE"],
    "CN": ["PRC", "Mainland China"],
    "CZ": ["Czech Republic"],
    "FM": ["Federated States of Micronesia", "FSM"],
    "GB": ["UK", "Great Britain", "Britain"],
    "HK": ["Hong Kong", "Hongkong", "香港", "홍콩"],
    "IR": ["Islamic Republic of Iran"],
    "KG": ["Kyrgyz Republic", "Kirghizia"],
    "KH": ["Kampuchea"],
    "KP": ["DPRK"],
    "KR": ["Korea", "ROK", "S. Korea", "한국", "남한"],
    "LA": ["Lao PDR", "Lao"],
    "LK": ["Ceylon"],
    "MM": ["Burma"],
    "MO": ["Macau", "Macao", "澳门", "澳門", "마카오"],
    "MY": ["West Malaysia", "East Malaysia"],
    "NZ": ["Aotearoa"],
    "PG": ["PNG"],
    "PH": ["Pilipinas", "the Philippines", "Philippine"],
    "PS": ["Palestine"],
    "RU": ["Russia"],
    "SZ": ["Swaziland"],
    "TL": ["East Timor"],
    "TR": ["Turkey"],
    "US": ["USA", "America"],
    "WS": ["Western Samoa"],
}
MIN_LETTERS = 3
_IN_BRACKETS = re.compile(r"[(（](.+?)[)）]")


@cached_per_language
def country_choices():
    """Return (code, name) of the countries and areas of ISO 3166-1 that are shown by name, in the
    order of their names."""
    hidden = settings.COUNTRIES_WITHOUT_LABEL
    return [(each.code, str(each.name)) for each in countries if each.code not in hidden]


@cache
def _names():
    """Return {code: its names}: of ISO 3166-1, of CLDR in ``LANGUAGES``, and ``MORE_NAMES``."""
    found = {code: [str(name)] for code, name in countries}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in found:
                # "Myanmar (Burma)" are two names.
                found[code] += [_IN_BRACKETS.sub("", name), *_IN_BRACKETS.findall(name)]
    for code, names in MORE_NAMES.items():
        found[code] += names
    return {code: list(dict.fromkeys(filter(None, names))) for code, names in found.items()}


def names_of_country(code):
    """Return all names of a country or area; none for a code that is none."""
    return _names().get(code, [])


@cache
def _words():
    return {
        code: f"|{'|'.join(form for name in names for form in (fold(name), joined(name)))}|"
        for code, names in _names().items()
    }


def countries_with(word):
    """Return the codes of countries of which a word of a name begins with this folded word; none
    for one or two letters."""
    if word.isascii() and len(word) < MIN_LETTERS:
        return []
    return [code for code, names in _words().items() if f"|{word}" in names or f" {word}" in names]


@cache
def _whole_words():
    return {word for names in _names().values() for name in names for word in fold(name).split()}


def is_in_country_name(word):
    """Return whether a folded word is a whole word of the name of a country or area."""
    return word in _whole_words()


@cache
def _by_name():
    found = defaultdict(dict)
    for code, names in _names().items():
        for name in names:
            found[joined(name)][code] = None
    return {name: tuple(codes) for name, codes in found.items()}


def countries_named(name):
    """Return the codes of the countries of which this is a whole name, in any way of writing it."""
    return _by_name().get(joined(name), ())
