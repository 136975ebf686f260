"""The WSGI entry point for gunicorn and its like."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citynet.settings")

application = get_wsgi_application()

from .web import page_cache  # noqa: E402 - needs the settings and apps

# Told now, while the files are those that this process has read.
page_cache.release()
