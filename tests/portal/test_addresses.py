"""Public addresses as people and programs write them: capitals, zeros. Marks of campaigns are in
``tests/test_rights.py``."""

import pytest
from django.urls import get_resolver

from members.models import FormerAddress
from tests.addresses import make_world
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(shared):
    with shared.made():
        return make_world()


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("/sdgs/16.A/", "/sdgs/16.a/"),
        ("/sdgs/011.06/", "/sdgs/11.6/"),
        ("/sdgs/17.010/", "/sdgs/17.10/"),
        ("/sdgs/011/", "/sdgs/11/"),
        ("/members/SURABAYA/", "/members/surabaya/"),
        ("/members/Old-Name/", "/members/surabaya/"),
        ("/policies/?target=16.A&country=id", "/policies/?target=16.a&country=ID"),
        ("/policies/?goal=011&stage=Planned", "/policies/?goal=11&stage=planned"),
        (
            "/policies/?member=Surabaya&theme=TRANSPORT",
            "/policies/?member=surabaya&theme=transport",
        ),
        ("/policies/export.csv?country=vn", "/policies/export.csv?country=VN"),
    ],
)
def test_other_writings_of_an_address_lead_to_the_plain_one(client, world, typed, plain):
    FormerAddress.objects.create(slug="old-name", member=world.live.case.member)
    answer = client.get(typed)
    assert (answer.status_code, answer.headers.get("Location")) == (301, plain)


@pytest.mark.parametrize(
    "address", ["/sdgs/16.Z/", "/sdgs/18.1/", "/members/NOWHERE/", "/sdgs/0.0/"]
)
def test_what_leads_nowhere_is_not_found(client, world, address):
    assert client.get(address).status_code == 404


def test_capitals_of_a_slug_are_kept_where_they_are_its_own(client):
    MemberFactory(slug="Suva")
    assert client.get("/members/Suva/").status_code == 200


def test_numbers_in_addresses_have_plain_digits():
    """What matches other digits cannot be written again, as for a redirect."""

    def patterns(resolver):
        for each in resolver.url_patterns:
            yield str(each.pattern)
            if hasattr(each, "url_patterns"):
                yield from patterns(each)

    ours = [pattern for pattern in patterns(get_resolver()) if "accounts" not in pattern]
    assert len(ours) > 200
    assert [pattern for pattern in ours if r"\d" in pattern] == []
