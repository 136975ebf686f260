"""What stands between every request and its view."""

import pytest
from django.http import HttpResponse

from citynet.web.client_address import client_address, set_client_address
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


@pytest.fixture
def seen(rf):
    """``seen(**META)``: the address that the record would be told while a request is answered."""

    def see(**meta):
        found = []

        def view(request):
            found.append(client_address.get())
            return HttpResponse()

        request = rf.get("/")
        del request.META["REMOTE_ADDR"]
        request.META |= meta
        set_client_address(view)(request)
        assert client_address.get() is None
        return found[0]

    return see


@pytest.mark.parametrize(
    ("proxies", "meta", "address"),
    [
        (0, {"REMOTE_ADDR": "203.0.113.9"}, "203.0.113.9"),
        (0, {"REMOTE_ADDR": "2001:DB8::1"}, "2001:db8::1"),
        (0, {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "10.9.9.9"}, "203.0.113.9"),
        (1, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, "203.0.113.9"),
        (
            1,
            {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "10.9.9.9, 203.0.113.9"},
            "203.0.113.9",
        ),
        (1, {"REMOTE_ADDR": "203.0.113.9"}, "203.0.113.9"),
        (2, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, None),
        (1, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "<script>"}, None),
        (0, {}, None),
    ],
)
def test_record_is_told_the_address_that_our_proxies_saw(settings, seen, proxies, meta, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert seen(**meta) == address


def test_address_is_forgotten_after_an_error(rf):
    def view(request):
        raise RuntimeError(client_address.get())

    with pytest.raises(RuntimeError, match=r"127\.0\.0\.1"):
        set_client_address(view)(rf.get("/"))
    assert client_address.get() is None
