"""What crawlers are told: which pages there are, and where they need not look."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.keyset import key_of
from core.limits import SITEMAP_SHOPS
from core.problems import NotFound
from miniapps.models import App
from storefront.shops.models import Product, Shop

KEPT_S = 3600  # seconds a list for crawlers is kept
OPEN = ["open", "paused"]


@cache_control(public=True, max_age=KEPT_S)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """``/robots.txt``: public pages yes, searches and everything of a person no."""
    del request
    closed = ("/showcase/search/", "/showcase/suggest/", "/admin/", "/api/", "/run/", "/wallet/",
              "/account/", "/chats/", "/console/", "/cart/")  # fmt: skip
    lines = ["User-agent: *", *(f"Disallow: {place}" for place in closed),
             f"Sitemap: {settings.ORIGIN}{reverse('sitemap')}"]  # fmt: skip
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@cache_control(public=True, max_age=KEPT_S)
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """``/sitemap.xml``: where the parts of the map are: one of apps and shops, more of products."""
    shops = Shop.objects.filter(status__in=OPEN).count()
    parts = [f"{settings.ORIGIN}{reverse('sitemap_part', args=['pages'])}"]
    parts += [
        f"{settings.ORIGIN}{reverse('sitemap_part', args=[str(begin)])}"
        for begin in range(0, shops, SITEMAP_SHOPS)
    ]
    return _xml(request, "showcase/sitemap_index.xml", parts)


@cache_control(public=True, max_age=KEPT_S)
@require_safe
def sitemap_part(request: HttpRequest, part: str) -> HttpResponse:
    """``/sitemap-<part>.xml``: ``pages``, or the products of some shops."""
    begin = key_of(part)
    if part != "pages" and begin is None:
        raise NotFound
    places = _pages() if begin is None else _products(begin)
    return _xml(request, "showcase/sitemap.xml", [f"{settings.ORIGIN}{one}" for one in places])


def _pages() -> Iterator[str]:
    yield reverse("showcase")
    for slug in App.objects.filter(status=App.Status.LIVE).values_list("slug", flat=True):
        yield reverse("app_page", args=[slug])
    for slug in Shop.objects.filter(status__in=OPEN).values_list("slug", flat=True):
        yield reverse("shop_page", args=[slug])


def _products(begin: int) -> Iterator[str]:
    shops = Shop.objects.filter(status__in=OPEN).order_by("pk").values_list("pk", flat=True)
    some = list(shops[begin : begin + SITEMAP_SHOPS])
    rows = Product.objects.filter(shop__in=some, status="published")
    for slug, product_id in rows.values_list("shop__slug", "public_id"):
        yield reverse("product_page", args=[slug, product_id])


def _xml(request: HttpRequest, template: str, places: list[str]) -> HttpResponse:
    return render(request, template, {"places": places}, content_type="application/xml")
