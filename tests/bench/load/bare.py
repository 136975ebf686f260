"""The least that Django can do: one view with a short fixed page, no middleware, no database.

Beside the portal, under the same server, it tells what of a figure is the machine's.
"""

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import re_path

PAGE = "<!DOCTYPE html><html lang='en'><title>Bare</title><p>" + "A fixed page. " * 150


def page(request, *args):
    """A page of 2 kB, whatever is asked; it bears the number of the request, as pages of ours do."""
    return HttpResponse(PAGE, headers={"X-Request-ID": request.headers.get("X-Request-ID", "")})


urlpatterns = [re_path("", page)]

settings.configure(
    ALLOWED_HOSTS=["*"],
    DEBUG=False,
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="for-the-bare-view",
)
django.setup()
application = get_wsgi_application()
