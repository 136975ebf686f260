"""People of teams, for the tests of teams and notices."""

from django.contrib.auth.models import Permission

from members.accounts import adapter
from members.models import Membership, Notice
from tests.factories import MemberFactory, MembershipFactory, StaffFactory, UserFactory


def coordinator_of(member, **fields):
    return MembershipFactory(
        member=member, role=Membership.Role.COORDINATOR, user=UserFactory(**fields)
    ).user


def official_of(member, **fields):
    return MembershipFactory(member=member, user=UserFactory(**fields)).user


def secretariat(**fields):
    """Staff who may decide on memberships, and nothing else."""
    user = StaffFactory(**fields)
    user.user_permissions.add(Permission.objects.get(codename="change_membership"))
    return user


def verified(**fields):
    user = UserFactory(**fields)
    adapter.verify(user)
    return user


def request_of(user=None, member=None, **fields):
    """A request that waits, made without its notices."""
    return MembershipFactory(
        user=user or UserFactory(),
        member=member or MemberFactory(),
        status=Membership.Status.REQUESTED,
        decided_at=None,
        **fields,
    )


def told(**filters):
    """(kind, address) of every notice, in the order of writing."""
    return list(Notice.objects.filter(**filters).order_by("pk").values_list("kind", "email"))
