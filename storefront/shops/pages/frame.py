"""What every page of a desk shares: who is there as what, the menu, how a step is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import rates
from core.answers import wants_json
from core.limits import SHOP_CHANGES_PER_MINUTE_MAX
from core.problems import NotAllowed, NotFound, NotSignedIn, Problem
from identity.pages import person_of, safe_path
from miniapps.pages.frame import refuse_nul
from storefront.shops import access
from storefront.shops.access import RIGHTS, Right
from storefront.shops.desk import pages_for
from storefront.shops.models import Shop, Staff
from storefront.shops.pages.words import TONES, sentence

View = Callable[..., HttpResponse]
SEE_OTHER = 303


def page(right: Right = "see") -> Callable[[View], View]:
    """Mark a page of a desk to be looked at by staff with the right; it gets its member."""

    def mark(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, shop_name: str, **parts: str) -> HttpResponse:
            return view(request, _member(request, shop_name, right), **parts)

        return never_cache(login_required(require_safe(wrapped)))

    return mark


def form_page(right: Right) -> Callable[[View], View]:
    """Mark a page of a desk with one form that answers to GET and POST."""

    def mark(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, shop_name: str, **parts: str) -> HttpResponse:
            refuse_nul(request)
            member = _member(request, shop_name, right)
            _count(request)
            return view(request, member, **parts)

        methods = require_http_methods(["GET", "HEAD", "POST"])
        return never_cache(login_required(methods(wrapped)))

    return mark


def step(right: Right) -> Callable[[View], View]:
    """Mark a step of a desk: POST only; a refusal becomes a notice on the page before."""

    def mark(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, shop_name: str, **parts: str) -> HttpResponse:
            member = _member(request, shop_name, right)
            try:
                refuse_nul(request)
                _count(request)
                return view(request, member, **parts)
            except Problem as problem:
                own_page = type(problem) is NotFound or isinstance(
                    problem, NotAllowed | NotSignedIn
                )
                if own_page or wants_json(request):
                    raise
                flashes.error(request, sentence(problem))
                desk = reverse("shop_desk", args=[member.shop.slug])
                return to_path(safe_path(request.POST.get("back") or desk))

        return never_cache(login_required(require_POST(wrapped)))

    return mark


def _member(request: HttpRequest, shop_name: str, right: Right) -> Staff:
    return access.member_of(person_of(request), shop_name, right=right)


def _count(request: HttpRequest) -> None:
    if request.method == "POST":
        key = str(person_of(request).pk)
        rates.hit("shop-changes", key, limit=SHOP_CHANGES_PER_MINUTE_MAX, period_s=60)


def show(
    request: HttpRequest,
    template: str,
    member: Staff,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Draw a page of the desk."""
    return render(request, f"shops/{template}", of_desk(member) | context, status=status)


def of_desk(member: Staff) -> dict[str, Any]:
    """Return what every page of a desk is drawn with; no query."""
    shop = member.shop
    menu = [
        {"name": one.name, "label": one.label, "icon": one.icon, "tab": one.tab,
         "href": reverse(one.url, args=[shop.slug])}
        for one in pages_for(member.role)
    ]  # fmt: skip
    return {
        "shop": shop,
        "role": member.role,
        "may": dict.fromkeys(RIGHTS[member.role], True),
        "menu": menu,
        "tone": TONES[shop.status],
    }


def go(name: str, shop: Shop, *args: str, anchor: str = "") -> HttpResponse:
    """Lead on after a step."""
    return to_path(reverse(name, args=[shop.slug, *args]) + (f"#{anchor}" if anchor else ""))


def to_path(place: str) -> HttpResponse:
    """Answer with another page to look at."""
    answer = HttpResponseRedirect(place)
    answer.status_code = SEE_OTHER
    return answer
