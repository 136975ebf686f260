"""A site that is seen from outside, in a process of its own: ``python -m tests.citynet.outside``.

With METRICS and SENTRY_DSN in the environment it answers some requests and prints, as JSON, what
``/metrics`` answered to whom, and which optional libraries it has imported.
"""

import json
import sys

import django

django.setup()

import sentry_sdk
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import path

from citynet import urls
from citynet.web import throttles
from policies.search import index


def broken(request):
    """Fail with all that a person could have given."""
    person = request.GET["who"]
    raise RuntimeError(f"No mail to {person}")


def refused(request):
    return throttles.refusal(request)


broken.login_required = refused.login_required = False


def visit():
    setup_test_environment()
    caches["pages"] = LocMemCache("pages", {})
    call_command("migrate", verbosity=0)
    index.sync()
    urls.urlpatterns[:0] = [path("broken/", broken, name="broken"), path("refused/", refused)]
    client = Client(raise_request_exception=False)
    client.get("/about/")
    client.get("/about/")
    client.get("/nowhere/")
    client.get("/refused/")
    number = client.post(
        "/broken/?who=kim@city.example&words=secret-illness",
        {"password": "secret-word"},
        headers={
            "user-agent": "secret-telephone",
            "cookie": "sessionid=secret-session",
            "authorization": "secret-key",
        },
        REMOTE_ADDR="203.0.113.77",
    )["X-Request-ID"]
    sentry_sdk.flush(10)
    token = {"authorization": "Bearer the-token"}
    asked = {
        "here": client.get("/metrics", REMOTE_ADDR="127.0.0.1"),
        "socket": client.get("/metrics", REMOTE_ADDR=""),
        "elsewhere": client.get("/metrics", REMOTE_ADDR="203.0.113.77"),
        "nobody": client.get("/metrics", REMOTE_ADDR="nobody"),
        "proxy": client.get(
            "/metrics", REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": "203.0.113.77"}
        ),
    }
    settings.METRICS_TOKEN = "the-token"
    asked |= {
        "with token": client.get("/metrics", REMOTE_ADDR="203.0.113.77", headers=token),
        "wrong token": client.get("/metrics", headers={"authorization": "Bearer the-tokem"}),
        "without token": client.get("/metrics", REMOTE_ADDR="127.0.0.1"),
    }
    return {
        "number": number,
        "statuses": {who: answer.status_code for who, answer in asked.items()},
        "text": asked["here"].text,
    }


def count():
    from citynet.operations import metrics  # noqa: PLC0415 - optional

    metrics.QUERIES.inc(1000)


if __name__ == "__main__":
    if sys.argv[1:] == ["count"]:
        count()
    elif sys.argv[1:] == ["alone"]:
        setup_test_environment()
        call_command("migrate", verbosity=0)
        count()
        sys.stdout.write(json.dumps(Client().get("/metrics").text))
    elif sys.argv[1:] == ["modules"]:
        Client().get("/robots.txt")
        optional = ("prometheus_client", "citynet.operations.metrics", "citynet.operations.sentry")
        sys.stdout.write(json.dumps([name for name in optional if name in sys.modules]))
    else:
        sys.stdout.write(json.dumps(visit()))
