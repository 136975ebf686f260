"""The cache that all machines share, in Redis or Valkey; while that is away, each process keeps its own.

A limit then counts per process instead of for all, which is stricter than none, and no page fails
or waits: after one failure Redis is not asked again for some seconds.
"""

import logging
import threading
import time

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT, TIMEOUT = 0.25, 0.5  # seconds
MOST_OF_OUR_OWN = 10_000  # entries, unless MAX_ENTRIES says otherwise
PAUSE = 3.0  # seconds after a failure in which Redis is not asked


class Away(ConnectionError):
    """The shared cache does not answer."""


class _Breaker:
    """What a process knows of the servers: its threads have caches of their own."""

    def __init__(self):
        self.lock = threading.Lock()
        self.is_away = False
        self.closed_until = 0.0
        self.cleared = set()  # names of own caches that were emptied since the server went away

    def may_ask(self):
        return time.monotonic() >= self.closed_until

    def answered(self):
        if self.is_away:
            self.is_away = False
            logger.warning("The shared cache answers again.")

    def failed(self, error):
        with self.lock:
            first, self.is_away = not self.is_away, True
            self.closed_until = time.monotonic() + PAUSE
            if first:
                self.cleared.clear()
        if first:
            logger.warning("The shared cache does not answer, processes keep their own: %s", error)

    def clear(self, name, own):
        """Empty a cache of our own once: what it holds from the last time is too old."""
        with self.lock:
            if name not in self.cleared:
                self.cleared.add(name)
                own.clear()


class SharedCache(BaseCache):
    """Django's Redis cache with an end to its patience."""

    _breakers = {}

    def __init__(self, server, params):
        super().__init__(params)
        options = {
            "socket_connect_timeout": CONNECT_TIMEOUT,
            "socket_timeout": TIMEOUT,
            # Once more at once: the server may have closed a connection that we had kept.
            "retry": Retry(NoBackoff(), 1),
        } | params.get("OPTIONS", {})
        self._shared = RedisCache(server, params | {"OPTIONS": options})
        self._name = f"while away: {server} {self.key_prefix}"
        self._own = LocMemCache(
            self._name, {"MAX_ENTRIES": MOST_OF_OUR_OWN} | params | {"OPTIONS": {}}
        )
        self._breaker = self._breakers.setdefault(str(server), _Breaker())

    def strictly(self, call, *args, **kwargs):
        """What the shared cache's method ``call`` gives. Raises ``Away``; never uses a cache of our
        own."""
        if not self._breaker.may_ask():
            raise Away("The shared cache did not answer a moment ago.")
        try:
            given = getattr(self._shared, call)(*args, **kwargs)
        except RedisError as error:
            self._breaker.failed(error)
            raise Away(str(error)) from error
        self._breaker.answered()
        return given

    def _do(self, call, *args, **kwargs):
        try:
            return self.strictly(call, *args, **kwargs)
        except Away:
            self._breaker.clear(self._name, self._own)
            return getattr(self._own, call)(*args, **kwargs)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._do("add", key, value, timeout, version)

    def get(self, key, default=None, version=None):
        return self._do("get", key, default, version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._do("set", key, value, timeout, version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self._do("touch", key, timeout, version)

    def delete(self, key, version=None):
        return self._do("delete", key, version)

    def get_many(self, keys, version=None):
        return self._do("get_many", list(keys), version)

    def set_many(self, data, timeout=DEFAULT_TIMEOUT, version=None):
        return self._do("set_many", data, timeout, version)

    def delete_many(self, keys, version=None):
        return self._do("delete_many", list(keys), version)

    def has_key(self, key, version=None):
        return self._do("has_key", key, version)

    def incr(self, key, delta=1, version=None):
        return self._do("incr", key, delta, version)

    def clear(self):
        return self._do("clear")
