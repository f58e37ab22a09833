"""The public pages of a shop, a product and an app."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.limits import SEARCH_QUERY_CHARS_MAX, START_PARAM_CHARS_MAX
from core.templatetags.ui import toman
from identity.pages import person_of
from messenger import chats
from miniapps.models import App
from miniapps.pages.asked import Asked, asked
from miniapps.pages.money_links import path_of
from miniapps.screens import screens_of
from miniapps.storage import Store
from storefront.shops.access import open_shop
from storefront.shops.models import Product, Shop, Variant
from storefront.shops.pictures import url_of
from storefront.shops.search import products, vocabulary
from storefront.shops.search.products import Wanted
from storefront.showcase import cards, drawing, fronts
from storefront.showcase.listings import listing_of
from storefront.showcase.models import Report
from storefront.showcase.pages.frame import about_page, is_part, looker

CARD_KEPT_S = 3600  # seconds a drawn picture is kept
FEW_LEFT = 5  # pieces from which the page says how many are left
VERSIONS_SHOWN = 3  # releases whose news the app's page tells


@never_cache
@require_safe
def shop(request: HttpRequest, shop_name: str) -> HttpResponse:
    """``/shops/<slug>/``: what a shop sells, the newest first. ``?q=`` searches in it."""
    person = looker(request)
    found = fronts.shop_front(shop_name, person)
    text = request.GET.get("q", "")[:SEARCH_QUERY_CHARS_MAX].strip()
    context: dict[str, Any] = {"shop": found, "q": text}
    if text:
        meaning = vocabulary.meaning_of(text)
        page = products.find(meaning, Wanted(shop=found.pk), after=request.GET.get("after", ""))
        context |= {"hits": page.hits, "meaning": meaning}
        context["more"] = f"?q={text}&after={page.next}" if page.next else ""
    else:
        listed = fronts.products_of(found, before=request.GET.get("before", ""))
        context |= {"hits": listed.hits}
        context["more"] = f"?before={listed.before}" if listed.before else ""
    if is_part(request):
        return render(request, "showcase/hits.html", context)
    address = f"{settings.ORIGIN}{reverse('shop_page', args=[found.slug])}"
    context |= {
        "stars": cards.stars_of(found.rating_sum, found.rating_n),
        "qr": path_of(address),
        "address": address,
        "reasons": Report.Reason.choices,
        "ratings": fronts.opinions_on(listing__shop=found) if not text else None,
        **about_page(
            request, title=found.title, text=found.about,
            picture=reverse("shop_card", args=[found.slug]),
        ),
    }  # fmt: skip
    return render(request, "showcase/shop.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, shop_name: str) -> HttpResponse:
    """Follow a shop: join its channel. Strangers sign in first."""
    found = open_shop(shop_name)
    place = reverse("shop_page", args=[found.slug])
    if looker(request) is None:
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?next={place}")
    if request.method == "POST":
        chats.join(channel=found.channel, person=person_of(request))
    answer = HttpResponseRedirect(place)
    answer.status_code = 303
    return answer


@never_cache
@require_safe
def product(request: HttpRequest, shop_name: str, product_id: str) -> HttpResponse:
    """``/shops/<slug>/<prd_…>/``: one product: pictures, choices, price, what is left."""
    person = looker(request)
    found_shop = fronts.shop_front(shop_name, person)
    found = fronts.product_front(found_shop, product_id, person)
    choices = [_choice(one) for one in found.choices]  # type: ignore[attr-defined]  # prefetched
    rating_n = getattr(found, "rating_n", 0) or 0
    context = {
        "shop": found_shop,
        "product": found,
        "choices": choices,
        "free": sum(one["free"] for one in choices),
        "may_review": getattr(found, "may_review", False),
        "pictures": _pictures(found),
        "stars": cards.stars_of(getattr(found, "rating_sum", 0) or 0, rating_n),
        "votes": rating_n,
        "ratings": fronts.opinions_on(product=found, before=request.GET.get("before", "")),
        "reasons": Report.Reason.choices,
        **about_page(
            request,
            title=found.title,
            text=f"{toman(found.min_price)} · {found_shop.title}",
            picture=url_of(found.cover, "large") or reverse("shop_card", args=[found_shop.slug]),
        ),
    }
    return render(request, "showcase/product.html", context)


def _choice(variant: Variant) -> dict[str, Any]:
    """Return a variant as the page offers it; few left are counted, many are not."""
    free = variant.stock.free
    return {
        "id": variant.public_id,
        "label": " · ".join(str(value) for value in variant.options.values()),
        "price": variant.price,
        "compare": variant.compare_price,
        "free": free,
        "left": free if 0 < free <= FEW_LEFT else None,
    }


def _pictures(found: Product) -> list[dict[str, Any]]:
    given = getattr(found, "shown_pictures", None) or []
    return [
        one | {"large": url_of(one["digest"], "large"), "small": url_of(one["digest"])}
        for one in given
        if isinstance(one, dict)
    ]


@never_cache
@require_safe
def app(request: HttpRequest, name: str) -> HttpResponse:
    """``/apps/<slug>/``: who made an app, what it may do, what is new, what people say.

    ``?startapp=`` is handed on to the app when it is opened from here.
    """
    person = looker(request)
    found = fronts.app_front(name, person)
    listing = listing_of(found, now=timezone.now())
    releases = list(
        found.releases.select_related("version")
        .filter(channel="production", state__in=["full", "rolling", "superseded"])
        .order_by("-pk")[:VERSIONS_SHOWN]
    )
    start = request.GET.get("startapp", "")[:START_PARAM_CHARS_MAX]
    address = f"{settings.ORIGIN}{reverse('app', args=[found.slug])}"
    context = {
        "app": found,
        "listing": listing,
        "asked": asked(releases[0].version) if releases else Asked(),
        "news": releases,
        "screens": screens_of(releases[0].version) if releases else [],
        "start": start,
        "stars": cards.stars_of(listing.rating_sum, listing.rating_n),
        "used": getattr(found, "used", False),
        "speaks_for": person is not None and _speaks_for(found, person.pk),
        "ratings": fronts.opinions_on(
            listing=listing, before=request.GET.get("before", "")
        ),
        "reasons": Report.Reason.choices,
        "address": address,
        "qr": path_of(address),
        **about_page(
            request, title=found.name, text=found.about,
            picture=reverse("app_card", args=[found.slug]),
        ),
    }  # fmt: skip
    return render(request, "showcase/app.html", context)


def _speaks_for(found: App, person_key: int) -> bool:
    return found.maker.memberships.filter(
        person=person_key, role__in=["owner", "developer"]
    ).exists()


@cache_control(public=True, max_age=CARD_KEPT_S)
@require_safe
def app_card(request: HttpRequest, name: str) -> HttpResponse:
    """Draw the picture beside a shared link of an app."""
    del request
    found = fronts.app_front(name, None)
    return _drawn(f"app:{found.pk}:{found.name}:{found.icon}", lambda: _app_card(found))


def _app_card(found: App) -> bytes:
    icon = Store(settings.STORE).read(found.icon) if found.icon else None
    return drawing.share_card(
        name=found.name, line=found.about or found.maker.name, seed=found.public_id, icon=icon
    )


@cache_control(public=True, max_age=CARD_KEPT_S)
@require_safe
def shop_card(request: HttpRequest, shop_name: str) -> HttpResponse:
    """Draw the picture beside a shared link of a shop."""
    del request
    found = open_shop(shop_name)
    return _drawn(f"shop:{found.pk}:{found.title}:{found.about}", lambda: _shop_card(found))


def _shop_card(found: Shop) -> bytes:
    line = found.about or found.city or _("Shop")
    return drawing.share_card(name=found.title, line=line, seed=found.public_id)


def _drawn(what: str, draw: Callable[[], bytes]) -> HttpResponse:
    """Return a picture, drawn once an hour for the same words."""
    key = f"showcase:card:{_hash_of(what)}"
    kept = cache.get(key)
    if kept is None:
        kept = draw()
        cache.set(key, kept, CARD_KEPT_S)
    return HttpResponse(kept, content_type="image/png")


def _hash_of(text: str) -> str:
    """Return a short name for a text in the cache."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
