"""What is shown when something is wrong: the right status, a way on, and no leak."""

import re
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_protect

from citynet.urls import handler400, handler403, handler404, handler500
from citynet.urls import urlpatterns as real
from citynet.web import errors as views


def denied(request):
    raise PermissionDenied("secret reason")


def suspicious(request):
    raise SuspiciousOperation("secret reason")


def broken(request):
    raise RuntimeError("secret reason")


@csrf_protect
def form(request):
    return HttpResponse("sent")


def _public(view):
    view.login_required = False
    return view


urlpatterns = [
    path("denied/", _public(denied)),
    path("suspicious/", _public(suspicious)),
    path("broken/", _public(broken)),
    path("form/", _public(form)),
    *real,
]
HANDLERS = (handler400, handler403, handler404, handler500)

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.mark.parametrize(
    ("address", "status", "heading"),
    [
        ("/nope/", 404, "There is no page at this address"),
        ("/denied/", 403, "You are not allowed to do this"),
        ("/suspicious/", 400, "This request could not be understood"),
        ("/broken/", 500, "Something went wrong on our side"),
    ],
)
def test_error_says_what_it_is_and_nothing_more(client, address, status, heading):
    client.raise_request_exception = False

    response = client.get(address)

    assert response.status_code == status
    assert re.findall(r"<h1>(.*?)</h1>", response.content.decode()) == [heading]
    assert "secret reason" not in text(response)
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_not_found_helps_to_go_on(client):
    content = client.get("/nope/").content.decode()

    assert '<form action="/policies/">' in content
    assert 'href="/sdgs/"' in content
    assert "canonical" not in content


def test_not_found_does_not_repeat_what_was_asked(client):
    assert "<script>" not in client.get("/<script>alert(1)</script>/").content.decode()


def test_request_for_another_host_is_refused_without_an_error(client):
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert "This request could not be understood" in text(response)
    assert "evil.example" not in response.content.decode()


def test_form_without_a_token_is_refused_with_advice(db):
    client = Client(enforce_csrf_checks=True)

    response = client.post("/form/")

    assert response.status_code == 403
    assert "Please allow cookies of this site" in text(response)


def test_server_error_asks_nothing_of_the_database(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = views.server_error(rf.get("/"))

    assert response.status_code == 500
    assert '<link rel="stylesheet" href="/static/css/site.css">' in response.content.decode()


def test_server_error_is_shown_without_collected_files(rf, settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }

    response = views.server_error(rf.get("/"))

    assert response.status_code == 500
    assert "stylesheet" not in response.content.decode()


def test_too_many_requests_says_what_to_do(db):
    words = re.sub(r"<[^>]+>", " ", render_to_string("429.html"))

    assert "Please wait some minutes and try again." in words
    assert "/policies/export.csv" in render_to_string("429.html")
