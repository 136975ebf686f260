"""Why a step could not be taken. Each text is translated and tells the person who asked."""


class MembersError(Exception):
    """Nothing was done, and the text says why."""


class AlreadyDecided(MembersError):
    """Somebody else was quicker."""


class AlreadyInTeam(MembersError):
    """The person is in the team, or has asked to join it."""


class InvalidMember(MembersError):
    """The member does not allow what is asked, or is no longer there."""


class LastCoordinator(MembersError):
    """The team would be left without a coordinator."""


class NotAllowed(MembersError):
    """The person may not, or may no longer, do this."""


class PersonBlocked(MembersError):
    """The account of the person is blocked."""


class ReasonRequired(MembersError):
    """A step that needs a reason was asked for without one."""


class TooManyToday(MembersError):
    """The person has done this too often today."""
