"""Sending again what was sent or given up, with the same webhook-id."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from core import jobs, rates
from core.limits import WEBHOOK_REPLAY_ALL_MAX, WEBHOOK_REPLAYS_PER_MINUTE_MAX
from miniapps import actors
from miniapps.actors import Actor
from miniapps.errors import EndpointIsOff, NobodyToTell
from miniapps.models import App, WebhookDelivery, WebhookEndpoint, WebhookEvent
from miniapps.webhooks.events import SEND, live_endpoints, new_delivery
from miniapps.webhooks.kinds import TRIAL, wants

State = WebhookDelivery.State


@transaction.atomic
def replay(
    *, event: WebhookEvent, actor: Actor, now: datetime, endpoint: WebhookEndpoint | None = None
) -> list[WebhookDelivery]:
    """Send an event again: to one endpoint, or to all that had it or want its kind now.

    What is under way is left alone, what waits goes now, and the waits begin anew.
    Raises TooManyRequests, EndpointIsOff, NobodyToTell.
    """
    _count(event.app)
    if endpoint is not None and not endpoint.is_on:
        raise EndpointIsOff(state=endpoint.state)
    mode = WebhookEndpoint.Mode.TEST if event.test else WebhookEndpoint.Mode.LIVE
    rows = live_endpoints(event.app, mode).select_for_update(no_key=True)
    to = list(rows if endpoint is None else rows.filter(pk=endpoint.pk))
    known = {
        one.endpoint_id: one
        for one in WebhookDelivery.objects.select_for_update()
        .filter(event=event, endpoint__in=to)
        .order_by("pk")
    }
    again = []
    for one in to:
        if one.pk in known:
            again.append(_again(known[one.pk], now))
        elif event.kind != TRIAL and (endpoint is not None or wants(one.kinds, event.kind)):
            made = new_delivery(event, one, due_at=now)
            made.save()
            again.append(made)
    if not again:
        raise NobodyToTell
    actors.record("miniapps.webhook_event.replayed", by=actor, of=event, deliveries=len(again))
    jobs.enqueue_on_commit(SEND)
    return again


@transaction.atomic
def replay_dead(*, endpoint: WebhookEndpoint, actor: Actor, now: datetime) -> int:
    """Send again what was given up for this endpoint, the oldest first; return how many.

    Raises TooManyRequests, EndpointIsOff.
    """
    _count(endpoint.app)
    held = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    if not held.is_on:
        raise EndpointIsOff(state=held.state)
    dead = dead_letters(WebhookDelivery.objects.filter(endpoint=held)).select_for_update()
    again = [_again(one, now) for one in dead.order_by("pk")[:WEBHOOK_REPLAY_ALL_MAX]]
    if again:
        actors.record(
            "miniapps.webhook_endpoint.replayed", by=actor, of=held, deliveries=len(again)
        )
        jobs.enqueue_on_commit(SEND)
    return len(again)


def dead_letters(rows: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
    """Return what was given up and is worth another try: a test event is made anew instead."""
    return rows.filter(state=State.DEAD).exclude(kind=TRIAL)


def _count(app: App) -> None:
    limit = WEBHOOK_REPLAYS_PER_MINUTE_MAX
    rates.hit("webhook-replays", app.public_id, limit=limit, period_s=60)


def _again(held: WebhookDelivery, now: datetime) -> WebhookDelivery:
    """Let a delivery that is held go again, unless it is on its way this moment."""
    if held.lease_until is not None and held.lease_until > now:
        return held
    held.state, held.tries, held.due_at = State.WAITING, 0, now
    held.settled_at = held.lease_until = None
    held.save(update_fields=["state", "tries", "due_at", "settled_at", "lease_until"])
    WebhookDelivery.objects.behind(held).filter(due_at__gt=now).update(due_at=now)
    return held
