"""The installation in which processes are killed, and what is true of it after each crash."""

import time

from django.core.management import call_command
from django.db import connection

from members.models import Membership, User
from policies.search import files, index, reading
from tests.factories import MembershipFactory, StaffFactory

CASES = 40
PATIENCE = 20  # seconds


def fill():
    """Reference data, a library, an official with a team and a moderator."""
    for command in ("migrate", "load_reference"):
        call_command(command, verbosity=0)
    call_command("generate_cases", CASES, verbosity=0)
    MembershipFactory()
    StaffFactory(groups=["Moderators"])


def membership():
    """The official's."""
    return Membership.objects.select_related("user", "member").get()


def moderator():
    return User.objects.get(is_staff=True)


def wait_for_the_dead():
    """Until the server has noticed that a killed process is gone, and has undone its work.

    Whoever is killed leaves nothing that others would have to wait for longer.
    """
    end = time.monotonic() + PATIENCE
    while connection.vendor == "postgresql" and _others():
        if time.monotonic() > end:
            raise RuntimeError("The work of a killed process goes on.")
        time.sleep(0.005)


def _others():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def index_differs():
    """Whether the index does not hold the public cases after a sync, or the sync has to wait."""
    directory = files.root()
    with files.writer_lock(directory, wait=False) as free:
        if not free:
            return True
    index.sync()
    pointer = files.read_pointer(directory)
    indexed = index._indexed_stamps(index._open(directory / pointer.folder))
    folders = [folder.name for folder in directory.glob("index-*")]
    return indexed != reading.live_stamps() or folders != [pointer.folder]
