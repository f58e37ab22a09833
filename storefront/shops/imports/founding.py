"""Opening shops from rows: each with its channel and its owner, some dozens in one transaction.

The address is the key. A shop that is there already is changed only where it is the same owner's,
in what the row says of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from core.limits import IMPORT_CHUNK_SHOPS
from core.problems import TooManyRequests
from identity.models import Person
from storefront.shops import opening
from storefront.shops.errors import ShopAddressTaken, TooManyShops
from storefront.shops.imports import writing
from storefront.shops.imports.findings import found
from storefront.shops.models import Category, Import, ImportRow, Shop
from storefront.shops.opening import Sign

Row = ImportRow.State
Result = ImportRow.Result
FIELDS: Final = {
    "title": "title", "about": "about", "province": "province", "city": "city",
    "category": "category_id",
}  # fmt: skip


def apply_chunks(batch: Import) -> Iterator[int]:
    """Open what is ready, a chunk a transaction; give the number of rows done after each."""
    categories = {one.pk: one for one in Category.objects.all()}
    while True:
        with transaction.atomic():
            ready = batch.rows.filter(state=Row.READY).order_by("place", "number")
            rows = list(ready[:IMPORT_CHUNK_SHOPS])
            if not rows:
                return
            _write(batch, rows, categories, timezone.now())
        yield batch.rows_applied


def _write(
    batch: Import, rows: list[ImportRow], categories: dict[int, Category], now: datetime
) -> None:
    shops = Shop.objects.select_related("maker__founder").filter(slug__in=[r.key for r in rows])
    known = {one.slug: one for one in shops}
    people = _people(rows)
    for row in rows:
        owner = people[row.wish["phone"]] if "phone" in row.wish else None
        shop = known.get(row.key)
        row.applied_at = now
        if shop is not None:
            _change(shop, owner, row)
        elif owner is None:
            _fail(row, "phone-bad")
        else:
            _open(batch, row, owner, categories.get(row.wish.get("category", 0)), now)
    writing.save_rows(rows)
    failed = sum(row.state == Row.FAILED for row in rows)
    batch.rows_applied += len(rows) - failed
    batch.rows_bad += failed
    batch.alive_at = now
    batch.save(update_fields=["rows_applied", "rows_bad", "alive_at"])


def _people(rows: list[ImportRow]) -> dict[str, Person]:
    """Return the owners by phone; who is new here is entered, and signs in by a code as anybody."""
    named = {row.wish["phone"]: row.wish.get("owner", "") for row in rows if "phone" in row.wish}
    there = {one.phone: one for one in Person.objects.filter(phone__in=named)}
    new = []
    for phone, name in named.items():
        if phone not in there:
            person = Person(phone=phone, first_name=name)
            person.set_unusable_password()
            new.append(person)
    Person.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        there = {one.phone: one for one in Person.objects.filter(phone__in=named)}
    return there


def _open(
    batch: Import, row: ImportRow, owner: Person, category: Category | None, now: datetime
) -> None:
    wish = row.wish
    sign = Sign(
        title=wish["title"], slug=row.key, about=wish.get("about", ""), category=category,
        province=wish.get("province", ""), city=wish.get("city", ""),
    )  # fmt: skip
    try:
        with transaction.atomic():
            shop = opening.found(person=owner, sign=sign, now=now)
            if batch.publish:
                opening.step(shop=shop, name="open", actor=batch.asked_by, reason=batch.public_id)
    except (TooManyShops, TooManyRequests):
        _fail(row, "owner-full")
    except ShopAddressTaken:
        _fail(row, "slug-taken")
    else:
        row.state, row.result, row.product = Row.APPLIED, Result.INSERT, shop.pk


def _change(shop: Shop, owner: Person | None, row: ImportRow) -> None:
    if owner is not None and shop.maker.founder_id != owner.pk:
        _fail(row, "slug-taken")
        return
    before = {name: getattr(shop, field) for name, field in FIELDS.items()}
    changed = [name for name in FIELDS if name in row.wish and row.wish[name] != before[name]]
    row.state, row.product = Row.APPLIED, shop.pk
    row.result = Result.UPDATE if changed else Result.SAME
    if changed:
        for name in changed:
            setattr(shop, FIELDS[name], row.wish[name])
        shop.save(update_fields=[FIELDS[name] for name in changed])
        row.before = before


def _fail(row: ImportRow, code: str) -> None:
    row.state = Row.FAILED
    row.findings = [*row.findings, found(code)]
