"""Names of cities and countries in a question: they say where, not what it is about."""

from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Count, Max

from citynet.web.recent import Recent
from members.models import Member
from members.names import GENERIC

from . import schema, text

MIN_LETTERS, MIN_SIGNS = 3, 2  # of a name of one word, and of one in a script without blanks
MAX_ENDING = 2  # characters that stick to a name: "서울시", "東京都"


class Place(NamedTuple):
    """A place in a question: its words, or the run that it is, and the parts of the question that say
    nothing else."""

    words: tuple[str, ...]
    run: str
    parts: tuple[text.Part, ...]


def places_among(parts):
    """Return the places that members are in, or are, among the parts of a question."""
    known, runs = _names(*_stamp().values())
    found, place = [], 0
    while place < len(parts):
        if parts[place].excluded or parts[place].strict:
            place += 1
            continue
        if parts[place].kind == "run":
            found += _in_run(parts[place], runs)
        elif length := _length(parts[place:], known):
            named = parts[place : place + length]
            found.append(Place(tuple(part.words[0] for part in named), "", named))
            place += length - 1
        place += 1
    return tuple(found)


def _length(parts, known):
    """Return of how many parts the longest name is that they begin with; 0 for none."""
    words = [part.words[0] if part.kind == "word" else "" for part in parts]
    names = known.get(words[0], ())
    return max((len(name) for name in names if tuple(words[: len(name)]) == name), default=0)


def _in_run(part, runs):
    """Return the longest name that a run begins or ends with, as a list."""
    run = part.words[0]
    for length in range(len(run), MIN_SIGNS - 1, -1):
        for name in (run[:length], run[-length:]):
            if name in runs:
                return [Place((), name, (part,) if len(run) - length <= MAX_ENDING else ())]
    return []


@Recent
def _stamp():
    return Member.objects.aggregate(changed=Max("updated_at"), number=Count("pk"))


@lru_cache(maxsize=4)
def _names(_changed, _number):
    """Return first word -> names of members and their countries, and those that are runs."""
    known, runs = defaultdict(set), set()
    columns = ("name", "local_name", "slug", "other_names", "country")
    for member in Member.objects.only(*columns):
        for name in (*schema.place_names(member), *schema.other_names(member), *member.names):
            spaced, found = text.split(text.fold(name))
            runs.update(run for run in found if len(run) >= MIN_SIGNS)
            words = tuple(word for word in spaced.split() if word not in GENERIC)
            if words and (len(words) > 1 or len(words[0]) >= MIN_LETTERS):
                known[words[0]].add(words)
    return known, runs
