"""What is asked of the index, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from policies.content.bands import NONE
from policies.content.facets import FACETS_BY_NAME

from .meaning import Meaning
from .understanding import Understood

# What a policy may not state, and a band or a range then leaves out.
NO_ENDS = (None, None)
FIGURES = ("budget", "staff", "duration", "population", "start")
SORTS = {
    "relevance": _("Best match"),
    "newest": _("Newest"),
    "budget": _("Smallest budget"),
    "staff": _("Smallest team"),
    "duration": _("Shortest"),
    "documented": _("Best documented"),
}


def unknown_of(figure):
    """Return the values of a figure that say that it is not stated."""
    return FACETS_BY_NAME[figure].unknown if figure in FACETS_BY_NAME else (NONE,)


@dataclass(frozen=True)
class Question:
    """What a person wants to find. ``ranges`` are inclusive, either end may be None.

    A band or range leaves out what states nothing; ``with_unknown`` lets it in, after the others.

    ``of_members`` are addresses of members, and cases of others are not found; None: of all.

    Cases with all words stand first, unless ``in_tiers`` is false. Without ``by_meaning`` the words
    alone are searched, not what they mean.
    """

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple] = field(default_factory=dict)
    sort: str = "newest"
    offset: int = 0
    limit: int | None = 20  # None: all
    by_meaning: bool = True
    in_tiers: bool = True
    with_unknown: bool = False
    of_members: tuple[str, ...] | None = None

    @property
    def limited(self):
        """The figures that a band or a range limits, without those whose unknown ones are chosen."""
        return tuple(
            name
            for name in FIGURES
            if NONE not in self.chosen.get(name, ())
            and (self.chosen.get(name) or self.ranges.get(name, NO_ENDS) != NO_ENDS)
        )


@dataclass(frozen=True)
class Reading:
    """What was made of the words of a question.

    ``with_all`` cases have all the words, of which ``standing_first`` stand before all others,
    ``with_some`` have some of them, and ``by_target`` have none but serve a target that is near.
    ``only_by_target`` are the keys of those among the answer's.
    ``common`` are words in most of the library, ``unknown`` ones in no case.
    """

    understood: Understood = field(default_factory=Understood)
    meaning: Meaning = field(default_factory=Meaning)
    with_all: int = 0
    standing_first: int = 0
    with_some: int = 0
    by_target: int = 0
    only_by_target: frozenset[int] = frozenset()
    common: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_one_word(self):
        return len([part for part in self.understood.parts if not part.excluded]) == 1

    @property
    def is_by_meaning(self):
        """Whether no case has the words, so that the targets alone are the answer."""
        return bool(self.by_target and not self.with_all and not self.with_some)


@dataclass(frozen=True)
class Answer:
    """Keys of revisions in order, and for each facet how many cases each value would find.

    ``corrected`` are the words that were searched instead, where typos were corrected.
    """

    total: int
    ids: list[int]
    counts: dict[str, dict[str, int]]
    corrected: str = ""
    available: bool = True
    reading: Reading = field(default_factory=Reading)
    # Figure -> cases that match but for not stating it, where a limit leaves these out.
    left_out: Mapping[str, int] = field(default_factory=dict)
    # How many state all that is limited, where the others are let in after them.
    stated: int | None = None
