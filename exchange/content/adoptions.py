"""What pages say of adoptions, computed from their rows and those of the originals."""

from django.conf import settings
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from citynet.web.recent import Recent
from exchange.models import Adoption, AdoptionChange, AdoptionReport
from exchange.models.adoptions import Stage
from policies.content import formats, key_facts, summary
from policies.content.citations import PUBLISHER
from policies.content.key_facts import Fact
from policies.models import months

MAX_OTHERS = 10
# What is read of the newest report that states an amount, and of the changes.
OF_COST = ("pk", "amount", "currency", "amount_year", "amount_basis", "staff_fte")
OF_CHANGES = ("pk", "aspect", "kind", "what", "reason")


def read(keys, adoptions):
    """Return the adoptions among ``adoptions`` with these keys, in this order, as lists show them."""
    of_list = adoptions.filter(pk__in=keys).with_reports().with_originals()
    found = {row.pk: row for row in with_changes(of_list)}
    rows = [found[key] for key in keys if key in found]
    summary.complete([row.original_text for row in rows if row.original_text])
    return rows


def with_changes(adoptions):
    """Return adoptions as a list in the order in which they were entered, in one query: each with its
    ``stated_changes``, and ``cost_report``, the newest report that states an amount, or None; both as
    far as lists show them."""
    return grouped(joined_lines(adoptions))


def joined_lines(adoptions):
    """Return the query of adoptions with a line for each report with an amount and each change, in the
    order in which adoptions were entered and reports and changes come."""
    costly = FilteredRelation("reports", condition=Q(reports__amount__isnull=False))
    rows = adoptions.annotate(costly=costly).annotate(
        **{f"cost_{name}": F(f"costly__{name}") for name in OF_COST},
        **{f"change_{name}": F(f"changes__{name}") for name in OF_CHANGES},
    )
    return rows.order_by("pk", "costly__date", "costly__pk", "changes__position", "changes__pk")


def grouped(lines):
    """Return the adoptions of such lines, each once."""
    found, changes = {}, {}
    for row in lines:
        # The last one has the newest report.
        found[row.pk] = row
        if row.change_pk:
            changes.setdefault(row.pk, {})[row.change_pk] = _part(row, "change", AdoptionChange)
    for row in found.values():
        row.stated_changes = list(changes.get(row.pk, {}).values())
        row.cost_report = _part(row, "cost", AdoptionReport) if row.cost_pk else None
    return list(found.values())


def _part(row, name, model):
    """Return the row of another table that was read beside a row."""
    columns = {AdoptionChange: OF_CHANGES, AdoptionReport: OF_COST}[model]
    return model(**{column: getattr(row, f"{name}_{column}") for column in columns})


def heading(adoption, title=""):
    """Return what happened in one line: "Owl Bus, adopted by Hue"."""
    names = {"title": title or adoption.title, "member": adoption.member.name}
    if adoption.stage == Stage.CONSIDERING:
        return _("%(title)s, considered by %(member)s") % names
    if adoption.stage == Stage.DECIDED_AGAINST:
        return _("%(title)s, decided against by %(member)s") % names
    return _("%(title)s, adopted by %(member)s") % names


def facts(adoption):
    """Return stage, result, cost and the cost of the original, always in this order."""
    return [stage(adoption), compared(adoption), cost(adoption), original_cost(adoption)]


def stage(adoption):
    label = _("Stage")
    if not adoption.stage:
        return Fact(label, _("Not known today"), unknown=True)
    since = ""
    if adoption.reported:
        since = _("report of %(month)s") % {"month": months.label(adoption.reported)}
    return Fact(label, adoption.get_stage_display(), since)


def compared(adoption):
    label = _("Compared")
    if adoption.compared:
        return Fact(label, AdoptionReport.Compared(adoption.compared).label)
    return _not_started(label, adoption)


def cost(adoption):
    label = _("Cost")
    if adoption.cost_report:
        return Fact(label, *amount(adoption.cost_report))
    return _not_started(label, adoption)


def amount(report):
    """Return the amount of a report as stated, and its year and basis in a small line."""
    details = [
        str(report.amount_year or _("year not reported")),
        report.get_amount_basis_display().lower()
        if report.amount_basis
        else _("basis not reported"),
    ]
    return formats.money(report.amount, report.currency), _(", ").join(details)


def original_cost(adoption):
    label = _("Original")
    if adoption.original_text is None:
        return Fact(label, _("Not in the library"), unknown=True)
    stated = key_facts.budget(adoption.original_text)
    return Fact(label, stated.value, _year_and_basis(adoption.original_text), stated.unknown)


def _year_and_basis(text):
    """Return the year of a budget and whether it is planned, approved or spent, as far as stated."""
    basis = text.get_budget_basis_display().lower() if text.budget_basis else ""
    return _(", ").join(filter(None, [key_facts.budget_year(text), basis]))


def _not_started(label, adoption):
    if adoption.stage in (Stage.CONSIDERING, Stage.DECIDED_AGAINST):
        return Fact(label, _("Not started"))
    return Fact(label, _("Not reported"), unknown=True)


@Recent
def adopted_counts():
    """Return {case: how many cities adopted it}, from public adoptions; those of a case that was merged
    into another count for that one."""
    cases = Adoption.objects.public().adopted().exclude(case=None).order_by()
    counted = cases.values_list(Coalesce("case__merged_into", "case"))
    return dict(counted.annotate(Count("member", distinct=True)))


def has_adoptions(case):
    """Return the expression of whether there is any public adoption of the case at the path ``case``."""
    return Exists(_of_case(Adoption.objects.public(), case))


def _of_case(adoptions, case):
    return adoptions.order_by().filter(Q(case=OuterRef(case)) | Q(case__merged_into=OuterRef(case)))


def key_facts_of(adoption, reports):
    """Return the four facts of its page: stage, result, cost and staff, those of the original beside."""
    text = adoption.original_text
    money = cost(adoption)
    if text is not None and not money.unknown:
        original = key_facts.budget(text)
        beside = _("%(detail)s; the original: %(amount)s") % {
            "detail": money.detail,
            "amount": original.value,
        }
        money = Fact(money.label, money.value, beside if money.detail else "", money.unknown)
    return [stage(adoption), compared(adoption), money, _staff(reports, adoption)]


def _staff(reports, adoption):
    label = _("Staff")
    for report in reports:
        if report.staff_fte is not None:
            value = _("%(count)s FTE") % {"count": formats.number(report.staff_fte)}
            length = _("for %(duration)s") % {"duration": formats.duration(report.months)}
            return Fact(label, value, length if report.months else _("full-time equivalents"))
    return _not_started(label, adoption)


def figures(report):
    """Return what a report measured, as facts; nothing where it names no figure."""
    found = []
    if report.amount is not None:
        found.append(Fact(_("Cost"), *amount(report)))
    if report.staff_fte is not None:
        found.append(Fact(_("Staff"), formats.number(report.staff_fte), _("full-time equivalents")))
    if report.months is not None:
        found.append(Fact(_("Time"), formats.duration(report.months)))
    return found + [_measured(row) for row in report.indicators.all()]


def _measured(row):
    value = _with_unit(row.value, row.unit) if row.value is not None else _("Not reported")
    details = [str(row.year)] if row.year else []
    if row.baseline is not None:
        before = _with_unit(row.baseline, row.unit)
        if row.baseline_year:
            before = _("%(value)s in %(year)s") % {"value": before, "year": row.baseline_year}
        details.append(_("before: %(value)s") % {"value": before})
    return Fact(row.name, value, _("; ").join(details), unknown=row.value is None)


def _with_unit(value, unit):
    written = formats.number(value)
    if not unit:
        return written
    return f"{written}%" if unit == "%" else f"{written} {unit}"


def indicator_in_words(row):
    """Return a figure of a report in one line, for files."""
    fact = _measured(row)
    detail = f" ({fact.detail})" if fact.detail else ""
    return f"{fact.label}: {fact.value}{detail}"


def beside_original(adoption, reports):
    """Return (what, of the original, of the adopter) of what either states; "" is not reported.

    Nothing is divided: parts and years differ. Empty where the original is not in the library.
    """
    text = adoption.original_text
    if text is None:
        return []
    newest_cost = adoption.cost_report
    staff = _staff(reports, adoption)
    rows = [
        (_("Amount"), _stated(key_facts.budget(text)), _stated(cost(adoption))),
        (
            _("Year and basis"),
            _year_and_basis(text),
            amount(newest_cost)[1] if newest_cost else "",
        ),
        (_("Staff"), _stated(key_facts.staff(text)), _stated(staff)),
        (
            _("Time"),
            _stated(key_facts.duration(text)),
            _("Since %(month)s") % {"month": months.label(adoption.started)}
            if adoption.started
            else "",
        ),
        (
            _("Scale"),
            text.get_scale_display() if text.scale else "",
            next((row.what for row in adoption.changes.all() if row.aspect == "scale"), ""),
        ),
    ]
    return [row for row in rows if row[1] or row[2]]


def _stated(fact):
    return "" if fact.unknown else fact.value


def others(adoption):
    """Return the other public adoptions of the same original."""
    found = Adoption.objects.public().exclude(pk=adoption.pk).select_related("member")
    if adoption.case:
        found = found.about_case(adoption.original)
    elif adoption.original_title:
        found = found.filter(
            case=None,
            original_title=adoption.original_title,
            original_member=adoption.original_member,
        )
    else:
        return []
    return list(found.order_by("-published_at", "-pk")[:MAX_OTHERS])


def citation(adoption):
    """Return how an adoption is cited, with its address."""
    origin = adoption.origin
    parts = [
        ", ".join(filter(None, [adoption.member.name, adoption.member.country_name])),
        _("Adoption of: %(original)s")
        % {"original": ", ".join(filter(None, [origin and origin.name, adoption.title]))},
        PUBLISHER,
    ]
    if adoption.reported:
        parts.append(_("Report of %(month)s") % {"month": months.label(adoption.reported)})
    return ". ".join(parts) + f". {settings.SITE_URL}{adoption.get_absolute_url()}"
