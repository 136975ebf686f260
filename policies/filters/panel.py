"""The filters beside the list: which choices to offer, each with how many cases it would give.

A list of all countries and targets has hundreds of boxes; a template takes five times as long to
write them as all else on the page. Every text is escaped.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.subregions import subregion_of
from policies.content.bands import NONE
from policies.content.facets import FACETS_BY_NAME
from policies.content.formats import current_language, one_language, remembered, whole_numbers

from .search import RANGES, SearchForm

# So many members are offered, those with the most cases.
MOST_MEMBERS = 40
LAST_DIGITS, MILLION = 100, 1_000_000


@dataclass(frozen=True)
class Part:
    """One part of the rail: its facets, its exact range, and whether it is open at first."""

    facets: tuple[str, ...]
    label: str = ""
    range: str = ""
    is_open: bool = False

    @property
    def heading(self):
        return self.label or FACETS_BY_NAME[self.facets[0]].label


PARTS = (
    Part(("goal", "target"), gettext_lazy("Goal and target"), is_open=True),
    Part(("theme",), is_open=True),
    Part(("subregion", "country"), gettext_lazy("Subregion and country")),
    Part(("member",)),
    Part(("kind",)),
    Part(("stage",), is_open=True),
    Part(("budget",), gettext_lazy("Budget in USD"), range="budget", is_open=True),
    Part(("staff",), range="staff"),
    Part(("duration",)),
    Part((), gettext_lazy("Year of the start"), range="start"),
    Part(("population",)),
    Part(("funding",)),
    Part(("stakeholder",)),
    Part(("evidence",)),
    Part(("provenance",)),
    Part(("language",)),
)


class Rail:
    """The filters for ``form``.

    ``counts`` are those of the answer: facet name -> value -> number of cases. Where nothing was
    searched, ``numbers`` is False: the choices are offered without a number.
    """

    def __init__(self, form, counts, *, numbers=True):
        self.form = form
        self.counts = counts
        # Count -> how it is written after a choice; nothing where nothing was counted.
        self._numbers = _Numbers() if numbers else defaultdict(str)
        # Asked once, not for each of hundreds of boxes.
        self._language = current_language()

    def html(self):
        """Every part that has something to choose, something chosen, or a mistake."""
        with one_language():
            return SafeString("".join(map(self._part, range(len(PARTS)))))

    def _part(self, place):
        part, errors = PARTS[place], self.form.errors
        ends = RANGES.get(part.range, ())
        wrong = [name for name in part.facets if name in errors]
        if part.facets == ("goal", "target"):
            choices = self._goals()
        elif part.facets == ("subregion", "country"):
            choices = self._places()
        else:
            choices = "".join(map(self._flat, part.facets))
        if not choices and not ends and not wrong:
            return ""
        if choices:
            choices = f'<ul role="list">{choices}</ul>'
        names = [*part.facets, *ends]
        in_use = any(name in self.form.values or name in errors for name in names)
        heading = _heading(place, language=self._language)
        described = f' aria-describedby="{" ".join(map(_error_id, wrong))}"' if wrong else ""
        return (
            f'<details class="facet"{" open" if part.is_open or in_use else ""}>'
            f"<summary>{heading}</summary>\n"
            f'<fieldset{described}><legend class="vh">{heading}</legend>\n'
            f"{''.join(map(self._mistake, wrong))}{choices}"
            f"{''.join(map(self._end, ends))}</fieldset></details>\n"
        )

    def _mistake(self, name):
        """What is wrong with the values of a facet."""
        message = escape(self.form.errors[name][0])
        return (
            f'<div class="field has-err"><p class="err" id="{_error_id(name)}">{message}</p></div>'
        )

    def _end(self, name):
        """A field of an exact range: with what was typed, and what is wrong with it."""
        before = has_error = described = ""
        if name in self.form.errors:
            message, key = escape(self.form.errors[name][0]), _error_id(name)
            before = f'<p class="err" id="{key}">{message}</p>'
            has_error, described = " has-err", f' aria-invalid="true" aria-describedby="{key}"'
        value = escape(self.form.data.get(name, ""))
        return (
            f'<div class="field mt-s{has_error}"><label for="{name}">{_label(name)}</label>{before}'
            f'<input class="in" id="{name}" name="{name}" value="{value}" inputmode="decimal" '
            f'maxlength="24"{described}></div>'
        )

    def _offered(self, facet):
        """(value, label, count) of the choices that some case has, and of the chosen ones."""
        counts = self.counts.get(facet, {})
        chosen = self.form.chosen.get(facet, ())
        labels = self.form.labels(facet)
        if facet not in ("member", "country"):
            return [
                (value, label, counts.get(value, 0))
                for value, label in labels.items()
                if value in counts or value in chosen
            ]
        # Long lists in the order of their names, whatever that of their labels is.
        values = nlargest(MOST_MEMBERS, counts, counts.get) if facet == "member" else counts
        offered = [
            (value, labels[value], counts.get(value, 0))
            for value in {*values, *chosen}
            if value in labels
        ]
        return sorted(offered, key=lambda choice: (str(choice[1]), choice[0]))

    def _flat(self, facet):
        return "".join(self._choices(facet, self._offered(facet)))

    def _goals(self):
        targets = {}
        for choice in self._offered("target"):
            targets.setdefault(choice[0].partition(".")[0], []).append(choice)
        goals = {value: (label, count) for value, label, count in self._offered("goal")}
        # A target may be chosen although its goal has no case left.
        labels = self.form.labels("goal")
        pieces = []
        for value in labels:
            if value == NONE or (value not in goals and value not in targets):
                continue
            label, count = goals.get(value, (labels[value], 0))
            rows = self._choices("goal", [(value, _any_target(value), count)])
            rows += self._choices("target", targets.get(value, ()), with_code=True)
            swatch = f'<span class="sw" data-g="{escape(value)}">{escape(value)}</span> '
            pieces.append(self._tree(swatch, label, count, rows))
        if NONE in goals:
            pieces += self._choices("goal", [(NONE, *goals[NONE])])
        if NONE in self.form.chosen.get("target", ()):
            pieces += self._choices("target", targets.get(NONE, ()))
        return "".join(pieces)

    def _places(self):
        countries = {}
        for choice in self._offered("country"):
            subregion = subregion_of(choice[0])
            countries.setdefault(subregion.slug if subregion else NONE, []).append(choice)
        pieces = []
        offered = {value: (label, count) for value, label, count in self._offered("subregion")}
        for value, label in self.form.labels("subregion").items():
            rows = self._choices("country", countries.get(value, ()))
            name, count = offered.get(value, (label, 0))
            if value == NONE:
                if value in offered:
                    pieces += self._choices("subregion", [(value, name, count)])
                pieces += rows
            elif rows or value in offered:
                anywhere = _("Anywhere in %(subregion)s") % {"subregion": name}
                rows = self._choices("subregion", [(value, anywhere, count)]) + rows
                pieces.append(self._tree("", name, count, rows))
        return "".join(pieces)

    def _tree(self, before, label, count, rows):
        is_open = ""
        if self.form.chosen and any(" checked>" in row for row in rows):
            is_open = " open"
        return (
            f'<li><details class="facet tree"{is_open}><summary>{before}'
            f"<span>{escape(str(label))}</span>{self._numbers[count]}</summary>"
            f'<ul role="list">{"".join(rows)}</ul></details></li>'
        )

    def _choices(self, facet, offered, *, with_code=False):
        """A box for each (value, label, count)."""
        chosen, numbers = self.form.chosen.get(facet, ()), self._numbers
        return [
            f"{_box(facet, value, label, with_code, value in chosen)}{numbers[count]}</label></li>"
            for value, label, count in offered
        ]


def _error_id(name):
    return f"error-{name}"


@remembered
def _heading(place):
    return escape(str(PARTS[place].heading))


@remembered
def _label(name):
    return escape(str(SearchForm.base_fields[name].label))


@remembered
def _any_target(goal):
    return _("Any target of Goal %(n)s") % {"n": goal}


class _Numbers(dict):
    """Numbers beside choices, read as "4 matches" by screen readers; most are others on every page."""

    def __init__(self):
        super().__init__()
        self._write, self._nouns = whole_numbers(), _nouns()

    def __missing__(self, count):
        # No language asks for more than the last two digits of what is no whole million.
        is_large = count > LAST_DIGITS and count % MILLION
        noun = self._nouns[LAST_DIGITS + count % LAST_DIGITS if is_large else count]
        self[count] = written = (
            f' <span class="n">{self._write(count)}<span class="vh"> {noun}</span></span>'
        )
        return written


class _Nouns(dict):
    """Number -> the noun after it, in one language."""

    def __missing__(self, count):
        self[count] = noun = escape(ngettext("match", "matches", count))
        return noun


_nouns = remembered(_Nouns)


@lru_cache(maxsize=8192)
def _box(facet, value, label, with_code, is_checked):
    """A choice up to its number; the same boxes stand on every page."""
    checked = " checked" if is_checked else ""
    name = escape(str(label))
    if value == NONE:
        name = f'<span class="nr">{name}</span>'
    elif with_code:
        name = f"<span><b>{escape(value)}</b> {name}</span>"
    else:
        name = f"<span>{name}</span>"
    return (
        f'<li><label class="tick"><input type="checkbox" name="{facet}" '
        f'value="{escape(value)}"{checked}> {name}'
    )
