"""What came of it, in words and in figures; and where the facts can be checked."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from policies.models import Indicator, Revision, Source

from .base import RowForm, RowSet, SectionForm
from .fields import QUALIFIER, SOURCE_NUMBER, hint


class ResultsForm(SectionForm):
    class Meta(SectionForm.Meta):
        model = Revision
        fields = ["results"]
        help_texts = {
            "results": hint(
                _(
                    "What changed for whom, what did not, and what went wrong. Say how you know, "
                    "and whether something else may have caused it."
                ),
                _("“In the first year 2.2 million trips; none at all on two of nine lines.”"),
            ),
        }


class IndicatorForm(RowForm):
    in_line = ("name", "unit", "baseline", "baseline_year", "result", "result_year")

    class Meta(RowForm.Meta):
        model = Indicator
        fields = [
            "name",
            "unit",
            "baseline",
            "baseline_qualifier",
            "baseline_year",
            "planned",
            "planned_qualifier",
            "result",
            "result_qualifier",
            "result_year",
            "series",
            "evidence",
            "reporter",
            "source",
            "source_number",
        ]
        labels = {
            "baseline": _("Before"),
            "baseline_year": _("Year before"),
            "baseline_qualifier": _("How exact that is"),
            "planned_qualifier": _("How exact the plan is"),
            "result_qualifier": _("How exact the result is"),
            "series": _("Further years"),
            "reporter": _("Who says so"),
            "source_number": _("Source no."),
        }
        widgets = {"series": forms.Textarea(attrs={"rows": 2, "dir": "ltr"})}
        help_texts = {
            "name": hint(_("What is counted or measured."), _("“Passengers of night buses”.")),
            "unit": hint(
                _("The unit of all three figures."), _("“a night”, “%”, “tonnes a year”.")
            ),
            "baseline": hint(_("The figure before the policy."), "0"),
            "baseline_year": hint(_("The year of that figure."), "2012"),
            "planned": hint(_("The figure you aimed at."), "5,000"),
            "baseline_qualifier": QUALIFIER,
            "planned_qualifier": QUALIFIER,
            "result_qualifier": QUALIFIER,
            "series": hint(
                _("Every year with its value; they are drawn as a line."),
                "2012: 0; 2013: 4,200; 2014: 7,000",
            ),
            "reporter": hint(
                _("The city itself, a funder, the press, research or an evaluator."),
                _("“Research”."),
            ),
            "source_number": SOURCE_NUMBER,
            "result": hint(_("The figure that was reached."), "7,000"),
            "result_year": hint(_("The year of that figure."), "2014"),
            "evidence": hint(_("How the result is known."), _("“Measured”.")),
            "source": hint(_("Where the figures are from."), _("“Card readers of the buses”.")),
        }


class SourcesForm(SectionForm):
    """The section of files has no columns of its own: only lists."""

    class Meta(SectionForm.Meta):
        model = Revision
        fields = []


class SourceForm(RowForm):
    class Meta(RowForm.Meta):
        model = Source
        fields = ["title", "url", "accessed"]
        help_texts = {
            "title": hint(_("The name of the page or paper."), _("“Transport report 2014”.")),
            "url": hint(_("Where it is on the web, if it is."), "https://city.example/report.pdf"),
            "accessed": hint(_("When you last read it there."), _("31 May 2024.")),
        }


class SourceSet(RowSet):
    """The sources of a case; rows of other lists that rest on one follow it to its new place."""

    def after(self, revision, before, rows):
        places = _new_places(before, rows)
        cut = 0
        for model in Revision.row_models().values():
            if not hasattr(model, "source_number"):
                continue
            moved = []
            resting = model.objects.filter(revision=revision, source_number__isnull=False)
            for row in resting:
                number = places.get(row.source_number)
                if number != row.source_number:
                    row.source_number = number
                    moved.append(row)
                    cut += number is None
            model.objects.bulk_update(moved, ["source_number"])
        if not cut:
            return []
        message = ngettext(
            "%(count)d row rested on a source that was removed; its number was taken out.",
            "%(count)d rows rested on a source that was removed; its number was taken out of them.",
            cut,
        )
        return [message % {"count": cut}]


def _new_places(before, rows):
    """Return where each source of a list now is, {old number: new number}, without those that are gone.

    A source is known by all that it says, else by its address, else by its title.
    """
    places, left = {}, dict(enumerate(rows, start=1))
    for says in (_all_of, _address_of, _title_of):
        for number, source in enumerate(before, start=1):
            if number in places or not says(source):
                continue
            place = next((each for each, row in left.items() if says(row) == says(source)), None)
            if place is not None:
                places[number] = place
                del left[place]
    return places


def _all_of(source):
    return source.title, source.url, source.accessed


def _address_of(source):
    return source.url


def _title_of(source):
    return source.title.casefold()
