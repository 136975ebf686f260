"""Settings of the test run: those of production, on a machine without certificates or mail."""

import os

os.environ.update(SECRET_KEY="only-for-tests", HTTPS="0", DEBUG="0", CACHE_URL="locmem://")

from citynet.settings import *  # noqa: F403 - the environment has to be set first
from citynet.settings import CACHES, STATIC_ROOT, STORAGES

# WhiteNoise warns where the folder is missing.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# For the tests that ask for ``translated``; the others are without, as a site in English alone.
USE_I18N = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages in tests need no collected files.
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Tests say themselves when uses of cases are written: no page's queries depend on the time.
USES_WRITTEN_EVERY = None
# Limits are switched on by the tests that are about them.
THROTTLES = False
# Tests of the pages count their queries; those of the page cache switch it on.
CACHES = CACHES | {"pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
# Each test finds what it has brought about itself.
READINESS_KEPT_FOR = 0
# Tests say themselves what is slow: a busy machine is no news.
SLOW_QUERY_MS = SLOW_REQUEST_MS = 600_000
