"""The rows of the first page that formulas fill: chosen once a minute, for everybody alike.

A row holds at most one thing of an owner, the three together at most two. Some more than a row
shows are kept: what is closed before the next choice leaves the page at once, and one of them
comes up. Nothing in here is anybody's own.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from core.limits import (
    SHOWCASE_NEW_FOR,
    SHOWCASE_NEW_SHOWN_MIN,
    SHOWCASE_ROW_CARDS,
    SHOWCASE_TOP_PEOPLE_MIN,
)
from storefront.showcase import cards
from storefront.showcase.listings import is_public
from storefront.showcase.models import Front

PER_OWNER_MAX: Final = 2  # cards of one owner in the rows of formulas together
KEPT: Final = SHOWCASE_ROW_CARDS + 4
KINDS: Final = ("rising", "top", "new")
_CHOSEN: Final = """
(select 'rising' as kind, id, row_number() over (order by trend desc, id desc) as place
   from showcase_listing where is_open and trend > 0 order by trend desc, id desc limit %(pool)s)
union all
(select 'top', id, row_number() over (order by score desc, id desc)
   from showcase_listing where is_open and people >= %(people)s
  order by score desc, id desc limit %(pool)s)
union all
(select 'new', id, row_number() over (order by (shown >= %(shown)s), shown, id desc)
   from showcase_listing where is_open and listed_at > %(new_since)s
  order by (shown >= %(shown)s), shown, id desc limit %(pool)s)
order by 1, 3
"""


@transaction.atomic
def choose(*, now: datetime) -> None:
    """Choose the cards of every row anew and keep them as they are drawn now."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CHOSEN,
            {
                "new_since": now - SHOWCASE_NEW_FOR,
                "shown": SHOWCASE_NEW_SHOWN_MIN,
                "people": SHOWCASE_TOP_PEOPLE_MIN,
                "pool": 3 * SHOWCASE_ROW_CARDS,
            },
        )
        chosen = cursor.fetchall()
    rows = cards.rows().filter(pk__in={key for _kind, key, _place in chosen})
    known = {one.pk: cards.facts_of(one) for one in rows if is_public(one)}
    on_page: Counter[str] = Counter()
    for kind in KINDS:
        pool = [known[key] for of, key, _place in chosen if of == kind and key in known]
        kept = _one_of_each_owner(pool, on_page)
        Front.objects.update_or_create(kind=kind, defaults={"cards": kept, "made_at": now})


def _one_of_each_owner(pool: list[cards.Facts], on_page: Counter[str]) -> list[dict[str, Any]]:
    here: set[str] = set()
    kept: list[cards.Facts] = []
    for facts in pool:
        owner = facts["owner"]
        if owner in here or on_page[owner] >= PER_OWNER_MAX:
            continue
        here.add(owner)
        on_page[owner] += 1
        kept.append(facts)
        if len(kept) == KEPT:
            break
    return kept
