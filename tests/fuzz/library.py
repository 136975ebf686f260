"""What is asked for: the sample library, and rows of every kind with people of every role."""

import gc
import logging
import shutil

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from policies.models import CaseStudy
from tests.addresses import make_world
from tests.exchange import factories as exchange
from tests.seminars import factories as seminars

CASES = 40


def make():
    """Return the :class:`tests.addresses.World` in a database that is filled for it."""
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    logging.disable(logging.CRITICAL)
    for command in ("migrate", "createcachetable", "load_reference", "load_samples"):
        call_command(command, verbosity=0)
    # Most exports hold the whole library: forty cases take as many ways through the code as all.
    kept = CaseStudy.objects.order_by("pk")[:CASES].values_list("pk", flat=True)
    CaseStudy.objects.exclude(pk__in=list(kept)).delete()
    world = make_world(slug="fuzz-city")
    for factories in (exchange, seminars):
        for name, kind in sorted(vars(factories).items()):
            if (
                name.endswith("Factory")
                and not name.startswith("_")
                and kind.__module__ == factories.__name__
            ):
                kind()
    call_command("sync_search", verbosity=0)
    return world


def copies(number):
    """Return the names of ``number`` copies of the database, to be asked side by side."""
    name = connection.settings_dict["NAME"]
    names = [f"{name}-{place}" for place in range(number)]
    if connection.vendor == "sqlite":
        connections.close_all()
        for each in names:
            shutil.copy(name, each)
        return names
    quote = connection.ops.quote_name
    # From another database: one that somebody uses cannot be copied.
    connections.close_all()
    connection.settings_dict["NAME"] = "template1"
    with connection.cursor() as cursor:
        for each in names:
            cursor.execute(f"CREATE DATABASE {quote(each)} TEMPLATE {quote(name)}")
    connections.close_all()
    return names


def use(name):
    """Ask the database ``name`` from now on in this process."""
    connections.close_all()
    connection.settings_dict["NAME"] = name
    gc.collect()
    gc.freeze()
