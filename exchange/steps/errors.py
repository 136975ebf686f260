"""Why a step could not be taken. Each text is translated and made for the person who asked."""

from django.utils.translation import gettext as _


class ExchangeError(Exception):
    """Nothing was done, and the text says why."""


class AlreadyAsked(ExchangeError):
    """The question was asked lately; ``question`` is that one."""

    def __init__(self, question):
        super().__init__(_("The same was asked of this member in the last 30 days."))
        self.question = question


class AlreadyThere(ExchangeError):
    """There is such an entry already; ``entry`` is it."""

    def __init__(self, message, entry):
        super().__init__(message)
        self.entry = entry


class ChangedMeanwhile(ExchangeError):
    """Somebody else was quicker: what the person was shown is no longer so."""


class NotAllowed(ExchangeError):
    """The person may not, or may no longer, do this."""


class ReasonRequired(ExchangeError):
    """A step that needs a reason was asked for without one."""

    def __init__(self):
        super().__init__(_("Give a reason."))


class StepRefused(ExchangeError):
    """The state in which the entry is does not allow the step."""


class TooManyToday(ExchangeError):
    """The person, or the member, has done this too often of late."""
