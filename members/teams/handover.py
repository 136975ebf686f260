"""Handing a member's coordination to another person of its team."""

from django.db import transaction

from members.models import Membership

from . import memberships


@transaction.atomic
def hand_over(membership, *, by, note="", alone=True):
    """Make the person of ``membership`` a coordinator; with ``alone`` the others become officials.

    Return the membership. Raises ``PersonBlocked`` for who cannot sign in, ``AlreadyDecided`` for
    who is not in the team, and ``NotAllowed`` for who may not change it.
    """
    memberships.lock(membership.member)
    memberships.refuse_blocked(membership.user)
    given = memberships.set_role(membership, memberships.Role.COORDINATOR, by, note)
    others = Membership.objects.active().filter(
        member=membership.member_id, role=memberships.Role.COORDINATOR
    )
    if alone:
        for other in others.exclude(pk=given.pk):
            memberships.set_role(other, memberships.Role.OFFICIAL, by, note)
    return given
