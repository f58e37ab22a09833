"""Events to begin with, and a clock that a test moves."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from miniapps.models import App, WebhookDelivery, WebhookEvent
from miniapps.webhooks import events, sending
from tests.miniapps.build import NOW

_names = itertools.count(1)


def happened(
    app: App,
    kind: str = "payment.captured",
    object_id: str = "pay_1",
    *,
    test: bool = False,
    payload: dict[str, Any] | None = None,
    dedupe: str = "",
    at: datetime = NOW,
) -> WebhookEvent:
    """Something happens, in a transaction of its own."""
    with transaction.atomic():
        return events.record(
            app=app, kind=kind, object_id=object_id, test=test, payload=payload or {},
            occurred_at=at, dedupe=dedupe or f"test-{next(_names)}",
        )  # fmt: skip


@dataclass
class Clock:
    """Time as the sender is told it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **length: float) -> None:
        self.now += timedelta(**length)


def send(clock: Clock | None = None) -> int:
    """Send what is due."""
    return sending.send_due(clock=clock or Clock())


def states(**which: Any) -> list[str]:
    """The states of deliveries in the order in which they were made."""
    rows = WebhookDelivery.objects.filter(**which).order_by("pk")
    return list(rows.values_list("state", flat=True))
