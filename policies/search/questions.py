"""What is asked of the index, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from .meaning import Meaning
from .understanding import Understood

SORTS = {
    "relevance": _("Best match"),
    "newest": _("Newest"),
    "budget": _("Smallest budget"),
    "staff": _("Smallest team"),
    "duration": _("Shortest"),
    "documented": _("Best documented"),
}


@dataclass(frozen=True)
class Question:
    """What a person wants to find. ``ranges`` are inclusive, either end may be None.

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


@dataclass(frozen=True)
class Reading:
    """What was made of the words of a question.

    ``with_all`` cases have all the words, ``with_some`` have some of them, and ``by_target`` have none
    but serve a target that is near. ``only_by_target`` are the keys of those among the answer's.
    ``common`` are words in most of the library, ``unknown`` ones in no case.
    """

    understood: Understood = field(default_factory=Understood)
    meaning: Meaning = field(default_factory=Meaning)
    with_all: int = 0
    with_some: int = 0
    by_target: int = 0
    only_by_target: frozenset[int] = frozenset()
    common: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

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
