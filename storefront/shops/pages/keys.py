"""Keys of a shop's own server: made, shown once, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import SHOP_KEYS_MAX
from core.problems import InvalidInput, NotFound, Problem
from storefront.shops import shopkeys
from storefront.shops.models import ShopKey, Staff
from storefront.shops.pages.frame import form_page, go, show, step
from storefront.shops.pages.words import faults_of, sentence

LIVES_DAYS = (30, 90, 365)


@form_page("keys")
def keys(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/keys/``: the keys, and the one that was just made, whole."""
    if request.method != "POST":
        return show(request, "keys.html", member, _context(member))
    now = timezone.now()
    given: dict[str, Any] = {
        "name": request.POST.get("name", "").strip(),
        "scopes": request.POST.getlist("scopes"),
        "days": request.POST.get("days", ""),
    }
    lives = int(given["days"]) if given["days"] in map(str, LIVES_DAYS) else None
    expires_at = None if lives is None else now + timedelta(days=lives)
    try:
        key, text = shopkeys.issue(
            shop=member.shop, actor=member.person, name=given["name"], scopes=given["scopes"],
            expires_at=expires_at, now=now,
        )  # fmt: skip
    except Problem as problem:
        faults = faults_of(problem) if isinstance(problem, InvalidInput) else {}
        refusal = "" if faults else sentence(problem)
        context = _context(member) | {"given": given, "faults": faults, "refusal": refusal}
        return show(request, "keys.html", member, context, status=problem.status)
    context = _context(member) | {"made": key, "made_text": text}
    return show(request, "keys.html", member, context, status=201)


@step("keys")
def revoke(request: HttpRequest, member: Staff, key_id: str) -> HttpResponse:
    """Make a key worthless from now on."""
    key = ShopKey.objects.filter(shop=member.shop, public_id=key_id).first()
    if key is None:
        raise NotFound
    shopkeys.revoke(key=key, actor=member.person, now=timezone.now())
    flashes.success(request, _("The key «%(name)s» is worthless now.") % {"name": key.name})
    return go("shop_keys", member.shop)


def _context(member: Staff) -> dict[str, Any]:
    now = timezone.now()
    rows = ShopKey.objects.filter(shop=member.shop).order_by("-pk")
    labels = dict(ShopKey.Scope.choices)
    return {
        "tab": "keys",
        "keys": [
            {
                "key": key,
                "scopes": [labels.get(scope, scope) for scope in key.scopes],
                "live": key.revoked_at is None and (key.expires_at is None or key.expires_at > now),
            }
            for key in rows[: 3 * SHOP_KEYS_MAX]
        ],
        "scopes": ShopKey.Scope.choices,
        "lives": LIVES_DAYS,
        "given": {"days": "90", "scopes": ["orders:read", "products:read"]},
    }
