"""What is new since a moment, for each kind of alert: (title, address) pairs of public things."""

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from exchange.content.matching import matches
from exchange.models import Adoption, Advice, Cooperation
from exchange.models.querysets import writes_as
from policies.filters.library import LibraryFilter
from policies.models import Contribution, Revision
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
    keys = [key for key in answer.ids if key in new]
    found = Revision.objects.select_related("case__member").in_bulk(keys)
    return [_of_case(found[key]) for key in keys]


def _of_case(revision):
    return f"{revision.title}, {revision.case.member}", revision.case.get_absolute_url()


def of_case(case, since, until):
    """Return what is new of a followed case: its text, public advice, public adoptions. Nothing of a
    case that is not public; of one that was merged, what is new of the other."""
    case = case if case.live_id or not case.merged_into_id else case.merged_into
    if not case.live_id:
        return []
    found, live = [], case.live
    if since < live.decided_at <= until:
        found.append((_("New text: %(title)s") % {"title": live.title}, case.get_absolute_url()))
    advice = Advice.objects.public().about_case(case).select_related("member")
    advice = advice.filter(text_changed_at__gt=since, text_changed_at__lte=until)
    found += [
        (
            _("%(member)s advises on %(topic)s: %(title)s")
            % {
                "member": row.member,
                "topic": row.get_topic_display().lower(),
                "title": live.title,
            },
            row.get_absolute_url(),
        )
        for row in advice.filter(state=Advice.State.PUBLISHED).order_by("pk")
    ]
    adoptions = Adoption.objects.public().about_case(case).select_related("member")
    adoptions = adoptions.filter(published_at__gt=since, published_at__lte=until)
    found += [
        (
            _("%(member)s takes it up: %(title)s") % {"member": row.member, "title": live.title},
            row.get_absolute_url(),
        )
        for row in adoptions.order_by("pk")
    ]
    return found


def of_watch(watch, since, until):
    """Return new needs, offers or seminars that concern the members of a person."""
    own = writes_as(watch.user).order_by()
    if watch.kind == watch.Kind.MATCHES:
        entries = Cooperation.objects.open().filter(member__in=own.values("pk"))
        fitting = {
            match.entry.pk: match.entry for row in matches(entries).values() for match in row
        }
        new = [row for row in fitting.values() if since < row.opened_at <= until]
        return [(f"{row.title}, {row.member}", row.get_absolute_url()) for row in new]
    mine = Q(revision__case__member__in=own.values("pk"))
    mine |= Q(revision__joint_members__member__in=own.values("pk"))
    targets = Contribution.objects.filter(mine, revision__live_of__isnull=False).order_by()
    new = Seminar.objects.coming(until).filter(state=Seminar.State.ANNOUNCED)
    new = new.filter(announced_at__gt=since, announced_at__lte=until)
    new = new.filter(targets__in=targets.values("target")).distinct()
    return [(row.title, row.get_absolute_url()) for row in new]
