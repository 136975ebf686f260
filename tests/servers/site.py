"""A whole site of several machines, on this one: engines, nodes, and who drives them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

from .browser import Browser
from .mail import MailServer
from .postgres import Postgres, prepare
from .processes import ROOT, Process, free_port, listens, wait_until
from .proxy import Proxy

REDIS = shutil.which("redis-server") or shutil.which("valkey-server")


class Console:
    """Does acts of ``tests.servers.acts`` on a node: ``console.publish(case=1)``."""

    def __init__(self, node, database_url):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.console"],
            cwd=ROOT,
            # Consoles do not suffer what is done to nodes.
            env=node.environment | {"DATABASE_URL": database_url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __getattr__(self, name):
        def act(**arguments):
            self.process.stdin.write(json.dumps([name, arguments]) + "\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline())
            assert "error" not in answer, answer["error"]
            return answer["given"]

        return act

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class Node:
    """A machine that serves the portal: gunicorn, with a folder and an index of its own."""

    # The name of the site, which is the same on all nodes: a proxy in front passes it on.
    host = "127.0.0.1"

    def __init__(self, site, name):
        self.name, self.port = name, free_port()
        self.folder = site.folder / name
        self.folder.mkdir()
        self.environment = site.environment | {
            "VAR_DIR": str(self.folder),
            "SEARCH_INDEX_DIR": str(self.folder / "index"),
        }
        command = [sys.executable, "-m", "gunicorn", "citynet.wsgi", "--workers=1", "--threads=6"]
        self.server = Process(
            [*command, f"--bind=127.0.0.1:{self.port}"],
            log=self.folder / "log",
            environment=self.environment,
        )
        self.watch = Process(
            [sys.executable, "manage.py", "sync_search", "--watch", "--interval=1"],
            log=self.folder / "log",
            environment=self.environment,
        )

    def start(self):
        self.server.start()

    def is_up(self):
        assert self.server.is_running, self.log()
        return listens(self.port)

    def log(self):
        return (self.folder / "log").read_text()

    def stop(self):
        self.watch.stop()
        self.server.stop(signal.SIGQUIT)


class Site:
    """Two nodes, a primary and a replica, Redis, a store that speaks S3, and a mail server.

    ``a`` and ``b`` are the nodes, ``on_a`` and ``on_b`` consoles on them, ``people`` what
    ``acts.set_up`` gave.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        databases = self.folder / "databases"
        databases.mkdir()
        prepare(databases)
        self.parts = []
        self.primary = Postgres(databases / "primary")
        self.replica = Postgres(databases / "replica", log_statement="all")
        self.redis_port, self.store_port = free_port(), free_port()
        self.redis = self._part(
            Process(
                [REDIS, "--port", self.redis_port, "--bind", "127.0.0.1", "--save", ""],
                log=self.folder / "redis.log",
            )
        )
        self.moto = self._part(
            Process(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", self.store_port],
                log=self.folder / "moto.log",
            )
        )
        self.mail = self._part(MailServer())
        self.way_to_store = self._part(Proxy(self.store_port))
        self.way_to_mail = self._part(Proxy(self.mail.port))
        self.way_to_replica = self._part(Proxy(self.replica.port))
        self.way_to_primary = self._part(Proxy(self.primary.port))
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")
        } | {
            "DJANGO_SETTINGS_MODULE": "tests.servers.node_settings",
            "SECRET_KEY": "only-for-tests",
            "DEBUG": "0",
            "HTTPS": "0",
            "DATABASE_URL": self.primary.url_at(self.way_to_primary),
            # Of two hosts one never answers: libpq goes on to the other.
            "REPLICA_URL": (
                f"postgresql://postgres@127.0.0.1:{free_port()},127.0.0.1:{self.way_to_replica.port}"
                "/postgres?target_session_attrs=prefer-standby&load_balance_hosts=random"
                "&connect_timeout=2"
            ),
            "CACHE_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "FILE_STORAGE": "citynet.uploads.s3.S3Storage",
            "FILE_STORAGE_OPTIONS": json.dumps(
                {
                    "bucket_name": "uploads",
                    "endpoint_url": f"http://127.0.0.1:{self.way_to_store.port}",
                    "region_name": "us-east-1",
                    "access_key": "for-tests",
                    "secret_key": "for-tests",
                }
            ),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.way_to_mail.port}",
            "TRUSTED_PROXY_COUNT": "1",
            # Faults are looked for by writing more than a person can.
            "THROTTLE_WRITING": "100000/60",
        }

    def _part(self, part):
        self.parts.insert(0, part)
        return part

    def start(self):
        self.redis.start()
        self.moto.start()
        self.a, self.b = (self._part(Node(self, name)) for name in "ab")
        # None of them needs the tables before it is asked something.
        self.on_a, self.on_b = (
            self._part(Console(node, self.primary.url)) for node in (self.a, self.b)
        )
        for node in (self.a, self.b):
            node.start()
        self.primary.create()
        self._part(self.primary.start())
        self.on_a.migrate()
        self.replica.copy(self.primary)
        self._part(self.replica.start())
        wait_until(lambda: listens(self.redis_port) and listens(self.store_port))
        self.people = self.on_a.set_up()
        self.on_b.sync()
        self.b.watch.start()
        wait_until(lambda: self.a.is_up() and self.b.is_up())
        self.wait_for_replica()

    def stop(self):
        threads = [threading.Thread(target=part.stop) for part in self.parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def reads_of_replica(self):
        """How many statements about public content the replica has answered."""
        text = self.replica.log.read_text(errors="replace")
        return sum(text.count(f'FROM "{app}_') for app in ("policies", "members", "sdg"))

    def reads_replica(self, node, path="/sdgs/?{}"):
        """Whether a visit of this node is answered by the replica just now.

        ``path`` has a place for something that nobody has asked for: other pages are kept.
        """
        before = self.reads_of_replica()
        assert Browser(node).get(path.format(uuid.uuid4())).status == 200
        return self.reads_of_replica() > before

    def wait_for_replica(self):
        """Until both nodes read from the replica."""
        for node in (self.a, self.b):
            wait_until(lambda node=node: self.reads_replica(node), every=0.2)

    def wait_until_replayed(self):
        """Until the replica has all that was written so far."""
        written = self.primary.ask("SELECT pg_current_wal_insert_lsn()::text")
        # Between two records there may be the head of a page, which nobody replays alone.
        query = f"SELECT pg_last_wal_replay_lsn() + 40 >= '{written}'::pg_lsn"
        wait_until(lambda: self.replica.ask(query), every=0.02)

    def signed_in(self, who, node=None):
        """A browser in which "official" or "moderator" is signed in."""
        browser = Browser(node or self.a)
        browser.cookies["sessionid"] = self.on_a.session_of(email=self.people[who])
        return browser
