"""What was asked and advised with the words of a search of the library.

The page of a search is asked for often, and has no time for another search: each process reads the
newest public entries now and then and finds them by their words.
"""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.models import Advice, Question
from policies.models import Revision

from .similar import SHARED, words_of

CACHE_SECONDS = 20
# So many of the newest of each kind, each by so many of its first characters.
LOOKED_AT, BEGINNING = 1000, 300
SHOWN = 3


@dataclass(frozen=True)
class Found:
    """A public question, or advice that was given unasked."""

    pk: int
    title: str
    language: str
    member: str
    # Of a question; "" of advice.
    state: str = ""

    @property
    def standing(self):
        """Return the state of a question in words; of advice that it is one."""
        return Question.State(self.state).label if self.state else _("Advice")

    @property
    def direction(self):
        return "rtl" if self.language in Revision.RIGHT_TO_LEFT else "ltr"

    @property
    def address(self):
        name = "exchange:question-short" if self.state else "exchange:advice"
        return reverse(name, args=[self.pk])


class _Known:
    """What this process has read: the entries, the newest first, and which of them have a word."""

    def __init__(self):
        self.read_at = None
        # The entries, and the numbers of those that have a word; replaced together, as threads read.
        self.found = [], {}

    def read(self):
        """Read anew what is older than ``CACHE_SECONDS``, in two queries."""
        now = time.monotonic()
        if self.read_at is not None and now - self.read_at <= CACHE_SECONDS:
            return
        questions, advice = _rows(Question, "title"), _rows(Advice, "text")
        rows = [*questions.values_list(*SHOWN_OF, "state"), *advice.values_list(*SHOWN_OF)]
        rows.sort(key=lambda row: row[0], reverse=True)
        having = defaultdict(list)
        for number, (_written, text, english, *_rest) in enumerate(rows):
            for word in words_of(f"{text} {english}"):
                having[word].append(number)
        entries = [Found(pk, text, *of) for _written, text, _english, pk, *of in rows]
        self.found, self.read_at = (entries, having), now


SHOWN_OF = ("created_at", "beginning", "english_beginning", "pk", "language", "member__name")
_known = _Known()


def forget():
    """Read anew when asked next."""
    _known.read_at = None


def _rows(model, text):
    rows = model.objects.public().order_by("-pk")
    if model is Advice:
        # An answer stands with its question.
        rows = rows.filter(state=Advice.State.PUBLISHED, question=None)
    beginnings = {
        "beginning": Left(text, BEGINNING),
        "english_beginning": Left("english", BEGINNING),
    }
    return rows.annotate(**beginnings)[:LOOKED_AT]


def newest():
    """Return the newest :class:`Found`."""
    _known.read()
    return _known.found[0][:SHOWN]


def with_words(text):
    """Return the :class:`Found` that have most of the words of a search, the newest first among
    equals; of several words at least two."""
    words = words_of(text)
    if not words:
        return []
    _known.read()
    entries, having = _known.found
    hits = Counter(number for word in words for number in having.get(word, ()))
    enough = [
        (-count, number) for number, count in hits.items() if count >= min(SHARED, len(words))
    ]
    return [entries[number] for _count, number in sorted(enough)[:SHOWN]]
