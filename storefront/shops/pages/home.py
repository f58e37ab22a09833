"""The first page of a desk: how the shop stands, what waits, what runs out; and one's shops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.limits import DESK_LOW_ROWS, ENAMAD_WARN_BEFORE
from identity.pages import person_of
from storefront.shops import pictures, reporting
from storefront.shops.desk import panels_for
from storefront.shops.models import LowStock, Product, Shop, Staff
from storefront.shops.pages.frame import page, show
from storefront.shops.pages.words import TONES

Status = Product.Status


@never_cache
@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """``/shops/desk/``: the shops in which the person works. One query."""
    rows = Staff.objects.filter(person=person_of(request)).select_related("shop").order_by("pk")
    shops = [{"member": one, "shop": one.shop, "tone": TONES[one.shop.status]} for one in rows]
    return render(request, "shops/mine.html", {"shops": shops})


@page()
def desk(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/``: four queries of its own, and those its panels state."""
    shop, now = member.shop, timezone.now()
    context = {
        "tab": "home",
        "counts": counts_of(shop),
        "low": low_stock(shop),
        "takedowns": reporting.standing(shop),
        "panels": [
            {"template": one.template, "name": one.name, "filled": one.fill(shop, now)}
            for one in panels_for(member.role)
        ],
        "today": timezone.localdate(now),
        "enamad_ends": _ends_soon(shop),
    }
    return show(request, "desk.html", member, context)


def counts_of(shop: Shop) -> dict[str, int]:
    """Return how many products are in each state; one query."""
    rows = Product.objects.filter(shop=shop).values_list("status").annotate(Count("id"))
    return {status.value: 0 for status in Status} | dict(rows)


def low_stock(shop: Shop) -> list[dict[str, Any]]:
    """Return the variants that run out, the emptiest first; one query."""
    rows = (
        LowStock.objects.filter(
            shop_id=shop.pk, variant__is_sold=True, variant__product__status=Status.PUBLISHED
        )
        .select_related("variant__product", "variant__stock")
        .order_by("free", "variant_id")
    )
    return [
        {
            "variant": one.variant,
            "product": one.variant.product,
            "choice": "، ".join(one.variant.options.values()),
            "free": one.free,
            "picture": pictures.url_of(one.variant.product.cover),
        }
        for one in rows[:DESK_LOW_ROWS]
    ]


def _ends_soon(shop: Shop) -> bool:
    until = shop.enamad_until
    soon: timedelta = ENAMAD_WARN_BEFORE
    return until is not None and until - timezone.localdate() <= soon
