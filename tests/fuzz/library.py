"""What is asked for: the sample library, and rows of every kind with people of every role."""

import logging
import shutil

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import setup_test_environment

from tests.addresses import make_world


def make():
    """Return the :class:`tests.addresses.World` in a database that is filled for it."""
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    setup_test_environment()
    logging.disable(logging.CRITICAL)
    for command in ("migrate", "createcachetable", "load_reference", "load_samples"):
        call_command(command, verbosity=0)
    world = make_world(slug="fuzz-city")
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
