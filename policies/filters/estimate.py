"""What the address of an estimate asks: for what, for which city, against which ceiling.

All of it is in the address, so that it can be shared. What is not understood is said beside its
field, and then nothing is counted.
"""

from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from policies.content import bands, prices
from policies.content.comparable import Reason
from policies.content.exchange_rates import mean_rate
from policies.content.statements import Ceiling
from policies.models import Revision
from policies.search.query import Question, ask

from .estimate_form import MOST_NAMED, MOST_POLICIES, EstimateForm
from .fields import shown

COMPARABLE = Q(budget_usd__isnull=False, budget_scope__in=("", Revision.Scope.TOTAL))
NAMES = (
    *("q", "target", "goal", "theme", "for", "population", "country", "ceiling", "currency"),
    "scale",
)
MOST_OFFERED = 3
# The parameters of an address in which nothing is ticked.
NO_CHOICE = {"case": (), "adoption": ()}


class EstimateQuestion:
    """What is asked, once ``is_valid``: rows, words for them, and addresses of what is near it."""

    def __init__(self, data):
        self.data = data
        self.form = EstimateForm(data)

    @property
    def is_valid(self):
        return self.form.is_valid()

    @property
    def mistakes(self):
        """(name of the field, message) of everything that was not understood."""
        return [
            ("" if name == "__all__" else name, message)
            for name, messages in self.form.errors.items()
            for message in messages
        ]

    @cached_property
    def typed(self):
        """What was typed, by name, for the fields."""
        found = {name: shown(self.data.get(name, "")) for name in NAMES}
        targets = [shown(each) for each in self.data.getlist("target") if each.strip()]
        return found | {"targets": targets[: MOST_NAMED + 1], "like": self.data.get("like")}

    def __getattr__(self, name):
        """Return what the form has understood of one parameter."""
        try:
            return self.form.cleaned_data[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def member(self):
        return self.form.cleaned_data["for"]

    @property
    def is_open(self):
        """Whether nothing is asked for yet."""
        return not (self.is_of_class or self.case)

    @property
    def is_of_class(self):
        """Whether a class of policies is named: by words, targets, goals or themes, not one by one."""
        return bool(self.q or self.target or self.goal or self.theme)

    @property
    def has_choice(self):
        """Whether some policies of the class were ticked."""
        return bool(self.case or self.adoption) and self.is_of_class

    @cached_property
    def answer(self):
        """What the library's search says to the words; None where there are none."""
        if not self.q:
            return None
        chosen = {
            "target": tuple(target.code for target in self.target),
            "goal": tuple(map(str, self.goal)),
            "theme": tuple(theme.slug for theme in self.theme),
        }
        return ask(
            Question(
                words=self.q,
                chosen={name: values for name, values in chosen.items() if values},
                sort="relevance",
                limit=MOST_POLICIES + 1,
            )
        )

    @property
    def is_searchable(self):
        """Whether the words could be searched: the index may be just being built."""
        return self.answer is None or self.answer.available

    @cached_property
    def ceiling_figure(self):
        """The :class:`Ceiling` in dollars, None where none was given."""
        if self.ceiling is None:
            return None
        amount, code = self.ceiling.value, self.ceiling_currency
        rate = mean_rate(code, timezone.localdate().year) if code != "USD" else None
        usd = amount if code == "USD" else Decimal(amount) / rate.per_usd if rate else None
        country = self.asker.country.code if self.asker and self.asker.country else ""
        base = prices.base_year()
        return Ceiling(
            amount=amount,
            currency=code,
            usd=usd,
            rate_year=rate.year if rate else None,
            international=prices.international_dollars(amount, code, base, country),
        )

    def revisions(self):
        """Return the live revisions that were asked for, never synthetic ones."""
        found = Revision.objects.live().filter(case__synthetic=False)
        if self.q:
            found = found.filter(pk__in=self.answer.ids)
        elif not self.is_of_class:
            found = found.filter(case__in=self.case)
        return self._narrowed(found).order_by("-decided_at", "pk")

    def _narrowed(self, found, *, by_targets=True, by_themes=True):
        if by_targets and self.target:
            codes = [target.pk for target in self.target]
            found = found.filter(pk__in=_serving(target__in=codes))
        if by_targets and self.goal:
            found = found.filter(pk__in=_serving(target__goal__in=self.goal))
        if by_themes and self.theme:
            rows = Revision.themes.through.objects.filter(theme__in=self.theme)
            found = found.filter(pk__in=rows.values("revision"))
        return found

    @property
    def named(self):
        """What it is about, in words that stand in a sentence: "target 11.2 or 12.5"."""
        parts = []
        if self.q:
            parts.append(_("what is found by “%(words)s”") % {"words": shown(self.q)})
        if not self.is_of_class:
            parts.append(_("what you chose one by one"))
        if self.target:
            codes = _(" or ").join(target.code for target in self.target)
            parts.append(_("target %(codes)s") % {"codes": codes})
        if self.goal:
            numbers = _(" or ").join(map(str, self.goal))
            parts.append(_("goal %(numbers)s") % {"numbers": numbers})
        if self.theme:
            names = _(" or ").join(theme.name for theme in self.theme)
            parts.append(_("theme %(names)s") % {"names": names})
        return _(" and ").join(parts)

    @property
    def named_with_cities(self):
        """What is asked, with the cities that are counted: "target 11.2 in cities like Iloilo City"."""
        text = self.named
        if self.scale == bands.NONE:
            text = _("%(what)s, scale not reported") % {"what": text}
        elif self.scale:
            names = {"what": text, "scale": Revision.Scale(self.scale).label.lower()}
            text = _("%(what)s, scale: %(scale)s") % names
        if self.like:
            text = _("%(what)s in cities like %(city)s") % {"what": text, "city": self.member}
        return text

    @property
    def city(self):
        """The name of the asking city; "" where it is none of the members."""
        return self.member.name if self.member else ""

    def values(self, **changes):
        """Return the parameters of the address, some of them replaced, as (name, value)."""
        asked = {
            "q": [self.q] if self.q else [],
            "target": [target.code for target in self.target],
            "goal": self.goal,
            "theme": [theme.slug for theme in self.theme],
            "for": [self.member.slug] if self.member else [],
            "population": [self.population] if self.population else [],
            "country": [self.country] if self.country else [],
            "ceiling": [f"{self.ceiling.value:f}"] if self.ceiling else [],
            "currency": [self.ceiling_currency] if self.ceiling else [],
            "like": [self.like] if self.like else [],
            "scale": [self.scale] if self.scale else [],
            "case": sorted(self.case),
            "adoption": sorted(self.adoption),
        } | changes
        return [(name, str(each)) for name, values in asked.items() for each in values]

    def address(self, name="policies:estimate", **changes):
        return f"{reverse(name)}?{urlencode(self.values(**changes))}"

    @property
    def library_query(self):
        """The query of the library's list of the same policies; "" where it has no such list."""
        if not self.is_of_class:
            return ""
        asked = self.values(like=[self.member.slug] if self.like else [])
        names = ("q", "target", "goal", "theme", "like", "scale")
        return urlencode([(name, each) for name, each in asked if name in names])

    def wider(self, slugs=()):
        """Return (label, address, how many can be compared) of wider questions, each only a link:
        goals and themes, also the themes with the addresses ``slugs``."""
        live = Revision.objects.live().filter(COMPARABLE, case__synthetic=False)
        none = NO_CHOICE | {"q": (), "target": (), "goal": (), "theme": ()}
        offers = []
        if self.q:
            if (self.target or self.goal or self.theme) and not self.like:
                count = self._narrowed(live).count()
                offers.append((_("Without the words"), self.address(**NO_CHOICE, q=()), count))
            return offers
        goals = sorted({target.goal_id for target in self.target}) if not self.theme else []
        of_goals, of_themes = _counted(live, goals, slugs)
        offers += [
            (
                _("All of goal %(number)s") % {"number": goal},
                self.address(**none | {"goal": (goal,)}),
                of_goals.get(str(goal), 0),
            )
            for goal in goals
        ]
        if self.theme and (self.target or self.goal):
            slugs = [theme.slug for theme in self.theme]
            names = _(" or ").join(theme.name for theme in self.theme)
            offers.append(
                (
                    _("Theme %(names)s") % {"names": names},
                    self.address(**none | {"theme": slugs}),
                    self._narrowed(live, by_targets=False).count(),
                )
            )
        names = {theme.slug: theme.name for theme in self.form.themes}
        return offers + [
            (
                _("Theme %(names)s") % {"names": names[slug]},
                self.address(**none | {"theme": (slug,)}),
                of_themes[slug],
            )
            for slug in slugs
            if slug in of_themes and slug in names
        ]

    def without_choices(self, result):
        """Return (label, address, how many) of the question for all cities and for any scale, where it
        leaves some out."""
        offers = []
        if self.like:
            count = result.comparable_without(Reason.OTHER_CITY)
            offers.append((_("All cities"), self.address(like=()), count))
        if self.scale:
            count = result.comparable_without(Reason.OTHER_SCALE, Reason.NO_SCALE)
            offers.append((_("Any scale"), self.address(scale=()), count))
        return offers

    def targets_of(self, codes):
        """Return (label, address, how many) of each target with all its policies, the chosen ones ticked."""
        live = Revision.objects.live().filter(COMPARABLE, case__synthetic=False)
        rows = live.filter(contributions__target__in=codes).order_by()
        counted = dict(
            rows.values_list("contributions__target").annotate(Count("pk", distinct=True))
        )
        return [
            (
                _("All of target %(code)s, yours ticked") % {"code": code},
                self.address(target=(code,)),
                counted.get(code, 0),
            )
            for code in codes
        ]

    def one_target(self, counts):
        """Return (label, address, how many) of each single target where several are asked for; ``counts``
        has code -> how many."""
        if len(self.target) == 1 or not self.target:
            return []
        return [
            (
                _("%(code)s only") % {"code": target.code},
                self.address(**NO_CHOICE, target=(target.code,)),
                counts[target.code],
            )
            for target in self.target
        ]


def _counted(live, goals, slugs):
    """Return how many of ``live`` serve each of the goals, by number as text, and have each of the
    themes, by slug; both in one query."""
    live = live.order_by()
    count, themed = Count("pk", distinct=True), live.filter(themes__slug__in=slugs)
    rows = themed.values_list(Value("theme"), "themes__slug").annotate(count)
    # Each goal by itself: to sort all pairs of policies and goals takes three times as long.
    of_goals = [
        live.filter(pk__in=_serving(target__goal=goal))
        .values_list(Value("goal"), Value(str(goal)))
        .annotate(Count("pk"))
        for goal in goals
    ]
    found = {"goal": {}, "theme": {}}
    for kind, key, number in rows.union(*of_goals, all=True):
        found[kind][key] = number
    return found["goal"], found["theme"]


def _serving(**condition):
    return Revision.targets.through.objects.filter(**condition).values("revision")
