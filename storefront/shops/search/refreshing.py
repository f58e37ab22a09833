"""Keeping the search rows: after every change of a product at once, in batches for many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from core.limits import SEARCH_NEW_FOR, SEARCH_REFRESH_ROWS, VOCABULARY_SAMPLE_ROWS
from storefront.shops.models import ProductSearch


def refresh(product_keys: Iterable[int]) -> int:
    """Write the search rows of these products anew, in the caller's transaction if he has one.

    Returns how many of them can be found now. Those that are not published are taken out.
    """
    keys = sorted(set(product_keys))
    found = 0
    with connection.cursor() as cursor:
        for begin in range(0, len(keys), SEARCH_REFRESH_ROWS):
            cursor.execute(
                "select shops_refresh_search(%s::bigint[])",
                [keys[begin : begin + SEARCH_REFRESH_ROWS]],
            )
            found += cursor.fetchone()[0]
    return found


def refresh_everything(*, after: int = 0) -> int:
    """Write every product's search row anew, batch by batch; ``after`` goes on from a key.

    Each batch is a transaction of its own, so that a stop in the middle loses one of them.
    """
    found = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """select array_agg(id order by id) from
                     (select id from shops_product where id > %s order by id limit %s) batch""",
                [after, SEARCH_REFRESH_ROWS],
            )
            keys = cursor.fetchone()[0]
            if not keys:
                return found
            cursor.execute("select shops_refresh_search(%s::bigint[])", [keys])
            found += cursor.fetchone()[0]
        after = keys[-1]


@transaction.atomic
def note_sales(sold: dict[int, int], *, now: datetime) -> int:
    """Enter how many pieces were sold in thirty days, by product, and move it between the tiers.

    A product climbs at a number of pieces and falls below seven tenths of it (``shops_tier``), so
    that one order does not move it to and fro. Returns how many rows changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select shops_note_sales(%s::bigint[], %s::int[], %s)",
            [list(sold), list(sold.values()), now - SEARCH_NEW_FOR],
        )
        return int(cursor.fetchone()[0])


def let_age(*, now: datetime) -> int:
    """Take the head start from products that are new no more; return how many."""
    aged = ProductSearch.objects.filter(tier=1, sold=0, listed_at__lt=now - SEARCH_NEW_FOR)
    return aged.update(tier=0)


@transaction.atomic
def count_words() -> int:
    """Count anew in how many products each word stands, from a sample when there are very many.

    Words nobody writes any more are forgotten. Returns how many words are known.
    """
    with connection.cursor() as cursor:
        cursor.execute("select shops_count_words(%s)", [VOCABULARY_SAMPLE_ROWS])
        return int(cursor.fetchone()[0])
