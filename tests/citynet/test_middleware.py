"""What stands between every request and its view."""

import pytest

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/policies/", "/sdgs/", "/members/", "/about/", "/codebook/"]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_is_the_same_for_everybody(client, reference, path):
    anonymous = client.get(path)
    client.force_login(UserFactory())
    signed_in = client.get(path)
    assert signed_in.content == anonymous.content
    for answer in (anonymous, signed_in):
        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies


def test_closed_page_leads_to_the_sign_in(client):
    answer = client.get("/my/")
    assert answer.status_code == 302
    assert answer.url == "/accounts/login/?next=/my/"
