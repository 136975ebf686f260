"""Public addresses as people and programs write them: marks of campaigns, capitals, zeros."""

import pytest

from members.models import FormerAddress
from tests.addresses import PUBLIC, make_world
from tests.factories import MemberFactory
from tests.test_rights import ANSWERS

pytestmark = pytest.mark.django_db

CAMPAIGN = (
    "utm_source=x&utm_id=7&msclkid=a&srsltid=b&gclid=c&fbclid=d&gbraid=e&mc_cid=f&_hsenc=g&_gl=h&"
    "mtm_campaign=i&mkt_tok=j&igsh=k&ttclid=l&campaignid=m&UTM_Medium=n&li_fat_id=o&yclid=p"
)


@pytest.fixture(scope="module")
def world(shared):
    with shared.made():
        return make_world()


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_marks_of_campaigns_change_no_public_page(client, world, name):
    marked = client.get(f"{world.addresses[name]}?{CAMPAIGN}")

    plain, _post = ANSWERS[name]
    assert marked.status_code == plain[0]
    for mark in ("utm_source", "srsltid", "_hsenc", "UTM_Medium"):
        assert mark not in b"".join(marked).decode(errors="replace")


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
