"""An installation as ``docs/operate.md`` makes it, small and without root: nginx, gunicorn, SQLite.

gunicorn gets its socket as systemd hands it over. Everything lies in one temporary folder, listens
on 127.0.0.1 or on socket files, and is stopped with ``close``.
"""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

BASE = settings.BASE_DIR
SITE = "sdg.example.org"
SECONDS = 60  # that a server may take to start, to stop or to answer on a busy machine

NGINX = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-errors.log;
events {{}}
http {{
    include {types};
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass
class Installation:
    """A site in ``folder``; ``environment`` is added to its settings."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.settings = kept | {
            "DJANGO_SETTINGS_MODULE": "citynet.settings",
            "SECRET_KEY": "only-for-this-installation" * 3,
            "ALLOWED_HOSTS": SITE,
            "SITE_URL": f"https://{SITE}",
            "BEHIND_PROXY": "1",
            "TRUSTED_PROXY_COUNT": "1",
            "CACHE_URL": "db://cache",
            "VAR_DIR": str(self.folder / "var"),
            "STATIC_ROOT": str(self.folder / "static"),
            "EMAIL_URL": f"file:///{self.folder}/mail",
            "WEB_CONCURRENCY": "2",
            # Those of nginx are tried here; the portal's own have tests of their own.
            "THROTTLES": "0",
        }
        self.settings |= self.environment
        self.web = self.nginx = None
        self.http, self.https = _free_port(), _free_port()

    def manage(self, *arguments):
        """Run a command of the portal, and give what it prints; raises where it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.settings,
            cwd=BASE,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stderr}")
        return done.stdout

    def prepare(self):
        """What ``make prepare`` does, but for the reference data."""
        # In one process: to start Django takes longer than some of them.
        code = (
            "from django.core.management import call_command\n"
            "call_command('migrate', verbosity=0)\n"
            "call_command('createcachetable')\n"
            "call_command('collectstatic', interactive=False, verbosity=0)\n"
            "call_command('sync_search')\n"
        )
        self.manage("shell", "--no-imports", "-c", code)

    def open_socket(self):
        """Hold the socket, as systemd does, so that requests wait where nobody takes them."""
        self.socket = socket.socket(socket.AF_UNIX)
        path = self.folder / "web.sock"
        path.unlink(missing_ok=True)
        self.socket.bind(str(path))
        path.chmod(0o666)
        self.socket.listen(512)

    def start_web(self):
        """Start gunicorn on the socket. It answers when its workers are there, and not before."""
        command = [
            Path(sys.executable).with_name("gunicorn"),
            "--config",
            "deploy/gunicorn.conf.py",
        ]
        handed = f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&{self.socket.fileno()}'
        with (self.folder / "web.log").open("a") as log:
            self.web = subprocess.Popen(
                ["bash", "-c", handed, "web", *command, "citynet.wsgi"],
                env=self.settings,
                cwd=BASE,
                pass_fds=[self.socket.fileno()],
                stderr=log,
            )

    def reload_web(self):
        self.web.send_signal(signal.SIGHUP)

    def stop_web(self):
        self.web.terminate()
        self.web.wait(SECONDS)

    def wait_for_web(self):
        """Wait for the first answer; raises with the log of gunicorn where it does not run."""
        try:
            self.ask("/healthz")
        except OSError:
            raise RuntimeError((self.folder / "web.log").read_text()) from None

    def start_nginx(self):
        """Start nginx with the site of ``deploy/``; raises where it does not start."""
        _make_certificate(self.folder)
        for part in ("snippets", "pages"):
            shutil.copytree(BASE / "deploy" / "nginx" / part, self.folder / part)
        (self.folder / "site.conf").write_text(self._site())
        user = "user root;" if os.geteuid() == 0 else ""
        types = "/etc/nginx/mime.types"
        (self.folder / "nginx.conf").write_text(
            NGINX.format(folder=self.folder, user=user, types=types)
        )
        self.nginx = subprocess.Popen(
            ["nginx", "-e", self.folder / "nginx-errors.log", "-c", self.folder / "nginx.conf"]
        )
        until = time.monotonic() + SECONDS
        while not _answers(self.https):
            if self.nginx.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "nginx-errors.log").read_text())
            time.sleep(0.05)

    def _site(self):
        """The site with its paths in our folder, and on ports of ours."""
        text = (BASE / "deploy" / "nginx" / "citynet.conf").read_text(encoding="utf-8")
        text = re.sub(r" *listen \[::\].*\n", "", text)
        text = re.sub(r"listen 80\b", f"listen 127.0.0.1:{self.http}", text)
        text = re.sub(r"listen 443\b", f"listen 127.0.0.1:{self.https}", text)
        # Other drills may run beside this one.
        text = text.replace("listen 127.0.0.1:9108;", f"listen 127.0.0.1:{_free_port()};")
        for there, here in {
            "/etc/ssl/citynet": "",
            "/srv/citynet/static": "/static",
            "/etc/nginx/citynet-pages": "/pages",
            "/run/citynet/": "/",
            "/var/log/nginx": "",
            "snippets/": "/snippets/",
        }.items():
            text = text.replace(there, f"{self.folder}{here}")
        return text

    def close(self):
        if self.nginx and self.nginx.poll() is None:
            self.nginx.terminate()
            self.nginx.wait(SECONDS)
        if self.web and self.web.poll() is None:
            self.stop_web()
        if hasattr(self, "socket"):
            self.socket.close()

    def ask(self, path, method="GET", body=None, *, name=SITE, **headers):
        """The answer to one request over https, with its body in ``content``."""
        context = ssl.create_default_context(cafile=self.folder / "fullchain.pem")
        connection = http.client.HTTPConnection(SITE)
        connection.sock = context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.https), SECONDS), server_hostname=name
        )
        try:
            sent = {field.replace("_", "-"): value for field, value in headers.items()}
            connection.request(method, path, body, sent | {"Host": name})
            answer = connection.getresponse()
            answer.content = answer.read()
        finally:
            connection.close()
        return answer


def _answers(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _make_certificate(folder):
    """As the page makes the first one."""
    subprocess.run(
        [
            *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
            *["-subj", f"/CN={SITE}", "-addext", f"subjectAltName=DNS:{SITE}"],
            *["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"],
        ],
        check=True,
        capture_output=True,
    )
