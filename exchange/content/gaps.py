"""What a case does not report, as a question: its wording, and the topic that it belongs to."""

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from exchange.models import Gap, Question, Topic
from policies.content import key_facts
from policies.content.summary import summary_of

TOPICS = {
    Gap.BUDGET: Topic.BUDGET,
    Gap.STAFF: Topic.MANPOWER,
    Gap.DURATION: Topic.TIME_FRAME,
    Gap.STAKEHOLDERS: Topic.STAKEHOLDERS,
    Gap.RESULTS: Topic.RESULTS,
}
TITLES = {
    Gap.BUDGET: gettext_lazy("What did “%(title)s” cost, and what was the money spent on?"),
    Gap.STAFF: gettext_lazy("How many people worked on “%(title)s”, and for how long?"),
    Gap.DURATION: gettext_lazy("How long did “%(title)s” take, from the decision to the start?"),
    Gap.STAKEHOLDERS: gettext_lazy("Who took part in “%(title)s”, and what did each of them do?"),
    Gap.RESULTS: gettext_lazy("What has “%(title)s” achieved, and how was it measured?"),
}
# What the asker is told that the case does not say.
MISSING = {
    Gap.BUDGET: gettext_lazy("“%(title)s” does not say what it cost."),
    Gap.STAFF: gettext_lazy("“%(title)s” does not say how many people worked on it."),
    Gap.DURATION: gettext_lazy("“%(title)s” does not say how long it took."),
    Gap.STAKEHOLDERS: gettext_lazy("“%(title)s” does not say who took part."),
    Gap.RESULTS: gettext_lazy("“%(title)s” does not say what came of it."),
}
FACTS = {
    Gap.BUDGET: key_facts.budget,
    Gap.STAFF: key_facts.staff,
    Gap.DURATION: key_facts.duration,
    Gap.STAKEHOLDERS: key_facts.stakeholders,
}
LONGEST = Question._meta.get_field("title").max_length


def gap_of(text):
    """Return the gap that an address names, or "" where there is no such one."""
    return Gap(text) if text in Gap.values else ""


def is_missing(revision, gap):
    """Return whether a text does not report it."""
    if gap == Gap.RESULTS:
        return summary_of(revision)["evidence"] == "none"
    return FACTS[gap](revision).unknown


def question_about(gap, title):
    """Return the question about a gap of a case of this title, short enough to be asked."""
    words = str(TITLES[gap])
    room = LONGEST - len(words % {"title": ""})
    return words % {"title": Truncator(title).chars(room)}


def missing(gap, title):
    """Return the sentence that says what the case does not."""
    return str(MISSING[gap]) % {"title": title}
