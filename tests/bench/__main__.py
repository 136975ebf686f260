"""``python -m tests.bench``: the speed table."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citynet.settings")
django.setup()

from tests.bench.command import Command  # noqa: E402 - its models need Django

Command().run_from_argv(["python -m", "tests.bench", *sys.argv[1:]])
