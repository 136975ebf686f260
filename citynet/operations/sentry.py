"""Errors to a Sentry of the operator's own; imported only where ``SENTRY_DSN`` is set.

What is sent says where the code failed and for which route, and nothing about the person: no
address, no account, no query string, no form, no cookie, no values of variables, and texts without
e-mail addresses. The request's id is a tag, so that the line of the log is found.
"""

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import ignore_logger

from citynet.release import release
from citynet.web import request_log
from citynet.web.logs import clean

SENT = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment")
SENT += ("server_name", "sdk", "modules", "type", "transaction_info", "contexts", "spans")
SENT += ("start_timestamp", "measurements")


def start(dsn, *, environment, traces, transport=None):
    """Send what goes wrong in this process from now on; ``traces`` is the share that is timed."""
    sentry_sdk.init(
        dsn=dsn,
        transport=transport,
        release=f"citynet@{release()}",
        environment=environment,
        integrations=[DjangoIntegration(middleware_spans=False)],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=traces or None,
        before_send=without_people,
        before_send_transaction=without_people,
    )
    # The exception itself is sent already.
    ignore_logger("citynet.operations.commands")


def without_people(event, hint):
    """Return what may be sent of an event; the rest, whatever later versions of the library add, is not."""
    sent = {key: event[key] for key in SENT if key in event}
    stats = request_log.current()
    sent["tags"] = {"route": None, "request_id": None}
    if stats:
        sent["tags"] = {"route": stats.route, "request_id": request_log.current_id()}
        sent["transaction"] = stats.route or "none"
        sent["request"] = {"method": stats.method}
    elif "transaction" in event:
        sent["transaction"] = clean(event["transaction"])
    if "logentry" in event:
        sent["logentry"] = {"message": clean(str(event["logentry"].get("message", "")))}
    if "exception" in event:
        sent["exception"] = {"values": [_exception(each) for each in event["exception"]["values"]]}
    for span in sent.get("spans", []):
        span.pop("data", None)
        span["description"] = clean(span.get("description") or "")
    return sent


def _exception(error):
    frames = (error.get("stacktrace") or {}).get("frames", [])
    for frame in frames:
        frame.pop("vars", None)
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "mechanism": error.get("mechanism"),
        "value": clean(str(error.get("value", ""))),
        "stacktrace": {"frames": frames},
    }
