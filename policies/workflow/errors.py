"""Why a step could not be done. The text of each is translated and made for the person who asked."""

from django.utils.translation import gettext as _


class WorkflowError(Exception):
    """Nothing was done, and the text says why."""


class ActionRefused(WorkflowError):
    """The case or theme does not allow what is asked."""


class AlreadyDecided(WorkflowError):
    """Somebody else decided first."""


class ChangedMeanwhile(WorkflowError):
    """What the person was shown is no longer so."""


class EditConflict(WorkflowError):
    """Somebody saved the same section meanwhile; ``revision`` is what is stored now."""

    def __init__(self, revision):
        super().__init__(_("Somebody else saved this section after you opened it."))
        self.revision = revision


class EditRefused(WorkflowError):
    """The person may not, or may no longer, write this case, or its state forbids it."""


class IncompleteSubmission(WorkflowError):
    """The revision lacks what a submission needs; ``revision`` is what is stored now."""

    def __init__(self, revision):
        super().__init__(_("It cannot be submitted yet."))
        self.revision = revision


class ReasonRequired(WorkflowError):
    """A step that needs a reason was asked for without one."""

    def __init__(self):
        super().__init__(_("Give a reason."))


class TooManyDrafts(WorkflowError):
    """The person has as many open drafts as one may have."""


class TooManyFiles(WorkflowError):
    """The revision has as many photos, or files, as fit."""


class TransitionRefused(WorkflowError):
    """The state in which the revision is now does not allow the change."""
