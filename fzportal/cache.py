"""A Redis cache no page can fail on: when Redis is stopped or frozen, a cache in this process answers instead."""

import logging
import time

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger("fzportal.cache")
# After a failure nobody waits for Redis for this long: a frozen one costs one time-out in a while, not one per call.
PAUSE_SECONDS = 5.0
FAILURES = (RedisError, OSError)


class ForgivingRedisCache(BaseCache):
    """Django's Redis cache in front, local memory behind it. Takes the options of Django's own ``RedisCache``.

    What was written to one of them is not found in the other: callers may lose a cached value, never a page.
    """

    # Per server and for all threads: Django makes one cache object per thread, the server behind them is one.
    _closed_until = {}

    def __init__(self, server, params):
        super().__init__(params)
        self.server = server
        # redis-py would try a dead server three more times, with pauses.
        options = {"retry": Retry(NoBackoff(), 0), **params.get("OPTIONS", {})}
        self.redis = RedisCache(server, {**params, "OPTIONS": options})
        self.local = LocMemCache(f"behind {server}", {**params, "OPTIONS": {"MAX_ENTRIES": 10_000}})

    def _call(self, method, *args, **kwargs):
        now = time.monotonic()
        closed_until = self._closed_until.get(self.server)
        if closed_until and now < closed_until:
            return getattr(self.local, method)(*args, **kwargs)
        if closed_until:  # one caller tries the server again, the others go on without it meanwhile
            self._closed_until[self.server] = now + PAUSE_SECONDS
        try:
            answer = getattr(self.redis, method)(*args, **kwargs)
        except FAILURES as error:
            self._closed_until[self.server] = time.monotonic() + PAUSE_SECONDS
            logger.warning("The cache server does not answer, local memory does instead: %s", error)
            return getattr(self.local, method)(*args, **kwargs)
        self._closed_until.pop(self.server, None)
        return answer

    def add(self, *args, **kwargs):
        return self._call("add", *args, **kwargs)

    def get(self, *args, **kwargs):
        return self._call("get", *args, **kwargs)

    def set(self, *args, **kwargs):
        return self._call("set", *args, **kwargs)

    def touch(self, *args, **kwargs):
        return self._call("touch", *args, **kwargs)

    def delete(self, *args, **kwargs):
        return self._call("delete", *args, **kwargs)

    def get_many(self, *args, **kwargs):
        return self._call("get_many", *args, **kwargs)

    def set_many(self, *args, **kwargs):
        return self._call("set_many", *args, **kwargs)

    def delete_many(self, *args, **kwargs):
        return self._call("delete_many", *args, **kwargs)

    def has_key(self, *args, **kwargs):
        return self._call("has_key", *args, **kwargs)

    def incr(self, *args, **kwargs):
        return self._call("incr", *args, **kwargs)

    def clear(self):
        self.local.clear()
        return self._call("clear")
