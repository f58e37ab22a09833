"""Saying what one thinks, answering it, and reporting what breaks the rules."""

from __future__ import annotations

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.ids import is_id
from core.problems import NotFound
from identity.models import Person
from identity.pages import person_of
from storefront.shops import access as shop_access
from storefront.shops.models import Product
from storefront.showcase import opinions
from storefront.showcase.listings import open_listing
from storefront.showcase.models import Listing, Rating
from storefront.showcase.pages.frame import back_to

ONE_DIGIT = 1


@never_cache
@login_required
@require_POST
def rate(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Rate an app or a shop: ``stars`` and ``text``."""
    listing = open_listing(listing_id)
    opinions.rate(
        listing=listing, person=person_of(request), stars=_stars(request),
        text=request.POST.get("text", ""), now=timezone.now(),
    )  # fmt: skip
    flashes.success(request, _("Thank you. What you said stands on the page."))
    return back_to(request, page_of(listing))


@never_cache
@login_required
@require_POST
def review(request: HttpRequest, shop_name: str, product_id: str) -> HttpResponse:
    """Review a product that one received: ``stars`` and ``text``."""
    product = _product(shop_name, product_id)
    opinions.review(
        product=product, person=person_of(request), stars=_stars(request),
        text=request.POST.get("text", ""), now=timezone.now(),
    )  # fmt: skip
    flashes.success(request, _("Thank you. What you said stands on the page."))
    return back_to(request, reverse("product_page", args=[shop_name, product_id]))


@never_cache
@login_required
@require_POST
def report(request: HttpRequest, thing_id: str) -> HttpResponse:
    """Report an app, a channel or a rating by its id: ``reason`` and ``text``."""
    opinions.report(
        of=_thing(thing_id), person=person_of(request), reason=request.POST.get("reason", ""),
        text=request.POST.get("text", ""), now=timezone.now(),
    )  # fmt: skip
    flashes.success(request, _("Thank you. We look at it."))
    return back_to(request, reverse("showcase"))


@never_cache
@login_required
@require_POST
def reply(request: HttpRequest, rating_id: str) -> HttpResponse:
    """Answer a rating in the name of the app or the shop."""
    rows = Rating.objects.select_related("listing__app__maker", "listing__shop", "product__shop")
    rating = rows.filter(public_id=rating_id, is_hidden=False).first()
    person = person_of(request)
    if rating is None or not _speaks_for(rating, person):
        raise NotFound
    opinions.reply(
        rating=rating, text=request.POST.get("text", ""), actor=person, now=timezone.now()
    )
    return back_to(request, reverse("showcase"))


def _speaks_for(rating: Rating, person: Person) -> bool:
    """Tell whether the person works for what was rated: makers of apps, staff of shops."""
    if rating.listing is not None and rating.listing.app is not None:
        members = rating.listing.app.maker.memberships
        return members.filter(person=person, role__in=["owner", "developer"]).exists()
    shop = rating.product.shop if rating.product is not None else None
    if rating.listing is not None:
        shop = rating.listing.shop
    role = shop_access.role_in(person, shop) if shop is not None else None
    return role is not None and "posts" in shop_access.RIGHTS[role]


def _thing(thing_id: str) -> Listing | Rating:
    if is_id(thing_id, "lst"):
        return open_listing(thing_id)
    if is_id(thing_id, "rat"):
        rating = Rating.objects.filter(public_id=thing_id, is_hidden=False).first()
        if rating is not None:
            return rating
    raise NotFound


def _product(slug: str, product_id: str) -> Product:
    rows = Product.objects.select_related("shop").filter(
        status=Product.Status.PUBLISHED, shop__status__in=["open", "paused"]
    )
    found = rows.filter(shop__slug=slug, public_id=product_id).first()
    if found is None:
        raise NotFound
    return found


def _stars(request: HttpRequest) -> int:
    text = request.POST.get("stars", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) == ONE_DIGIT else 0


def page_of(listing: Listing) -> str:
    """Return the address of a listing's own page."""
    if listing.app is not None:
        return reverse("app_page", args=[listing.app.slug])
    if listing.shop is not None:
        return reverse("shop_page", args=[listing.shop.slug])
    return reverse("showcase")
