"""Who waits is told who decides, and how long decisions take now."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import MemberProposal, Membership
from members.teams import waiting
from policies.models import Revision
from policies.workflow import moderation
from tests.factories import MemberFactory, MembershipFactory, RevisionFactory, UserFactory

pytestmark = pytest.mark.django_db


def decided_after(row, days):
    """Let a row have been decided after so many days, yesterday."""
    decided = timezone.now() - timedelta(days=1)
    type(row).objects.filter(pk=row.pk).update(
        created_at=decided - timedelta(days=days), decided_at=decided, decided_by=UserFactory()
    )


def test_request_says_who_decides_and_the_median(client):
    member = MemberFactory(name="Surabaya", slug="surabaya")
    asked = MembershipFactory(member=member, status="requested")
    client.force_login(asked.user)
    for page in (reverse("my:home"), reverse("my:join", args=["surabaya"])):
        assert "The secretariat decides: the team has no coordinator." in client.get(page).text
    MembershipFactory(member=member, role="coordinator")
    page = client.get(reverse("my:home")).text
    assert "The coordinator of the team decides." in page
    assert "were decided within" not in page  # too few to say
    for days in (1, 2, 3, 4, 30):
        decided_after(MembershipFactory(), days)
    for page in (reverse("my:home"), reverse("my:join", args=["surabaya"])):
        assert "were decided within 3 days." in client.get(page).text


def test_proposal_says_who_decides_and_the_median(client):
    person = UserFactory()
    client.force_login(person)
    sent = {"kind": "ngo", "name": "Riders", "website": "https://riders.example"}
    MemberProposal.objects.create(user=person, **sent)
    assert "The secretariat decides." in client.get(reverse("my:find")).text
    for _ in range(5):
        decided = MemberProposal.objects.create(
            user=UserFactory(), **sent, state="declined", decided_at=timezone.now()
        )
        decided_after(decided, 0)
    assert "were decided within a day." in client.get(reverse("my:find")).text


def test_submission_says_the_median(client, reference):
    membership = MembershipFactory()
    client.force_login(membership.user)
    draft = RevisionFactory(case__member=membership.member)
    moderation.submit(draft, by=membership.user)
    where = reverse("policies:edit", args=[draft.case_id])
    assert "were decided within" not in client.get(where).text
    for _ in range(5):
        other = RevisionFactory()
        moderation.submit(other, by=membership.user)
        moderation.reject(Revision.objects.get(pk=other.pk), by=UserFactory(), note="No.")
        other.events.filter(to_state="submitted").update(
            created_at=timezone.now() - timedelta(days=6)
        )
    assert "were decided within 6 days." in client.get(where).text


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(count, django_assert_num_queries):
    asked = [MembershipFactory(status="requested") for _ in range(count)]
    with django_assert_num_queries(2):
        assert len(waiting.on_requests(asked)) == count
    assert Membership.objects.count() == count
