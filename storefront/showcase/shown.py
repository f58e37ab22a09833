"""How often each listing was shown: counted in Valkey, folded into the rows now and then.

A count of a hint, not money: what is lost with Valkey is lost. Nobody's name is in it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import structlog
from django.conf import settings
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError, ResponseError

PATIENCE_S = 0.5  # of a count that may be lost
log = structlog.get_logger(__name__)


def _keys() -> tuple[str, str]:
    return f"{settings.KEY_PREFIX}showcase:shown", f"{settings.KEY_PREFIX}showcase:folding"


@functools.cache
def _valkey() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
    )


def count(listing_keys: Iterable[int]) -> None:
    """Count one showing of each. A Valkey that is away costs the count, not the page."""
    counting, _folding = _keys()
    try:
        with _valkey().pipeline(transaction=False) as pipe:
            for key in set(listing_keys):
                pipe.hincrby(counting, str(key), 1)
            pipe.execute()
    except RedisError as reason:
        log.warning("showcase.not_counted", reason=repr(reason))


def fold() -> int:
    """Add what was counted to the rows; return how many rows grew.

    The counts are set aside under another name first, and thrown away after the commit: a worker
    that dies in between leaves them there, and the next one adds them (at worst twice).
    """
    counting, folding = _keys()
    valkey = _valkey()
    try:
        if not valkey.exists(folding):
            valkey.rename(counting, folding)
    except ResponseError:  # nothing was counted
        return 0
    counts = {int(key): int(value) for key, value in valkey.hgetall(folding).items()}
    with connection.cursor() as cursor:
        cursor.execute(
            """update showcase_listing l set shown = l.shown + c.times
                 from unnest(%s::bigint[], %s::bigint[]) c(id, times) where c.id = l.id""",
            [list(counts), list(counts.values())],
        )
        grown = int(cursor.rowcount)
    valkey.delete(folding)
    return grown
