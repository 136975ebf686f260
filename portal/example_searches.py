"""Searches to try, on the home page: only those that find something in this library."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from policies.content.facets import FACETS_BY_NAME
from policies.search.query import Question, ask
from sdg.models import Target

WORDS = (gettext_noop("bus"), gettext_noop("waste"), gettext_noop("flood"))
# Bands of the facet "budget" below a million dollars.
SMALL_BUDGETS = ("under-10k", "10k-100k", "100k-1m")
NOT_REPORTED = "none"


def example_searches(counts):
    """Return (label, address) of searches that find something; ``counts`` are of the whole library."""
    found = [(word, _search(q=word)) for word in map(_, WORDS) if _finds(word)]
    targets = {code: n for code, n in counts.of("target").items() if code != NOT_REPORTED}
    if targets:
        code = max(targets, key=lambda code: (targets[code], code))
        label = _("target %(code)s") % {"code": code}
        found.append((label, Target(code=code).get_absolute_url()))
    budgets = [band for band in SMALL_BUDGETS if counts.of("budget").get(band)]
    if budgets:
        found.append((_("under USD 1 million"), _search(budget=budgets)))
    unknown = FACETS_BY_NAME["staff"].unknown
    said = {*unknown, "roles", "note"}
    staffs = [band for band in counts.of("staff") if band not in said]
    if staffs:
        found.append((_("states its staff"), _search(staff=sorted(staffs))))
    return found


def _finds(word):
    answer = ask(Question(words=word, limit=1))
    return answer.available and answer.total > 0 and not answer.corrected


def _search(**parameters):
    return reverse("policies:list") + "?" + urlencode(parameters, doseq=True)
