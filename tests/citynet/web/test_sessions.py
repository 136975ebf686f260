"""What a browser sends as the key of its session."""

import pytest
from django.test import Client

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "cookie",
    [
        r'sessionid="aaaaaaaa\000"',  # a NUL, which PostgreSQL takes in no text
        "sessionid=\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe",
        "sessionid=' OR 1=1 --aaaaaaaaaaaaaaaaaaaa",
        f"sessionid={'a' * 5000}",
        "sessionid=",
    ],
)
def test_key_that_is_none_of_ours_is_no_session(cookie):
    answer = Client().get("/my/", headers={"cookie": cookie})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/my/")


def test_key_of_ours_opens_the_page_of_its_person(client):
    user = UserFactory()
    client.force_login(user)
    assert client.get("/my/").context["user"] == user
