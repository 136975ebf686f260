"""People without a team, where one is needed: those who have asked are not told to ask."""

import pytest
from django.urls import reverse

from tests.conftest import signed_in
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name",
    ["exchange:advise", "exchange:cooperation-new", "local-reviews:new"],
)
def test_who_has_asked_reads_how_that_stands(name):
    asked = MembershipFactory(member__name="Hue", status="requested", decided_at=None).user
    for person, says, not_says in (
        (asked, "as soon as your request to join Hue is approved", "Join your city’s team"),
        (UserFactory(), "Join your city’s team", "as soon as your request"),
    ):
        page = signed_in(person).get(reverse(name))
        assert (page.status_code, says in page.text, not_says in page.text) == (403, True, False)
