"""Live news: a lower floor says what happened, sockets on the top floor pass it on.

Topics: ``person.<pk>``, ``chat.<pk>``, ``launch.<lnc id>``, ``version.<ver id>``. News is a hint
that something changed, never the only copy: it leaves after the commit and may be lost; whoever
listens catches up from the rows.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final

import structlog
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.exceptions import RedisError

PATIENCE_S: Final = 2.0  # of a hint that may be lost
log = structlog.get_logger(__name__)


def group_of(topic: str) -> str:
    """Return the channel layer's group name for a topic."""
    return f"live.{topic}"


def publish_on_commit(topic: str, event: str, payload: dict[str, Any]) -> None:
    """Tell everybody who follows ``topic`` once the caller's transaction has committed."""
    transaction.on_commit(lambda: _publish(topic, event, payload), robust=True)


def listening(topics: Sequence[str]) -> set[str]:
    """Return those of the topics that some socket follows now; nobody, while Valkey is away."""
    names = {topic: _channel(topic) for topic in topics}
    if not names:
        return set()
    try:
        found = _valkey().pubsub_numsub(*names.values())
    except RedisError as reason:
        log.warning("live.not_asked", reason=repr(reason))
        return set()
    heard = {name.decode() if isinstance(name, bytes) else name for name, n in found if n}
    return {topic for topic, name in names.items() if name in heard}


def _channel(topic: str) -> str:
    return f"{settings.CHANNEL_LAYERS['default']['CONFIG']['prefix']}__group__{group_of(topic)}"


def _publish(topic: str, event: str, payload: dict[str, Any]) -> None:
    """Publish as the channel layer does, on a connection that stays open.

    The layer's own way is for event loops: from here it would begin one each time, and connect.
    """
    message = {"type": "live.news", "topic": topic, "event": event, "data": payload}
    try:
        _valkey().publish(_channel(topic), get_channel_layer().serialize(message))
    except RedisError as reason:
        # The rows are committed; listeners catch up when they come back.
        log.warning("live.not_published", topic=topic, event_name=event, reason=repr(reason))


@functools.cache
def _valkey() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
    )
