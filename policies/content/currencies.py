"""Codes of currencies by ISO 4217, those of today and those that were replaced.

They come with Babel, from the Unicode CLDR, with the years in which each was legal tender.
"""

from functools import cache

from babel.core import get_global

# Codes of ISO 4217 that are no money that a city pays with.
NO_MONEY = frozenset({"XAU", "XAG", "XPT", "XPD", "XTS", "XXX"})
MOST_MEANT = 3


@cache
def codes():
    """Return all codes, also of currencies that no longer exist."""
    return frozenset(get_global("all_currencies")) - NO_MONEY


@cache
def last_years():
    """Return code -> the last year in which a currency was legal tender, of those that are no more."""
    ends = {}
    for periods in get_global("territory_currencies").values():
        for code, _start, end, _tender in periods:
            ends.setdefault(code, []).append(end[0] if end else None)
    return {code: max(years) for code, years in ends.items() if None not in years}


def of_country(country, year):
    """Return the codes of a country's currencies in a year; ``country`` is its ISO 3166 code."""
    return [
        code
        for code, start, end, tender in get_global("territory_currencies").get(country, ())
        if tender and (not start or start[0] <= year) and (not end or year <= end[0])
    ]


def meant(code, country="", year=0):
    """Return the codes that may be meant by one that does not exist, the likeliest first.

    Letters in another order come before one wrong letter, and the country's own currency before
    those of others. Where nothing is alike, it is the country's own.
    """
    own = of_country(country, year)
    current = codes() - last_years().keys()
    order = sorted(current, key=lambda each: (each not in own, each))
    swapped = [each for each in order if sorted(each) == sorted(code)]
    if swapped:
        return swapped[:MOST_MEANT]
    near = [each for each in order if _differ_in_one(each, code)]
    if near and near[0] in own:
        return near[:1]
    return (own or near)[:MOST_MEANT]


def _differ_in_one(one, other):
    if len(one) != len(other):
        return False
    return sum(a != b for a, b in zip(one, other, strict=True)) == 1
