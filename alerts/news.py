"""What is new since a moment, for each kind of alert: (kind, key) pairs of public things.

Titles are read when the mail goes out (:func:`title_and_address`), so that nothing is named that is
unpublished by then.
"""

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from exchange.content.matching import matches
from exchange.models import Adoption, Advice, Cooperation
from exchange.models.querysets import writes_as
from policies.filters.library import LibraryFilter
from policies.models import CaseStudy, Contribution, Revision
from policies.search.query import ask
from seminars.models import Seminar


class NoAnswer(Exception):
    """The search cannot be run just now; what is new is told another time."""


def of_search(search, since, until):
    """Return the cases that match a saved search and were first published after ``since``.

    None where the search is no longer understood. Raises :class:`NoAnswer` while there is no index.
    """
    filters = LibraryFilter(QueryDict(search.query))
    if not filters.is_valid():
        return None
    answer = ask(filters.question(offset=0, limit=None))
    if not answer.available:
        raise NoAnswer
    new = Revision.objects.live().with_first_published()
    new = dict(
        new.filter(first_published__gt=since, first_published__lte=until).values_list("pk", "case")
    )
    return [("case", new[key]) for key in answer.ids if key in new]


def of_case(case, since, until):
    """Return what is new of a followed case: its text, public advice, public adoptions. Nothing of a
    case that is not public; of one that was merged, what is new of the other."""
    case = shown(case)
    if case is None:
        return []
    found = [("text", case.pk)] if since < case.live.decided_at <= until else []
    advice = Advice.objects.public().about_case(case).filter(state=Advice.State.PUBLISHED)
    advice = advice.filter(text_changed_at__gt=since, text_changed_at__lte=until)
    adoptions = Adoption.objects.public().about_case(case)
    adoptions = adoptions.filter(published_at__gt=since, published_at__lte=until)
    for kind, rows in (("advice", advice), ("adoption", adoptions)):
        found += [(kind, key) for key in rows.order_by("pk").values_list("pk", flat=True)]
    return found


def shown(case):
    """Return the public case that is shown for ``case``: itself, or that into which it was merged; or
    None."""
    case = case if case.live_id or not case.merged_into_id else case.merged_into
    return case if case.live_id else None


def of_watch(watch, since, until):
    """Return new needs, offers or seminars that concern the members of a person."""
    own = writes_as(watch.user).order_by()
    if watch.kind == watch.Kind.MATCHES:
        entries = Cooperation.objects.open().filter(member__in=own.values("pk"))
        fitting = {
            match.entry.pk: match.entry for row in matches(entries).values() for match in row
        }
        new = [row for row in fitting.values() if since < row.opened_at <= until]
        return [("entry", row.pk) for row in new]
    new = Seminar.objects.coming(until).filter(state=Seminar.State.ANNOUNCED)
    new = new.filter(announced_at__gt=since, announced_at__lte=until)
    new = new.filter(_on_targets_of(watch.user, own)).distinct()
    return [("seminar", key) for key in new.order_by("pk").values_list("pk", flat=True)]


def _on_targets_of(user, members):
    """Return the condition that a seminar is on a target of the policies of ``members``, or on a target
    or goal that the person's saved searches ask for."""
    mine = Q(revision__case__member__in=members.values("pk"))
    mine |= Q(revision__joint_members__member__in=members.values("pk"))
    served = Contribution.objects.filter(mine, revision__live_of__isnull=False).order_by()
    searches = user.savedsearch_alerts.filter(paused_at=None).values_list("query", flat=True)
    asked = [QueryDict(query) for query in searches]
    targets = {code for query in asked for code in query.getlist("target")}
    goals = {int(goal) for query in asked for goal in query.getlist("goal") if goal.isdecimal()}
    return (
        Q(targets__in=served.values("target")) | Q(targets__in=targets) | Q(targets__goal__in=goals)
    )


def title_and_address(kind, key):
    """Return both of something that was new; None where the public may not read it now."""
    read = {
        "case": CaseStudy.objects.live().select_related("live", "member"),
        "text": CaseStudy.objects.live().select_related("live", "member"),
        "advice": Advice.objects.public().select_related("member", "case__merged_into"),
        "adoption": Adoption.objects.public().select_related("member", "case__merged_into"),
        "entry": Cooperation.objects.open().select_related("member"),
        "seminar": Seminar.objects.filter(state=Seminar.State.ANNOUNCED),
    }
    row = read[kind].filter(pk=key).first()
    return (_title(kind, row), row.get_absolute_url()) if row else None


def _title(kind, row):
    if kind == "seminar":
        return row.title
    if kind == "entry":
        return f"{row.title}, {row.member}"
    if kind == "case":
        return f"{row.live.title}, {row.member}"
    if kind == "text":
        return _("New text: %(title)s") % {"title": row.live.title}
    facts = {"member": row.member, "title": shown(row.case).live.title}
    if kind == "adoption":
        return _("%(member)s adopts it: %(title)s") % facts
    facts["topic"] = row.get_topic_display().lower()
    return _("%(member)s advises on %(topic)s: %(title)s") % facts
