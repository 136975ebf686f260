"""Which questions find nothing or little, counted without knowing who asks.

The secretariat mends the thesaurus with them. Kept are words, a number and a day; not who asked, nor
from where or when. What looks like an e-mail address, a telephone number or a link is never kept, nor
are long texts. Questions not asked for half a year are deleted by ``delete_unused_files``.
"""

import re
import unicodedata

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from policies.models import MissedQuestion
from policies.search import text

from .buffer import Buffer, register
from .uses import is_machine

MAX_CHARACTERS = MissedQuestion._meta.get_field("words").max_length
# Fewer policies than these are next to nothing.
FEW = 3
MAX_ROWS = 5000  # of the table; those asked longest ago make room
MAX_WAITING = 200  # different questions of one process between two times of writing
# A number of so many digits may be that of a telephone, a person or an account.
MAX_DIGITS = 6
# E-mail addresses, also written "name (at) city", and links. Case and width are folded before.
PERSONAL = re.compile(r"@|[(\[{]\s*at\s*[)\]}]|://|\bwww\.|\w\.(com|org|net|gov|edu)\b")


def note(request, words, answer):
    """Count a question whose answer has next to nothing, or nothing with all its words while no
    target is known for it either; only where a person asked, and nothing personal stands in it."""
    reading = answer.reading
    is_little = answer.total < FEW or not (reading.with_all or reading.meaning.finding)
    if not (is_little and reading.understood.parts) or request.method != "GET":
        return
    question = None if is_machine(request) else countable(words)
    if question:
        buffer.count([(*question, reading.with_all)])


def countable(words):
    """Return (the words as they are compared, the words as typed), or None for what is not kept."""
    typed = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    plain = unicodedata.normalize("NFKC", typed).lower()
    folded = " ".join(text.fold(typed).split())
    if (
        not folded
        or max(len(typed), len(folded)) > MAX_CHARACTERS
        or not any(letter.isalpha() for letter in folded)
        or sum(letter.isdigit() for letter in plain) > MAX_DIGITS
        or PERSONAL.search(plain)
    ):
        return None
    return folded, typed


@transaction.atomic
def _add(counted):
    """Add to the rows of the database, and create those that are missing; the table stays bounded."""
    today = timezone.localdate()
    asked = {}
    for (folded, typed, found), times in sorted(counted.items()):
        earlier = asked.get(folded, (typed, 0, 0))
        asked[folded] = (earlier[0], found, earlier[2] + times)
    # Rows that are there already stay as they are: another process may have made them just now.
    MissedQuestion.objects.bulk_create(
        [
            MissedQuestion(folded=folded, words=typed, last_asked=today)
            for folded, (typed, _found, _times) in asked.items()
        ],
        ignore_conflicts=True,
    )
    for folded, (_typed, found, times) in asked.items():
        MissedQuestion.objects.filter(folded=folded).update(
            times=F("times") + times, found=found, last_asked=today
        )
    newest = MissedQuestion.objects.order_by("-last_asked", "-times", "pk")
    surplus = list(newest.values_list("pk", flat=True)[MAX_ROWS:])
    MissedQuestion.objects.filter(pk__in=surplus).delete()


buffer = register(Buffer("Questions that found little", _add, MAX_WAITING))
