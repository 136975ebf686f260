"""The texts of policies in a list that their cards do not show, to tell why they are found."""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Value
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from citynet.web.languages import cached_per_language
from policies.models import Revision
from policies.search import passages
from policies.search.reading import SEARCHED
from policies.search.schema import SECTIONS


class Origin(NamedTuple):
    """What text a passage is from; ``language`` is that of the policy, "" for a text of the site."""

    label: str
    language: str = ""


def show_passages(revisions, typed):
    """Give each policy a ``passage`` with words that a person typed and its card does not show; None
    where there is none. Asks the database nothing, unless a card shows none of the words and no
    section has one."""
    unseen = {}
    for revision in revisions:
        if left := passages.missing(_shown(revision), typed):
            revision.passage = passages.find(_texts(revision), left)
            if revision.passage is None and passages.has_none(left, typed):
                unseen[revision.pk] = revision, left
    if not unseen:
        return
    rows = _texts_of_rows(unseen)
    for key, (revision, left) in unseen.items():
        texts = ((Origin(label, revision.language), content) for label, content in rows[key])
        revision.passage = passages.find(texts, left)


def _shown(revision):
    member = revision.case.member
    shown = (member.name, str(member.country_name), *revision.listed_themes)
    return " ".join((revision.title, revision.summary, *shown))


def _texts(revision):
    for name in SECTIONS:
        yield Origin(_section(name), revision.language), getattr(revision, name)
    for target in revision.listed_targets:
        label = _("Target %(code)s") % {"code": target.code}
        yield Origin(label), f"{target.label}. {target.text}"


@cached_per_language
def _section(name):
    return capfirst(Revision._meta.get_field(name).verbose_name)


# One query for each kind of row: to put them together takes longer than to ask them.
_ROWS = [
    model.objects.order_by().values_list("revision", Value(number), column)
    for number, (model, column) in enumerate(SEARCHED)
]


def _texts_of_rows(keys):
    """Return {pk: [(label, text)]} of the rows of revisions that are searched, in one query."""
    queries = [rows.filter(revision__in=list(keys)) for rows in _ROWS]
    found = defaultdict(list)
    for key, number, content in queries[0].union(*queries[1:], all=True):
        found[key].append((capfirst(SEARCHED[number][0]._meta.verbose_name_plural), content))
    return found
