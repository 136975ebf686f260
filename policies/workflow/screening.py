"""What moderators should look at in a submission, computed by rules when it is submitted.

A flag is a question to the moderator, never a decision. All rules and thresholds are here.
"""

import logging
from dataclasses import dataclass
from itertools import islice, pairwise

from django.db.models import F, Q

from policies.content import completeness, plausibility
from policies.models import ReviewEvent, Revision, Screening
from policies.search import text
from policies.search.similar import similar, with_same_words

logger = logging.getLogger(__name__)

State = Revision.State

# Share of passages that two texts have in common: two adjacent words or, of scripts without blanks
# between words and Korean, ``RUN_LETTERS`` letters. Any two real cases of the sample library share less
# than 7 %, unrelated texts in eight languages less than 9 %; a text of which every tenth word was
# exchanged still shares more than half.
SAME_TEXT = 0.2
RUN_LETTERS = 5
# Two single sentences may be alike by chance.
LEAST_PASSAGES = 10
# Share of words that two titles of the same member have in common.
SAME_TITLE = 0.5
SHORTEST_WORD = 3  # letters: "of", "in" and "a" make no title alike
# The search index is asked for so many; more titles of one member are not compared, nor the texts
# of more cases that are called the same.
CANDIDATES = 5
MOST_TITLES = 500
MOST_TWINS = 20
COMPARED = ("title", "summary", "challenge", "solution", "results")
# What a case of the same member may be a duplicate of: what is public or in review.
STANDING = (State.PUBLISHED, State.SUBMITTED, State.CHANGES_REQUESTED)
WAS_PUBLIC = (State.PUBLISHED, State.SUPERSEDED, State.UNPUBLISHED)


@dataclass(frozen=True)
class LookAlike:
    """A revision of another case that is similar to a submission.

    ``shared`` is the share of passages that both have (0 to 1), ``passages`` how many these are;
    ``same_title`` whether the same member has nearly the same title there.
    """

    revision: Revision
    shared: float
    passages: int
    same_title: bool

    @property
    def is_likely(self):
        """Return whether it may be the same policy."""
        same_text = self.shared >= SAME_TEXT and self.passages >= LEAST_PASSAGES
        return self.same_title or same_text

    @property
    def percent(self):
        """Return ``shared`` in whole percent."""
        return round(self.shared * 100)


def screen(revision):
    """Compute and store the :class:`Screening` of a revision, and return it.

    Takes a fixed number of queries. Without a search index, duplicates are looked for among the
    titles of the member only.
    """
    revision = Revision.objects.with_content().get(pk=revision.pk)
    alike = next((each for each in look_alikes(revision) if each.is_likely), None)
    over_tagged = plausibility.is_over_tagged(revision)
    without_source = plausibility.is_without_source(revision)
    # These two have flags of their own.
    hints = len(plausibility.checks(revision)) - over_tagged - without_source
    screening, _made = Screening.objects.update_or_create(
        revision=revision,
        defaults={
            "completeness": completeness.score(revision)[0],
            "first_time_author": is_first_of(author(revision)),
            "over_tagged": over_tagged,
            "without_source": without_source,
            "hints": hints,
            "duplicate_of": alike.revision.case if alike else None,
        },
    )
    return screening


def author(revision):
    """Return who submitted a revision last; where no account did, who created it; or None."""
    submitted = (
        ReviewEvent.objects.filter(revision=revision, to_state=State.SUBMITTED)
        .select_related("actor")
        .order_by("-created_at", "-pk")
        .first()
    )
    return (submitted and submitted.actor) or revision.created_by


def is_first_of(person):
    """Return whether nothing by a person was ever public; False where ``person`` is None."""
    if person is None:
        return False
    submitted = Q(events__actor=person, events__to_state=State.SUBMITTED)
    theirs = Revision.objects.filter(Q(created_by=person) | submitted)
    return not theirs.filter(state__in=WAS_PUBLIC).exists()


def look_alikes(revision, limit=3):
    """Return :class:`LookAlike` of the most similar other cases, the likeliest duplicate first.

    They share a target or theme, or they are likely duplicates.
    """
    named_alike = _same_titles(revision)
    related = _ask(similar, revision)
    keys = [*named_alike, *related, *_ask(with_same_words, revision)]
    found = Revision.objects.select_related("case__member", "case__live").in_bulk(keys)
    passages = _passages(revision)
    alike = []
    for key, other in found.items():
        theirs = _passages(other)
        both = len(passages & theirs)
        each = LookAlike(other, _share(passages, theirs), both, key in named_alike)
        if each.is_likely or key in related:
            alike.append(each)
    alike.sort(key=lambda each: (each.is_likely, each.shared), reverse=True)
    return alike[:limit]


def _ask(search, revision):
    try:
        return search(revision, limit=CANDIDATES)
    except Exception:
        # The index is disposable: a submission never fails because of it.
        logger.exception("Similar cases could not be searched")
        return []


def _same_titles(revision):
    """Return the keys of revisions of the member's other cases with nearly the same title."""
    others = (
        Revision.objects.filter(case__member=revision.case.member_id, state__in=STANDING)
        .filter(Q(case__live=None) | Q(case__live=F("pk")))
        .exclude(case=revision.case_id)
        .order_by("-pk")
        .values_list("pk", "title")[:MOST_TITLES]
    )
    words = _words_of_title(revision.title)
    alike = (key for key, title in others if _share(words, _words_of_title(title)) >= SAME_TITLE)
    return set(islice(alike, MOST_TWINS))


def _words_of_title(title):
    spaced, runs = text.split(text.fold(title))
    words = set(spaced.split())
    longer = {word for word in words if len(word) >= SHORTEST_WORD or not word.isascii()}
    return (longer or words).union(*(text.pairs(run) or [run] for run in runs))


def _passages(revision):
    """Return all passages of the texts of a revision: see ``SAME_TEXT``."""
    words = text.fold(" ".join(getattr(revision, name) for name in COMPARED))
    spaced, runs = text.split(words)
    letters = "".join(runs)
    ends = range(RUN_LETTERS, len(letters) + 1)
    return {*pairwise(spaced.split()), *(letters[end - RUN_LETTERS : end] for end in ends)}


def _share(some, others):
    """Return the Jaccard similarity of two sets, 0 to 1."""
    union = len(some | others)
    return len(some & others) / union if union else 0.0
