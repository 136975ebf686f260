"""What a case needs before it can be submitted, and what its authors should look at again."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from policies.models import Contribution

# A summary and sections this short cannot carry as many targets as they are tagged with.
WORDS_A_TARGET = 40

# Ids of the lists on the page of a section.
ANCHORS = {"targets": "rows-contributions", "stakeholders": "rows-stakeholders"}

PROSE = ("summary", "challenge", "solution", "results")


@dataclass(frozen=True)
class Gap:
    """Something missing: the section and field where it belongs, and what to do."""

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
    return gaps


def word_count(revision):
    """Return about how many words the texts have that explain the targets."""
    text = " ".join(getattr(revision, field) for field in PROSE)
    # Scripts without spaces count by letters: about two to a word.
    return max(len(text.split()), len(text) // 12)


def is_over_tagged(revision):
    """Return whether there are more targets than the length of the text can explain."""
    targets = len(revision.contributions.all())
    return targets > 1 and word_count(revision) < targets * WORDS_A_TARGET


def is_without_source(revision):
    """Return whether no page, paper or file lets readers check the facts."""
    return not revision.sources.all() and not revision.attachments.all()


def warnings(revision):
    """Return sentences about what looks wrong but does not prevent a submission."""
    found = []
    if is_over_tagged(revision):
        found.append(
            _(
                "%(targets)s targets are a lot for a text of %(words)s words. Readers trust tags "
                "that the text explains."
            )
            % {"targets": len(revision.contributions.all()), "words": word_count(revision)}
        )
    unexplained = [row.target_id for row in revision.contributions.all() if not row.how]
    if unexplained:
        found.append(
            _("Nothing says how the case contributes to %(codes)s.")
            % {"codes": ", ".join(unexplained)}
        )
    if revision.budget_amount is not None and not revision.budget_year:
        found.append(_("The budget has no year, so it cannot be converted or compared."))
    if is_without_source(revision):
        found.append(_("No source: readers cannot check the figures."))
    funded = sum(
        row.amount or 0 for row in revision.funding_sources.all() if row.state != "withdrawn"
    )
    if revision.budget_amount is not None and funded > revision.budget_amount:
        found.append(_("The funding sources add up to more than the budget."))
    return found


def _required():
    yield "basics", "title", _("Give the case a title.")
    yield "basics", "summary", _("Write a summary.")
    yield "challenge-solution", "challenge", _("Describe the challenge.")
    yield "challenge-solution", "solution", _("Describe what was done.")
    yield "time", "stage", _("State how far the policy has come.")
    yield "time", "start", _("State when it started.")
