"""Writing down what happened, once, and to whom it is to be told.

An event is written in the transaction that made it happen, so there is neither an event without
its cause nor a cause without its event. Nothing is sent before that transaction has committed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from core import jobs, rates
from core.ids import new_id
from core.limits import WEBHOOK_BODY_BYTES_MAX, WEBHOOK_TESTS_PER_MINUTE_MAX
from core.locks import one_at_a_time
from miniapps import actors
from miniapps.actors import Actor
from miniapps.errors import EndpointIsOff
from miniapps.models import App, WebhookDelivery, WebhookEndpoint, WebhookEvent
from miniapps.webhooks.calling import text_of
from miniapps.webhooks.kinds import KINDS, TRIAL, wants

SEND = "miniapps.send_webhooks"


def record(
    *,
    app: App,
    kind: str,
    object_id: str,
    test: bool,
    payload: dict[str, Any],
    occurred_at: datetime,
    dedupe: str,
) -> WebhookEvent:
    """Write one event in the caller's transaction, with a delivery to each endpoint that wants it.

    ``dedupe`` is the event's own name within the app: repeating it returns the first event.
    Events of one object are numbered in the order of their commits, so the caller waits for
    another transaction that tells of the same object; who tells of several in one transaction goes
    in the order of their ids.
    """
    assert connection.in_atomic_block
    assert kind in KINDS
    assert not KINDS[kind].is_question
    one_at_a_time(f"webhooks.{app.pk}.{object_id}")
    known = WebhookEvent.objects.filter(app=app, dedupe=dedupe).first()
    if known is not None:
        return known
    mode = mode_of(test=test)
    to = [one for one in live_endpoints(app, mode) if wants(one.kinds, kind)]
    return _write(app, kind, object_id, test, payload, occurred_at, dedupe, to)


def mode_of(*, test: bool) -> WebhookEndpoint.Mode:
    """Return the mode of the endpoints that hear of this kind of money."""
    return WebhookEndpoint.Mode.TEST if test else WebhookEndpoint.Mode.LIVE


def apps_that_listen(maker_id: str, kind: str, *, test: bool) -> list[App]:
    """Return the maker's apps of which an address names a kind that is about the maker himself."""
    hears = WebhookEndpoint.objects.filter(
        mode=mode_of(test=test), state=WebhookEndpoint.State.ON, kinds__contains=[kind]
    )
    rows = App.objects.filter(maker__public_id=maker_id, pk__in=hears.values("app"))
    return list(rows.order_by("pk"))


def live_endpoints(app: App, mode: str) -> QuerySet[WebhookEndpoint]:
    """Return the endpoints to which something is sent now."""
    state = WebhookEndpoint.State.ON
    return WebhookEndpoint.objects.filter(app=app, mode=mode, state=state).order_by("pk")


@transaction.atomic
def record_trial(*, endpoint: WebhookEndpoint, actor: Actor, now: datetime) -> WebhookEvent:
    """Send a test event to one endpoint, once. Raises TooManyRequests, EndpointIsOff."""
    app = endpoint.app
    rates.hit("webhook-tests", app.public_id, limit=WEBHOOK_TESTS_PER_MINUTE_MAX, period_s=60)
    held = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    if not held.is_on:
        raise EndpointIsOff(state=held.state)
    name = new_id("tst")
    test = held.mode == WebhookEndpoint.Mode.TEST
    payload = {"endpoint": held.public_id, "note": held.note}
    event = _write(app, TRIAL, name, test, payload, now, name, [held])
    actors.record(
        "miniapps.webhook_endpoint.tried", by=actor, of=held, webhook_event=event.public_id
    )
    return event


def _write(  # noqa: PLR0917  (both callers stand above)
    app: App,
    kind: str,
    object_id: str,
    test: bool,  # noqa: FBT001
    payload: dict[str, Any],
    occurred_at: datetime,
    dedupe: str,
    to: Iterable[WebhookEndpoint],
) -> WebhookEvent:
    last = WebhookEvent.objects.filter(app=app, object_id=object_id).aggregate(Max("sequence"))
    sequence = (last["sequence__max"] or 0) + 1
    event_id = new_id("evt")
    body = text_of(
        event_id=event_id, kind=kind, app_id=app.public_id, test=test, occurred_at=occurred_at,
        payload=payload, object=object_id, sequence=sequence,
    )  # fmt: skip
    assert len(body.encode()) <= WEBHOOK_BODY_BYTES_MAX
    event = WebhookEvent.objects.create(
        public_id=event_id, app=app, kind=kind, object_id=object_id, sequence=sequence, test=test,
        dedupe=dedupe, body=body, occurred_at=occurred_at,
    )  # fmt: skip
    made = WebhookDelivery.objects.bulk_create(
        new_delivery(event, endpoint, due_at=occurred_at) for endpoint in to
    )
    if made:
        jobs.enqueue_on_commit(SEND)
    return event


def new_delivery(
    event: WebhookEvent, endpoint: WebhookEndpoint, *, due_at: datetime
) -> WebhookDelivery:
    """Return a delivery of this event, not saved yet."""
    return WebhookDelivery(
        event=event, endpoint=endpoint, app_id=event.app_id, kind=event.kind,
        object_id=event.object_id, sequence=event.sequence, due_at=due_at,
    )  # fmt: skip
