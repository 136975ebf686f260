"""What the tests of the search share: making live cases, and asking for their titles."""

from policies.models import Revision
from policies.search.query import Question, ask
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory


def live_case(title, *, member=None, **fields):
    """Return a published case of a member of its own, or of ``member``."""
    study = CaseStudyFactory(member=member or MemberFactory())
    fields = {"summary": "What it is."} | fields
    return LiveRevisionFactory(case=study, title=title, **fields)


def titles(words="", **more):
    """Return titles that a question finds, in order."""
    answer = ask(Question(words=words, **more))
    found = Revision.objects.in_bulk(answer.ids)
    return [found[key].title for key in answer.ids]
