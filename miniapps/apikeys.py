"""Keys of a maker's server or CI: scoped, expiring, shown whole only once.

``bnk_<prefix>_<secret>``, for test money ``bnk_test_<prefix>_<secret>``: the prefix finds the row
and may be shown; of the secret, 256 random bits, only the SHA-256 is kept. A test key can do
nothing that real people or real money would notice.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from core import audit, keytexts
from core.limits import APP_KEYS_MAX, KEY_USE_NOTED_EVERY
from core.problems import Fault, InvalidInput
from identity.models import Person
from miniapps import locking
from miniapps.errors import TooManyKeys
from miniapps.models import App, AppKey
from miniapps.states import APP

NAME_CHARS_MAX = 60
SHAPE = keytexts.shape("bnk(?P<test>_test)?")
TEST_SCOPES = frozenset({
    AppKey.Scope.PAYMENTS_READ, AppKey.Scope.PAYMENTS_WRITE, AppKey.Scope.INTROSPECT,
})  # fmt: skip


@transaction.atomic
def issue(
    *,
    app: App,
    actor: Person,
    name: str,
    scopes: Collection[str],
    now: datetime,
    expires_at: datetime | None = None,
    test: bool = False,
) -> tuple[AppKey, str]:
    """Make a key and return it with its text, which is never shown again.

    Raises InvalidInput with every fault, AppStateForbids, TooManyKeys.
    """
    name = name.strip()
    faults = _faults(name, scopes, expires_at, now) + _live_scopes(scopes, test=test)
    if faults:
        raise InvalidInput(faults)
    held = locking.app(app.pk)
    APP.after("edit", held.status)
    if live_keys(held, now=now).count() >= APP_KEYS_MAX:
        raise TooManyKeys(most=APP_KEYS_MAX)
    fresh = keytexts.fresh()
    key = AppKey.objects.create(
        app=held,
        name=name,
        prefix=fresh.prefix,
        digest=fresh.digest,
        scopes=sorted(set(scopes)),
        test=test,
        created_by=actor,
        expires_at=expires_at,
    )
    audit.record(
        "miniapps.key.issued",
        by=actor,
        of=key,
        app=held.public_id,
        prefix=fresh.prefix,
        scopes=key.scopes,
        test=test,
    )
    return key, f"{key.head}_{fresh.secret}"


@transaction.atomic
def revoke(*, key: AppKey, actor: Person, now: datetime) -> AppKey:
    """Make a key worthless from now on; doing it twice changes nothing."""
    held = AppKey.objects.select_for_update().get(pk=key.pk)
    if held.revoked_at is None:
        held.revoked_at = now
        held.save(update_fields=["revoked_at"])
        audit.record("miniapps.key.revoked", by=actor, of=held, prefix=held.prefix)
    return held


def find_key(text: str, *, now: datetime) -> AppKey | None:
    """Return the live key that this text is, or None; takes the same time for a wrong secret."""
    shape = SHAPE.match(text)
    if shape is None:
        return None
    rows = AppKey.objects.select_related("app", "created_by").filter(prefix=shape["prefix"])
    key = rows.first()
    matches = keytexts.is_secret(shape["secret"], None if key is None else key.digest)
    if key is None or not matches or key.test != bool(shape["test"]) or not _is_live(key, now):
        return None
    _note_use(key, now)
    return key


def live_keys(app: App, *, now: datetime) -> QuerySet[AppKey]:
    """Return the keys that still open something."""
    return AppKey.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now), app=app, revoked_at=None
    )


def _is_live(key: AppKey, now: datetime) -> bool:
    in_time = key.expires_at is None or key.expires_at > now
    # Whoever made the key answers for what it does; of a closed account nobody does.
    return key.revoked_at is None and in_time and key.created_by.is_active


def _note_use(key: AppKey, now: datetime) -> None:
    """Write the last use at most once a minute: a busy CI must not write a row each call."""
    if key.last_used_at is None or key.last_used_at <= now - KEY_USE_NOTED_EVERY:
        AppKey.objects.filter(pk=key.pk).update(last_used_at=now)
        key.last_used_at = now


def _live_scopes(scopes: Collection[str], *, test: bool) -> list[Fault]:
    """Return the fault of a test key that could do more than handle test money."""
    if not test or set(scopes) <= TEST_SCOPES:
        return []
    names = ", ".join(sorted(TEST_SCOPES))
    return [Fault("#/scopes", f"a test key may only have {names}", "test")]


def _faults(
    name: str, scopes: Collection[str], expires_at: datetime | None, now: datetime
) -> list[Fault]:
    faults = []
    if not 1 <= len(name) <= NAME_CHARS_MAX or not name.isprintable():
        faults.append(Fault("#/name", f"must have 1 to {NAME_CHARS_MAX} characters", "long"))
    if not scopes or not set(scopes) <= set(AppKey.Scope.values):
        faults.append(Fault("#/scopes", "must name one or more of the scopes", "choice"))
    if expires_at is not None and expires_at <= now:
        faults.append(Fault("#/expires_at", "must be in the future", "past"))
    return faults
