"""Who worked on it, and who else had a part."""

from django.utils.translation import gettext_lazy as _

from policies.models import Revision, StaffRole, Stakeholder

from .base import RowForm, SectionForm
from .fields import SOURCE_NUMBER, hint


class ManpowerForm(SectionForm):
    class Meta(SectionForm.Meta):
        model = Revision
        fields = [
            "staff_fte",
            "staff_heads",
            "staff_volunteers",
            "staff_year",
            "staff_note",
            "staff_unavailable",
        ]
        labels = {
            "staff_heads": _("Paid staff, in heads"),
            "staff_year": _("Year of these numbers"),
            "staff_fte": _("Staff in full-time equivalents (FTE)"),
            "staff_unavailable": _("Not available, because …"),
        }
        help_texts = {
            "staff_fte": hint(
                _(
                    "People who worked on it, counted by the share of their time: two half-time "
                    "posts are one. An estimate helps; say so in the note."
                ),
                "7.5",
            ),
            "staff_heads": hint(_("Paid people, each counted as one."), "12"),
            "staff_volunteers": hint(
                _("People who work without pay; they are never added to the staff."), "40"
            ),
            "staff_year": hint(_("The year in which there were so many."), "2014"),
            "staff_note": hint(
                _("How it was counted, and whom it leaves out."),
                _("“Without the drivers of the operators.”"),
            ),
            "staff_unavailable": hint(
                _("Only where no number can be given: the reason, which readers will see."),
                _("“The work was shared by departments that keep no count of it.”"),
            ),
        }


class StaffRoleForm(RowForm):
    in_line = ("role", "organisation", "people", "counted", "months")

    class Meta(RowForm.Meta):
        model = StaffRole
        fields = ["role", "organisation", "people", "counted", "months", "source_number"]
        labels = {"people": _("People"), "source_number": _("Source no.")}
        help_texts = {
            "role": hint(_("What these people did."), _("“Planner”, “Hotline”.")),
            "organisation": hint(_("Where they work."), _("“City transport department”.")),
            "people": hint(_("How many."), "2.5"),
            "counted": hint(
                _("In full-time equivalents (FTE), in heads, or as volunteers."), _("“FTE”.")
            ),
            "source_number": SOURCE_NUMBER,
            "months": hint(_("For how many months."), "18"),
        }


class StakeholdersForm(SectionForm):
    class Meta(SectionForm.Meta):
        model = Revision
        fields = ["stakeholders_unavailable"]
        labels = {"stakeholders_unavailable": _("Not available, because …")}
        help_texts = {
            "stakeholders_unavailable": hint(
                _("Only where nobody can be named: the reason, which readers will see."),
                _("“The records of the consultation were not kept.”"),
            ),
        }


class StakeholderForm(RowForm):
    in_line = ("name", "kind", "role", "engagement")

    class Meta(RowForm.Meta):
        model = Stakeholder
        fields = ["name", "kind", "role", "engagement", "source_number"]
        labels = {
            "role": _("What they did"),
            "engagement": _("Level of engagement"),
            "source_number": _("Source no."),
        }
        help_texts = {
            "name": hint(
                _("An organisation or a group, not a private person."), _("“Bus drivers’ union”.")
            ),
            "kind": hint(_("What kind of organisation it is."), _("“Community”.")),
            "role": hint(_("Their part in it."), _("“Agreed on the night shifts”.")),
            "engagement": hint(
                _("From informed (told about it) to leads (decides)."), _("“Consulted”.")
            ),
            "source_number": SOURCE_NUMBER,
        }
