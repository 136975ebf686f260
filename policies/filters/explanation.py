"""What the list says of a search: how the words were read, why these policies, and what is offered."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citynet.web.formats import number
from policies.content.facets import FACETS_BY_NAME
from policies.search.query import total_of

from . import inside
from .active import RANGES, name_of_choice, name_of_range

LANGUAGES = {
    "en": gettext_lazy("English"),
    "bn": gettext_lazy("Bengali"),
    "fil": gettext_lazy("Filipino"),
    "hi": gettext_lazy("Hindi"),
    "id": gettext_lazy("Indonesian"),
    "ja": gettext_lazy("Japanese"),
    "km": gettext_lazy("Khmer"),
    "ko": gettext_lazy("Korean"),
    "mn": gettext_lazy("Mongolian"),
    "ne": gettext_lazy("Nepali"),
    "si": gettext_lazy("Sinhala"),
    "th": gettext_lazy("Thai"),
    "ur": gettext_lazy("Urdu"),
    "vi": gettext_lazy("Vietnamese"),
    "zh": gettext_lazy("Chinese"),
}
# Parameter of an exact range -> the name of the range and which of its ends it is.
_ENDS = {end: (name, place) for name, ends in RANGES.items() for place, end in enumerate(ends)}


@dataclass(frozen=True)
class Offer:
    """A limit that the words name, as a filter to take: how many policies it would leave."""

    label: str
    said: str
    address: str
    count: int


@dataclass(frozen=True)
class NearTarget:
    """A target near the question, with the terms that led to it and the list of its policies alone."""

    target: object
    label: str
    said: tuple
    address: str
    count: int


class Explanation:
    """How the words of a ``LibraryFilter`` were read, for ``templates/policies/list_reading.html``."""

    def __init__(self, filters, answer):
        self.filters, self.reading, self.counts = filters, answer.reading, answer.counts
        self.answer = answer
        understood = self.reading.understood
        self.searched = [quote(word) for word in understood.words.split()]
        self.little = understood.little
        self.common, self.unknown = self.reading.common, self.reading.unknown
        self.language = self.reading.meaning.language
        names = [str(LANGUAGES[each]) for each in self.reading.meaning.languages]
        self.language_name = _(" or ").join(names)
        self.is_foreign = self.language not in ("", "en")
        self.is_by_meaning = self.reading.is_by_meaning
        self.words_only = filters.address(meaning=("no",))
        self.near = self._near()
        self.codes = self._codes()
        self.offers = self._offers()

    @property
    def has_words(self):
        """Whether words were searched, so that a passage of a policy can have them."""
        return bool(self.reading.understood.parts) and not self.is_by_meaning

    @property
    def is_shown(self):
        """Whether there is more to say than how many policies have the words."""
        return bool(self.near or self.codes or self.offers or self.common or self.unknown)

    @property
    def counted(self):
        """How many policies have all words, some of them, or serve what they mean: a sentence.

        "" where all that was found has all the words.
        """
        reading = self.reading
        if self.is_by_meaning or not (reading.with_some or reading.by_target):
            return ""
        parts = []
        if reading.with_all and reading.is_one_word:
            text = ngettext(
                "%(number)s policy has your word",
                "%(number)s policies have your word",
                reading.with_all,
            )
            parts.append(text % {"number": number(reading.with_all)})
        elif reading.with_all:
            text = ngettext(
                "%(number)s policy has all your words",
                "%(number)s policies have all your words",
                reading.with_all,
            )
            parts.append(text % {"number": number(reading.with_all)})
        else:
            parts.append(_("No policy has all your words"))
        if reading.with_some:
            text = ngettext(
                "%(number)s more has some", "%(number)s more have some", reading.with_some
            )
            if not reading.with_all:
                text = ngettext("%(number)s has some", "%(number)s have some", reading.with_some)
            parts.append(text % {"number": number(reading.with_some)})
        if reading.by_target:
            text = ngettext(
                "%(number)s more serves a target that comes near",
                "%(number)s more serve a target that comes near",
                reading.by_target,
            )
            parts.append(text % {"number": number(reading.by_target)})
        return _(", ").join(parts)

    @property
    def served(self):
        """How many policies serve the targets that come nearest, where none has the words."""
        text = ngettext(
            "%(number)s policy serves a target that comes near",
            "%(number)s policies serve the targets that come nearest",
            self.answer.total,
        )
        return text % {"number": number(self.answer.total)}

    def _near(self):
        """Return the targets that cases were found or raised by, the nearest first."""
        if not self.answer.total:
            return []
        found = [near for near in self.reading.meaning.near if near.finds]
        targets = self.filters.known_labels.targets([near.code for near in found])
        counts = self.counts.get("target", {})
        return [
            NearTarget(
                targets[near.code],
                near.label if self.is_foreign else "",
                near.said,
                self.filters.address(q=(), target=(near.code,), meaning=()),
                counts.get(near.code, 0),
            )
            for near in found
            if near.code in targets
        ]

    def _codes(self):
        """Return (label, address with the code as a filter) of each code among the words."""
        rest = self.reading.understood.words
        found = []
        for facet, values in self.reading.understood.codes.items():
            chosen = tuple(dict.fromkeys((*self.filters.chosen.get(facet, ()), *values)))
            address = self.filters.address(q=(rest,) if rest else (), **{facet: chosen})
            found += [(name_of_choice(self.filters, facet, value), address) for value in values]
        return found

    def _offers(self):
        return [
            offer
            for limit in self.reading.understood.limits
            if (offer := self._offer(limit)) and limit.name not in self.filters.values
        ]

    def _offer(self, limit):
        address = self.filters.address(**{limit.name: limit.values})
        if limit.name in FACETS_BY_NAME:
            counts = self.counts.get(limit.name, {})
            names = [name_of_choice(self.filters, limit.name, value) for value in limit.values]
            count = sum(counts.get(value, 0) for value in limit.values)
            return Offer(_(" or ").join(names), limit.said, address, count)
        name, place = _ENDS[limit.name]
        field = self.filters.filters[limit.name].field
        ends = list(self.filters.ranges.get(name, (None, None)))
        ends[place] = field.clean(limit.values[0])
        if None not in ends and ends[0] > ends[1]:
            return None
        ranges = {**self.filters.ranges, name: tuple(ends)}
        count = total_of(self.filters.question(limit=0), ranges=ranges)
        return Offer(name_of_range(name, tuple(ends)), limit.said, address, count)

    def mark(self, revisions):
        """Give each policy that only a target found ``because``: the near targets that it serves."""
        near = {row.target.code: row.target for row in self.near}
        for revision in revisions:
            if revision.pk in self.reading.only_by_target:
                served = revision.list_summary["targets"]
                revision.because = [target for code, target in near.items() if code in served]

    def show_passages(self, revisions):
        """Give each policy that words found a ``passage`` of a text with those that its card lacks."""
        by_words = [each for each in revisions if each.pk not in self.reading.only_by_target]
        if self.has_words:
            inside.show_passages(by_words, self.reading.understood.words)

    def split(self, rows, first):
        """Return the policies of a page with all words, and the rest; ``first`` is the number of the
        first in the list."""
        number = self.reading.standing_first
        if not number or self.filters.lets_unknown_in:
            return rows, []
        number = max(number - first + 1, 0)
        return rows[:number], rows[number:]

    @property
    def turn(self):
        """What stands between the first policies and the rest."""
        if self.reading.standing_first < self.reading.with_all:
            return _("From here on: your word in passing, or a target that comes near to it.")
        return _("From here on: some of your words, or a target that comes near to them.")


def quote(word):
    return word if word.startswith(('"', "-")) else _("“%(words)s”") % {"words": word}
