"""Which deliveries go now: a worker claims them for a while, and calls out with no row locked.

A lane is one endpoint and one object: of a lane only the earliest that is not settled goes, and
only when none of it is under way. Endpoints take turns and have room for a few calls each, one
when their last answer was a failure, so that a slow server is slow for itself alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.limits import (
    WEBHOOK_ENDPOINT_CALLS_MAX,
    WEBHOOK_FAILING_ENDPOINT_CALLS_MAX,
    WEBHOOK_LEASE,
)
from miniapps.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from miniapps.webhooks.calling import Call

WAITING = WebhookDelivery.State.WAITING
Outcome = WebhookAttempt.Outcome


@dataclass(frozen=True)
class Claim:
    """One delivery that is ours until the lease ends, and the call it takes."""

    delivery_id: int
    endpoint_id: int
    number: int  # of the attempt; whoever has a later one has taken the delivery over
    was_failing: bool
    call: Call


@transaction.atomic
def claim(*, now: datetime, most: int, most_failing: int) -> list[Claim]:
    """Claim up to ``most`` deliveries, up to ``most_failing`` of them to endpoints that fail."""
    claims: list[Claim] = []
    for failing in (False, True):
        room = min(most - len(claims), most_failing if failing else most)
        if room <= 0:
            continue
        turns = (F("claimed_at").asc(nulls_first=True), "pk")
        rows = _with_work(failing=failing, now=now).order_by(*turns)
        for endpoint in rows.select_for_update(skip_locked=True, no_key=True)[:room]:
            made = _claim_of(endpoint, most=room, now=now)
            claims += made
            room -= len(made)
            if room <= 0:
                break
    return claims


def is_anything_due(*, now: datetime) -> bool:
    """Tell whether a claim with room for everybody would find something."""
    return any(_with_work(failing=failing, now=now).exists() for failing in (False, True))


def _claim_of(endpoint: WebhookEndpoint, *, most: int, now: datetime) -> list[Claim]:
    """Claim what goes to one endpoint, whose row is held."""
    mine = WebhookDelivery.objects.filter(endpoint=endpoint)
    under_way = mine.filter(state=WAITING, lease_until__gt=now).count()
    room = min(most, _room(failing=endpoint.failing_since is not None) - under_way)
    rows = _due(mine, now).select_related("event").order_by("due_at", "pk")
    found = list(rows.select_for_update(skip_locked=True, of=("self",))[: max(0, room)])
    if not found:
        return []
    keys = [one.pk for one in found]
    WebhookDelivery.objects.filter(pk__in=keys).update(
        attempts_count=F("attempts_count") + 1, tries=F("tries") + 1,
        lease_until=now + WEBHOOK_LEASE,
    )  # fmt: skip
    # Whoever began the try before this one has said nothing until its lease ended.
    WebhookAttempt.objects.filter(delivery__in=keys, outcome=Outcome.UNDER_WAY).update(
        outcome=Outcome.LOST
    )
    WebhookAttempt.objects.bulk_create(
        WebhookAttempt(delivery=one, number=one.attempts_count + 1, began_at=now) for one in found
    )
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(claimed_at=now)
    return [_claimed(one, endpoint, now) for one in found]


def _claimed(delivery: WebhookDelivery, endpoint: WebhookEndpoint, now: datetime) -> Claim:
    event = delivery.event
    return Claim(
        delivery_id=delivery.pk,
        endpoint_id=endpoint.pk,
        number=delivery.attempts_count + 1,
        was_failing=endpoint.failing_since is not None,
        call=Call(endpoint.url, event.public_id, event.body, now, endpoint),
    )


def _room(*, failing: bool) -> int:
    return WEBHOOK_FAILING_ENDPOINT_CALLS_MAX if failing else WEBHOOK_ENDPOINT_CALLS_MAX


def _due(rows: QuerySet[WebhookDelivery], now: datetime) -> QuerySet[WebhookDelivery]:
    """Return those whose turn it is in their lanes."""
    lane = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"), object_id=OuterRef("object_id"), state=WAITING
    )
    ahead = lane.filter(sequence__lt=OuterRef("sequence"))
    under_way = lane.filter(lease_until__gt=now)
    return rows.filter(~Exists(ahead), ~Exists(under_way), state=WAITING, due_at__lte=now)


def _with_work(*, failing: bool, now: datetime) -> QuerySet[WebhookEndpoint]:
    """Return endpoints that are on, have something due and have room for one more call."""
    busy = (
        WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state=WAITING, lease_until__gt=now)
        .order_by()
        .values("endpoint")
        .annotate(n=Count("pk"))
        .values("n")
    )
    due = _due(WebhookDelivery.objects.filter(endpoint=OuterRef("pk")), now)
    return (
        WebhookEndpoint.objects.filter(
            Exists(due),
            state=WebhookEndpoint.State.ON,
            failing_since__isnull=not failing,
        )
        .annotate(busy=Coalesce(Subquery(busy, output_field=IntegerField()), 0))
        .filter(busy__lt=_room(failing=failing))
    )
