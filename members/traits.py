"""Cities like one: four plain traits, each shown in words, none weighed, and no score.

Size is alike from half to double the population and near from a quarter to four times; the income
of the country is alike in the same World Bank group and near in the next one; the climate is alike
in the same main group of Köppen; the coast is alike or not. What is unknown is left out.
"""

import math
from collections import Counter
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from citynet.web.formats import number

from . import incomes
from .models import Member


class Trait(TextChoices):
    SIZE = "size", _("Size")
    INCOME = "income", _("Income of the country")
    CLIMATE = "climate", _("Climate")
    COAST = "coast", _("Coast")


class Likeness(TextChoices):
    ALIKE = "alike", _("alike")
    NEAR = "near", _("near")
    DIFFERENT = "other", _("different")
    UNKNOWN = "unknown", _("Unknown")


ALIKE_UP_TO, NEAR_UP_TO = 2, 4  # times the population, or as small a part of it
CLOSE = 3  # traits alike, and none different
POINTS = {Likeness.ALIKE: 2, Likeness.NEAR: 1, Likeness.DIFFERENT: 0, Likeness.UNKNOWN: 0}
LISTED = ("name", "slug", "country", "population", "climate", "on_coast")


@dataclass(frozen=True)
class Mark:
    """One trait of a city beside that of the city that is asked for."""

    member: Member
    trait: Trait
    likeness: Likeness
    counts: bool

    @property
    def words(self):
        """The trait in words; most cities are compared and never shown."""
        return words(self.member, self.trait)


@dataclass(frozen=True)
class City:
    """A member beside the one that is asked for."""

    member: Member
    marks: tuple[Mark, ...]
    distance: float

    def number(self, likeness):
        """Return how many of the traits that count are of this likeness."""
        return sum(mark.counts and mark.likeness == likeness for mark in self.marks)

    @property
    def group(self):
        """Return how many traits are alike, near and different: what cities are grouped by."""
        return tuple(map(self.number, (Likeness.ALIKE, Likeness.NEAR, Likeness.DIFFERENT)))

    @property
    def is_close(self):
        alike, _near, different = self.group
        counted = sum(mark.counts for mark in self.marks)
        return alike >= min(CLOSE, counted) and not different

    @property
    def order(self):
        points = sum(POINTS[mark.likeness] for mark in self.marks if mark.counts)
        return (-points, self.distance, self.member.name)


def comparable():
    """Return the local governments with a population on file: the cities that can be compared."""
    kind = Member.Kind.LOCAL_GOVERNMENT
    return Member.objects.filter(kind=kind, population__gt=0).only(*LISTED)


def cities_like(member, traits=tuple(Trait)):
    """Return the comparable cities as :class:`City` beside ``member``, the nearest first; one query.

    ``traits`` are those that count; the others are shown all the same.
    """
    others = comparable().exclude(pk=member.pk)
    return sorted((beside(member, other, traits) for other in others), key=lambda city: city.order)


def close_to(member):
    """Return the members close to ``member``: three or four traits alike, none different."""
    return [city.member for city in cities_like(member) if city.is_close]


def beside(member, other, traits=tuple(Trait)):
    """Return ``other`` as a :class:`City` beside ``member``."""
    marks = tuple(
        Mark(other, trait, likeness(member, other, trait), trait in traits) for trait in Trait
    )
    known = member.population and other.population
    distance = abs(math.log(other.population / member.population)) if known else math.inf
    return City(other, marks, distance)


def likeness(member, other, trait):
    """Return how like two members are in one trait."""
    return _JUDGES[trait](member, other)


def words(member, trait):
    """Return a trait of a member in words; "" where it is unknown."""
    if trait == Trait.SIZE:
        return number(member.population) if member.population else ""
    if trait == Trait.INCOME:
        return incomes.label(member.iso_code)
    if trait == Trait.CLIMATE:
        return member.get_climate_display()
    return (
        ""
        if member.on_coast is None
        else str(_("On the coast") if member.on_coast else _("Inland"))
    )


def tally(cities, trait):
    """Return how many of the cities are alike and how many near in one trait."""
    found = Counter(mark.likeness for city in cities for mark in city.marks if mark.trait == trait)
    return found[Likeness.ALIKE], found[Likeness.NEAR]


def _size(member, other):
    if not member.population or not other.population:
        return Likeness.UNKNOWN
    times = max(member.population, other.population) / min(member.population, other.population)
    if times <= ALIKE_UP_TO:
        return Likeness.ALIKE
    return Likeness.NEAR if times <= NEAR_UP_TO else Likeness.DIFFERENT


def _income(member, other):
    ranks = incomes.rank(member.iso_code), incomes.rank(other.iso_code)
    if None in ranks:
        return Likeness.UNKNOWN
    steps = abs(ranks[0] - ranks[1])
    return (Likeness.ALIKE, Likeness.NEAR)[steps] if steps <= 1 else Likeness.DIFFERENT


def _same(name, unknown):
    def judge(member, other):
        values = getattr(member, name), getattr(other, name)
        if unknown in values:
            return Likeness.UNKNOWN
        return Likeness.ALIKE if values[0] == values[1] else Likeness.DIFFERENT

    return judge


_JUDGES = {
    Trait.SIZE: _size,
    Trait.INCOME: _income,
    Trait.CLIMATE: _same("climate", ""),
    Trait.COAST: _same("on_coast", None),
}
