"""What a policy costs and who pays: parts of the whole with their shares, and amounts for scale."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from policies.models import FundingSource, Revision

from . import formats
from .charts import KNOWN, UNKNOWN, WITHDRAWN, Bar, Piece, shares, stacked
from .exchange_rates import mean_rate
from .key_facts import per_person_served, per_resident, qualified, residents

# Rates are given with four digits: enough to check the sum, no more than they are exact.
RATE_DIGITS = 4


@dataclass(frozen=True)
class Part:
    """A funding source or a budget line; "" where amount, share or year is unknown."""

    name: str
    amount: str
    share: str = ""
    bar: Bar = field(default_factory=Bar)
    is_text: bool = False
    details: tuple[str, ...] = ()
    note: str = ""
    year: str = ""
    source_number: int | None = None


@dataclass(frozen=True)
class Split:
    """How a budget is divided. ``rest`` is what is not divided, if anything is known of it.

    ``has_others`` says that there are amounts in another currency: they are part of no sum.
    """

    parts: list[Part]
    bar: Bar
    total: str
    rest: Part | None
    exceeds: bool
    has_shares: bool
    is_part: bool = False
    has_others: bool = False

    @property
    def has_gaps(self):
        """Whether the amount of a part is not reported."""
        return any(not part.amount for part in self.parts)


@dataclass(frozen=True)
class ScaledAmount:
    """An amount set in proportion, and how it was computed; "" and the reason where it was not."""

    value: str
    how: str


def funding(revision):
    """Return the :class:`Split` by funding source; money that was withdrawn stays in it and is
    said."""
    rows = list(revision.funding_sources.all())
    currency = _currency_of_sum(revision, rows)
    drawn, parts, has_others = [], [], False
    for row in rows:
        is_other = row.amount is not None and row.currency not in ("", currency)
        has_others = has_others or is_other
        kind = WITHDRAWN if row.state == FundingSource.State.WITHDRAWN else KNOWN
        # Beside amounts of the budget's currency, one of another is as good as unknown.
        drawn.append((None if is_other else row.amount, kind))
        parts.append(
            Part(
                name=row.name,
                amount=qualified_amount(row, row.currency or currency),
                is_text=True,
                details=_details(row),
                note=row.note,
                year=row.fiscal_year or str(row.year or ""),
                source_number=row.source_number,
            )
        )
    return _split(revision, currency, drawn, parts, has_others=has_others)


def lines(revision):
    """Return the :class:`Split` by budget line: what the money is spent on."""
    rows = list(revision.budget_lines.all())
    currency = revision.budget_currency
    parts = [
        Part(
            name=row.get_category_display(),
            amount=qualified_amount(row, currency),
            note=row.note,
            source_number=row.source_number,
        )
        for row in rows
    ]
    return _split(revision, currency, [(row.amount, KNOWN) for row in rows], parts)


def qualified_amount(row, currency):
    """Return the amount of a row as the source states it: "about KRW 5 million"; "" where unknown."""
    return qualified(_money(row.amount, currency), row.qualifier) if row.amount is not None else ""


def _currency_of_sum(revision, rows):
    """Return the currency in which funding can be added up: that of the budget; where the budget is
    unknown, the one that all amounts are in."""
    named = {row.currency for row in rows if row.amount is not None}
    is_open = revision.budget_amount is None and not revision.budget_currency
    return named.pop() if is_open and len(named) == 1 else revision.budget_currency


def figures(split):
    """Return (name, amount with its share) of each part and of the rest; "" where they are unknown.

    A share of a budget that is only a part of the whole would mislead in a line of its own.
    """
    parts = [(part.name, _figure(part, split)) for part in split.parts]
    if split.rest and split.has_others:
        # The amounts in another currency are a part of it.
        parts.append((_("Rest, or stated in another currency"), split.rest.amount))
    elif split.rest:
        parts.append((split.rest.name, _figure(split.rest, split)))
    return parts


def _figure(part, split):
    amount = part.amount
    if amount and part.year:
        amount = _("%(amount)s, %(year)s") % {"amount": amount, "year": part.year}
    if not part.share or split.is_part:
        return amount
    return _("%(amount)s (%(share)s)") % {"amount": amount, "share": part.share}


def resident(revision):
    """Return the :class:`ScaledAmount` of the budget for each resident."""
    amount = per_resident(revision)
    population = residents(revision)
    if amount is None:
        if not population:
            return ScaledAmount("", _("Not computed: the population is not on file"))
        if revision.budget_usd is None:
            return ScaledAmount("", _("Not computed: no amount in USD is known"))
        if not revision.scale:
            return ScaledAmount(
                "", _("Not computed: it is not reported whether it reached the whole city")
            )
        return ScaledAmount(
            "",
            _("Not computed: the policy did not reach the whole city (scale: %(scale)s)")
            % {"scale": revision.get_scale_display().lower()},
        )
    value = formats.usd(amount)
    if revision.budget_scope == Revision.Scope.ANNUAL:
        value = _("%(amount)s a year") % {"amount": value}
    how = _("%(amount)s / %(population)s residents (%(source)s)") % {
        "amount": formats.usd(revision.budget_usd),
        "population": formats.number(population),
        "source": population_sources(revision),
    }
    if revision.budget_scope == Revision.Scope.PART:
        how = _("%(how)s; the amount covers a part of the budget only") % {"how": how}
    if revision.scale == Revision.Scale.BEYOND:
        how = _("%(how)s; it reaches people elsewhere too, who are not counted") % {"how": how}
    return ScaledAmount(value, how)


def person_served(revision):
    """Return the :class:`ScaledAmount` of the budget for each person that the policy serves."""
    amount = per_person_served(revision)
    if amount is None:
        if not revision.people_served:
            return ScaledAmount("", _("Not computed: the people served are not reported"))
        return ScaledAmount("", _("Not computed: no amount in USD is known"))
    value = formats.usd(amount)
    if revision.budget_scope == Revision.Scope.ANNUAL:
        value = _("%(amount)s a year") % {"amount": value}
    how = _("%(amount)s / %(people)s people served") % {
        "amount": formats.usd(revision.budget_usd),
        "people": qualified(
            formats.number(revision.people_served), revision.people_served_qualifier
        ),
    }
    return ScaledAmount(value, how)


def population_sources(revision):
    """Return who gives the populations of its members, and for which years."""
    return _("; ").join(dict.fromkeys(map(population_source, revision.members)))


def population_source(member):
    """Return who gives the population, and for which year."""
    source = member.population_source or _("source not reported")
    year = str(member.population_year) if member.population_year else _("year not reported")
    return _("%(source)s, %(year)s") % {"source": source, "year": year}


def in_usd(revision):
    """Return the :class:`ScaledAmount` of the budget in US dollars: stated, converted, or why it is
    not."""
    amount, currency = revision.budget_amount, revision.budget_currency
    usd = revision.budget_usd
    if amount is None and usd is None:
        return ScaledAmount("", _("Not computed: no amount is reported"))
    if currency == "USD" and amount is not None:
        return ScaledAmount(formats.money(amount, "USD"), _("The amount is stated in USD"))
    if usd is None:
        if revision.budget_year is None:
            return ScaledAmount("", _("Not converted: the year of the amount is not reported"))
        return ScaledAmount("", _("Not converted: no USD rate on file"))
    if revision.budget_usd_source or not amount:
        source = revision.budget_usd_source or _("source not reported")
        return ScaledAmount(formats.usd(usd), _("As stated: %(source)s") % {"source": source})
    return ScaledAmount(formats.usd(usd), _conversion(revision))


def _conversion(revision):
    """Return how an amount was converted here: at which mean rate of which year, by whom."""
    rate = mean_rate(revision.budget_currency, revision.budget_year)
    if rate is None or rate.to_usd(revision.budget_amount) != revision.budget_usd:
        # The tables have changed since it was converted: what they say now is not how.
        return _("Converted at the mean rate of %(year)s known at publication") % {
            "year": str(revision.budget_year) if revision.budget_year else _("a year not reported")
        }
    names = {
        "year": str(rate.year),
        "wanted": str(revision.budget_year),
        "currency": revision.budget_currency,
        "rate": _rounded(rate.per_usd),
        "source": rate.source,
    }
    if rate.year != revision.budget_year:
        return (
            _(
                "Converted at the mean rate of %(year)s, the last one known when %(wanted)s was "
                "not covered yet: USD 1 = %(currency)s %(rate)s (%(source)s)"
            )
            % names
        )
    return (
        _("Converted at the mean rate of %(year)s: USD 1 = %(currency)s %(rate)s (%(source)s)")
        % names
    )


def _rounded(value):
    places = RATE_DIGITS - 1 - value.adjusted()
    return formats.number(round(value, max(places, 0)))


def _details(row):
    kind = row.get_kind_display() if row.kind else _("Kind not reported")
    return (kind, row.get_state_display()) if row.state else (kind,)


def _split(revision, currency, drawn, parts, *, has_others=False):
    stated = revision.budget_amount
    is_part = revision.budget_scope == Revision.Scope.PART
    amounts = [amount for amount, _kind in drawn]
    known = sum((amount for amount in amounts if amount is not None), Decimal(0))
    exceeds = stated is not None and known > stated
    # Of what do the unknown amounts make up how much? Only a whole that is stated can tell.
    is_open = None in amounts and (not stated or is_part or exceeds)
    total = None if is_open else stated
    rest = total - known if drawn and total and known < total else None
    *given, rest_share = shares([*amounts, rest], total)
    bar, bars = stacked(drawn, total)
    if is_open:
        bar, bars = Bar((Piece(0.0, 100.0, UNKNOWN),)), [Bar()] * len(drawn)
    parts = [
        replace(part, share=_percent(share), bar=single)
        for part, share, single in zip(parts, given, bars, strict=True)
    ]
    remainder = None
    if rest is not None:
        gap = Bar((Piece(0.0, float(rest * 100 / total), UNKNOWN),))
        remainder = Part(_("Rest"), _money(rest, currency), _percent(rest_share), gap)
    return Split(
        parts=parts,
        bar=bar,
        total=qualified(_money(stated, currency), revision.budget_qualifier),
        rest=remainder,
        exceeds=exceeds,
        has_shares=any(given),
        is_part=is_part,
        has_others=has_others,
    )


def _money(amount, currency):
    return formats.money(amount, currency or _("currency not reported"))


def _percent(share):
    return "" if share is None else _("%(share)s%%") % {"share": number_format(share, 1)}
