"""Commands for timers: what they leave behind, and how they end."""

import io
import os
import signal
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, OperationalError
from django.utils import timezone

from citynet.models import CommandRun
from citynet.operations import command_runs
from citynet.operations.commands import Cadence, TimedCommand
from policies.management.commands import delete_unused_files
from policies.search import index
from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.django_db
NEVER = {
    "backup": None,
    "delete_unused_files": None,
    "publish_dump": None,
    "remind_exchange": None,
    "remind_seminars": None,
    "send_alerts": None,
    "send_digest": None,
    "send_notices": None,
    "send_reminders": None,
    "sync_search": None,
}


@pytest.fixture(autouse=True)
def _as_if_just_started(settings):
    command_runs._marked.clear()
    settings.NODE_NAME = "web1"


class Fragile(TimedCommand):
    """Does what it is told."""

    stealth_options = ("raises",)

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *, raises=None, **options):
        if raises:
            raise raises


Fragile.__module__ = "policies.management.commands.send_digest"


def run(**options):
    call_command(Fragile(stdout=io.StringIO(), stderr=io.StringIO()), **options)


def ago(command, node="web1", **time):
    CommandRun.objects.create(
        command=command, node=node, succeeded_at=timezone.now() - timedelta(**time)
    )


def test_success_is_noted():
    run()

    mark = CommandRun.objects.get()
    assert (mark.command, mark.node, mark.failed_at) == ("send_digest", "web1", None)
    assert command_runs.ages() == NEVER | {"send_digest": 0}


def test_trial_is_not_noted():
    run(dry_run=True)

    assert not CommandRun.objects.exists()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandError("Some lines were not imported."), 1),
        (CommandError("Later.", returncode=75), 75),
        (OperationalError("the connection to kim@city.example is lost\nsome more"), 75),
    ],
)
def test_failure_is_noted_and_has_a_code(error, code):
    with pytest.raises(CommandError) as failure:
        run(raises=error)

    assert failure.value.returncode == code
    assert "kim" not in str(failure.value)
    assert "\n" not in str(failure.value)
    mark = CommandRun.objects.get()
    assert mark.succeeded_at is None
    assert mark.failed_at is not None


def test_success_after_a_failure_is_noted_at_once():
    command_runs.succeeded("send_digest")
    first = CommandRun.objects.get()
    command_runs.succeeded("send_digest")
    assert CommandRun.objects.get().succeeded_at == first.succeeded_at
    command_runs.failed("send_digest")

    command_runs.succeeded("send_digest")

    last = CommandRun.objects.get()
    assert last.succeeded_at > last.failed_at > first.succeeded_at


def test_work_that_is_done_is_done_even_if_it_cannot_be_noted(monkeypatch, caplog):
    def refuse(*arguments, **more):
        raise DatabaseError("no such table")

    monkeypatch.setattr(CommandRun.objects, "update_or_create", refuse)

    run()

    assert "The run of send_digest could not be noted" in caplog.text


@pytest.mark.parametrize(
    "command",
    [
        *("remind_exchange", "send_digest", "send_reminders", "send_notices", "sync_search"),
        *("delete_unused_files", "remind_seminars", "send_alerts"),
    ],
)
def test_each_command_of_the_timers_leaves_a_trace(reference, command):
    call_command(command, verbosity=0)

    assert command_runs.ages() == NEVER | {command: 0}


def test_commands_run_on_any_machine_but_each_has_its_own_index():
    ago("send_digest", hours=3)
    ago("send_digest", "web2", hours=1)
    ago("sync_search", hours=1)
    ago("sync_search", "web2", minutes=1)

    ages = command_runs.ages()

    assert (ages["send_digest"], ages["sync_search"]) == (3600, 3600)
    assert ages["backup"] is None


def test_health_tells_of_a_timer_that_died(client, reference, synced):
    synced()
    ago("send_notices", minutes=16)
    ago("send_reminders", hours=25)

    response = client.get("/healthz")

    assert response.status_code == 200
    found = response.json()
    assert found["runs"] == NEVER | {"send_notices": 960, "send_reminders": 90_000}
    assert found["late"] == ["send_notices"]


def test_gauges_tell_of_commands_that_ran():
    ago("backup", hours=49)
    ago("send_notices", seconds=5)

    assert [(gauge.name, gauge.value, gauge.label) for gauge in command_runs.runs()] == [
        ("citynet_run_age_seconds", {"backup": 176_400, "send_notices": 5}, "command"),
        ("citynet_run_late", {"backup": True, "send_notices": False}, "command"),
    ]


def test_two_runs_at_once_remove_a_file_once(monkeypatch, settings):
    default_storage.save("photos/unused.webp", ContentFile(b"x"))
    monkeypatch.setattr(delete_unused_files, "MIN_AGE", timedelta(0))
    real = delete_unused_files.Command.remove

    def remove(self, name):
        default_storage.delete(name)
        real(self, name)

    monkeypatch.setattr(delete_unused_files.Command, "remove", remove)

    call_command("delete_unused_files", verbosity=0)

    assert not default_storage.exists("photos/unused.webp")


def test_progress_is_told_often_to_people_and_seldom_to_a_log():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    assert Cadence(Terminal()).seconds == 2
    assert Cadence(io.StringIO()).seconds == 60


def test_progress_is_counted_from_when_it_was_told(monkeypatch):
    monkeypatch.setattr(Cadence, "IN_LOG", 0)
    cadence = Cadence(io.StringIO())
    assert cadence.is_due()
    cadence.seconds = 1000
    assert not cadence.is_due()


def test_index_that_is_written_when_a_stop_is_asked_for_stays_as_it_was(
    reference, monkeypatch, capsys
):
    monkeypatch.setattr(index, "BATCH", 1)
    index.sync()
    for _number in range(3):
        LiveRevisionFactory()
    real = index._write

    def write(*arguments):
        os.kill(os.getpid(), signal.SIGTERM)
        real(*arguments)

    monkeypatch.setattr(index, "_write", write)

    call_command("sync_search", watch=True)

    assert capsys.readouterr().out == "Stopped.\n"
    assert index.count() == 0
    monkeypatch.setattr(index, "_write", real)
    assert index.sync() == (3, 0)
