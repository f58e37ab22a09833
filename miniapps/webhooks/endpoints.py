"""Where an app's server listens: added, changed, switched, removed; its secret and its rotation."""

from __future__ import annotations

import socket
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from core import rates
from core.limits import (
    WEBHOOK_CHANGES_PER_HOUR_MAX,
    WEBHOOK_ENDPOINTS_MAX,
    WEBHOOK_LOOKUP_S,
    WEBHOOK_NOTE_CHARS_MAX,
    WEBHOOK_OVERLAP,
    WEBHOOK_OVERLAP_MAX,
)
from core.problems import Fault, InvalidInput, NotFound
from miniapps import actors, locking
from miniapps.actors import Actor
from miniapps.errors import EndpointExists, QuestionTaken, TooManyEndpoints
from miniapps.models import App, WebhookDelivery, WebhookEndpoint
from miniapps.states import APP
from miniapps.webhooks import addresses, signing
from miniapps.webhooks.kinds import KINDS, choices, questions
from miniapps.webhooks.within import within

State = WebhookEndpoint.State
Mode = WebhookEndpoint.Mode


def add(
    *,
    app: App,
    actor: Actor,
    url: str,
    mode: str,
    now: datetime,
    kinds: Collection[str] = (),
    note: str = "",
) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint and return it with its secret, which is never shown again.

    The name is looked up now and must mean a public address; it is looked up again for each call.
    Raises InvalidInput with every fault, TooManyRequests, AppStateForbids, TooManyEndpoints,
    EndpointExists, QuestionTaken.
    """
    faults = _faults(mode=mode, kinds=kinds, note=note)
    target = _target(url, faults)
    _reach(app, target)
    with transaction.atomic():
        held = locking.app(app.pk)
        APP.after("edit", held.status)
        if _living(held, mode).count() >= WEBHOOK_ENDPOINTS_MAX:
            raise TooManyEndpoints(most=WEBHOOK_ENDPOINTS_MAX)
        wanted = [name for name in KINDS if name in kinds]
        _refuse_twin(held, mode, target.url)
        _refuse_second_judge(held, mode, wanted)
        secret, sealed = signing.new_secret()
        endpoint = WebhookEndpoint.objects.create(
            app=held, mode=mode, url=target.url, note=note.strip(), kinds=wanted,
            state_since=now, secret_sealed=sealed, created_by=actors.person_of(actor),
            created_at=now,
        )  # fmt: skip
        actors.record(
            "miniapps.webhook_endpoint.added", by=actor, of=endpoint, app=held.public_id,
            mode=mode, url=target.url, kinds=wanted,
        )  # fmt: skip
    return endpoint, secret


def change(
    *,
    endpoint: WebhookEndpoint,
    actor: Actor,
    now: datetime,
    url: str | None = None,
    kinds: Collection[str] | None = None,
    note: str | None = None,
    is_on: bool | None = None,
) -> WebhookEndpoint:
    """Change what is given; the rest stays. Switching on again goes on with what waits.

    Raises as ``add``, and NotFound for an endpoint that was removed meanwhile.
    """
    faults = _faults(kinds=kinds or (), note=note or "")
    target = None if url is None or url == endpoint.url else _target(url, faults)
    if faults:
        raise InvalidInput(faults)
    if target is not None:
        _reach(endpoint.app, target)
    with transaction.atomic():
        app, held = _held(endpoint)
        APP.after("edit", app.status)
        changed: dict[str, Any] = {}
        if target is not None and target.url != held.url:
            _refuse_twin(app, held.mode, target.url)
            changed["url"] = target.url
        if kinds is not None:
            changed["kinds"] = [name for name in KINDS if name in kinds]
            _refuse_second_judge(app, held.mode, changed["kinds"], besides=held)
        if note is not None:
            changed["note"] = note.strip()
        if is_on is not None and is_on != held.is_on:
            changed["state"] = State.ON if is_on else State.OFF
        return _write(held, changed, actor=actor, now=now)


def _write(
    held: WebhookEndpoint, changed: dict[str, Any], *, actor: Actor, now: datetime
) -> WebhookEndpoint:
    changed = {name: value for name, value in changed.items() if getattr(held, name) != value}
    if not changed:
        return held
    for name, value in changed.items():
        setattr(held, name, value)
    if "state" in changed:
        held.state_since = now
    if "url" in changed or changed.get("state") == State.ON:
        # Another server, or another chance: what waits goes now, and its health begins anew.
        held.failing_since = None
        waiting = WebhookDelivery.objects.filter(
            endpoint=held, state=WebhookDelivery.State.WAITING, due_at__gt=now
        )
        waiting.update(due_at=now)
    held.save(update_fields=[*changed, "state_since", "failing_since"])
    actors.record("miniapps.webhook_endpoint.changed", by=actor, of=held, changed=changed)
    return held


@transaction.atomic
def remove(*, endpoint: WebhookEndpoint, actor: Actor, now: datetime) -> None:
    """Remove an endpoint for good; what waits for it is cancelled, its log stays."""
    _app, held = _held(endpoint)
    _end(held, now)
    actors.record("miniapps.webhook_endpoint.removed", by=actor, of=held, url=held.url)


def remove_all(*, app: App, now: datetime) -> None:
    """End all endpoints of an app that is no more. The caller holds the app."""
    rows = WebhookEndpoint.objects.filter(app=app).exclude(state=State.REMOVED)
    for endpoint in rows.select_for_update(no_key=True).order_by("pk"):
        _end(endpoint, now)


def _end(held: WebhookEndpoint, now: datetime) -> None:
    held.state, held.state_since = State.REMOVED, now
    held.save(update_fields=["state", "state_since"])
    waiting = WebhookDelivery.objects.filter(endpoint=held, state=WebhookDelivery.State.WAITING)
    waiting.update(state=WebhookDelivery.State.CANCELLED, settled_at=now, lease_until=None)


@transaction.atomic
def rotate_secret(
    *,
    endpoint: WebhookEndpoint,
    actor: Actor,
    now: datetime,
    overlap: timedelta = WEBHOOK_OVERLAP,
) -> tuple[WebhookEndpoint, str]:
    """Give the endpoint a new secret, never shown again; the old one signs too for ``overlap``.

    No overlap ends the old one at once. A secret that was old already ends now in any case.
    Raises InvalidInput, NotFound, AppStateForbids.
    """
    if not timedelta(0) <= overlap <= WEBHOOK_OVERLAP_MAX:
        hours = int(WEBHOOK_OVERLAP_MAX.total_seconds() // 3600)
        raise InvalidInput([Fault("#/overlap_hours", f"must be from 0 to {hours}", "range")])
    app, held = _held(endpoint)
    APP.after("edit", app.status)
    old = held.secret_sealed
    secret, held.secret_sealed = signing.new_secret()
    held.old_secret_sealed = old if overlap else None
    held.old_secret_until = now + overlap if overlap else None
    held.save(update_fields=["secret_sealed", "old_secret_sealed", "old_secret_until"])
    hours = int(overlap.total_seconds() // 3600)
    actors.record(
        "miniapps.webhook_endpoint.secret_rotated", by=actor, of=held, overlap_hours=hours
    )
    return held, secret


@transaction.atomic
def end_old_secret(*, endpoint: WebhookEndpoint, actor: Actor) -> WebhookEndpoint:
    """Let only the newest secret sign from now on; doing it twice changes nothing."""
    _app, held = _held(endpoint)
    if held.old_secret_sealed is not None:
        held.old_secret_sealed = held.old_secret_until = None
        held.save(update_fields=["old_secret_sealed", "old_secret_until"])
        actors.record("miniapps.webhook_endpoint.old_secret_ended", by=actor, of=held)
    return held


def find_judge(app: App, kind: str, *, test: bool) -> WebhookEndpoint | None:
    """Return the endpoint that answers questions of this kind, or None."""
    rows = _living(app, Mode.TEST if test else Mode.LIVE).filter(state=State.ON)
    return next((one for one in rows.select_related("app") if kind in one.kinds), None)


def _living(app: App, mode: str) -> Any:
    return WebhookEndpoint.objects.filter(app=app, mode=mode).exclude(state=State.REMOVED)


def _held(endpoint: WebhookEndpoint) -> tuple[App, WebhookEndpoint]:
    """Return the endpoint and its app, both locked. Raises NotFound."""
    app = locking.app(endpoint.app_id)
    held = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    if held.state == State.REMOVED:
        raise NotFound
    held.app = app
    return app, held


def _reach(app: App, target: addresses.Target) -> None:
    """Look the name up, in the time a person waits. Raises InvalidInput, TooManyRequests."""
    limit = WEBHOOK_CHANGES_PER_HOUR_MAX
    rates.hit("webhook-changes", app.public_id, limit=limit, period_s=3600)
    try:
        within(WEBHOOK_LOOKUP_S, lambda: addresses.resolve(target))
    except addresses.AddressForbidden:
        fault = Fault("#/url", "must lead to a public address", "private")
        raise InvalidInput([fault]) from None
    except (socket.gaierror, TimeoutError, UnicodeError):
        fault = Fault("#/url", "has a name that cannot be found", "unresolved")
        raise InvalidInput([fault]) from None


def _target(url: str, faults: list[Fault]) -> addresses.Target:
    """Return what the URL says. Raises InvalidInput with its fault and the others."""
    try:
        target = addresses.read(url.strip())
    except InvalidInput as problem:
        raise InvalidInput([*faults, *problem.faults]) from None
    if faults:
        raise InvalidInput(faults)
    return target


def _refuse_twin(app: App, mode: str, url: str) -> None:
    twin = _living(app, mode).filter(url=url).first()
    if twin is not None:
        raise EndpointExists(endpoint=twin.public_id)


def _refuse_second_judge(
    app: App, mode: str, kinds: list[str], *, besides: WebhookEndpoint | None = None
) -> None:
    """Let each question have one endpoint that answers it. The caller holds the app."""
    asked = set(kinds) & set(questions())
    for other in _living(app, mode):
        both = asked & set(other.kinds)
        if both and other != besides:
            raise QuestionTaken(endpoint=other.public_id, kinds=sorted(both))


def _faults(*, kinds: Collection[str], note: str, mode: str = Mode.LIVE) -> list[Fault]:
    faults = []
    if mode not in Mode.values:
        faults.append(Fault("#/mode", "must be live or test", "choice"))
    if not set(kinds) <= set(choices()):
        faults.append(Fault("#/kinds", "must name kinds of events", "choice"))
    if len(note) > WEBHOOK_NOTE_CHARS_MAX:
        detail = f"must have at most {WEBHOOK_NOTE_CHARS_MAX} characters"
        faults.append(Fault("#/note", detail, "long"))
    if not note.replace("\u200c", "").isprintable():
        faults.append(Fault("#/note", "holds a character that is not allowed", "characters"))
    return faults
