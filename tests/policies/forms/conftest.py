"""A draft with its author, made once for the tests of a module that ask for it."""

import pytest

from members.models import Membership
from policies.models import Revision
from tests.factories import MembershipFactory, RevisionFactory


@pytest.fixture(scope="module")
def of_module(shared):
    """The keys of a membership and of a draft, made once for the tests of a module."""
    with shared.made():
        membership = MembershipFactory()
        draft = RevisionFactory(case__member=membership.member, created_by=membership.user)
    return membership.pk, draft.pk


@pytest.fixture
def membership(of_module, db):
    return Membership.objects.select_related("user", "member").get(pk=of_module[0])


@pytest.fixture
def official(client, membership):
    client.force_login(membership.user)
    return client


@pytest.fixture
def draft(of_module, db):
    return Revision.objects.select_related("case__member", "created_by").get(pk=of_module[1])
