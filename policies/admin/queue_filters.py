"""Filters of the queue. Each counts what its choices would find with the other filters applied."""

import math
from datetime import timedelta

from django.contrib import admin
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citynet.web.text import order_key
from members import subregions
from members.models import Member
from policies.models import Revision, UpdateRequest
from policies.statistics import turnaround

State = Revision.State


def late_after(request):
    """Return after how many days a submission is late: twice the published median; None without
    one."""
    if not hasattr(request, "late_after"):
        # Each filter that counts creates all filters again.
        median = turnaround.of_last_year()[0]
        request.late_after = None if median is None else max(1, math.ceil(2 * median))
    return request.late_after


class CountedFilter(admin.SimpleListFilter):
    """A filter whose choices are conditions; a choice that finds nothing is left out.

    ``conditions()`` returns {value: (label, Q)}. One query counts them all.
    """

    any_label = _("All")
    any_condition = None  # the condition while nothing is chosen, where that is counted too

    def __init__(self, request, params, model, model_admin):
        self.known = self.conditions(request)
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return [(value, label) for value, (label, _condition) in self.known.items()]

    def queryset(self, request, queryset):
        if self.value() in self.known:
            return queryset.filter(self.known[self.value()][1])
        return queryset

    def counts(self, rows):
        """Return how many of ``rows`` each choice would find: {value: number}."""
        wanted = {value: condition for value, (_label, condition) in self.known.items()}
        if self.any_condition:
            wanted[None] = self.any_condition
        names = {f"c{place}": value for place, value in enumerate(wanted)}
        counted = rows.aggregate(
            **{name: Count("pk", filter=wanted[value]) for name, value in names.items()}
        )
        return {names[name]: number for name, number in counted.items()}

    def choices(self, changelist):
        rows = changelist.get_queryset(
            self.request, exclude_parameters=self.expected_parameters()
        ).order_by()
        counts = self.counts(rows)
        label = f"{self.any_label} ({counts[None]})" if self.any_condition else self.any_label
        yield self._choice(changelist, None, label)
        for value, label in self.lookup_choices:
            if counts.get(value) or self.value() == value:
                yield self._choice(changelist, value, f"{label} ({counts.get(value, 0)})")

    def _choice(self, changelist, value, label):
        return {
            "selected": self.value() == value,
            "query_string": changelist.get_query_string(
                {self.parameter_name: value} if value else {},
                [] if value else [self.parameter_name],
            ),
            "display": label,
        }


class StateFilter(CountedFilter):
    """Submissions that wait for review are shown by default; other states have to be chosen."""

    title = _("state")
    parameter_name = "state"
    any_label = _("Waiting for review")
    any_condition = Q(state=State.SUBMITTED)
    ALL, ASKED = "all", "update-asked"
    OTHERS = (
        State.CHANGES_REQUESTED,
        State.PUBLISHED,
        State.SUPERSEDED,
        State.REJECTED,
        State.UNPUBLISHED,
        State.WITHDRAWN,
    )

    def conditions(self, request):
        asked = UpdateRequest.objects.open().values("case__live")
        asked = {self.ASKED: (_("Update asked for"), Q(pk__in=asked))}
        states = {state.value: (state.label, Q(state=state)) for state in self.OTHERS}
        return asked | states | {self.ALL: (_("All"), Q(state__in=[State.SUBMITTED, *self.OTHERS]))}

    def queryset(self, request, queryset):
        if self.value() in self.known:
            return super().queryset(request, queryset)
        return queryset.filter(self.any_condition)


class ReviewerFilter(CountedFilter):
    title = _("reviewer")
    parameter_name = "reviewer"

    def conditions(self, request):
        mine = Q(reviewer=request.user)
        return {
            "me": (_("Me"), mine),
            "nobody": (_("Nobody"), Q(reviewer=None)),
            "others": (_("Others"), Q(reviewer__isnull=False) & ~mine),
        }


class KindFilter(CountedFilter):
    title = _("kind")
    parameter_name = "kind"

    def conditions(self, request):
        public = Q(case__live__isnull=False)
        return {
            "new": (_("New"), Q(case__live=None)),
            "edit": (_("Edit of a public case"), public & ~Q(case__live=F("pk"))),
            "first": (_("First-time author"), Q(screening__first_time_author=True)),
        }


class FlagFilter(CountedFilter):
    title = _("what to look at")
    parameter_name = "flag"

    def conditions(self, request):
        days = late_after(request)
        late = {}
        if days is not None:
            before = timezone.now() - timedelta(days=days + 1)
            waits = Q(state=State.SUBMITTED, submitted_at__lte=before)
            late = {"late": (_("Over %(days)d days") % {"days": days}, waits)}
        return late | {
            "over-tagged": (_("Over-tagged"), Q(screening__over_tagged=True)),
            "no-source": (_("No source"), Q(screening__without_source=True)),
            "duplicate": (
                _("Possible duplicate"),
                Q(screening__duplicate_of__isnull=False),
            ),
        }


class GroupedFilter(CountedFilter):
    """A filter by the value of a column: its choices are counted by grouping, however many."""

    path = ""

    def counts(self, rows):
        # Unsorted, or each row would be a group of its own.
        return dict(rows.values_list(self.path).annotate(Count("pk")))


class CountryFilter(GroupedFilter):
    title = _("country or area")
    parameter_name = "country"
    path = "case__member__country"

    def conditions(self, request):
        if not hasattr(request, "countries_of_members"):
            # Each filter that counts creates all filters again.
            codes = Member.objects.order_by().exclude(country="").values_list("country", flat=True)
            request.countries_of_members = {
                code: name
                for code in codes.distinct()
                if (name := Member(country=code).country_name)
            }
        names = request.countries_of_members
        return {
            code: (names[code], Q(case__member__country=code))
            for code in sorted(names, key=lambda code: order_key(str(names[code])))
        }


class LanguageFilter(GroupedFilter):
    title = _("language")
    parameter_name = "language"
    path = "language"

    def conditions(self, request):
        return {value: (label, Q(language=value)) for value, label in Revision.Language.choices}


class SubregionFilter(GroupedFilter):
    title = _("subregion")
    parameter_name = "subregion"
    path = "case__member__country"

    def conditions(self, request):
        return {
            each.slug: (each.name, Q(case__member__country__in=each.countries))
            for each in subregions.SUBREGIONS
        }

    def counts(self, rows):
        found = {}
        for country, number in super().counts(rows).items():
            if subregion := subregions.subregion_of(country):
                found[subregion.slug] = found.get(subregion.slug, 0) + number
        return found
