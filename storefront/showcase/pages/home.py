"""The Showcase: its first page, a collection, the search, what is pinned."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.limits import SEARCH_CANDIDATES_MAX, SEARCH_QUERY_CHARS_MAX
from core.problems import NotFound
from core.text import latin_digits
from identity.pages import person_of
from miniapps.models.registered import Category as AppShelf
from storefront.shops.models import Category
from storefront.shops.search.products import SORTS, Wanted
from storefront.showcase import cards, finding, pinning, shown
from storefront.showcase.home import home_of
from storefront.showcase.listings import open_listing
from storefront.showcase.models import Collection
from storefront.showcase.models.editorial import in_language
from storefront.showcase.pages.frame import about_page, back_to, is_part, looker, moment_of

SHELVES_KEPT_S = 300  # seconds the titles of the shelves are kept
TOMAN_DIGITS_MAX = 12  # of a price that is typed


@never_cache
@require_safe
def showcase(request: HttpRequest) -> HttpResponse:
    """``/showcase/``: what is worth opening. ``?at=`` shows editors another instant."""
    now = moment_of(request)
    home = home_of(looker(request), now=now)
    is_preview = "at" in request.GET
    if not is_preview and request.method == "GET":
        shown.count(home.shown)
    context = {
        "home": home,
        "preview": now if is_preview else None,
        "app_shelves": AppShelf.choices,
        **about_page(
            request,
            title=_("Showcase"),
            text=_("Mini-apps, shops and channels worth opening."),
        ),
    }
    return render(request, "showcase/home.html", context)


@never_cache
@require_safe
def collection(request: HttpRequest, collection_id: str) -> HttpResponse:
    """``/showcase/collections/<id>/``: everything an editor put under one title."""
    now = moment_of(request)
    found = Collection.objects.filter(public_id=collection_id, starts_at__lte=now).first()
    if found is None or (found.ends_at is not None and found.ends_at <= now):
        raise NotFound
    keys = list(found.items.values_list("listing_id", flat=True))
    known = cards.cards_of(keys)
    context = {
        "collection": found,
        "cards": [known[key] for key in keys if key in known],
        **about_page(request, title=found.title, text=found.about),
    }
    return render(request, "showcase/collection.html", context)


@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """``/showcase/search/``: one search over apps, shops, products and channels."""
    text = request.GET.get("q", "")[:SEARCH_QUERY_CHARS_MAX].strip()
    wanted = wanted_of(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in finding.KINDS else ""
    exactly = request.GET.get("exactly") == "1"
    answer = finding.find(
        text, wanted, kind=kind, after=request.GET.get("after", ""), exactly=exactly
    )
    asked = {key: value for key, value in request.GET.items() if key not in ("after", "exactly")}
    context = {
        "q": text,
        "kind": kind,
        "kinds": _kinds(),
        "wanted": wanted,
        "answer": answer,
        "hits": answer.products.hits,
        "more": f"?{urlencode(asked | {'after': answer.products.next})}"
        if answer.products.next
        else "",
        "exact_link": f"?{urlencode(asked | {'exactly': '1'})}",
        "is_many": answer.products.candidates > SEARCH_CANDIDATES_MAX,
        "most": SEARCH_CANDIDATES_MAX,
        "is_first": "after" not in request.GET,
        "shelves": shelves(),
        "sorts": _sorts(),
        "price_from": request.GET.get("from", "")[:TOMAN_DIGITS_MAX],
        "price_to": request.GET.get("to", "")[:TOMAN_DIGITS_MAX],
        **about_page(request, title=_("Search"), text=""),
    }
    part = is_part(request) and "after" in request.GET
    return render(request, "showcase/hits.html" if part else "showcase/search.html", context)


def _kinds() -> list[tuple[str, str]]:
    return [
        ("", _("Everything")), ("products", _("Products")), ("apps", _("Mini-apps")),
        ("shops", _("Shops")), ("channels", _("Channels")),
    ]  # fmt: skip


def _sorts() -> list[tuple[str, str]]:
    return [
        ("relevance", _("Most fitting")), ("sold", _("Best-selling")), ("new", _("Newest")),
        ("cheap", _("Cheapest")), ("dear", _("Dearest")),
    ]  # fmt: skip


def wanted_of(request: HttpRequest) -> Wanted:
    """Read the filters of an address; what makes no sense is not asked."""
    sort = request.GET.get("sort", "")
    return Wanted(
        shelf=request.GET.get("shelf", "")[:40],
        price_from=_rials_of(request.GET.get("from", "")),
        price_to=_rials_of(request.GET.get("to", "")),
        in_stock=request.GET.get("stock") == "1",
        verified=request.GET.get("verified") == "1",
        city=request.GET.get("city", "")[:40].replace("\x00", "").strip(),
        sort=sort if sort in SORTS else "relevance",  # type: ignore[arg-type]  # one of them
    )


def _rials_of(text: str) -> int | None:
    """Return the rials of an amount in toman as people type it, None for anything else."""
    digits = "".join(one for one in latin_digits(text) if one not in ",٬ ،")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > TOMAN_DIGITS_MAX:
        return None
    return int(digits) * 10


def shelves() -> list[tuple[str, str]]:
    """Return the first categories of goods: slug and title. Kept for some minutes."""
    kept = cache.get("showcase:shelves")
    if kept is None:
        rows = Category.objects.filter(parent=None)
        kept = list(rows.values_list("slug", "title_fa", "title_en"))
        cache.set("showcase:shelves", kept, SHELVES_KEPT_S)
    return [(slug, in_language(title_fa, title_en)) for slug, title_fa, title_en in kept]


@never_cache
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """``/showcase/suggest/?q=``: what may be meant, as a part of the page."""
    text = request.GET.get("q", "")[:SEARCH_QUERY_CHARS_MAX]
    context = {"found": finding.suggest(text)}
    return render(request, "showcase/suggestions.html", context)


@never_cache
@login_required
@require_POST
def pin(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Pin a thing, or let it go: ``pin`` is 1 or 0."""
    listing, person = open_listing(listing_id), person_of(request)
    if request.POST.get("pin") == "1":
        pinning.pin(listing=listing, person=person, now=timezone.now())
    else:
        pinning.unpin(listing=listing, person=person)
    return back_to(request, reverse("showcase"))


@never_cache
@login_required
@require_POST
def own(request: HttpRequest) -> HttpResponse:
    """Forget what was opened lately, or choose everybody's page: ``do`` says which."""
    person = person_of(request)
    match request.POST.get("do", ""):
        case "forget":
            pinning.forget_recents(person=person, now=timezone.now())
        case "same":
            pinning.set_personal(person=person, personal=False)
        case "personal":
            pinning.set_personal(person=person, personal=True)
        case _:
            raise NotFound
    return back_to(request, reverse("showcase"))
