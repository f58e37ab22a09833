"""Keys of a shop's own server: made by an owner, scoped, expiring, shown whole only once.

A key is worth what its owner is: it dies with his place in the shop and with his account.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from core import audit, keytexts
from core.limits import KEY_USE_NOTED_EVERY, SHOP_KEYS_MAX
from core.problems import Fault, InvalidInput
from identity.models import Person
from storefront.shops.access import RIGHTS, role_in
from storefront.shops.errors import ShopStateForbids, TooManyShopKeys
from storefront.shops.models import Shop, ShopKey

NAME_CHARS_MAX = 60
SHAPE = keytexts.shape("bsk")


@transaction.atomic
def issue(
    *,
    shop: Shop,
    actor: Person,
    name: str,
    scopes: Collection[str],
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[ShopKey, str]:
    """Make a key and return it with its text, which is never shown again.

    Raises InvalidInput with every fault, ShopStateForbids, TooManyShopKeys.
    """
    name = name.strip()
    faults = _faults(name, scopes, expires_at, now)
    if faults:
        raise InvalidInput(faults)
    held = Shop.objects.select_for_update(of=("self",)).get(pk=shop.pk)
    if held.status == Shop.Status.CLOSED:
        raise ShopStateForbids(state=held.status)
    if live_keys(held, now=now).count() >= SHOP_KEYS_MAX:
        raise TooManyShopKeys(most=SHOP_KEYS_MAX)
    fresh = keytexts.fresh()
    key = ShopKey.objects.create(
        shop=held,
        name=name,
        prefix=fresh.prefix,
        digest=fresh.digest,
        scopes=sorted(set(scopes)),
        created_by=actor,
        created_at=now,
        expires_at=expires_at,
    )
    audit.record(
        "shops.key.issued", by=actor, of=key, shop=held.public_id, prefix=fresh.prefix,
        scopes=key.scopes,
    )  # fmt: skip
    return key, f"{key.head}_{fresh.secret}"


@transaction.atomic
def revoke(*, key: ShopKey, actor: Person, now: datetime) -> ShopKey:
    """Make a key worthless from now on; doing it twice changes nothing."""
    held = ShopKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    if held.revoked_at is None:
        held.revoked_at = now
        held.save(update_fields=["revoked_at"])
        audit.record("shops.key.revoked", by=actor, of=held, prefix=held.prefix)
    return held


def find_key(text: str, *, now: datetime) -> ShopKey | None:
    """Return the live key that this text is, or None: two queries."""
    shape = SHAPE.match(text)
    if shape is None:
        return None
    rows = ShopKey.objects.select_related("shop__maker", "created_by")
    key = rows.filter(prefix=shape["prefix"]).first()
    matches = keytexts.is_secret(shape["secret"], None if key is None else key.digest)
    if key is None or not matches or not _is_live(key, now):
        return None
    if key.last_used_at is None or key.last_used_at <= now - KEY_USE_NOTED_EVERY:
        ShopKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def live_keys(shop: Shop, *, now: datetime) -> QuerySet[ShopKey]:
    """Return the keys that still open something."""
    in_time = Q(expires_at=None) | Q(expires_at__gt=now)
    return ShopKey.objects.filter(in_time, shop=shop, revoked_at=None)


def _is_live(key: ShopKey, now: datetime) -> bool:
    in_time = key.expires_at is None or key.expires_at > now
    if key.revoked_at is not None or not in_time or not key.created_by.is_active:
        return False
    return "keys" in RIGHTS.get(role_in(key.created_by, key.shop) or "", ())


def _faults(
    name: str, scopes: Collection[str], expires_at: datetime | None, now: datetime
) -> list[Fault]:
    faults = []
    if not name:
        faults.append(Fault("#/name", "must not be empty", "blank"))
    elif len(name) > NAME_CHARS_MAX or not name.isprintable():
        detail = f"must be at most {NAME_CHARS_MAX} characters that can be seen"
        faults.append(Fault("#/name", detail, "max_length"))
    if not scopes or not set(scopes) <= set(ShopKey.Scope.values):
        faults.append(Fault("#/scopes", "must name one or more of the scopes", "choice"))
    if expires_at is not None and expires_at <= now:
        faults.append(Fault("#/expires_at", "must be in the future", "past"))
    return faults
