"""Settings of the nodes of tests: those of production, with passwords that are checked quickly."""

from citynet.operations import replicas
from citynet.settings import *  # noqa: F403 - they are the settings
from citynet.settings import STATIC_ROOT, STORAGES

STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Tests wait for replicas that are back; in production they are asked again after 30 seconds.
replicas.AWAY_SECONDS = 2
# Tests wait for mail servers that say nothing; in production it is 10 seconds.
EMAIL_TIMEOUT = 2
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Collecting static files for each node takes longer than the tests.
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# One person of a test writes more than a hundred could.
THROTTLES = False
