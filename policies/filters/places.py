"""Countries that the words of a search name, and what is nearest to one without a case."""

from collections import defaultdict
from dataclasses import replace
from math import cos, radians

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from members.countries import countries_named
from members.models import Member
from members.models.member import country_name
from members.place_names import largest_city
from members.subregions import subregion_of
from policies.content.bands import NONE
from policies.search.query import ask

MAX_WORDS = 6  # of the name of a country
MAX_NEAREST = 4


class Places:
    """What a ``LibraryFilter`` with its ``answer`` says of countries, for ``list_places_named.html``."""

    def __init__(self, filters, answer):
        self.filters, self.answer = filters, answer

    @cached_property
    def named(self):
        """(words without the name, codes) of the country that the words name; ("", ()) for none."""
        words = self.filters.words.split()
        choices = self.filters.known_labels.all("country")
        for length in range(min(MAX_WORDS, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                name = " ".join(words[start : start + length]).strip(",.;:?!\"'“”")
                codes = tuple(code for code in countries_named(name) if code in choices)
                if codes:
                    return " ".join(words[:start] + words[start + length :]), codes
        return "", ()

    @cached_property
    def codes(self):
        """The countries that are asked for, where none of them has a case; else none."""
        asked = self.filters.chosen.get("country", ()) or self.named[1]
        return () if NONE in asked or any(map(self.counts.get, asked)) else asked

    @cached_property
    def counts(self):
        """Country -> cases that match all but the country."""
        if self.filters.chosen.get("country") or not self.named[1]:
            return self.answer.counts.get("country", {})
        question = self.filters.question(offset=0, limit=0)
        return ask(replace(question, words=self.named[0])).counts.get("country", {})

    @property
    def offers(self):
        """(label, address, number) of each country that the words name and that has cases."""
        if self.filters.chosen.get("country"):
            return []
        rest, codes = self.named
        return [self._choice(code, rest) for code in codes if self.counts.get(code)]

    @property
    def missing(self):
        """The countries that are asked for and have no case, in words; "" where there are none."""
        return _(" or ").join(map(country_name, self.codes))

    @cached_property
    def nearest(self):
        """(label, address, number) of the nearest countries with cases: those of its subregion first,
        then by the distance of their members."""
        code, rest = self.codes[0], self.named[0]
        counts = {other: n for other, n in self.counts.items() if n and other != NONE}
        places = _places({code, *counts})
        here = places.get(code) or largest_city(code)
        subregion = subregion_of(code)

        def distance(other):
            there = places.get(other) or largest_city(other)
            far = _distance(here, there) if here and there else float("inf")
            return subregion_of(other) != subregion, far, other

        chosen = sorted(counts, key=distance)[:MAX_NEAREST]
        return [self._choice(other, rest) for other in chosen]

    def _choice(self, code, rest):
        words = self.filters.words if self.filters.chosen.get("country") else rest
        address = self.filters.address(q=(words,) if words else (), country=(code,))
        return country_name(code), address, self.counts[code]


def _places(codes):
    """Return country -> the middle of its members, as (latitude, longitude), where any has a place."""
    found = defaultdict(list)
    rows = Member.objects.filter(country__in=codes, latitude__isnull=False).order_by()
    for code, latitude, longitude in rows.values_list("country", "latitude", "longitude"):
        found[code].append((float(latitude), float(longitude)))
    # The middle one by longitude: a mean would lie in the wrong half of the world beyond 180°.
    return {
        code: sorted(places, key=lambda place: place[1])[len(places) // 2]
        for code, places in found.items()
    }


def _distance(one, other):
    """Return how far two places are apart, in degrees on a map that is true near them."""
    east = abs(one[1] - other[1])
    east = min(east, 360 - east) * cos(radians((one[0] + other[0]) / 2))
    return (one[0] - other[0]) ** 2 + east**2
