"""Ways to a buyer and what they cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storefront.orders.models import Address, ShippingRate


@dataclass(frozen=True)
class Way:
    """A rate that leads to an address, with its price for this cart, in rials."""

    rate: ShippingRate
    price: int


def leads_to(rate: ShippingRate, address: Address | None, weight_g: int) -> bool:
    """Tell whether a rate leads to an address with this weight. A pick-up needs no address."""
    if not rate.is_active or (rate.up_to_g is not None and weight_g > rate.up_to_g):
        return False
    if rate.kind == ShippingRate.Kind.PICKUP:
        return True
    if address is None:
        return False
    return rate.province in ("", address.province) and rate.city in ("", address.city)


def price_of(rate: ShippingRate, goods_rials: int) -> int:
    """Return what a rate costs for goods of so many rials."""
    is_free = rate.free_over is not None and goods_rials >= rate.free_over
    return 0 if is_free else rate.price


def ways_to(
    rates: Iterable[ShippingRate], address: Address | None, *, weight_g: int, goods_rials: int
) -> list[Way]:
    """Return the ways that lead there, the cheapest first.

    Of rates with one name the most exact place counts: the city before the province before all;
    with the same place the one for the least weight.
    """
    best: dict[tuple[str, str], ShippingRate] = {}
    for rate in rates:
        if not leads_to(rate, address, weight_g):
            continue
        known = best.get((rate.kind, rate.title))
        if known is None or _exactness(rate) > _exactness(known):
            best[rate.kind, rate.title] = rate
    found = [Way(rate, price_of(rate, goods_rials)) for rate in best.values()]
    return sorted(found, key=lambda way: (way.price, way.rate.title))


def _exactness(rate: ShippingRate) -> tuple[int, float]:
    place = bool(rate.province) + bool(rate.city)
    return place, -(rate.up_to_g if rate.up_to_g is not None else float("inf"))
