"""What the address of an estimate asks: for what, for which city, against which ceiling.

All of it is in the address, so that it can be shared. What is not understood is said beside its
field, and then nothing is counted.
"""

from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import CharField, Count, Q, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from citynet.web.campaigns import is_of_campaign
from citynet.web.formats import number
from citynet.web.text import is_key
from members.models import Member
from policies.content import bands, parsing, prices
from policies.content.comparable import Reason
from policies.content.exchange_rates import known_currencies, mean_rate
from policies.content.statements import Ceiling
from policies.models import FormerTheme, Revision, Theme
from policies.models.amounts import LARGEST
from policies.search.query import Question, ask
from sdg.models import plain_code
from sdg.names import names

from .fields import CONTROL_CHARACTERS, OptionField, WordsField, shown

# Of targets, goals and themes each.
MOST_NAMED = 3
# So many policies are read; of more the question has to be narrower.
MOST_POLICIES = 300
LARGEST_CITY = 100_000_000
CLOSE = "3"
LAST_GOAL = 17
COMPARABLE = Q(budget_usd__isnull=False, budget_scope__in=("", Revision.Scope.TOTAL))
NAMES = (
    *("q", "target", "goal", "theme", "for", "population", "country", "ceiling", "currency"),
    "scale",
)
# What a policy may have reached, and "none" for those that do not say so: as the library has it.
SCALES = [*Revision.Scale.choices, (bands.NONE, gettext_lazy("Not reported"))]
MOST_OFFERED = 3
# The parameters of an address in which nothing is ticked.
NO_CHOICE = {"case": (), "adoption": ()}
# Lists beside those of what is left out.
LISTS = {
    "total": gettext_lazy("All amounts that can be compared"),
    "people": gettext_lazy("How many people worked on each"),
    "lengths": gettext_lazy("How long each took"),
    "so-far": gettext_lazy("Not completed, or without an end"),
    "no-start": gettext_lazy("Without a start"),
}
NO_GOAL = gettext_lazy("A goal is a number from 1 to 17.")


class NamesField(forms.Field):
    """The values of a parameter that may be there several times, each once, blanks cut off."""

    widget = forms.MultipleHiddenInput

    def __init__(self, most):
        super().__init__(required=False)
        self.most = most

    def to_python(self, value):
        found = (CONTROL_CHARACTERS.sub(" ", each).strip() for each in value or ())
        found = list(dict.fromkeys(filter(None, found)))
        if len(found) > self.most:
            message = ngettext(
                "At most %(count)s can be asked for at a time.",
                "At most %(count)s can be asked for at a time.",
                self.most,
            )
            raise ValidationError(message % {"count": number(self.most)})
        return found


class EstimateForm(forms.Form):
    """Reads the address; ``cleaned_data`` has rows, not their names."""

    q = WordsField(required=False)
    target = NamesField(MOST_NAMED)
    goal = NamesField(MOST_NAMED)
    theme = NamesField(MOST_NAMED)
    case = NamesField(MOST_POLICIES)
    # The numbers of ticked policies that were adopted from another city.
    adoption = NamesField(MOST_POLICIES)
    population = forms.CharField(required=False, max_length=24)
    country = forms.CharField(required=False, max_length=2)
    ceiling = forms.CharField(required=False, max_length=40)
    currency = forms.CharField(required=False, max_length=3)
    like = forms.CharField(required=False, max_length=24)
    scale = OptionField(required=False, choices=SCALES)
    # Which list is shown whole, where there are many policies.
    show = OptionField(required=False, choices=[*Reason.choices, *LISTS.items()])

    def __init__(self, data):
        super().__init__(data)
        self.fields["for"] = forms.CharField(required=False, max_length=200)
        # So that it is read before what depends on it.
        self.order_fields(["q", "target", "goal", "theme", "case", "adoption", "for"])

    def clean_target(self):
        codes, known = [plain_code(each) for each in self.cleaned_data["target"]], names().targets
        for code in codes:
            if code not in known:
                raise ValidationError(
                    _("“%(code)s” is not a target. Write its number, for example 11.2.")
                    % {"code": shown(code)}
                )
        # In the order of the resolution.
        return [target for code, target in known.items() if code in codes]

    def clean_goal(self):
        goals = self.cleaned_data["goal"]
        if not all(is_key(each) and 1 <= int(each) <= LAST_GOAL for each in goals):
            raise ValidationError(NO_GOAL)
        return sorted(map(int, goals))

    @cached_property
    def themes(self):
        """All themes, in their order: few, and all of them can be chosen."""
        return list(Theme.objects.order_by("position"))

    def clean_theme(self):
        found = {theme.slug: theme for theme in self.themes}
        slugs = self.cleaned_data["theme"]
        for slug in slugs:
            if slug not in found:
                former = FormerTheme.objects.filter(slug=slug[:100]).select_related("theme").first()
                if former is None:
                    raise ValidationError(_("“%(name)s” is not a theme.") % {"name": shown(slug)})
                found[slug] = former.theme
        return sorted({found[slug] for slug in slugs}, key=lambda theme: theme.position)

    def clean_case(self):
        if not all(map(is_key, self.cleaned_data["case"])):
            raise ValidationError(_("A policy is named by its number, for example case=12."))
        return {int(each) for each in self.cleaned_data["case"]}

    def clean_adoption(self):
        if not all(map(is_key, self.cleaned_data["adoption"])):
            raise ValidationError(_("An adoption is named by its number, for example adoption=12."))
        return {int(each) for each in self.cleaned_data["adoption"]}

    def _clean_member(self):
        typed = self._text("for")
        if not typed:
            return None
        found = Member.objects.at(typed.lower()).first() or Member.objects.named(typed).first()
        if found is None:
            near = Member.objects.near(typed)
            text = _("No member is known as “%(text)s”.") % {"text": shown(typed)}
            if near:
                names = ", ".join(each.name for each in near)
                text = _("No member is known as “%(text)s”. Did you mean %(names)s?") % {
                    "text": shown(typed),
                    "names": names,
                }
            raise ValidationError(
                [text, _("For another city, give its population and country instead.")]
            )
        return found

    def clean_population(self):
        typed = self._text("population")
        if not typed:
            return None
        people = parsing.whole(typed)
        if not 0 < people <= LARGEST_CITY:
            raise ValidationError(_("Write a number of people, for example 473728."))
        return int(people)

    def clean_country(self):
        code = self._text("country").upper()
        if code and code not in dict(countries):
            raise ValidationError(_("“%(code)s” is no country or area.") % {"code": shown(code)})
        return code

    def clean_ceiling(self):
        typed = self._text("ceiling")
        if not typed:
            return None
        amount = parsing.amount(typed)
        if not 0 < amount.value <= LARGEST:
            raise ValidationError(_("Write an amount above 0, of at most 15 digits."))
        return amount

    def clean_currency(self):
        code = self._text("currency").upper()
        if code and code not in known_currencies():
            raise ValidationError(
                _("There is no exchange rate of “%(code)s” on file.") % {"code": shown(code)}
            )
        return code

    def clean_like(self):
        if self.cleaned_data["like"] not in ("", CLOSE):
            raise ValidationError(
                _("Only “%(value)s” can be written here: cities with three traits alike.")
                % {"value": CLOSE}
            )
        return self.cleaned_data["like"]

    def clean(self):
        data = super().clean()
        for name in self.data:
            if name not in self.fields and not is_of_campaign(name):
                text = _("There is no filter named “%(name)s”.")
                self.add_error(None, text % {"name": shown(name)})
        try:
            if "for" not in self.errors:
                data["for"] = self._clean_member()
        except ValidationError as error:
            self.add_error("for", error)
        if data.get("for") and (data.get("population") or data.get("country")):
            name = "population" if data.get("population") else "country"
            self.add_error(name, _("Name a member, or give population and country: not both."))
        if not self.errors:
            data["asker"] = _asker(data)
            self._check_ceiling(data)
            if data["like"] and not (data["for"] and data["for"].population):
                self.add_error(
                    "like", _("Name a member whose population is on file to choose cities like it.")
                )
        return data

    def _check_ceiling(self, data):
        """Find the currency of the ceiling: the chosen one, the typed one, that of the country."""
        data["ceiling_currency"] = ""
        if data["ceiling"] is None:
            return
        typed = getattr(data["ceiling"], "currency", "") or ""
        if typed and data["currency"] and typed != data["currency"]:
            self.add_error("currency", _("The amount is written in another currency."))
            return
        asker = data["asker"]
        own = prices.local_currency(asker.country.code) if asker and asker.country else ""
        code = typed or data["currency"] or own
        if code not in known_currencies():
            self.add_error("currency", _("Choose the currency of the ceiling."))
            return
        data["ceiling_currency"] = code

    def _text(self, name):
        return " ".join(CONTROL_CHARACTERS.sub(" ", self.cleaned_data.get(name) or "").split())


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
    count, goal = Count("pk", distinct=True), "contributions__target__goal"
    kind, number = Value("goal"), Cast(goal, CharField())
    rows = live.filter(**{f"{goal}__in": goals}).order_by().values_list(kind, number)
    themed = (
        live.filter(themes__slug__in=slugs).order_by().values_list(Value("theme"), "themes__slug")
    )
    found = {"goal": {}, "theme": {}}
    for kind, key, number in rows.annotate(count).union(themed.annotate(count), all=True):
        found[kind][key] = number
    return found["goal"], found["theme"]


def _asker(data):
    """Return the asking city, also one that is no member; None where none was named."""
    if data["for"]:
        return data["for"]
    if not (data["population"] or data["country"]):
        return None
    return Member(
        kind=Member.Kind.LOCAL_GOVERNMENT,
        population=data["population"],
        country=data["country"],
    )


def _serving(**condition):
    return Revision.targets.through.objects.filter(**condition).values("revision")
