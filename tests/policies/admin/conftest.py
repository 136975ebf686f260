"""Fixtures of the tests of review and admin."""

import pytest

from policies.workflow import moderation
from tests.factories import MemberFactory, MembershipFactory, RevisionFactory, UserFactory


@pytest.fixture
def member(db):
    return MemberFactory(name="Surabaya")


@pytest.fixture
def author(member):
    return MembershipFactory(
        member=member, user=UserFactory(name="Ani", email="ani@x.example")
    ).user


@pytest.fixture
def submitted(member, author):
    """A new case that Ani submitted."""
    draft = RevisionFactory(
        case__member=member, created_by=author, title="Night buses", challenge="No buses."
    )
    return moderation.submit(draft, by=author)


@pytest.fixture
def mina(moderator_client):
    """A signed-in moderator."""
    person = moderator_client.person
    person.name = "Mina"
    person.save()
    return person
