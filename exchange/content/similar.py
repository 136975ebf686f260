"""What was asked and said before that is close to a new question, while it is being written."""

from django.db.models import Q

from exchange.models import Advice, Question
from members.names import fold

SHOWN = 4
# So many of the newest entries that share a case, a target or a word are compared word by word.
LOOKED_AT = 150
MIN_LENGTH = 4  # letters of a word that tells anything, in scripts with blanks between words
# What two titles have in common, of all their words, and at least so many of them; of two about the
# same case less is asked.
CLOSE = 0.3
SHARED = 2
SAME_CASE = 0.15
# Words that nearly every question has.
COMMON = frozenset(
    [
        "about",
        "been",
        "city",
        "does",
        "from",
        "have",
        "into",
        "long",
        "many",
        "much",
        "other",
        "people",
        "take",
        "that",
        "their",
        "them",
        "there",
        "they",
        "this",
        "took",
        "were",
        "what",
        "when",
        "where",
        "which",
        "whom",
        "with",
        "work",
        "worked",
        "would",
        "your",
        "asked",
        "ask",
        "answer",
    ]
)


def words_of(text):
    """Return the words of a text that tell it from others, without capitals and accents."""
    return {
        word
        for word in fold(text).split()
        if (len(word) >= MIN_LENGTH or not word.isascii()) and word not in COMMON
    }


def similar(user, title, *, case=None, codes=(), limit=SHOWN):
    """Return up to ``limit`` questions and pieces of advice that ``user`` may read and that are close
    to ``title``, the closest first; two queries, whatever there is."""
    words = words_of(title)
    if not words:
        return []
    graded = []
    for model, field in ((Question, "title"), (Advice, "text")):
        near = Q(pk__in=[])
        for word in sorted(words, key=len, reverse=True)[:4]:
            near |= Q(**{f"{field}__icontains": word}) | Q(english__icontains=word)
        if case is not None:
            near |= Q(case=case)
        if codes:
            near |= Q(pk__in=model.objects.filter(targets__in=codes).values("pk"))
        rows = model.objects.readable_by(user).standing().filter(near)
        if model is Advice:
            # An answer stands with its question.
            rows = rows.filter(state=Advice.State.PUBLISHED, question=None)
        for row in rows.select_related("member")[:LOOKED_AT]:
            grade = _grade(words, row, field, case)
            if grade >= CLOSE:
                graded.append((grade, row))
    graded.sort(key=lambda pair: (-pair[0], pair[1].pk))
    return [row for _grade_of, row in graded[:limit]]


def _grade(words, row, field, case):
    same_case = case is not None and row.case_id == case.pk
    grade = 0
    for text in (getattr(row, field), row.english):
        own = words_of(text)
        shared = len(words & own)
        if shared >= min(SHARED, len(words)) or (same_case and shared):
            # A long text holds many words: what counts is how much of the question is in it.
            of = words | own if field == "title" else words
            grade = max(grade, shared / len(of))
    return grade + SAME_CASE * same_case if grade else 0
