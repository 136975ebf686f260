"""Sessions in the database, asked for by keys that Django makes and by nothing else."""

from django.contrib.sessions.backends import base, db


class SessionStore(db.SessionStore):
    """A key comes from a cookie, where anybody can write anything: PostgreSQL refuses some of it."""

    def _validate_session_key(self, key):
        """Return whether a key may be one of ours; anything else begins a new session."""
        return super()._validate_session_key(key) and set(key) <= set(base.VALID_KEY_CHARS)
