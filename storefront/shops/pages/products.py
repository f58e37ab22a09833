"""The shelf: a shop's products by key, searched and filtered, priced and counted in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as flashes
from django.db import transaction
from django.db.models import CharField, Exists, Func, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.keyset import key_of
from core.limits import CATALOGUE_PAGE
from core.problems import Fault, InvalidInput
from core.text import fold, latin_digits
from storefront.shops import access, catalogue, pictures
from storefront.shops.catalogue import ProductWish, VariantWish
from storefront.shops.models import Product, Shop, Staff, Variant
from storefront.shops.pages.frame import form_page, go, page, show, step, to_path
from storefront.shops.pages.home import counts_of
from storefront.shops.pages.typed import Reading
from storefront.shops.pages.words import TONES, faults_of

Status = Product.Status
SEARCH_CHARS_MAX = 60


@page("catalogue")
def products(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/products/``: four queries, whatever is on the shelf."""
    shop = member.shop
    looked = request.GET.get("q", "").replace("\x00", "")[:SEARCH_CHARS_MAX].strip()
    status = request.GET.get("status", "")
    found = list(_looked_for(shop, looked, status, key_of(request.GET.get("before", ""))))
    shown = found[:CATALOGUE_PAGE]
    older = shown[-1].pk if len(found) > CATALOGUE_PAGE else None
    kept = {name: value for name, value in (("q", looked), ("status", status)) if value}
    context = {
        "tab": "products",
        "looked": looked,
        "status": status,
        "counts": counts_of(shop),
        "rows": [row_of(one) for one in shown],
        "older": f"?{urlencode(kept | {'before': older})}" if older else "",
        "is_first": "before" not in request.GET,
        "statuses": [{"key": one.value, "label": one.label} for one in Status],
        "here": request.get_full_path(),
    }
    return show(request, "products.html", member, context)


def _looked_for(shop: Shop, looked: str, status: str, before: int | None) -> QuerySet[Product]:
    rows = Product.objects.filter(shop=shop)
    if status in Status.values:
        rows = rows.filter(status=status)
    if looked and fold(looked):
        folded = Func("title", function="core_fold", output_field=CharField())
        sku = Variant.objects.filter(product=OuterRef("pk"), sku__istartswith=latin_digits(looked))
        rows = rows.annotate(folded=folded).filter(
            Q(folded__contains=fold(looked)) | Q(Exists(sku))
        )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return with_variants(rows).order_by("-pk")[: CATALOGUE_PAGE + 1]


def with_variants(rows: QuerySet[Product]) -> QuerySet[Product]:
    """Read the variants that are sold, with their stock, in one query more."""
    sold = Variant.objects.filter(is_sold=True).select_related("stock").order_by("position")
    return rows.prefetch_related(Prefetch("variants", queryset=sold, to_attr="sold"))


def row_of(product: Product) -> dict[str, Any]:
    """Return what the list shows of a product that was read ``with_variants``."""
    sold: list[Variant] = product.sold  # type: ignore[attr-defined]  # the prefetch's
    return {
        "product": product,
        "tone": TONES[product.status],
        "picture": pictures.url_of(product.cover),
        "free": sum(one.stock.free for one in sold),
        "variants": [{"row": one, "choice": choice_of(one)} for one in sold],
    }


def choice_of(variant: Variant) -> str:
    """Return a variant's choice in words: «سبز، بزرگ»."""
    return "، ".join(variant.options.values())


@step("catalogue")
def quick(request: HttpRequest, member: Staff, product_id: str) -> HttpResponse:
    """Price and count the variants of one product in the list, all or nothing."""
    product = access.product_of(member.shop, product_id)
    changed = _write_figures(request.POST, product, member)
    said = _("Saved: «%(name)s».") if changed else _("Nothing was changed at «%(name)s».")
    flashes.success(request, said % {"name": product.title})
    back = request.POST.get("back", "")
    ours = back.startswith(reverse("shop_desk", args=[member.shop.slug]))
    return to_path(back) if ours else go("shop_products", member.shop)


@transaction.atomic
def _write_figures(form: Mapping[str, str], product: Product, member: Staff) -> bool:
    reading, now, changed = Reading(form), timezone.now(), False
    catalogue.locked(product)
    for one in Variant.objects.filter(product=product, is_sold=True).order_by("pk"):
        at = one.public_id
        if f"price-{at}" in form:
            price = reading.toman(f"price-{at}", "#/price")
            was = reading.count(f"was-price-{at}", "#/price") or None
            if not reading.faults and price != was:
                compare = one.compare_price
                compare = compare if compare and compare > price else None
                catalogue.set_price(
                    variant=one, price=price, compare_price=compare, actor=member.person,
                    now=now, was=was,
                )  # fmt: skip
                changed = True
        if f"stock-{at}" in form:
            on_hand = reading.count(f"stock-{at}", "#/on_hand")
            seen = reading.count(f"was-stock-{at}", "#/on_hand")
            if not reading.faults and on_hand != seen:
                catalogue.set_stock(variant=one, on_hand=on_hand, actor=member.person, was=seen)
                changed = True
    reading.refuse()
    return changed


@step("catalogue")
def set_status(request: HttpRequest, member: Staff, product_id: str) -> HttpResponse:
    """Publish, archive or take back one product."""
    product = access.product_of(member.shop, product_id)
    wanted = request.POST.get("status", "")
    if wanted not in Status.values:
        raise InvalidInput([Fault("#/status", "must be a status", "choice")])
    catalogue.set_status(product=product, status=wanted, actor=member.person, now=timezone.now())
    said = {
        Status.PUBLISHED: _("«%(name)s» can be found and bought now."),
        Status.DRAFT: _("«%(name)s» is a draft again: only you see it."),
        Status.ARCHIVED: _("«%(name)s» is archived."),
    }
    flashes.success(request, said[Status(wanted)] % {"name": product.title})
    return go("shop_product", member.shop, product.public_id)


@form_page("catalogue")
def new_product(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/products/new/``: a name, a price, how many; the rest on its page."""
    context: dict[str, Any] = {"tab": "products", "given": {}, "faults": {}}
    if request.method != "POST":
        return show(request, "product_new.html", member, context)
    reading = Reading(request.POST)
    price = reading.toman("price", "#/variants/0/price")
    on_hand = reading.count("stock", "#/variants/0/on_hand")
    wish = ProductWish(
        title=reading.text("title"),
        variants=[VariantWish(price=price, on_hand=on_hand)],
        category=member.shop.category,
    )
    try:
        reading.refuse()
        made = catalogue.add_product(
            shop=member.shop, wish=wish, actor=member.person, now=timezone.now()
        )
    except InvalidInput as problem:
        context |= {"given": request.POST, "faults": faults_of(problem)}
        return show(request, "product_new.html", member, context, status=problem.status)
    flashes.success(request, _("A draft is made. Add pictures and words, then publish it."))
    return go("shop_product", member.shop, made.public_id)
