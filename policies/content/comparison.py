"""Up to four cases side by side: the same facts in rows, bars of one row on one scale."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import citations, completeness, formats, key_facts, money, sections
from .charts import Bar, linear, logarithmic, time_scale
from .timeline import whole_bar

# A long text is cut: the rest of it is on the page of the case.
TEXT_LENGTH = 700


@dataclass(frozen=True)
class Cell:
    """What one case says in one row; ``gap`` are the words where it says nothing."""

    value: str = ""
    detail: str = ""
    items: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    more: str = ""
    bar: Bar | None = None
    is_thick: bool = False
    gap: str = ""
    attributes: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its label, a small line on how to read it, and a cell for each case."""

    label: str
    cells: list[Cell]
    hint: str = ""


def rows(revisions):
    """Return the rows of a comparison, without the targets."""
    return [
        Row(
            _("Kind"),
            [_plain(_of_members(r, lambda each: each.get_kind_display())) for r in revisions],
        ),
        _population(revisions),
        Row(_("Stage"), [_plain(r.get_stage_display()) for r in revisions]),
        Row(_("Scale"), [_plain(r.get_scale_display()) for r in revisions]),
        Row(_("People served"), [_people_served(r) for r in revisions]),
        _budget(revisions),
        Row(_("Basis of the budget"), [_plain(r.get_budget_basis_display()) for r in revisions]),
        Row(_("Who pays"), [_funding(r) for r in revisions], _("Hatched: split not known")),
        Row(_("Kinds of funding"), [_kinds(r) for r in revisions]),
        _per_resident(revisions),
        _staff(revisions),
        Row(_("Volunteers"), [_plain(formats.number(r.staff_volunteers)) for r in revisions]),
        _duration(revisions),
        Row(_("Stakeholders"), [_stakeholders(r) for r in revisions]),
        Row(_("Themes"), [_themes(r) for r in revisions]),
        Row(_("Evidence"), [Cell(detail=key_facts.evidence(r)) for r in revisions]),
        Row(_("Indicators"), [_indicators(r) for r in revisions]),
        Row(_("Results"), [_text(r, r.results, "results") for r in revisions]),
        Row(_("Lessons"), [_text(r, r.lessons, "lessons") for r in revisions]),
        Row(
            _("Conditions for transfer"),
            [_text(r, r.transferability, "lessons") for r in revisions],
        ),
        Row(_("Sources"), [_sources(r) for r in revisions]),
        Row(_("Contact office"), [_contact(r) for r in revisions]),
        Row(_("Documented"), [_documented(r) for r in revisions]),
    ]


@dataclass(frozen=True)
class Served:
    """A target and, for each case, "" or the words that say whether it serves it."""

    target: object
    answers: list[str]


def targets(revisions):
    """Return the targets that any of them serves, those of most cases first, then in official
    order."""
    by_code, answers = {}, {}
    for place, revision in enumerate(revisions):
        for row in revision.contributions.all():
            by_code[row.target_id] = row.target
            served = answers.setdefault(row.target_id, [""] * len(revisions))
            is_primary = row.role == row.Role.PRIMARY
            served[place] = _("Yes, primary") if is_primary else _("Yes")
    order = sorted(
        by_code,
        key=lambda code: (-sum(map(bool, answers[code])), by_code[code].position),
    )
    return [Served(by_code[code], answers[code]) for code in order]


def _plain(text):
    return Cell(detail=text, gap="" if text else _("Not reported"))


def _population(revisions):
    people = [key_facts.residents(revision) for revision in revisions]
    scale = linear(people)
    cells = [
        Cell(
            value=formats.number(number),
            detail=money.population_sources(revision),
            bar=scale.bar(number),
        )
        if number
        else Cell(gap=_("Not reported"))
        for revision, number in zip(revisions, people, strict=True)
    ]
    return Row(_("Population"), cells)


def _budget(revisions):
    scale = logarithmic([revision.budget_usd for revision in revisions])
    cells = []
    for revision in revisions:
        fact = key_facts.budget(revision)
        bar = scale.bar(revision.budget_usd) if scale else None
        details = [fact.detail] if fact.detail else []
        if bar is None and not fact.unknown:
            details.append(_("No bar: no amount in USD is known"))
        cells.append(
            Cell(
                value="" if fact.unknown else fact.value,
                detail=_(". ").join(details),
                bar=bar,
                gap=_gap(fact),
            )
        )
    hint = ""
    if scale:
        hint = _("Bar: log scale, %(low)s to %(high)s") % {
            "low": formats.usd(scale.low),
            "high": formats.usd(scale.high),
        }
    return Row(_("Budget"), cells, hint)


def _funding(revision):
    split = money.funding(revision)
    if not split.parts:
        return Cell(gap=_("Not reported"))
    bar = split.bar if split.bar.pieces else None
    return Cell(
        items=money.figures(split),
        bar=bar,
        is_thick=True,
        attributes=sections.text_attributes(revision),
    )


def _kinds(revision):
    rows = revision.funding_sources.all()
    kinds = dict.fromkeys(row.get_kind_display() for row in rows if row.kind)
    return _plain(_(", ").join(kinds))


def _per_resident(revisions):
    amounts = [key_facts.per_resident(revision) for revision in revisions]
    scale = linear(amounts)
    cells = []
    for revision, amount in zip(revisions, amounts, strict=True):
        computed = money.resident(revision)
        if computed.value:
            cells.append(Cell(value=computed.value, detail=computed.how, bar=scale.bar(amount)))
        else:
            cells.append(Cell(gap=computed.how))
    return Row(_("Budget per resident"), cells)


def _staff(revisions):
    scale = linear([revision.staff_fte for revision in revisions])
    cells = []
    for revision in revisions:
        fact = key_facts.staff(revision)
        bar = scale.bar(revision.staff_fte) if scale else None
        value = "" if fact.unknown else fact.value
        detail = (
            ""
            if fact.unknown
            else _(". ").join(filter(None, [fact.detail, *_more_staff(revision)]))
        )
        cells.append(Cell(value=value, detail=detail, bar=bar, gap=_gap(fact)))
    return Row(_("Staff"), cells)


def _more_staff(revision):
    """Return what is known of the staff besides its first figure: people beside FTE, and the year."""
    if revision.staff_fte is not None and revision.staff_heads is not None:
        heads = ngettext("%(count)s person", "%(count)s people", revision.staff_heads)
        yield heads % {"count": formats.number(revision.staff_heads)}
    if revision.staff_year and (revision.staff_fte is not None or revision.staff_heads is not None):
        yield _("Numbers of %(year)s") % {"year": str(revision.staff_year)}


def _duration(revisions):
    today = timezone.localdate()
    scale = time_scale([(revision.start, revision.end) for revision in revisions], today)
    cells = []
    for revision in revisions:
        fact = key_facts.duration(revision)
        if fact.unknown:
            cells.append(Cell(gap=_gap(fact)))
        else:
            bar = whole_bar(scale, revision, today)
            cells.append(Cell(value=fact.value, detail=fact.detail, bar=bar))
    hint = ""
    if scale:
        years = {"first": str(scale.first), "last": str(scale.last)}
        hint = _("%(first)s to %(last)s") % years
        if scale.day(today) is not None:
            hint = _("%(first)s to %(last)s; the line is today") % years
    return Row(_("Duration"), cells, hint)


def _stakeholders(revision):
    fact = key_facts.stakeholders(revision)
    if fact.unknown:
        return Cell(gap=_gap(fact))
    items = [(row.name, row.role or row.get_kind_display()) for row in revision.stakeholders.all()]
    return Cell(value=fact.value, items=items, attributes=sections.text_attributes(revision))


def _people_served(revision):
    if revision.people_served is None:
        return Cell(gap=_("Not reported"))
    number = formats.number(revision.people_served)
    note = revision.people_served_note
    return Cell(
        value=key_facts.qualified(number, revision.people_served_qualifier),
        items=[(note, "")] if note else [],
        attributes=sections.text_attributes(revision),
    )


def _indicators(revision):
    rows = sections.indicator_rows(revision)
    if not rows:
        return Cell(gap=_("Not reported"))
    return Cell(
        items=[(row.name, _indicator(row)) for row in rows],
        attributes=sections.text_attributes(revision),
    )


def _indicator(row):
    """Return the first and the last value of an indicator with their years, and who reports them."""
    first, last = (row.before_year, row.before), (row.result_year, row.result)
    if row.series:
        first, last = row.series[0], row.series[-1]
    values = [_value(*each) for each in dict.fromkeys((first, last)) if each[1]]
    words = values[:1]
    if len(values) > 1:
        words = [_("%(first)s to %(last)s") % {"first": values[0], "last": values[1]}]
    if row.unit and values:
        words.append(row.unit)
    if row.reporter:
        words.append(_("reported by: %(reporter)s") % {"reporter": row.reporter})
    return _("; ").join(words)


def _value(year, value):
    return _("%(value)s (%(year)s)") % {"value": value, "year": year} if year else value


def _themes(revision):
    return _plain(_(", ").join(row.theme.name for row in revision.theme_rows.all()))


def _text(revision, text, section):
    if not text:
        return Cell(gap=_("Not reported"))
    cut = Truncator(text).chars(TEXT_LENGTH)
    more = f"{revision.case.get_absolute_url()}#{section}" if cut != text else ""
    return Cell(text=cut, more=more, attributes=sections.text_attributes(revision))


def _sources(revision):
    """Return the sources in their order, each with how many figures and rows name it as theirs."""
    sources = revision.sources.all()
    if not sources:
        return Cell(gap=_("Not reported"))
    lists = (
        "indicators",
        "funding_sources",
        "budget_lines",
        "staff_roles",
        "stakeholders",
        "phases",
    )
    named = Counter(row.source_number for name in lists for row in getattr(revision, name).all())
    items = []
    for number, source in enumerate(sources, 1):
        word = ngettext("%(count)s fact rests on it", "%(count)s facts rest on it", named[number])
        items.append((source.title, word % {"count": named[number]} if named[number] else ""))
    return Cell(items=items, attributes=sections.text_attributes(revision))


def _contact(revision):
    if not (revision.contact_office or revision.contact_url):
        return Cell(gap=_("Not reported"))
    return Cell(
        items=[(revision.contact_office or revision.contact_url, "")],
        attributes=sections.text_attributes(revision),
    )


def _documented(revision):
    done, of = completeness.score(revision)
    return Cell(detail=_("%(done)s of %(of)s points") % {"done": done, "of": of})


def _gap(fact):
    if not fact.unknown:
        return ""
    return f"{fact.value}: {fact.detail}" if fact.detail else fact.value


def table(revisions):
    """Return the comparison as lines of a file: names of facts in front, one column a case."""
    return [[label, *(value(revision) for revision in revisions)] for label, value in _columns()]


def _columns():
    return [
        (_("Address"), lambda r: citations.lasting_address(r.case)),
        (_("Revision"), lambda r: r.number),
        (_("Members"), lambda r: _of_members(r, lambda each: each.name)),
        (_("Kind"), lambda r: _of_members(r, lambda each: each.get_kind_display())),
        (_("Countries or areas"), lambda r: _of_members(r, lambda each: each.country_name)),
        (_("Population"), key_facts.residents),
        (_("Year of the population"), lambda r: _of_members(r, lambda each: each.population_year)),
        (_("Stage"), lambda r: r.get_stage_display()),
        (_("Start"), lambda r: r.start),
        (_("End"), lambda r: r.end),
        (_("Duration in months"), lambda r: r.duration_months),
        (_("Budget"), lambda r: r.budget_amount),
        (_("Currency"), lambda r: r.budget_currency),
        (_("Budget year"), lambda r: r.budget_year),
        (_("Fiscal year"), lambda r: r.budget_fiscal_year),
        (_("Basis of the budget"), lambda r: r.get_budget_basis_display()),
        (_("Exactness of the budget"), lambda r: r.get_budget_qualifier_display()),
        (_("Scale"), lambda r: r.get_scale_display()),
        (_("People served"), lambda r: r.people_served),
        (_("Exactness of the people served"), lambda r: r.get_people_served_qualifier_display()),
        (_("Budget scope"), lambda r: r.get_budget_scope_display()),
        (_("Budget in USD"), lambda r: r.budget_usd),
        (_("Budget in USD per resident"), _usd_a_resident),
        (_("Funding sources"), lambda r: _pairs(money.figures(money.funding(r)))),
        (_("Staff (FTE)"), lambda r: r.staff_fte),
        (_("Staff in heads"), lambda r: r.staff_heads),
        (_("Volunteers"), lambda r: r.staff_volunteers),
        (_("Year of the staff numbers"), lambda r: r.staff_year),
        (_("Stakeholders"), lambda r: _pairs((s.name, s.role) for s in r.stakeholders.all())),
        (_("Themes"), lambda r: _themes(r).detail),
        (_("Targets"), lambda r: " ".join(c.target_id for c in r.contributions.all())),
        (_("Evidence"), key_facts.evidence),
        (_("Indicators"), lambda r: _pairs(_indicators(r).items)),
        (_("Results"), lambda r: r.results),
        (_("Lessons"), lambda r: r.lessons),
        (_("Conditions for transfer"), lambda r: r.transferability),
        (_("Sources"), lambda r: _pairs((s.title, s.url) for s in r.sources.all())),
        (_("Contact office"), lambda r: r.contact_office),
        (_("Page of the contact office"), lambda r: r.contact_url),
    ]


def _of_members(revision, value):
    """Return what the members whose policy it is have of something, each value once."""
    values = dict.fromkeys(map(value, revision.members))
    return "; ".join(str(each) for each in values if each)


def _usd_a_resident(revision):
    amount = key_facts.per_resident(revision)
    return None if amount is None else round(amount, 2)


def _pairs(pairs):
    return "; ".join(f"{name}: {word}" if word else name for name, word in pairs)
