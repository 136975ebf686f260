"""Reading the address of an estimate: each parameter, and what is said where it is not understood."""

from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from citynet.web.campaigns import is_of_campaign
from citynet.web.formats import number
from citynet.web.text import is_key
from members.models import Member
from policies.content import bands, parsing, prices
from policies.content.comparable import Reason
from policies.content.exchange_rates import known_currencies
from policies.models import FormerTheme, Revision, Theme
from policies.models.amounts import LARGEST
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
# What a policy may have reached, and "none" for those that do not say so: as the library has it.
SCALES = [*Revision.Scale.choices, (bands.NONE, gettext_lazy("Not reported"))]
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
