"""What happens to cases once somebody has come into a team."""

from members.teams import memberships

from . import authoring

memberships.do_on_joining(authoring.hand_to_team)
