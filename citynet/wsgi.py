"""The WSGI entry point for gunicorn and its like."""

import os

from django.core.wsgi import get_wsgi_application

from .web.stack import in_one_piece

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citynet.settings")

application = in_one_piece(get_wsgi_application())
