"""Sessions of a site with several machines: in the database, with a copy in the shared cache.

The copy spares the database a question for each request; it must never outlive its session. So
whoever changes or ends a session first puts a mark in the place of the copy: as long as it lies
there, the session is read from the database, and nobody can put a copy in its place. Where the mark
cannot be put, because the cache is away, the change is refused (503, "try again in a moment")
before anything is done: somewhere the cache might answer, with a session that has ended. Signing in
makes a session that nobody has a copy of, so it works all the same.
"""

from contextlib import suppress

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.core.cache import caches

from .cache import Away

PREFIX = "session:"
MARK = ""
# Seconds. Far longer than a request lives that has read the session before it was changed.
MARKED_FOR = 120
KEPT_FOR = 300


class SessionStore(db.SessionStore):
    def __init__(self, session_key=None):
        self._cache = caches[settings.SESSION_CACHE_ALIAS]
        self._is_new = False
        super().__init__(session_key)

    def load(self):
        kept = self._kept()
        if kept:
            # It is signed, as in the database.
            return self.decode(kept)
        row = self._get_session_from_db()
        if row is None:
            return {}
        if kept is None:
            seconds = min(KEPT_FOR, int(self.get_expiry_age(expiry=row.expire_date)))
            with suppress(Away):
                self._cache.strictly("add", PREFIX + row.session_key, row.session_data, seconds)
        return self.decode(row.session_data)

    def create(self):
        self._is_new = True
        super().create()

    def save(self, must_create=False):
        # Without a person in it, an older copy is no harm.
        if self.session_key is not None and not must_create and not self._is_new:
            self._mark(self.session_key, strictly=SESSION_KEY in self._get_session())
        super().save(must_create)

    def delete(self, session_key=None):
        session_key = session_key or self.session_key
        if session_key is not None:
            self._mark(session_key)
            super().delete(session_key)

    def flush(self):
        # In this order: what could not be ended is still there, with its cookie.
        self.delete()
        self.clear()
        self._session_key = None

    def cycle_key(self):
        """A new key for the same data. The old one held nobody yet, or the same person with a
        password that is no longer accepted."""
        data, key = self._get_session(), self.session_key
        self.create()
        self._session_cache = data
        if key:
            self._mark(key, strictly=False)
            super().delete(key)

    def _kept(self):
        """The copy, the mark, or None."""
        if not self.session_key:
            return None
        try:
            return self._cache.strictly("get", PREFIX + self.session_key)
        except Away:
            return MARK

    def _mark(self, key, *, strictly=True):
        try:
            self._cache.strictly("set", PREFIX + key, MARK, MARKED_FOR)
        except Away:
            if strictly:
                raise
