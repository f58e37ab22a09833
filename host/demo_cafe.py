"""What the demo's café has of the platform: API keys, webhook addresses, one file that names them.

A maker would make these in the console. The file is the café's own: nothing of ours is in it.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from identity.models import Person
from miniapps import apikeys, routing
from miniapps.models import App, AppKey, Release, WebhookEndpoint
from miniapps.webhooks import endpoints, signing

PORT = int(os.environ.get("CAFE_PORT", "8092"))
NAME = "صندوق کافه نارون"  # of its keys and addresses
SCOPES = (AppKey.Scope.PAYMENTS_READ, AppKey.Scope.PAYMENTS_WRITE)
FILE_MODE = 0o600


def tell(app: App, actor: Person, *, now: datetime) -> None:
    """Write what ``examples/cafe/backend.py`` reads; what is still good stays as it is."""
    path = settings.VAR / "cafe.json"
    before = _read(path)
    labels = [routing.label_of(app, channel) for channel in Release.Channel.values]
    document: dict[str, Any] = {
        "app_id": app.public_id,
        "origins": [f"{settings.APPS_SCHEME}://{one}.{settings.APPS_DOMAIN}" for one in labels],
        "jwks": f"{settings.ORIGIN}/.well-known/jwks.json",
    }
    for name, test in (("live", False), ("test", True)):
        known = before.get(name, {}).get("api_key", "")
        document[name] = {
            "api_key": _key(app, actor, known, test=test, now=now),
            "webhook_secret": _webhook_secret(app, actor, test=test, now=now),
        }
    fresh = path.with_suffix(".new")
    fresh.touch(mode=FILE_MODE)
    fresh.write_text(json.dumps(document), encoding="utf-8")
    fresh.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told


def _key(app: App, actor: Person, known: str, *, test: bool, now: datetime) -> str:
    """Return the key of the file while it opens this app, else a new one in its place."""
    found = apikeys.find_key(known, now=now)
    if found is not None and found.app_id == app.pk and found.test == test:
        return known
    for lost in apikeys.live_keys(app, now=now).filter(name=NAME, test=test):
        apikeys.revoke(key=lost, actor=actor, now=now)
    _made, text = apikeys.issue(app=app, actor=actor, name=NAME, scopes=SCOPES, test=test, now=now)
    return text


def _webhook_secret(app: App, actor: Person, *, test: bool, now: datetime) -> str:
    """Return the secret with which the café is called, at the port where it listens now."""
    mode = WebhookEndpoint.Mode.TEST if test else WebhookEndpoint.Mode.LIVE
    url = f"http://127.0.0.1:{PORT}/hooks"
    known = WebhookEndpoint.objects.filter(app=app, mode=mode, note=NAME)
    found = known.exclude(state=WebhookEndpoint.State.REMOVED).first()
    if found is None:
        _made, secret = endpoints.add(app=app, actor=actor, url=url, mode=mode, note=NAME, now=now)
        return secret
    if found.url != url:
        found = endpoints.change(endpoint=found, actor=actor, url=url, now=now)
    return signing.secrets_of(found, now=now)[0]
