"""Who leads: the coordinators of a member and, for the whole network, the secretariat."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import Case, When

from members.models import Member, Membership, User
from members.secretariat import acts_for_secretariat

Role, Status = Membership.Role, Membership.Status


def is_secretariat(user):
    """Return whether the person decides on memberships for the whole network."""
    return acts_for_secretariat(user, "members.change_membership")


def leads(user, member):
    """Return whether the person decides on the team of ``member``."""
    return is_secretariat(user) or Member.objects.coordinated_by(user).filter(pk=member.pk).exists()


def secretariat():
    """Return the people who decide on memberships for the whole network."""
    return ModelBackend().with_perm("members.change_membership").filter(is_staff=True)


def coordinators(member):
    """Return the people who lead the team of ``member``."""
    return User.objects.filter(
        is_active=True,
        memberships__member=member,
        memberships__status=Status.ACTIVE,
        memberships__role=Role.COORDINATOR,
    )


def requests_for(user):
    """Return the requests that ``user`` may decide.

    Those from a verified address at the member's own domain come first, then the one that has waited
    longest.
    """
    requests = Membership.objects.decidable_by(user)
    if is_secretariat(user):
        requests = Membership.objects.filter(status=Status.REQUESTED).exclude(user=user)
    return requests.select_related("user", "member").order_by(
        Case(When(known_domain="", then=1), default=0), "created_at", "pk"
    )
