"""``python -m tests.bench.load``: how much the portal bears."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citynet.settings")
django.setup()

from tests.bench.load.command import Command  # noqa: E402 - its models need Django

Command().run_from_argv(["python -m", "tests.bench.load", *sys.argv[1:]])
