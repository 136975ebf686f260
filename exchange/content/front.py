"""What the front page of the exchange shows: everybody may read all of it."""

from exchange.models import Adoption, Advice, Cooperation, Question
from policies.content import lists
from policies.models import Revision

from . import know_how, worth_asking
from .measures import public_measures

ANSWERS = OPEN = 4
ADOPTIONS = NEEDS = CASES = 4


def front_page():
    """Return the context of the front page."""
    answers = list(know_how.listed(Advice.objects.public())[:ANSWERS])
    questions = list(
        Question.objects.public()
        .filter(state=Question.State.OPEN)
        .select_related("member")
        .prefetch_related("addressees__member")
        .order_by("opened_at", "pk")[:OPEN]
    )
    adoptions = list(
        Adoption.objects.public()
        .select_related("member", "case__member", "case__live", "original_member")
        .defer(*(name for name in know_how.NOT_OF_CASE if name.startswith("case__live")))
        .prefetch_related("changes")
        .order_by("-published_at", "-pk")[:ADOPTIONS]
    )
    cooperation = list(
        Cooperation.objects.open()
        .select_related("member")
        .prefetch_related("forms", "targets")
        .order_by("-opened_at", "-pk")[: 2 * NEEDS]
    )
    newest = []
    if not answers and not questions:
        keys = Revision.objects.live().order_by("-decided_at", "-pk").values_list("pk", flat=True)
        newest = lists.read(list(keys[:CASES]))
    return {
        "words": worth_asking.words(),
        "answers": answers,
        "questions": questions,
        "adoptions": adoptions,
        "needs": [each for each in cooperation if each.kind == "need"][:NEEDS],
        "offers": [each for each in cooperation if each.kind == "offer"][:NEEDS],
        "newest": newest,
        "measures": public_measures(),
    }
