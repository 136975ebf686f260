"""The mailbox of a development machine."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings as project_settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.urls import path

from citynet import urls
from citynet.web import mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_development(settings, tmp_path):
    """The addresses as they are with DEBUG, and an empty mailbox."""
    settings.DEBUG = True
    settings.MAILBOX_DIR = tmp_path / "mail"
    settings.EMAIL_BACKEND = "citynet.web.mailbox.EmailBackend"
    settings.ROOT_URLCONF = (*urls.urlpatterns, *mailbox.urlpatterns())


def test_mail_is_printed_and_can_be_read(in_development, client, capsys):
    EmailMessage(
        "Hello", "Read <b>this</b>\nhttp://site.example/a?b=1&c=2", to=["a@b.example"]
    ).send()
    printed = capsys.readouterr().out
    assert "Subject: Hello" in printed
    page = client.get("/mailbox/")
    [mail] = page.context["mails"]
    assert (mail["subject"], mail["recipients"]) == ("Hello", "a@b.example")
    text = client.get(f"/mailbox/{mail['name']}/").text
    assert "Read &lt;b&gt;this&lt;/b&gt;" in text
    assert '<a href="http://site.example/a?b=1&amp;c=2"' in text


def test_mails_are_listed_newest_first(in_development, client, capsys):
    with time_machine.travel(datetime(2026, 5, 1, tzinfo=UTC), tick=False) as clock:
        for subject in ("first", "second", "third"):
            EmailMessage(subject, "…", to=["a@b.example"]).send()
            clock.shift(1)
    mails = client.get("/mailbox/").context["mails"]
    assert [mail["subject"] for mail in mails] == ["third", "second", "first"]


def test_plain_text_of_a_mail_is_preferred(in_development, client, capsys):
    mail = EmailMultiAlternatives("Both", "plain", to=["a@b.example"])
    mail.attach_alternative("<p>fancy</p>", "text/html")
    mail.send()
    [mail] = client.get("/mailbox/").context["mails"]
    assert mail["text"].strip() == "plain"


def test_empty_mailbox_says_so(in_development, client):
    assert "0 mails" in client.get("/mailbox/").text


@pytest.mark.parametrize("name", ["nothing", "../../etc/passwd", "..%2f..%2fdb", "a.eml"])
def test_unknown_mail_is_404(in_development, client, name):
    assert client.get(f"/mailbox/{name}/").status_code == 404


@pytest.mark.parametrize("address", ["/mailbox/", "/mailbox/20260501T000000000000-12345678/"])
def test_mailbox_does_not_exist_outside_development(client, address):
    assert mailbox.urlpatterns() == []
    assert client.get(address).status_code == 404


def test_mailbox_that_is_wired_up_by_mistake_stays_shut(client, settings, in_development):
    EmailMessage("Hello", "secret", to=["a@b.example"]).send()
    settings.DEBUG = False
    settings.ROOT_URLCONF = (*urls.urlpatterns, path("mailbox/", mailbox.mail_list, name="mailbox"))
    assert client.get("/mailbox/").status_code == 404


@pytest.mark.parametrize(("debug", "exists"), [("1", True), ("0", False)])
def test_mailbox_follows_debug_in_the_environment(tmp_path, debug, exists):
    program = (
        "import django; django.setup()\n"
        "from django.urls import is_valid_path\n"
        "from django.conf import settings\n"
        "print(bool(is_valid_path('/mailbox/')), settings.EMAIL_BACKEND)"
    )
    environment = os.environ | {
        "DEBUG": debug,
        "SECRET_KEY": "x" * 50,
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "citynet.settings",
    }
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project_settings.BASE_DIR,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    backend = "citynet.web.mailbox" if exists else "django.core.mail.backends.smtp"
    assert answer.stdout.split() == [str(exists), f"{backend}.EmailBackend"]
