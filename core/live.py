"""Live news: a lower floor says what happened, sockets on the top floor pass it on.

Topics: ``person.<pk>``, ``chat.<pk>``, ``launch.<lnc id>``, ``version.<ver id>``. News is a hint
that something changed, never the only copy: it leaves after the commit and may be lost; whoever
listens catches up from the rows.
"""

from __future__ import annotations

from typing import Any

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

log = structlog.get_logger(__name__)


def group_of(topic: str) -> str:
    """Return the channel layer's group name for a topic."""
    return f"live.{topic}"


def publish_on_commit(topic: str, event: str, payload: dict[str, Any]) -> None:
    """Tell everybody who follows ``topic`` once the caller's transaction has committed."""
    transaction.on_commit(lambda: _publish(topic, event, payload), robust=True)


def _publish(topic: str, event: str, payload: dict[str, Any]) -> None:
    layer = get_channel_layer()
    message = {"type": "live.news", "topic": topic, "event": event, "data": payload}
    try:
        async_to_sync(layer.group_send)(group_of(topic), message)
    except (OSError, TimeoutError) as reason:
        # The rows are committed; listeners catch up when they come back.
        log.warning("live.not_published", topic=topic, event_name=event, reason=repr(reason))
