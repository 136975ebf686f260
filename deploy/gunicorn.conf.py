"""How gunicorn serves the portal: under systemd, in a container, and by ``make serve``.

Every number comes from the environment or from ``.env`` (see ``.env.example``). Both are read again
on a reload (SIGHUP), as are the settings of the portal, since each worker loads the portal itself.
"""

import importlib
import itertools
import os
from pathlib import Path

from dotenv import dotenv_values

BASE_DIR = Path(__file__).resolve().parent.parent

# Nothing is put into the environment of this process: what stood there before a reload would win
# over what the file says after it.
_values = dotenv_values(BASE_DIR / ".env") | os.environ


def value(name, default):
    """Return what the environment says, as a value of the type of ``default``."""
    return type(default)(_values.get(name) or default)


# Pages are mostly computing, so a few more processes than cores; threads wait for the database, the
# file store and uploads meanwhile.
workers = value("WEB_CONCURRENCY", min(os.cpu_count() + 1, 9))
threads = value("WEB_THREADS", 4)
worker_class = "gthread"

# Under systemd the socket is handed over, and this is not used.
bind = value("WEB_BIND", "127.0.0.1:8000")
# Connections that a process takes before it has a thread for them: few, so that none waits behind a
# slow page while another process is free.
worker_connections = threads * 4
# Connections that wait to be taken, which takes two or three seconds when so many do; past that the
# web server in front says that we are busy. Under systemd the socket says the same.
backlog = 128
# Who may say that the request came by https. Over a socket file that is whoever may open it.
forwarded_allow_ips = value("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")

# Seconds after which a process that does nothing any more is replaced. Pages that take too long are
# given up by the web server in front (proxy_read_timeout).
timeout = value("WEB_TIMEOUT", 60)
# Seconds that running requests are given at a reload, a restart or a stop.
graceful_timeout = 30
# Connections are kept open by the web server in front, to visitors; here they cost nothing.
keepalive = 2

# Memory that is lost little by little is given back; the workers do not all do so at once.
max_requests = value("WEB_MAX_REQUESTS", 5000)
max_requests_jitter = max_requests // 10

# A search with many filters is a long address.
limit_request_line = 8190

# Not loaded before the workers part: threads of the search engine and connections to the database
# do not survive a fork, and a reload would keep the old code.
preload_app = False
# Large libraries are: they halve the time that a worker takes to start, during which visitors wait.
for _name in (
    "PIL.Image",
    "cryptography.fernet",
    "django.contrib.admin.sites",
    "django.db.models.functions",
    "django.forms",
    "django.template.loader",
    "openpyxl",
    "psycopg",
    "tantivy",
    "xlsxwriter",
):
    importlib.import_module(_name)

# Workers show by a file that they live; on a slow disk that alone could kill them.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - memory
control_socket_disable = True

# The web server in front keeps the record of requests; errors go to the journal.
accesslog = None
errorlog = "-"

# For METRICS=1: what the workers count is in files of this folder, and is added when Prometheus asks.
_metrics = BASE_DIR / value("VAR_DIR", "var") / "metrics"
_metrics.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_metrics)


def on_starting(server):
    """Begin to count anew: Prometheus understands that."""
    for file in _metrics.glob("*.db"):
        file.unlink()


def pre_fork(server, worker):
    """Give each worker the lowest number that no other has: it goes on in the files of the last one."""
    taken = {each.metrics_number for each in server.WORKERS.values()}
    worker.metrics_number = next(each for each in itertools.count(1) if each not in taken)


def post_fork(server, worker):
    os.environ["METRICS_WORKER"] = str(worker.metrics_number)
