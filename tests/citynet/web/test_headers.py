"""What every answer says about itself, over all kinds of answers; all addresses are in the walk of
``tests/test_rights.py``."""

import re

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse

from citynet.urls import handler400, handler403, handler404, handler500
from citynet.urls import urlpatterns as real
from tests.answers import SANDBOX, said, strict_transport
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    PhotoFactory,
)


@login_not_required
def broken(request):
    raise RuntimeError("broken")


@login_not_required
def denied(request):
    raise PermissionDenied


@login_not_required
def personal(request):
    return HttpResponse(request.session.get("x", "nobody's"))


urlpatterns = [
    path("broken/", broken),
    path("denied/", denied),
    path("personal/", personal),
    *real,
]
HANDLERS = (handler400, handler403, handler404, handler500)

pytestmark = pytest.mark.django_db
with_more_addresses = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def _strict(settings):
    strict_transport(settings)


@with_more_addresses
def test_kind_of_answer_has_all_headers(client, reference, synced, subtests):
    LiveRevisionFactory()
    synced()
    client.raise_request_exception = False
    for address, status in [
        ("/", 200),
        ("/policies/?q=water", 200),
        ("/policies/?sort=wrong", 400),
        ("/policies/suggest/?q=wa", 200),
        ("/policies/export.csv", 200),
        ("/policies/export.jsonl", 200),
        ("/policies/export.xlsx", 200),
        ("/policies/feed/", 200),
        ("/robots.txt", 200),
        ("/sitemap.xml", 200),
        ("/healthz", 200),
        ("/my/", 302),
        ("/about", 301),
        ("/nowhere/", 404),
        ("/denied/", 403),
        ("/broken/", 500),
        ("/accounts/login/", 200),
        ("/admin/", 302),
    ]:
        with subtests.test(address=address):
            answer = client.get(address, secure=True)
            answer.getvalue()
            is_open = address.startswith(("/policies/export.", "/policies/feed/"))
            assert (answer.status_code, said(answer, is_open=is_open)) == (status, {})


def test_search_without_an_index_has_all_headers(client, reference, settings, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    settings.SEARCH_INDEX_DIR = tmp_path / "file"
    answer = client.get("/policies/?q=water", secure=True)
    assert (answer.status_code, said(answer)) == (503, {})


def test_too_many_requests_have_all_headers(client, reference, synced, settings):
    synced()
    settings.THROTTLES, settings.THROTTLE_LIMITS = True, {"search": "1/3600"}
    caches["reading"].clear()
    answers = [client.get("/policies/", secure=True) for _ in range(2)]
    caches["reading"].clear()
    assert [(each.status_code, said(each)) for each in answers] == [(200, {}), (429, {})]


def test_unchanged_page_has_all_headers(client):
    tag = client.get("/about/", secure=True)["ETag"]
    answer = client.get("/about/", secure=True, headers={"if-none-match": tag})
    assert (answer.status_code, said(answer)) == (304, {})


def test_wrong_method_has_all_headers(client):
    answer = client.post("/about/", secure=True)
    assert (answer.status_code, said(answer)) == (405, {})


def test_form_of_another_site_has_all_headers():
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", secure=True)
    assert (answer.status_code, said(answer)) == (403, {})


def test_address_of_another_host_has_all_headers(client):
    answer = client.get("/", secure=True, headers={"host": "evil.example"})
    assert (answer.status_code, said(answer)) == (400, {})


def test_way_to_https_has_all_headers_but_the_one_for_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    client.handler.load_middleware()
    answer = client.get("/about/")
    assert (answer.status_code, answer.url) == (301, "https://testserver/about/")
    assert said(answer) == {"Strict-Transport-Security": None}


def test_served_file_has_all_headers_and_is_not_for_other_sites(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "site.css").write_text("p {}", encoding="utf-8")
    client = Client()
    client.handler.load_middleware()
    answer = client.get("/static/site.css", secure=True)
    assert answer.getvalue() == b"p {}"
    assert said(answer) == {}
    assert "Access-Control-Allow-Origin" not in answer


def test_photo_and_file_have_all_headers(client):
    live = LiveRevisionFactory()
    photo, file = PhotoFactory(revision=live), AttachmentFactory(revision=live)
    answer = client.get(reverse("policies:photo", args=[photo.pk, "small"]), secure=True)
    answer.getvalue()
    assert (answer.status_code, said(answer, is_open=True)) == (200, {})
    answer = client.get(reverse("policies:attachment", args=[file.pk]), secure=True)
    answer.getvalue()
    assert (answer.status_code, said(answer, policy=SANDBOX, is_open=True)) == (200, {})
    assert re.match("attachment;", answer["Content-Disposition"])


def test_answer_without_https_promises_none(client):
    assert "Strict-Transport-Security" not in client.get("/about/")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "DEBUG"])
def test_method_that_no_page_knows_is_refused(client, reference, method):
    for address in ("/", "/policies/", "/healthz", "/accounts/login/", "/admin/"):
        assert client.generic(method, address, secure=True).status_code in (302, 403, 405), address


@with_more_addresses
def test_answer_that_read_the_session_is_kept_by_nobody(client):
    assert client.get("/personal/")["Cache-Control"] == "private, no-store"
    assert client.get("/about/")["Cache-Control"] == "max-age=0"
