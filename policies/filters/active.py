"""The filters in use, in words: above a list, in its title and in its sentence."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citynet.web.formats import number
from policies.content.bands import NONE
from policies.content.facets import FACETS_BY_NAME

from .fields import shown
from .library import MEANINGS, RANGES, WORDS_ONLY

# Names that say by themselves what they are; "Under 5" does not.
PLAIN_IN_SENTENCES = ("theme", "subregion", "country", "member", "stage", "language", "provenance")
# A title names this many filters and counts the others.
NAMED_IN_TITLE = 3


@dataclass(frozen=True)
class ActiveFilter:
    """The words, one choice or one range, with the address of the same list without it."""

    label: str
    address: str
    is_words: bool = False


def active_filters(filters):
    """Return the words, each chosen value and each range, in the order of the address."""
    found = []
    if filters.words:
        found.append(ActiveFilter(quoted(filters.words), filters.address(q=()), is_words=True))
    if "meaning" in filters.values:
        label = str(MEANINGS[WORDS_ONLY])
        found.append(ActiveFilter(label, filters.address(meaning=())))
    for name, values in filters.chosen.items():
        for value in values:
            rest = tuple(other for other in values if other != value)
            label = name_of_choice(filters, name, value)
            found.append(ActiveFilter(label, filters.address(**{name: rest})))
    if filters.cleaned.get("like"):
        found.append(ActiveFilter(name_of_cities(filters), filters.address(like=())))
    for name, ends in filters.ranges.items():
        address = filters.address(**dict.fromkeys(RANGES[name], ()))
        found.append(ActiveFilter(name_of_range(name, ends), address))
    return found


def searches_without_one_filter(filters):
    """Yield (label, address, question) for each filter in use: the same search without it."""
    question = filters.question(offset=0, limit=0)
    if filters.words:
        yield quoted(filters.words), filters.address(q=()), replace(question, words="")
    for name, values in filters.chosen.items():
        label = _any_of(filters, name, values)
        rest = {other: chosen for other, chosen in filters.chosen.items() if other != name}
        yield label, filters.address(**{name: ()}), replace(question, chosen=rest)
    if filters.cleaned.get("like"):
        rest = replace(question, of_members=None)
        yield name_of_cities(filters), filters.address(like=()), rest
    for name, ends in filters.ranges.items():
        address = filters.address(**dict.fromkeys(RANGES[name], ()))
        rest = {other: range_ for other, range_ in filters.ranges.items() if other != name}
        yield name_of_range(name, ends), address, replace(question, ranges=rest)


def quoted(words):
    """Return words as they stand in a sentence, in quotation marks and not too long."""
    return _("“%(words)s”") % {"words": shown(words)}


def in_words(filters):
    """Return what has to match, in one phrase: "“plan”, Goal 6 or Goal 11, Fiji"; "" for everything.

    A long list of filters is cut: "…, and 2 more filters".
    """
    parts = [quoted(filters.words)] if filters.words else []
    parts += [_any_of(filters, name, values) for name, values in filters.chosen.items()]
    parts += [name_of_cities(filters)] if filters.cleaned.get("like") else []
    parts += [name_of_range(name, ends) for name, ends in filters.ranges.items()]
    rest = len(parts) - NAMED_IN_TITLE
    if rest > 1:
        more = ngettext("%(count)s more filter", "%(count)s more filters", rest) % {"count": rest}
        parts = [*parts[:NAMED_IN_TITLE], more]
    return _(", ").join(parts)


def name_of_cities(filters):
    """Return the cities that are close to one, with their number: "Cities like Iloilo City (9)"."""
    return _("Cities like %(city)s (%(count)s)") % {
        "city": filters.cleaned["like"],
        "count": number(len(filters.cities_like)),
    }


def _any_of(filters, name, values):
    names = [short_name_of_choice(filters, name, value) for value in values]
    return _(" or ").join(names)


def name_of_choice(filters, facet, value):
    """Return a choice by its full name: "Goal 11: …", "Target 11.6: …", "Country or area: Fiji"."""
    if value != NONE and facet == "goal":
        text = _("Goal %(value)s: %(label)s")
    elif value != NONE and facet == "target":
        text = _("Target %(value)s: %(label)s")
    else:
        text = _("%(facet)s: %(label)s")
    label = filters.label_of(facet, value)
    return text % {"facet": FACETS_BY_NAME[facet].label, "value": value, "label": label}


def short_name_of_choice(filters, facet, value):
    """Return a choice as it stands in a sentence or title: "Goal 11", "Fiji", "Staff: Under 5"."""
    if value != NONE and facet == "goal":
        return _("Goal %(value)s") % {"value": value}
    if value != NONE and facet == "target":
        return _("Target %(value)s") % {"value": value}
    if value != NONE and facet in PLAIN_IN_SENTENCES:
        return str(filters.label_of(facet, value))
    return name_of_choice(filters, facet, value)


def name_of_range(name, ends):
    """Return an exact range in words: "Budget: USD 10,000 to USD 50,000", "Start: 2013 or later"."""
    low, high = ends
    if name == "start":
        label, unit = _("Start"), "%(number)s"
        low_only, high_only = _("%(label)s: %(low)s or later"), _("%(label)s: %(high)s or earlier")
    else:
        label = FACETS_BY_NAME[name].label
        unit = _("USD %(number)s") if name == "budget" else _("%(number)s FTE")
        low_only, high_only = _("%(label)s: %(low)s or more"), _("%(label)s: %(high)s or less")
    both = _("%(label)s: %(low)s to %(high)s")
    text = high_only if low is None else low_only if high is None else both

    def written(end):
        return unit % {"number": end if name == "start" else number(end)}

    return text % {"label": label, "low": written(low), "high": written(high)}
