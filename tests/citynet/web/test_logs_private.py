"""What happens to people on the pages leaves nothing of them in the log, whoever writes it."""

import logging
import socket

import pytest
from django.core import mail
from django.test import Client
from django.urls import path, reverse

from citynet.urls import handler400, handler403, handler404, handler500
from citynet.urls import urlpatterns as real
from citynet.web import logs
from members.models.invitation_tokens import token_of
from members.teams import invitations
from tests.citynet.web.test_logs import written
from tests.factories import MemberFactory, MembershipFactory
from tests.members.people import PASSWORD, person, sign_in

ADDRESS = "203.0.113.77"
WRONG = "river and a wrong password"
NOTE = "Ring Ani Wijaya about her salary"


def broken(request):
    """An error of ours, with all that was sent in its words and in its frames."""
    sent = dict(request.POST.items())
    raise RuntimeError(f"cannot use {sent['email']} of {request.META['REMOTE_ADDR']}")


broken.login_required = False
urlpatterns = [path("broken/", broken, name="broken"), *real]
HANDLERS = [handler400, handler403, handler404, handler500]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(params=[logs.JsonFormatter, logs.LineFormatter])
def log(request):
    yield from written(request.param())


@pytest.fixture
def ani():
    return person(name="Ani Wijaya", email="ani@surabaya.example")


@pytest.fixture
def visitor():
    client = Client(REMOTE_ADDR=ADDRESS)
    client.raise_request_exception = False
    return client


def nothing_of(log, *more):
    """Whether the log tells neither the person, nor the address, nor what else is given."""
    private = ["ani@surabaya", "Wijaya", ADDRESS, PASSWORD, WRONG, NOTE, *more]
    return [each for each in private if each in log.text] == [] and log.text != ""


def test_sign_in_that_fails_is_noted_without_who(log, visitor, ani):
    sign_in(visitor, ani.email, WRONG)
    sign_in(visitor, "ani@surabaya.example.org", PASSWORD)
    assert log.text.count("A sign-in failed.") == 2
    assert nothing_of(log)


def test_sign_in_leaves_no_key_of_the_session(log, visitor, ani):
    sign_in(visitor, ani.email)
    key = visitor.session.session_key
    visitor.get("/my/")
    visitor.post(reverse("account_logout"))
    assert nothing_of(log, key)


def test_new_password_leaves_neither_person_nor_link(log, visitor, ani):
    visitor.post(reverse("account_reset_password"), {"email": ani.email})
    link = next(word for word in mail.outbox[-1].body.split() if "/reset/" in word)
    where = link.partition("testserver")[2]
    visitor.get(where, follow=True)
    visitor.get(where + "x", follow=True)
    key = where.strip("/").rpartition("/")[2]
    assert nothing_of(log, key, key.partition("-")[2])


def test_mail_that_cannot_be_sent_is_noted_without_to_whom(log, visitor, ani, settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = unused.getsockname()[1]
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    visitor.post(reverse("account_reset_password"), {"email": ani.email})
    assert "could not be sent" in log.text
    assert nothing_of(log)


def test_error_leaves_nothing_of_what_was_sent(log, visitor):
    sent = {"email": "ani@surabaya.example", "password": PASSWORD, "note": NOTE}
    assert visitor.post("/broken/?q=wijaya+salary", sent).status_code == 500
    assert "RuntimeError" in log.text
    assert nothing_of(log, "salary")


def test_words_of_a_search_are_not_noted(log, visitor, reference, synced):
    synced()
    visitor.get("/policies/?q=wijaya+salary")
    visitor.get("/policies/suggest/?q=wijaya+salary")
    visitor.get("/policies/?q=wijaya+salary&sort=nothing")
    visitor.get("/members/?q=wijaya+salary")
    assert nothing_of(log, "salary")


def test_invitation_leaves_neither_address_nor_token(log, visitor):
    coordinator = MembershipFactory(member=MemberFactory(), role="coordinator")
    invitation = invitations.invite(
        coordinator.member, "ani@surabaya.example", coordinator.user, "official"
    )
    token = token_of(invitation)
    visitor.get(reverse("my:invitation", args=[token]))
    visitor.get(reverse("my:invitation", args=["y" + token]))
    assert nothing_of(log, token)


def test_form_that_is_refused_leaves_nothing_of_what_was_sent(log, ani):
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=ADDRESS)
    client.force_login(ani)
    client.post(reverse("account_name"), {"name": NOTE})
    client.post(reverse("account_name"), {"name": NOTE}, headers={"origin": "https://evil.example"})
    assert nothing_of(log)


def test_host_that_is_not_ours_is_not_repeated(log, visitor):
    visitor.get("/", headers={"host": "ani@surabaya.example"})
    assert nothing_of(log)


def test_server_of_pages_writes_no_line_of_its_own(settings):
    code = (settings.BASE_DIR / "deploy" / "gunicorn.conf.py").read_text(encoding="utf-8")
    assert "\naccesslog = None\n" in code


def test_no_logger_writes_past_our_lines():
    for name in ("django", "django.request", "django.security", "allauth", "policies", "members"):
        assert logging.getLogger(name).handlers == [], name
