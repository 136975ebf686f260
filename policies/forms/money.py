"""What it cost and who paid."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from policies.content.exchange_rates import to_usd
from policies.models import BudgetLine, FundingSource, Revision

from .base import FiscalYearForm, RowForm, SectionForm
from .fields import QUALIFIER, SOURCE_NUMBER, hint

STATED_USD = ("budget_usd", "budget_usd_source")


class BudgetForm(FiscalYearForm, SectionForm):
    years = ("budget_year", "budget_fiscal_year")

    class Meta(SectionForm.Meta):
        model = Revision
        fields = [
            "budget_amount",
            "budget_qualifier",
            "budget_currency",
            "budget_year",
            "budget_fiscal_year",
            "budget_basis",
            "budget_scope",
            "budget_note",
            "budget_usd",
            "budget_usd_source",
            "budget_unavailable",
        ]
        labels = {
            "budget_amount": _("Amount"),
            "budget_qualifier": _("How exact the amount is"),
            "budget_fiscal_year": _("Fiscal year, where it is no calendar year"),
            "budget_basis": _("What kind of amount it is"),
            "budget_year": _("Year of the amount"),
            "budget_scope": _("What the amount covers"),
            "budget_usd": _("Amount in USD, where a source states it"),
            "budget_unavailable": _("Not available, because …"),
        }
        help_texts = {
            "budget_amount": hint(
                _("The whole sum from all sources, written out, not in thousands or millions."),
                "13,000,000,000",
            ),
            "budget_currency": hint(
                _("The code of the currency, three letters (ISO 4217)."), "KRW"
            ),
            "budget_year": hint(
                _("The year whose prices and exchange rate the amount is in."), "2013"
            ),
            "budget_qualifier": hint(
                _("Where the source says “about”, “at least” or “at most”."), _("“About”.")
            ),
            "budget_fiscal_year": hint(
                _("As it is written; the year above is then the one in which it begins."), "2019/20"
            ),
            "budget_basis": hint(
                _("A plan is not what was spent in the end: other cities must know which it is."),
                _("“Approved”, for an amount in the budget of the city."),
            ),
            "budget_scope": hint(
                _("The whole policy, one year of it, or only a part of what was spent."),
                _("“A year”, for running costs that come every year."),
            ),
            "budget_note": hint(
                _("What is in it and what is not. A partial figure is useful when you say so."),
                _("“Without the salaries of the department, which are in its general budget.”"),
            ),
            "budget_usd": hint(
                _("Leave this empty: amounts are converted here wherever a rate is on file."),
                "11,900,000",
            ),
            "budget_usd_source": hint(
                _("Who states the amount in USD; needed only with such an amount."),
                _("“Loan agreement with the development bank, 2013”."),
            ),
            "budget_unavailable": hint(
                _("Only where no amount can be given: the reason, which readers will see."),
                _("“The costs are part of the general budget of three departments.”"),
            ),
        }

    @classmethod
    def stored(cls, revision):
        found = super().stored(revision)
        if not revision.budget_usd_source:
            # Converted here, not stated by anybody.
            found["budget_usd"] = None
        return found

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        currency = self.fields["budget_currency"].widget.attrs
        currency.update({"list": "currencies", "autocomplete": "off", "dir": "ltr"})

    def clean(self):
        data = super().clean()
        amount, currency = data.get("budget_amount"), data.get("budget_currency")
        if amount is not None and currency == "":
            self.add_error("budget_currency", _("Choose the currency of the budget."))
        usd, source = data.get("budget_usd"), data.get("budget_usd_source")
        if usd is not None and source == "":
            self.add_error("budget_usd_source", _("Name who states the amount in USD."))
        if source and usd is None and "budget_usd" not in self.errors:
            self.add_error("budget_usd", _("A source is given, but no amount in USD."))
        if usd is None:
            try:
                _convert(amount, currency, data.get("budget_year"))
            except ValidationError as error:
                self.add_error("budget_amount", error)
        return data

    def write(self, revision):
        before = {name: getattr(revision, name) for name in self._meta.fields}
        super().write(revision)
        # An amount beside a currency that was not written for it would be a false statement.
        is_kept = "budget_amount" in self.errors and before["budget_amount"] is not None
        pairs = [
            (is_kept or "budget_currency" in self.errors, ("budget_amount", "budget_currency")),
            (self.errors.keys() & set(STATED_USD), STATED_USD),
        ]
        for name in [name for is_wrong, names in pairs if is_wrong for name in names]:
            setattr(revision, name, before[name])
        if not revision.budget_usd_source:
            amount, currency = revision.budget_amount, revision.budget_currency
            revision.budget_usd = _convert(amount, currency, revision.budget_year)


def _convert(amount, currency, year):
    """Return an amount in USD; raise ``ValidationError`` where it is too large to be kept."""
    return Revision.budget_usd.field.clean(to_usd(amount, currency, year), None)


class BudgetLineForm(RowForm):
    in_line = ("note", "category", "amount")

    class Meta(RowForm.Meta):
        model = BudgetLine
        fields = ["note", "category", "amount", "qualifier", "source_number"]
        labels = {
            "note": _("What was paid for"),
            "category": _("Kind"),
            "qualifier": _("How exact"),
            "source_number": _("Source no."),
        }
        help_texts = {
            "note": hint(_("The thing or work that was bought."), _("“30 electric buses”.")),
            "category": hint(_("The kind of spending."), _("“Capital” for what lasts for years.")),
            "amount": hint(_("In the currency above; empty where unknown."), "450,000,000"),
            "qualifier": QUALIFIER,
            "source_number": SOURCE_NUMBER,
        }


class FundingSourceForm(FiscalYearForm, RowForm):
    in_line = ("name", "kind", "state", "amount", "year")

    class Meta(RowForm.Meta):
        model = FundingSource
        fields = [
            "name",
            "kind",
            "state",
            "amount",
            "qualifier",
            "currency",
            "year",
            "fiscal_year",
            "note",
            "source_number",
        ]
        labels = {
            "name": _("Who paid"),
            "state": _("State of the money"),
            "qualifier": _("How exact"),
            "source_number": _("Source no."),
        }
        help_texts = {
            "name": hint(_("The name of the source."), _("“Ministry of Transport”.")),
            "kind": hint(_("What kind of source it is."), _("“National government”.")),
            "state": hint(
                _(
                    "Also list money that was withdrawn, with this state: others learn most from that."
                ),
                _("“Received”."),
            ),
            "amount": hint(_("Written out; empty where unknown."), "300,000,000"),
            "qualifier": QUALIFIER,
            "currency": hint(_("Only where it is not the currency above."), "USD"),
            "year": hint(_("The year in which it was given or promised."), "2014"),
            "fiscal_year": hint(
                _("Where it is no calendar year; the year is the one in which it begins."),
                "2014/15",
            ),
            "source_number": SOURCE_NUMBER,
            "note": hint(_("Conditions, repayment, reasons."), _("“A loan over 20 years”.")),
        }
