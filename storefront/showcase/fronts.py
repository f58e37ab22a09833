"""What the public pages of a shop, a product and an app show, in few questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import (
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.fields import BooleanField
from django.db.models.functions import JSONObject

from core.ids import is_id
from core.limits import RATINGS_PAGE_ROWS, SEARCH_PAGE_ROWS
from core.problems import NotFound
from identity.models import Person
from messenger.models import Membership
from miniapps.models import App, AppPerson
from storefront.orders.models import OrderLine
from storefront.shops.models import Product, Shop, Staff, Stock, Variant
from storefront.shops.search.products import Hit
from storefront.showcase.models import Listing, Pin, Rating
from storefront.showcase.opinions import RECEIVED

_NO = Value(value=False, output_field=BooleanField())


def shop_front(name: str, person: Person | None) -> Shop:
    """Return an open shop with what its page says of it to this person. One query.

    Annotated: ``follows``, ``works_here``, ``pinned``, ``listing_id``. Raises NotFound.
    """
    named = Q(public_id=name) if is_id(name, "shp") else Q(slug=name)
    found = _fronts(person).filter(named).first()
    if found is None:
        raise NotFound
    return found


def _fronts(person: Person | None) -> QuerySet[Shop]:
    rows = Shop.objects.select_related("channel", "maker", "category").filter(
        status__in=[Shop.Status.OPEN, Shop.Status.PAUSED]
    )
    listing = Listing.objects.filter(shop=OuterRef("pk"))
    rows = rows.annotate(listing_id=Subquery(listing.values("public_id")[:1]))
    if person is None:
        return rows.annotate(follows=_NO, works_here=_NO, pinned=_NO)
    return rows.annotate(
        follows=Exists(Membership.objects.filter(chat=OuterRef("channel"), person=person)),
        works_here=Exists(Staff.objects.filter(shop=OuterRef("pk"), person=person)),
        pinned=Exists(Pin.objects.filter(listing__shop=OuterRef("pk"), person=person)),
    )


@dataclass(frozen=True)
class ShopPage:
    """Products of a shop, the newest first; ``before`` asks for those behind them."""

    hits: list[Hit]
    before: str


def products_of(shop: Shop, *, before: str = "") -> ShopPage:
    """Return a page of what a shop sells. One query, along the shop's own index."""
    free = Stock.objects.filter(variant__product=OuterRef("pk"), variant__is_sold=True).order_by()
    summed = free.values("variant__product").annotate(n=Sum(F("on_hand") - F("reserved")))
    rows = Product.objects.filter(shop=shop, status=Product.Status.PUBLISHED)
    if is_id(before, "prd"):
        rows = rows.filter(pk__lt=Subquery(Product.objects.filter(public_id=before).values("pk")))
    found = list(
        rows.annotate(free=Subquery(summed.values("n")[:1], output_field=IntegerField()))
        .order_by("-pk")
        .defer("description")[: SEARCH_PAGE_ROWS + 1]
    )
    hits = [
        Hit(
            one.public_id, one.title, one.min_price, one.max_price, one.cover, shop.slug,
            shop.title, shop.level, shop.city, one.free or 0,
        )
        for one in found[:SEARCH_PAGE_ROWS]
    ]  # fmt: skip
    more = len(found) > SEARCH_PAGE_ROWS
    return ShopPage(hits, hits[-1].public_id if more else "")


def product_front(shop: Shop, product_id: str, person: Person | None) -> Product:
    """Return a published product of the shop with pictures, stars and variants. Two queries.

    Annotated: ``shown_pictures``, ``rating_sum``, ``rating_n``, ``may_review``. The variants that
    are sold stand in ``choices``, each with its stock. Raises NotFound.
    """
    rows = Product.objects.filter(
        shop=shop, public_id=product_id, status=Product.Status.PUBLISHED
    ).select_related("category")
    bought = OrderLine.objects.filter(
        variant__product=OuterRef("pk"), order__buyer=person, order__state__in=RECEIVED
    )
    rows = rows.annotate(
        rating_sum=F("score__rating_sum"),
        rating_n=F("score__rating_n"),
        may_review=Exists(bought) if person is not None else _NO,
        shown_pictures=JSONBAgg(
            JSONObject(
                digest="pictures__picture__digest", alt="pictures__alt",
                width="pictures__picture__width", height="pictures__picture__height",
            ),
            order_by="pictures__position", filter=Q(pictures__isnull=False), default=Value("[]"),
        ),
    )  # fmt: skip
    sold = Variant.objects.filter(is_sold=True).select_related("stock").order_by("position", "pk")
    found = rows.prefetch_related(Prefetch("variants", sold, to_attr="choices")).first()
    if found is None:
        raise NotFound
    found.shop = shop
    return found


def app_front(slug: str, person: Person | None) -> App:
    """Return a live app with its maker. Annotated: ``pinned``, ``used``. Raises NotFound."""
    rows = App.objects.select_related("maker").filter(status=App.Status.LIVE, slug=slug)
    if person is None:
        rows = rows.annotate(pinned=_NO, used=_NO)
    else:
        rows = rows.annotate(
            pinned=Exists(Pin.objects.filter(listing__app=OuterRef("pk"), person=person)),
            used=Exists(
                AppPerson.objects.filter(
                    app=OuterRef("pk"), person=person, preview=False, last_opened_at__isnull=False
                )
            ),
        )
    found = rows.first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Opinions:
    """Ratings of a thing, the newest first; ``before`` asks for those behind them."""

    ratings: list[Rating]
    before: str


def opinions_on(*, before: str = "", **of: Any) -> Opinions:
    """Return a page of what people say of a listing or a product. One query."""
    rows = Rating.objects.select_related("person").filter(is_hidden=False, **of)
    if is_id(before, "rat"):
        rows = rows.filter(pk__lt=Subquery(Rating.objects.filter(public_id=before).values("pk")))
    found = list(rows.order_by("-pk")[: RATINGS_PAGE_ROWS + 1])
    more = len(found) > RATINGS_PAGE_ROWS
    return Opinions(found[:RATINGS_PAGE_ROWS], found[-2].public_id if more else "")
