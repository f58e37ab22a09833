"""Sending what is due, and what becomes of each try.

At least once: a worker that dies between the call and its note leaves a lease behind, and when it
ends the event goes again with the same webhook-id. A failure waits longer each time; after 72
hours the delivery is dead, which its maker sees and can replay.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from random import SystemRandom

from django.db import transaction

from core import audit, jobs
from core.limits import (
    WEBHOOK_ATTEMPTS_KEEP,
    WEBHOOK_CALLS_MAX,
    WEBHOOK_CLAIM_EVERY_S,
    WEBHOOK_FAILING_CALLS_MAX,
    WEBHOOK_RETRY_JITTER,
    WEBHOOK_RETRY_WAITS_S,
    WEBHOOK_SENDER_RUN_S,
)
from core.locks import if_nobody_else
from miniapps.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from miniapps.webhooks import claiming
from miniapps.webhooks.calling import GONE, Answer
from miniapps.webhooks.claiming import Claim
from miniapps.webhooks.events import SEND
from miniapps.webhooks.kinds import KINDS

Clock = Callable[[], datetime]
State = WebhookDelivery.State
_chance = SystemRandom()


def send_due(*, clock: Clock) -> int:
    """Send until nothing is due, and return how many calls were made.

    One sender works at a time; another one leaves at once, for the first sees its work. A sender
    that has worked for a while asks for a successor, so that other jobs have their turn.
    """
    calls = 0
    while True:
        with if_nobody_else("webhooks.sender") as ours:
            if not ours:
                return calls
            made, is_time_over = _send(clock)
        calls += made
        if is_time_over:
            with transaction.atomic():
                jobs.enqueue_on_commit(SEND)
            return calls
        # Something may have come while the lock was being given back.
        if not claiming.is_anything_due(now=clock()):
            return calls


def _send(clock: Clock) -> tuple[int, bool]:
    """Keep calls going until there are none; return how many, and whether the time was over."""
    end = time.monotonic() + WEBHOOK_SENDER_RUN_S
    under_way: dict[Future[Answer], Claim] = {}
    calls, is_time_over = 0, False
    with ThreadPoolExecutor(WEBHOOK_CALLS_MAX) as pool:
        while True:
            is_time_over = time.monotonic() >= end
            if not is_time_over:
                for claim in _claims(under_way, clock()):
                    under_way[pool.submit(claim.call.make)] = claim
                    calls += 1
            if not under_way:
                return calls, is_time_over
            ended, _rest = wait(
                under_way, timeout=WEBHOOK_CLAIM_EVERY_S, return_when=FIRST_COMPLETED
            )
            for future in ended:
                settle(claim=under_way.pop(future), answer=future.result(), now=clock())


def _claims(under_way: dict[Future[Answer], Claim], now: datetime) -> list[Claim]:
    failing = sum(claim.was_failing for claim in under_way.values())
    return claiming.claim(
        now=now,
        most=WEBHOOK_CALLS_MAX - len(under_way),
        most_failing=WEBHOOK_FAILING_CALLS_MAX - failing,
    )


@transaction.atomic
def settle(*, claim: Claim, answer: Answer, now: datetime) -> None:
    """Write down how a try ended and what follows from it.

    A try that was taken over by a later one changes nothing but its own line in the log.
    """
    _note_health(claim, answer, now)
    WebhookAttempt.objects.filter(delivery=claim.delivery_id, number=claim.number).update(
        outcome=answer.outcome, status_class=answer.status_class, duration_ms=answer.duration_ms
    )
    held = WebhookDelivery.objects.select_for_update().get(pk=claim.delivery_id)
    if held.state != State.WAITING or held.attempts_count != claim.number:
        return
    held.lease_until = None
    wait_s = next_wait_s(held)
    if answer.is_good:
        held.state, held.settled_at = State.DELIVERED, now
    elif wait_s is None:
        held.state, held.settled_at = State.DEAD, now
    else:
        held.due_at = now + timedelta(seconds=_jittered(wait_s))
        # What cannot go before it is not due before it: nobody looks at it in vain.
        behind = WebhookDelivery.objects.behind(held)
        behind.filter(due_at__lt=held.due_at).update(due_at=held.due_at)
    held.save(update_fields=["lease_until", "state", "settled_at", "due_at"])


def next_wait_s(delivery: WebhookDelivery) -> int | None:
    """Return how long a failed delivery waits for its next try; None when it has had its last."""
    waits = WEBHOOK_RETRY_WAITS_S if KINDS[delivery.kind].is_retried else ()
    return waits[delivery.tries - 1] if delivery.tries <= len(waits) else None


def _jittered(wait_s: int) -> float:
    """Return the wait, a little longer or shorter, so that not all return together."""
    return wait_s * _chance.uniform(1 - WEBHOOK_RETRY_JITTER, 1 + WEBHOOK_RETRY_JITTER)


def _note_health(claim: Claim, answer: Answer, now: datetime) -> None:
    """Write down at the endpoint how its last call ended; a 410 switches it off.

    The endpoint comes before its deliveries, in the order in which everybody locks them.
    """
    rows = WebhookEndpoint.objects.filter(pk=claim.endpoint_id)
    if answer.is_good:
        rows.filter(failing_since__isnull=False).update(failing_since=None)
        return
    if answer.outcome == WebhookAttempt.Outcome.LOST:  # our fault says nothing of the server
        return
    rows.filter(failing_since=None).update(failing_since=now)
    on = WebhookEndpoint.State.ON
    if answer.status == GONE and rows.filter(state=on).update(
        state=WebhookEndpoint.State.GONE, state_since=now
    ):
        audit.record("miniapps.webhook_endpoint.gone", by=None, of=rows.get())


def forget_old_attempts(*, now: datetime) -> int:
    """Delete the log of single tries past its time; events and deliveries are kept."""
    old = WebhookAttempt.objects.filter(began_at__lt=now - WEBHOOK_ATTEMPTS_KEEP)
    gone, _rows = old.exclude(outcome=WebhookAttempt.Outcome.UNDER_WAY).delete()
    return gone
