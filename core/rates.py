"""Rate limits, counted atomically in Valkey by the ``limits`` library."""

from __future__ import annotations

import functools
import math
import threading
import time

import structlog
from django.conf import settings
from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from core.problems import TooManyRequests, Unavailable

log = structlog.get_logger(__name__)
_first_use = threading.Lock()


def _limiter() -> SlidingWindowCounterRateLimiter:
    with _first_use:  # the library loads its parts on first use and is not safe for two at once
        return _made_limiter()


@functools.cache
def _made_limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(
        RedisStorage(_storage_url(settings.REDIS_URL), key_prefix=f"{settings.KEY_PREFIX}rates")
    )


def _storage_url(url: str) -> str:
    return url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url


def hit(bucket: str, key: str, *, limit: int, period_s: int) -> None:
    """Count one use of ``bucket`` by ``key``.

    Raises TooManyRequests with ``retry_after_s`` when more than ``limit`` fall into ``period_s``;
    Unavailable while Valkey cannot be asked: what is bounded is not done uncounted.
    """
    item = RateLimitItemPerSecond(limit, period_s, namespace=bucket)
    try:
        if _limiter().hit(item, key):
            return
        reset_at, _left = _limiter().get_window_stats(item, key)
    except RedisError as reason:
        log.warning("rates.not_counted", bucket=bucket, reason=repr(reason))
        raise Unavailable(retry_after_s=2) from reason
    else:
        raise TooManyRequests(retry_after_s=max(1, math.ceil(reset_at - time.time())))


def forget(bucket: str, key: str, *, limit: int, period_s: int) -> None:
    """Start a bucket anew for one key, after a success that proves good faith."""
    _limiter().clear(RateLimitItemPerSecond(limit, period_s, namespace=bucket), key)
