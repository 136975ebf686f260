"""Handing a member's coordination to another person of its team."""

from django.db import transaction
from django.utils.translation import gettext as _

from . import teams
from .models import Membership


@transaction.atomic
def hand_over(membership, *, by, note="", alone=True):
    """Make the person of ``membership`` a coordinator; with ``alone`` the others become officials.

    Gives the membership. Raises ``teams.Refused`` for who is not in the team or cannot sign in, and
    ``teams.NotAllowed`` for who may not change it.
    """
    teams.lock(membership.member)
    if not membership.user.is_active:
        raise teams.Refused(_("The account of this person is blocked."))
    given = teams.set_role(membership, teams.Role.COORDINATOR, by, note)
    others = Membership.objects.active().filter(
        member=membership.member_id, role=teams.Role.COORDINATOR
    )
    if alone:
        for other in others.exclude(pk=given.pk):
            teams.set_role(other, teams.Role.OFFICIAL, by, note)
    return given
