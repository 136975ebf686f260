"""Prometheus and Sentry: what they are told, by whom it can be asked, and that it names nobody."""

import gzip
import json
import os
import subprocess
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest
from django.conf import settings


class Sink(BaseHTTPRequestHandler):
    """Takes what is sent to a Sentry."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        elif self.headers.get("Content-Encoding") == "deflate":
            body = zlib.decompress(body)
        elif self.headers.get("Content-Encoding") == "br":
            body = brotli.decompress(body)
        self.server.received.append(body.decode())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def sink():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    server.received = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(folder, *arguments, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    answer = subprocess.run(
        [sys.executable, "-m", "tests.citynet.outside", *arguments],
        env=kept
        | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "VAR_DIR": str(folder),
        }
        | environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout) if answer.stdout else None


@pytest.fixture(scope="module")
def seen(sink, tmp_path_factory):
    """What a site tells: ``text`` of its metrics, ``statuses`` of who asked, ``sent`` to Sentry."""
    folder = tmp_path_factory.mktemp("var")
    counted = folder / "metrics"
    counted.mkdir()
    metrics = {"METRICS": "1", "PROMETHEUS_MULTIPROC_DIR": str(counted)}
    run(folder, "count", **metrics, METRICS_WORKER="1")
    run(folder, "count", **metrics, METRICS_WORKER="2")
    port = sink.server_address[1]
    dsn = f"http://key@127.0.0.1:{port}/1"
    found = run(folder, **metrics, METRICS_WORKER="1", SENTRY_DSN=dsn)
    return found | {"sent": sink.received, "folder": folder}


def value_of(seen, name):
    """The value of a metric, as in the text."""
    (line,) = [each for each in seen["text"].splitlines() if each.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


def test_nothing_is_imported_unless_it_is_asked_for(tmp_path):
    assert run(tmp_path, "modules") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ('citynet_requests_total{method="GET",route="about",status="200"}', 2),
        ('citynet_requests_total{method="GET",route="none",status="404"}', 1),
        ('citynet_requests_total{method="POST",route="broken",status="500"}', 1),
        ('citynet_request_seconds_count{route="about"}', 2),
        ('citynet_page_cache_total{result="miss"}', 1),
        ('citynet_page_cache_total{result="hit"}', 1),
        ("citynet_refusals_total", 1),
        ("citynet_cases", 0),
        ("citynet_index_lag", 0),
        ("citynet_submissions_waiting", 0),
        ("citynet_notices_waiting", 0),
        ("citynet_notices_oldest_seconds", 0),
    ],
)
def test_metrics(seen, name, value):
    assert value_of(seen, name) == value


def test_metrics_of_all_processes_are_added(seen):
    assert 2000 < value_of(seen, "citynet_queries_total") < 2100


def test_worker_goes_on_in_the_files_of_an_earlier_one(seen):
    assert sorted(path.name for path in (seen["folder"] / "metrics").glob("counter_*")) == [
        "counter_1.db",
        "counter_2.db",
    ]


def test_single_process_counts_without_files(tmp_path):
    text = run(tmp_path, "alone", METRICS="1")

    assert "citynet_queries_total 1000.0\n" in text
    assert "citynet_cases 0.0\n" in text
    assert not (tmp_path / "metrics").exists()


def test_metrics_are_for_those_who_may_have_them(seen):
    assert seen["statuses"] == {
        "here": 200,
        "socket": 200,
        "elsewhere": 404,
        "nobody": 404,
        "proxy": 404,
        "with token": 200,
        "wrong token": 404,
        "without token": 404,
    }


def test_error_is_sent_with_its_number_and_nobody_in_it(seen):
    (sent,) = [each for each in seen["sent"] if "RuntimeError" in each]
    event = json.loads(sent.splitlines()[-1])

    assert event["tags"] == {"route": "broken", "request_id": seen["number"]}
    assert event["request"] == {"method": "POST"}
    assert event["release"].startswith("citynet@")
    (error,) = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("RuntimeError", "No mail to […]")
    assert error["stacktrace"]["frames"][-1]["function"] == "broken"
    for secret in ("kim", "secret-", "203.0.113.77", "user-agent", "User-Agent"):
        assert secret not in sent
