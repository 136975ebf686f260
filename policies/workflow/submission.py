"""What a case needs before it can be submitted, and what its authors should look at again."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from policies.content import plausibility
from policies.models import Contribution

# Ids of the lists on the page of a section.
ANCHORS = {
    "targets": "rows-contributions",
    "stakeholders": "rows-stakeholders",
    "photos": "photos",
}


@dataclass(frozen=True)
class Gap:
    """Something missing, or that cannot be true: the section and field, and what to do."""

    section: str
    field: str
    message: str

    @property
    def anchor(self):
        """Return the id on the section's page where it is filled in."""
        return ANCHORS.get(self.field, f"id_{self.field}")


def missing(revision):
    """Return the :class:`Gap` list that prevents the submission of a revision; empty when ready."""
    gaps = [
        Gap(section, field, message)
        for section, field, message in _required()
        if not str(getattr(revision, field)).strip()
    ]
    rows = revision.contributions.all()
    if not rows:
        gaps.append(Gap("targets-themes", "targets", _("Choose at least one target.")))
    elif not any(row.role == Contribution.Role.PRIMARY for row in rows):
        gaps.append(Gap("targets-themes", "targets", _("Choose which target is the primary one.")))
    if not revision.theme_rows.all():
        gaps.append(Gap("targets-themes", "themes", _("Choose at least one theme.")))
    if revision.budget_amount is None and not revision.budget_unavailable:
        gaps.append(
            Gap(
                "budget",
                "budget_amount",
                _("State the budget, or say why it is not available."),
            )
        )
    staffed = revision.staff_fte is not None or revision.staff_roles.all()
    if not staffed and not revision.staff_unavailable:
        gaps.append(
            Gap("manpower", "staff_fte", _("State the staff, or say why it is not available."))
        )
    if not revision.stakeholders.all() and not revision.stakeholders_unavailable:
        gaps.append(
            Gap(
                "stakeholders",
                "stakeholders",
                _("Name the stakeholders, or say why they are not available."),
            )
        )
    gaps += [
        Gap(
            "files",
            "photos",
            _("Say what photo %(number)d shows, for people who do not see it.")
            % {"number": number},
        )
        for number, photo in enumerate(revision.photos.all(), start=1)
        if not photo.alt and not photo.removed_on
    ]
    return gaps + [
        Gap(each.section, each.field, each.message)
        for each in plausibility.checks(revision)
        if each.is_hard and each.section != plausibility.CASE
    ]


def warnings(revision):
    """Return the findings (``plausibility.Finding``) that do not prevent a submission."""
    return [each for each in plausibility.checks(revision) if not each.is_hard]


def _required():
    yield "basics", "title", _("Give the case a title.")
    yield "basics", "summary", _("Write a summary.")
    yield "challenge-solution", "challenge", _("Describe the challenge.")
    yield "challenge-solution", "solution", _("Describe what was done.")
    yield "time", "stage", _("State how far the policy has come.")
    yield "time", "start", _("State when it started.")
