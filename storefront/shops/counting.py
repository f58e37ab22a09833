"""What is counted of a shop: sums of a day of Tehran, and how many different people there were.

``count`` adds to a hash in Valkey after the caller's commit: no request waits for a row that
everybody counts in. A sweep adds what has gathered to the rows, each batch once: its name is
written with it, so that a worker killed in the middle neither loses nor doubles it. Different
people are counted by HyperLogLog, from which nobody can be read back. What Valkey loses between
two sweeps is lost from the numbers of a page, never from money: that is in the orders.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, Literal

import structlog
from django.conf import settings
from django.db import connection, transaction
from redis import Redis
from redis.exceptions import RedisError

from core.ids import new_id
from core.limits import COUNT_FOLD_KEEP, COUNT_KEYS_KEEP_S
from core.locks import if_nobody_else
from identity.models import Person
from storefront.shops import quiet
from storefront.shops.models import CountFold, Shop

Kind = Literal["views", "carts", "orders", "revenue"]
KINDS: Final[frozenset[str]] = frozenset({"views", "carts", "orders", "revenue"})
PATIENCE_S: Final = 2.0
log = structlog.get_logger(__name__)


def count(shop: Shop, kind: Kind, n: int, now: datetime) -> None:
    """Add ``n`` to what happened in the shop today, once the caller's transaction has committed.

    ``n`` is a number of things, or rials for ``revenue``; a return is counted with a minus.
    """
    count_of(shop.pk, kind, n, now)


def count_of(shop_key: int, kind: Kind, n: int, now: datetime) -> None:
    """Count as ``count`` does, for a shop of which only the key is known."""
    if kind not in KINDS:
        raise ValueError(f"nothing is counted as {kind}")
    _after_commit([(f"{_day(now)}|{shop_key}|{kind}", n)])


def count_sold(shop_key: int, product_key: int, *, pieces: int, rials: int, now: datetime) -> None:
    """Add to what was sold of a product today; a return takes away."""
    at = f"{_day(now)}|{shop_key}|{product_key}"
    _after_commit([(f"{at}|pieces", pieces), (f"{at}|rials", rials)])


def seen_by(person: Person, shop_keys: Iterable[int], now: datetime) -> None:
    """Count a person among today's different visitors of these shops, if he is none yet."""
    day = _day(now)
    for shop_key in shop_keys:
        _distinct(f"visitors:{day}:{shop_key}", f"{day}|{shop_key}", person)


def post_seen_by(person: Person, post_keys: Iterable[int]) -> None:
    """Count a person among those who have seen these posts."""
    for key in post_keys:
        _distinct(f"readers:{key}", f"post|{key}", person)


def _distinct(name: str, changed: str, person: Person) -> None:
    try:
        pipe = _valkey().pipeline(transaction=False)
        pipe.pfadd(_key(name), person.pk)
        pipe.expire(_key(name), COUNT_KEYS_KEEP_S)
        pipe.sadd(_key("changed"), changed)
        pipe.execute()
    except RedisError as reason:
        log.warning("counts.not_kept", reason=repr(reason))


def _after_commit(counts: list[tuple[str, int]]) -> None:
    transaction.on_commit(lambda: _add(counts), robust=True)


def _add(counts: list[tuple[str, int]]) -> None:
    try:
        pipe = _valkey().pipeline(transaction=False)
        for field, n in counts:
            pipe.hincrby(_key("gathered"), field, n)
        pipe.execute()
    except RedisError as reason:
        log.warning("counts.not_kept", reason=repr(reason))


def fold(*, now: datetime) -> int:
    """Add what has gathered to the rows of the days; return how many sums were changed.

    One worker at a time; another one that comes meanwhile has nothing to do.
    """
    with if_nobody_else("shops.counts") as ours:
        if not ours:
            return 0
        batch = _batch()
        changed = 0 if batch is None else _fold_batch(batch, now)
        return changed + _fold_people()


def _batch() -> str | None:
    """Return the name of the batch to add: one left over from a crash, else what has gathered."""
    valkey = _valkey()
    if (left := valkey.get(_key("batch"))) is not None:
        return str(left.decode())
    if not valkey.exists(_key("gathered")):
        return None
    name = new_id("cnt")
    valkey.set(_key("batch"), name)
    return name


def _fold_batch(name: str, now: datetime) -> int:
    """Take the hash aside under the batch's name, add it once, strike it out."""
    valkey, aside = _valkey(), _key(f"aside:{name}")
    if not valkey.exists(aside) and valkey.exists(_key("gathered")):
        valkey.renamenx(_key("gathered"), aside)
    found: dict[str, int] = {field.decode(): int(n) for field, n in valkey.hgetall(aside).items()}
    with transaction.atomic():
        _row, is_first = CountFold.objects.get_or_create(name=name, defaults={"at": now})
        if is_first:
            _write(found)
        CountFold.objects.filter(at__lt=now - COUNT_FOLD_KEEP).delete()
    valkey.delete(aside, _key("batch"))
    return len(found) if is_first else 0


def _write(found: dict[str, int]) -> None:
    days: list[tuple[int, str, str, int]] = []
    products: dict[tuple[int, str, int], dict[str, int]] = defaultdict(dict)
    for field, n in sorted(found.items()):
        day, shop, *rest = field.split("|")
        if len(rest) == 1:
            days.append((int(shop), day, rest[0], n))
        else:
            products[int(shop), day, int(rest[0])][rest[1]] = n
    _upsert_days(days, how="greatest(0, c.n + excluded.n)")
    if not products:
        return
    keys = list(products)
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into shops_productcount as c (shop_id, day, product_id, pieces, rials)
               select w.shop, w.day, w.product, greatest(0, w.pieces), greatest(0, w.rials)
                 from unnest(%s::int[], %s::date[], %s::bigint[], %s::bigint[], %s::bigint[])
                      as w (shop, day, product, pieces, rials)
                 join shops_shop s on s.id = w.shop
               on conflict (shop_id, day, product_id) do update
                 set pieces = greatest(0, c.pieces + excluded.pieces),
                     rials = greatest(0, c.rials + excluded.rials)""",
            [
                [key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys],
                [products[key].get("pieces", 0) for key in keys],
                [products[key].get("rials", 0) for key in keys],
            ],
        )  # fmt: skip


def _upsert_days(rows: list[tuple[int, str, str, int]], *, how: str) -> None:
    if not rows:
        return
    shops, days, kinds, numbers = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into shops_daycount as c (shop_id, day, kind, n)
               select w.shop, w.day, w.kind, greatest(0, w.n)
                 from unnest(%s::int[], %s::date[], %s::text[], %s::bigint[])
                      as w (shop, day, kind, n)
                 join shops_shop s on s.id = w.shop
               on conflict (shop_id, day, kind) do update set n = {how}""",  # noqa: S608  (ours)
            [shops, days, kinds, numbers],
        )


def _fold_people() -> int:
    """Write down how many different people there were, where that has changed."""
    valkey = _valkey()
    changed = [one.decode() for one in valkey.spop(_key("changed"), 5_000)]
    visitors: list[tuple[int, str, str, int]] = []
    readers: list[tuple[int, int]] = []
    for one in sorted(changed):
        first, second = one.split("|")
        if first == "post":
            readers.append((int(second), valkey.pfcount(_key(f"readers:{second}"))))
        else:
            seen = valkey.pfcount(_key(f"visitors:{first}:{second}"))
            visitors.append((int(second), first, "visitors", seen))
    _upsert_days(visitors, how="greatest(c.n, excluded.n)")
    if readers:
        with connection.cursor() as cursor:
            cursor.execute(
                """update shops_post p set views = greatest(p.views, w.n)
                     from unnest(%s::bigint[], %s::int[]) as w (id, n) where p.id = w.id""",
                [[key for key, _n in readers], [n for _key, n in readers]],
            )
    return len(changed)


def _day(now: datetime) -> date:
    return now.astimezone(quiet.TEHRAN).date()


def _key(name: str) -> str:
    return f"{settings.KEY_PREFIX}shops:{name}"


@functools.cache
def _valkey() -> Any:
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
    )
