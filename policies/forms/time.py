"""When it happened: stage, first and last month, and the phases."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from policies.models import Phase, Revision, months

from .base import RowForm, SectionForm
from .fields import SOURCE_NUMBER, hint

MONTH = _("Year and month, or the year alone where only that is known.")


class TimeForm(SectionForm):
    class Meta(SectionForm.Meta):
        model = Revision
        fields = ["stage", "start", "end"]
        help_texts = {
            "stage": hint(_("How far the policy has come today."), _("“Completed”.")),
            "start": hint(MONTH, "2013-04"),
            "end": hint(
                _("The same way. Leave it empty while the policy goes on, or when it is unknown."),
                "2015",
            ),
        }

    def clean(self):
        data = super().clean()
        months.clean_period(data.get("start"), data.get("end"))
        return data

    def write(self, revision):
        before = revision.start, revision.end
        super().write(revision)
        try:
            months.clean_period(revision.start, revision.end)
        except ValidationError:
            # What is right fits only to what is wrong.
            revision.start, revision.end = before


class PhaseForm(RowForm):
    in_line = ("name", "start", "end", "note")

    class Meta(RowForm.Meta):
        model = Phase
        fields = ["name", "start", "end", "note", "source_number"]
        labels = {"source_number": _("Source no.")}
        help_texts = {
            "name": hint(_("What this part of the time was for."), _("“Trial on two lines”.")),
            "start": hint(MONTH, "2013-04"),
            "end": hint(MONTH, "2013-08"),
            "note": hint(_("What was reached, or why it took longer."), _("“Delayed by floods”.")),
            "source_number": SOURCE_NUMBER,
        }
