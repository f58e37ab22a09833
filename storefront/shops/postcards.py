"""The card of a post: it carries names of products only; what they cost now is asked when seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypedDict

from django.db import connection

from core.ids import is_id
from core.limits import POST_PRODUCTS_MAX, STOCK_FEW
from core.problems import Fault, InvalidInput
from messenger.cards import CardKind


def validate(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the card as it is kept. Raises InvalidInput with every fault."""
    post, products = payload.get("post"), payload.get("products")
    faults = [
        Fault(f"#/card/payload/{name}", "is not known", "unknown")
        for name in payload.keys() - {"post", "products"}
    ]
    if not isinstance(post, str) or not is_id(post, "pst"):
        faults.append(Fault("#/card/payload/post", "must be the id of a post", "shape"))
    if not isinstance(products, list) or len(products) > POST_PRODUCTS_MAX:
        detail = f"must be a list of at most {POST_PRODUCTS_MAX}"
        faults.append(Fault("#/card/payload/products", detail, "max_items"))
    elif not all(isinstance(one, str) and is_id(one, "prd") for one in products):
        faults.append(Fault("#/card/payload/products", "must be ids of products", "shape"))
    if faults:
        raise InvalidInput(faults)
    return payload


PRODUCTS = CardKind(name="products", version=1, validate=validate)


class Shown(TypedDict):
    """A product as its card shows it now. Prices in rials; ``left`` only when few are left."""

    id: str
    state: str  # sold, out, archived, gone
    title: str
    picture: str
    price_rials: int | None
    varies: bool
    compare_rials: int | None
    left: int | None
    path: str


# The cheapest variant that is sold carries the price and the price before; stock is of them all.
_SHOWN: Final = """
select p.public_id, p.status, s.status, s.slug, p.title, p.cover, p.min_price, p.max_price,
       v.compare_price, v.free, s.id
  from shops_product p join shops_shop s on s.id = p.shop_id
  left join lateral (
    select sum(k.on_hand - k.reserved)::bigint free,
           (array_agg(w.compare_price order by w.price, w.id))[1] compare_price
      from shops_variant w join shops_stock k on k.variant_id = w.id
     where w.product_id = p.id and w.is_sold) v on true
 where p.public_id = any(%s)
"""


def shown(ids: Sequence[str]) -> tuple[list[Shown], dict[int, int]]:
    """Return what cards say now, in the order asked for, and how many are of which shop's key.

    One query. What does not exist, was never published or is of a closed shop answers alike.
    """
    wanted = list(dict.fromkeys(ids))
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [wanted])
        found = {row[0]: row for row in cursor.fetchall()}
    shops: dict[int, int] = {}
    cards = []
    for one in wanted:
        card = _card(found[one]) if one in found else _gone(one)
        cards.append(card)
        if card["state"] in {"sold", "out"}:
            key = found[one][10]
            shops[key] = shops.get(key, 0) + 1
    return cards, shops


def _gone(product_id: str) -> Shown:
    return Shown(
        id=product_id, state="gone", title="", picture="", price_rials=None, varies=False,
        compare_rials=None, left=None, path="",
    )  # fmt: skip


def _card(row: tuple[Any, ...]) -> Shown:
    public_id, status, shop_status, slug, title, cover, low, high, compare, free, _shop = row
    if shop_status not in {"open", "paused"} or status == "draft":
        return _gone(public_id)
    card = _gone(public_id)
    card["title"], card["picture"] = title, cover
    if status == "archived":
        card["state"] = "archived"
        return card
    left = free or 0
    card["state"] = "sold" if left and shop_status == "open" else "out"
    card["price_rials"], card["varies"], card["compare_rials"] = low, low != high, compare
    card["left"] = left if 0 < left <= STOCK_FEW else None
    card["path"] = f"/shops/{slug}/{public_id}/"
    return card
