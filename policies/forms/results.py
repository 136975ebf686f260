"""What came of it, in words and in figures; and where the facts can be checked."""

from django import forms
from django.utils.translation import gettext_lazy as _

from policies.models import Indicator, Revision, Source

from .base import RowForm, SectionForm
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
    class Meta(RowForm.Meta):
        model = Indicator
        fields = [
            "name",
            "unit",
            "baseline",
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
