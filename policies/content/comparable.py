"""One policy's amount as an estimate compares it, or the reason why it does not: see ``estimate``."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citynet.web.languages import cached_per_language
from members.traits import Likeness
from policies.models import Revision

from . import formats, gaps, money, prices
from .key_facts import per_person_served, per_resident, qualified, residents
from .sections import CONFIRMATION_LASTS, text_attributes
from .summary import summary_of

BASES = {
    Revision.Basis.SPENT: gettext_lazy("Spent"),
    Revision.Basis.APPROVED: gettext_lazy("Approved"),
    Revision.Basis.PLANNED: gettext_lazy("Planned"),
    "": gettext_lazy("Basis not reported"),
}


class Reason(TextChoices):
    """Why an amount is not compared."""

    ANNUAL = "annual", gettext_lazy("Cost of one year, shown apart")
    PART = "part", gettext_lazy("Part of the cost, not counted")
    NO_YEAR = "no-year", gettext_lazy("No year, so no rate to US dollars")
    NO_RATE = "no-rate", gettext_lazy("No rate to US dollars on file")
    NO_AMOUNT = "no-amount", gettext_lazy("No amount")
    OTHER_CITY = "other-city", gettext_lazy("Not among the cities close to yours")
    OTHER_SCALE = "other-scale", gettext_lazy("Another scale than you asked for")
    NO_SCALE = "no-scale", gettext_lazy("Scale not reported")


# Reasons that the person chose, and that "all cities" or "any scale" takes back.
CHOSEN = (Reason.OTHER_CITY, Reason.OTHER_SCALE, Reason.NO_SCALE)


def why_not(revision):
    """Return the :class:`Reason` why the amount of a revision is not compared; "" where it is."""
    if revision.budget_amount is None and revision.budget_usd is None:
        return Reason.NO_AMOUNT
    if revision.budget_scope == Revision.Scope.PART:
        return Reason.PART
    if revision.budget_usd is None:
        return Reason.NO_YEAR if revision.budget_year is None else Reason.NO_RATE
    return Reason.ANNUAL if revision.budget_scope == Revision.Scope.ANNUAL else ""


@dataclass(eq=False)
class Home:
    """The member whose policies some figures are of, beside the asking city (``city``, a
    :class:`members.traits.City`; None where none asks): written once for all of them."""

    member: object
    city: object = None

    @property
    def name(self):
        return self.member.name

    @cached_property
    def address(self):
        return self.member.get_absolute_url()

    @cached_property
    def country(self):
        return self.member.country_name

    @cached_property
    def people(self):
        """How many people live there, in words; "" where it is not known."""
        if not self.member.population:
            return ""
        return _("%(people)s people") % {"people": formats.number(self.member.population)}

    @cached_property
    def in_common(self):
        """Traits in common with the asking city, as (how many, of how many known, in words)."""
        known = [mark for mark in self.city.marks if mark.likeness != Likeness.UNKNOWN]
        shared = [mark for mark in known if mark.likeness != Likeness.DIFFERENT]
        words = [
            _("%(trait)s (near)") % {"trait": mark.trait.label.lower()}
            if mark.likeness == Likeness.NEAR
            else mark.trait.label.lower()
            for mark in shared
        ]
        return len(shared), len(known), _(", ").join(map(str, words))


@dataclass(eq=False)
class Figure:
    """One policy: its amount as stated and what follows from it, or the reason why nothing does.

    ``unlike`` are those of ``CHOSEN`` by which it is left out, ``why_not`` is the reason that lies in
    its amount. ``number`` is its line in the tables, ``siblings`` how many compared amounts its
    member has.
    """

    revision: Revision
    why_not: str
    home: Home
    unlike: tuple = ()
    is_chosen: bool = False
    number: int = 0
    siblings: int = 1
    # The page on which its line is, where that is another one.
    page: str = ""

    @property
    def reason(self):
        """The one reason why it is not compared; "" where it is."""
        return self.unlike[0] if self.unlike else self.why_not

    @property
    def line(self):
        """Where its line in the tables is."""
        return f"{self.page}#amount-{self.number}"

    @property
    def member(self):
        return self.home.member

    @property
    def summary(self):
        """What lists show of it (``policies.content.summary``)."""
        return summary_of(self.revision)

    @cached_property
    def address(self):
        return self.revision.case.get_absolute_url()

    @property
    def usd(self):
        return self.revision.budget_usd

    @property
    def basis(self):
        return self.revision.budget_basis

    @property
    def says_total(self):
        """Whether the source says that the amount is all of it."""
        return self.revision.budget_scope != ""

    @cached_property
    def international(self):
        """The amount in international dollars (``policies.content.prices``), or None."""
        revision = self.revision
        stated = revision.budget_amount, revision.budget_currency
        amount, currency = stated if stated[0] is not None else (revision.budget_usd, "USD")
        return prices.international_dollars(
            amount, currency, revision.budget_year, self.member.iso_code
        )

    @cached_property
    def resident(self):
        """USD for each resident where the policy reached the whole city, else None."""
        return per_resident(self.revision)

    @property
    def resident_international(self):
        """International dollars for each resident where the policy reached the whole city, else None."""
        if self.resident is None or self.international is None:
            return None
        return self.international / residents(self.revision)

    @cached_property
    def served(self):
        """USD for each person that the policy serves, or None."""
        return per_person_served(self.revision)

    @property
    def is_adopted(self):
        """Whether it is what a city reports that took the policy up, and no case of its own."""
        return self.revision._state.adding

    @cached_property
    def stated(self):
        """The amount as stated, with "about" and the like."""
        revision = self.revision
        if revision.budget_amount is None:
            return formats.usd(revision.budget_usd)
        amount = formats.money(revision.budget_amount, revision.budget_currency)
        return qualified(amount, revision.budget_qualifier)

    @cached_property
    def details(self):
        """Year, basis and scale of the amount, and which of them are not reported."""
        revision = self.revision
        year = revision.budget_fiscal_year or revision.budget_year
        return _details(year, self.basis, revision.scale, self.says_total)

    @cached_property
    def in_usd(self):
        """The amount in US dollars in words: as the source states it, else with two digits."""
        if self.usd is None:
            return ""
        words = formats.money if self.is_stated_in_usd else about
        return words(self.usd, "USD")

    @property
    def is_stated_in_usd(self):
        return self.revision.budget_currency == "USD" or bool(self.revision.budget_usd_source)

    @property
    def how_in_usd(self):
        """How it was converted, with the rate and its source."""
        return money.in_usd(self.revision).how

    @property
    def how(self):
        """How it was converted, in a few words."""
        return _how(self.is_stated_in_usd, self.revision.budget_year)

    @cached_property
    def in_international(self):
        return "" if self.international is None else about(self.international)

    @cached_property
    def a_head(self):
        """The amount for each resident or person served in words; "" where there is none."""
        if self.resident is not None:
            return _("%(amount)s per resident") % {"amount": about(self.resident, "USD")}
        if self.served is not None:
            return _("%(amount)s per person served") % {"amount": about(self.served, "USD")}
        return ""

    @property
    def why_not_a_head(self):
        return "" if self.a_head else money.resident(self.revision).how

    @cached_property
    def text_attributes(self):
        return text_attributes(self.revision)

    @property
    def why_unavailable(self):
        """Why the city cannot give the amount, in its own words; "" where it does not say so."""
        return self.revision.budget_unavailable

    @property
    def asking_scale(self):
        """Where the city is asked whom the amount is for; "" where that is not what keeps it from being
        divided, or nobody can be asked."""
        if self.a_head or self.revision.scale or self.is_adopted or not residents(self.revision):
            return ""
        return gaps.asking(self.revision.case, "scale")

    @property
    def asking(self):
        """Where the city is asked for its amount; "" where nobody can be, or it has given one."""
        return (
            "" if self.stated or self.why_unavailable else gaps.asking(self.revision.case, "budget")
        )

    @property
    def since(self):
        return formats.period(self.revision.start, "")

    def is_confirmed_long_ago(self, today):
        confirmed = self.revision.case.confirmed_at
        return bool(confirmed) and confirmed + CONFIRMATION_LASTS < today


@cached_per_language
def _details(year, basis, scale, says_total):
    parts = [
        str(year) if year else _("year not reported"),
        str(BASES[basis]).lower() if basis else _("basis not reported"),
        _("scale: %(scale)s") % {"scale": str(Revision.Scale(scale).label).lower()}
        if scale
        else _("scale not reported"),
    ]
    if not says_total:
        parts.append(_("does not say whether it is the total"))
    return _("; ").join(parts)


@cached_per_language
def _how(is_stated, year):
    if is_stated:
        return _("as the source states it")
    return _("at the mean rate of %(year)s") % {"year": str(year)} if year else ""


def about(amount, currency=""):
    """Return a computed amount in words with two digits: "USD 3.4 million"; "18 million" without a
    currency."""
    rounded = prices.two_digits(amount)
    if rounded >= formats.MILLION:
        return formats.money(rounded, currency).strip()
    digits = formats.number(rounded)
    names = {"currency": currency, "amount": digits}
    return _("%(currency)s %(amount)s") % names if currency else digits
