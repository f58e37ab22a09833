"""The pages of a cart: what is in it, what has changed, more of it, less of it."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import CART_QUANTITY_MAX
from identity.pages import person_of
from storefront.orders import carts, words
from storefront.orders.doors import number_in, page, step
from storefront.orders.models import Cart
from storefront.shops import access


@page
def all_carts(request: HttpRequest) -> HttpResponse:
    """``/cart/``: the shops in which something is put aside: one query."""
    rows = (
        Cart.objects.filter(person=person_of(request), shop__status__in=["open", "paused"])
        .annotate(things=Count("lines"), pieces=Sum("lines__quantity"))
        .filter(things__gt=0)
        .select_related("shop")
        .order_by("-changed_at")
    )
    return render(request, "orders/carts.html", {"carts": list(rows)})


@page
def cart(request: HttpRequest, shop_name: str) -> HttpResponse:
    """``/cart/<shop>/``: what is in the cart at today's prices: two queries."""
    shop = access.open_shop(shop_name)
    basket = carts.basket_of(person_of(request), shop)
    context = {
        "shop": shop,
        "basket": basket,
        "changes": [words.changed(one) for one in basket.as_changes()],
        "most": CART_QUANTITY_MAX,
    }
    return render(request, "orders/cart.html", context)


@step
def add(request: HttpRequest, shop_name: str) -> tuple[str, str]:
    """Put pieces of a variant into the cart."""
    shop = access.open_shop(shop_name)
    carts.add(
        person=person_of(request),
        shop=shop,
        variant_id=request.POST.get("variant", ""),
        quantity=number_in(request, "quantity", default=1),
        now=timezone.now(),
    )
    place = request.POST.get("next") or reverse("cart", args=[shop.slug])
    return place, _("It is in your cart.")


@step
def change(request: HttpRequest, shop_name: str, variant_id: str) -> tuple[str, str]:
    """Take more or fewer of what is in the cart; none takes it out."""
    shop = access.open_shop(shop_name)
    carts.set_quantity(
        person=person_of(request),
        shop=shop,
        variant_id=variant_id,
        quantity=number_in(request, "quantity", default=CART_QUANTITY_MAX + 1),
        now=timezone.now(),
    )
    return reverse("cart", args=[shop.slug]), ""


@step
def seen(request: HttpRequest, shop_name: str) -> tuple[str, str]:
    """Keep what has changed as known: today's prices, no more than is left."""
    shop = access.open_shop(shop_name)
    carts.mark_seen(person_of(request), shop)
    return reverse("cart", args=[shop.slug]), ""
