"""Products that match: ranked by how well and how much they sell, page by page by key.

One query a page. Words that stand in very many products are looked for among those that sell
first (ADR 0020): from the highest tier down, until two pages are full; what was found is ranked, at
most SEARCH_CANDIDATES_MAX of a tier. The next page goes on behind the last key, and below the end
of what was looked through in the next lower tier.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

from django.core.signing import BadSignature, Signer
from django.db import connection

from core.limits import SEARCH_CANDIDATES_MAX, SEARCH_PAGE_ROWS
from storefront.shops.search.vocabulary import Meaning

Sort = Literal["relevance", "new", "sold", "cheap", "dear"]
SORTS: Final[tuple[str, ...]] = get_args(Sort)
_SIGNER: Final = Signer(salt="shops.search")
_FIRST: Final = 10**15  # the score of what has exactly the name that was typed
_KEYS: Final = {  # what a sort is ordered by, and whether it falls
    "new": ("s.product_id", True),
    "sold": ("s.sold", True),
    "cheap": ("s.min_price", False),
    "dear": ("s.min_price", True),
}
_SHOWN: Final = """
select page.score, page.product_id, p.public_id, p.title, p.min_price, p.max_price, p.cover,
       h.slug, h.title as shop, h.level, h.city, coalesce(left_over.free, 0) as free,
       pool.low, pool.candidates
  from pool left join page on true
  left join shops_product p on p.id = page.product_id
  left join shops_shop h on h.id = p.shop_id
  left join lateral (
    select sum(k.on_hand - k.reserved) as free from shops_variant v
      join shops_stock k on k.variant_id = v.id where v.product_id = p.id and v.is_sold
  ) left_over on true
 order by page.score desc, page.turn
"""
_MATCH: Final = """
(select s.product_id, s.shop_id,
        (round((ts_rank(s.tsv, to_tsquery('simple', %(query)s)) * s.quality * 1000000)::numeric)
         )::bigint as score
   from shops_productsearch s {joined}
  where s.tsv @@ to_tsquery('simple', %(query)s) and s.name <> %(name)s
    and {tier} {filters} limit %(candidates)s)
"""
# Closed shops are few: an index of their keys alone answers for a whole page.
_OPEN: Final = """not exists (
  select from shops_shop closed
   where closed.id = {shop} and closed.status not in ('open', 'paused'))
"""
_CASCADE: Final = """
with exact as materialized (
  select s.product_id, s.shop_id, %(first)s + s.sold as score
    from shops_productsearch s {joined} where s.name = %(name)s {filters}
   order by s.sold desc limit %(rows)s
), {tiers}, found as (
  select * from exact {union}
), pool as (
  select case {lows} else 0 end as low, {most} as candidates
), page as materialized (
  select f.*, -f.product_id as turn from found f where {open}
   order by f.score desc, f.product_id desc limit %(rows)s
)
"""
_STAGE: Final = """
with found as materialized ({match}), pool as (
  select %(low)s::int as low, (select count(*) from found) as candidates
), page as materialized (
  select f.*, -f.product_id as turn from found f
   where {open}
     and (f.score, f.product_id)
       < (%(score)s, (select id from shops_product where public_id = %(key)s))
   order by f.score desc, f.product_id desc limit %(rows)s
)
"""
_WALK: Final = """
with page as materialized (
  select {score} as score, s.product_id, s.shop_id, {turn} as turn
    from shops_productsearch s join shops_shop h on h.id = s.shop_id
   where h.status in ('open', 'paused') {match} {after} {filters}
   order by {order} limit %(rows)s
), pool as (select 0 as low, (select count(*) from page) as candidates)
"""
_WALK_IN: Final = """
with page as materialized (
  select shelf.* from unnest({shelf}) wanted(id) cross join lateral (
    select {score} as score, s.product_id, s.shop_id, {turn} as turn
      from shops_productsearch s join shops_shop h on h.id = s.shop_id
     where s.category_id = wanted.id and h.status in ('open', 'paused') {after} {filters}
     order by {order} limit %(rows)s) shelf
   order by shelf.score desc, shelf.turn limit %(rows)s
), pool as (select 0 as low, (select count(*) from page) as candidates)
"""
_KEY: Final = "(select id from shops_product where public_id = %(key)s)"
_SHELF: Final = """array(
    select c.id::int from shops_category c left join shops_category above on above.id = c.parent_id
     where %(shelf)s in (c.slug, above.slug))"""
_TOP: Final = 7  # the highest tier
_TIERS: Final = [(f"tier_{tier}", tier) for tier in range(_TOP, -1, -1)]
_COUNT: Final = "(select count(*) from {name})"
_UNION: Final = "union all select * from {name}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for beside the words. Prices in rials; ``shop`` is a key.

    ``shelf`` is the slug of a category, what stands under it included.
    """

    shelf: str = ""
    price_from: int | None = None
    price_to: int | None = None
    in_stock: bool = False
    verified: bool = False
    city: str = ""
    shop: int | None = None
    sort: Sort = "relevance"


@dataclass(frozen=True, slots=True)
class Hit:
    """A product as a card shows it. ``free``: how many are left of all its variants."""

    public_id: str
    title: str
    min_price: int
    max_price: int
    cover: str
    slug: str
    shop: str
    level: int
    city: str
    free: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of products; ``next`` asks for the one behind it, empty after the last.

    ``candidates``: how many of one tier were ranked at most; more than SEARCH_CANDIDATES_MAX
    means "more than that".
    """

    hits: list[Hit]
    next: str = ""
    candidates: int = 0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page begins: the stage of the cascade and the product behind which it goes on."""

    low: int
    high: int
    score: int
    key: str


def find(meaning: Meaning, wanted: Wanted, *, after: str = "") -> Found:
    """Return a page of the products that match: one query, none where nothing is asked for."""
    if not meaning.tsquery and not wanted.shelf and wanted.shop is None:
        return Found([])
    if not meaning.tsquery and wanted.sort == "relevance":
        wanted = replace(wanted, sort="sold")
    place = _place_of(after)
    sql, asked = _asked(meaning, wanted, place)
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        rows = cursor.fetchall()
    shown = [row for row in rows if row[1] is not None]
    hits = [Hit(*row[2:12]) for row in shown[:SEARCH_PAGE_ROWS]]
    low, candidates = (rows[0][12], rows[0][13]) if rows else (0, 0)
    return Found(hits, _next_of(shown, low, place), candidates)


def _next_of(shown: list[tuple[Any, ...]], low: int, place: _Place | None) -> str:
    high = place.high if place is not None else _TOP
    if len(shown) > SEARCH_PAGE_ROWS:
        last = shown[SEARCH_PAGE_ROWS - 1]
        return _SIGNER.sign_object([low, high, last[0], last[2]])
    if low > 0:
        return _SIGNER.sign_object([low - 1, low - 1, 2 * _FIRST, ""])
    return ""


def _place_of(after: str) -> _Place | None:
    """Return the place that a link of ours names; another text begins at the first page."""
    try:
        low, high, score, key = _SIGNER.unsign_object(after)
    except (BadSignature, ValueError, TypeError):
        return None
    return _Place(low, high, score, key)


def _asked(meaning: Meaning, wanted: Wanted, place: _Place | None) -> tuple[str, dict[str, Any]]:
    asked: dict[str, Any] = {
        "query": meaning.tsquery,
        "name": meaning.name,
        "first": _FIRST,
        "candidates": SEARCH_CANDIDATES_MAX + 1,
        "enough": 2 * SEARCH_PAGE_ROWS,
        "rows": SEARCH_PAGE_ROWS + 1,
        "shelf": wanted.shelf,
        "price_from": wanted.price_from,
        "price_to": wanted.price_to,
        "city": wanted.city,
        "shop": wanted.shop,
    }
    if place is not None:
        asked |= {"low": place.low, "score": place.score, "key": place.key}
    if wanted.sort != "relevance":
        return _walk(meaning, wanted, place) + _SHOWN, asked
    is_open = _OPEN.format(shop="f.shop_id")
    if wanted.shop is not None:
        # A shop's own products are few: its index finds them without a cascade.
        if place is None:
            asked |= {"low": 0, "score": 2 * _FIRST, "key": ""}
        match = _match("true", wanted).replace("and s.name <> %(name)s", "")
        return _STAGE.format(match=match, open=is_open) + _SHOWN, asked
    if place is None:
        return _cascade(wanted, is_open) + _SHOWN, asked
    match = " union all ".join(
        _match(f"s.tier = {tier}", wanted) for tier in range(place.low, place.high + 1)
    )
    return _STAGE.format(match=match, open=is_open) + _SHOWN, asked


def _match(tier: str, wanted: Wanted) -> str:
    joined, filters = _filters(wanted)
    return _MATCH.format(tier=tier, joined=joined, filters=filters)


def _cascade(wanted: Wanted, is_open: str) -> str:
    """Return the query of a first page: each tier is looked through while those above are few."""
    joined, filters = _filters(wanted)
    tiers: list[str] = []
    lows: list[str] = []
    counts: list[str] = []
    for name, tier in _TIERS:
        above = " + ".join(counts)
        few = f" and {above} < %(enough)s" if above else ""
        tiers.append(f"{name} as materialized ({_match(f's.tier = {tier}{few}', wanted)})")
        counts.append(_COUNT.format(name=name))
        lows.append(f"when {' + '.join(counts)} >= %(enough)s then {tier}")
    return _CASCADE.format(
        joined=joined,
        filters=filters,
        tiers=", ".join(tiers),
        union=" ".join(_UNION.format(name=name) for name, _tier in _TIERS),
        lows=" ".join(lows),
        most=f"greatest({', '.join(counts)})",
        open=is_open,
    )


def _walk(meaning: Meaning, wanted: Wanted, place: _Place | None) -> str:
    """Return the query that goes along an index in the order that is wanted."""
    key, falls = _KEYS[wanted.sort]
    score = key if falls else f"-{key}"
    way = "desc" if falls else ""
    order = f"{key} {way}, s.product_id {'desc' if falls else ''}"
    turn = "-s.product_id" if falls else "s.product_id"
    after = ""
    if place is not None:
        sign, shown = ("<", "%(score)s") if falls else (">", "-%(score)s")
        after = f"and ({key}, s.product_id) {sign} ({shown}, {_KEY})"
    _joined, filters = _filters(wanted, has_shop=True)
    if wanted.shelf and not meaning.tsquery:
        return _WALK_IN.format(
            score=score, turn=turn, after=after, filters=filters, order=order, shelf=_SHELF
        )
    match = "and s.tsv @@ to_tsquery('simple', %(query)s)" if meaning.tsquery else ""
    return _WALK.format(
        score=score, turn=turn, match=match, after=after, filters=filters, order=order
    )


def _filters(wanted: Wanted, *, has_shop: bool = False) -> tuple[str, str]:
    """Return what is joined and what is asked; nothing that was typed becomes part of the text."""
    parts = []
    if wanted.shop is not None:
        parts.append("and s.shop_id = %(shop)s")
    if wanted.shelf:
        parts.append(f"and s.category_id = any({_SHELF})")
    if wanted.price_from is not None:
        parts.append("and s.min_price >= %(price_from)s")
    if wanted.price_to is not None:
        parts.append("and s.min_price <= %(price_to)s")
    needs_shop = wanted.verified or wanted.city
    if wanted.verified:
        parts.append("and h.level >= 1")
    if wanted.city:
        parts.append("and core_tight(h.city) = core_tight(%(city)s)")
    if wanted.in_stock:
        parts.append(
            "and exists (select from shops_variant v join shops_stock k on k.variant_id = v.id"
            " where v.product_id = s.product_id and v.is_sold and k.on_hand > k.reserved)"
        )
    joined = "join shops_shop h on h.id = s.shop_id" if needs_shop and not has_shop else ""
    return joined, " ".join(parts)
