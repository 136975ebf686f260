"""When each timed command last succeeded, so that monitors notice a timer that has stopped.

The times are in the database: any machine may be asked about commands that run on another.
"""

import logging
import time

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Max
from django.utils import timezone

from citynet.models import CommandRun

from .gauges import Gauge, register_gauges

logger = logging.getLogger(__name__)

# A command that runs every few seconds need not record each run.
SECONDS_BETWEEN_MARKS = 30
_marked = {}


def succeeded(command):
    """Note that ``command`` has just done all it had to do on this machine. Never raises."""
    now = time.monotonic()
    if now - _marked.get(command, -SECONDS_BETWEEN_MARKS) >= SECONDS_BETWEEN_MARKS:
        _mark(command, succeeded_at=timezone.now())
        _marked[command] = now


def failed(command):
    """Note that ``command`` could not do, or not do all of, its work. Never raises."""
    _mark(command, failed_at=timezone.now())
    # A success after a failure is written at once.
    _marked.pop(command, None)


def _mark(command, **times):
    try:
        with transaction.atomic():
            CommandRun.objects.update_or_create(
                command=command, node=settings.NODE_NAME, defaults=times
            )
    except (DatabaseError, InterfaceError) as error:
        # The work is done; the next run records it.
        reason = type(error).__name__
        logger.warning("The run of %s could not be noted (%s)", command, reason)


def ages(now=None):
    """Return the seconds since each command of the timers last succeeded; None where it never has."""
    now = now or timezone.now()
    anywhere = CommandRun.objects.exclude(command__in=settings.TIMED_ON_EACH_NODE)
    here = CommandRun.objects.filter(
        command__in=settings.TIMED_ON_EACH_NODE, node=settings.NODE_NAME
    )
    rows = (anywhere | here).values_list("command").annotate(last=Max("succeeded_at"))
    last = dict(rows.order_by("command"))
    return {
        command: max(0, round((now - last[command]).total_seconds())) if last.get(command) else None
        for command in sorted(settings.TIMED_COMMANDS)
    }


def late(seconds):
    """Return those of the commands in ``seconds`` that ran once, but too long ago."""
    return [
        command
        for command, age in seconds.items()
        if age is not None and age > settings.TIMED_COMMANDS[command].total_seconds()
    ]


@register_gauges
def runs():
    """Yield how long ago each command succeeded, and whether that is too long."""
    seconds = {command: age for command, age in ages().items() if age is not None}
    too_long_ago = late(seconds)
    is_late = {command: command in too_long_ago for command in seconds}
    description = "Time since a command of the timers did its work"
    yield Gauge("citynet_run_age_seconds", description, seconds, label="command")
    yield Gauge("citynet_run_late", "1 where that is too long ago", is_late, label="command")
