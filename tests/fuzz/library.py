"""What is asked for: the sample library, and rows of every kind with people of every role."""

import logging

from django.conf import settings
from django.core.management import call_command
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
