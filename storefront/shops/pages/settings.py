"""What stands above the door, the rules of the shop, its state."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import rates
from core.api.uploads import file_of
from core.limits import (
    PICTURES_PER_HOUR_MAX,
    SHOP_ABOUT_CHARS_MAX,
    SHOP_POLICY_CHARS_MAX,
    SHOP_TITLE_CHARS_MAX,
)
from core.problems import InvalidInput, Problem
from storefront.shops import opening, pictures
from storefront.shops.models import Category, Staff
from storefront.shops.opening import STEPS, Sign
from storefront.shops.pages.frame import form_page, go, show, step
from storefront.shops.pages.opening import category_choices, province_choices
from storefront.shops.pages.words import faults_of, sentence

FIELDS = ("title", "about", "policy", "category", "province", "city")


@form_page("edit")
def settings(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/settings/``: three queries."""
    shop = member.shop
    context: dict[str, Any] = {
        "tab": "settings",
        "given": {name: getattr(shop, name) for name in FIELDS}
        | {"category": shop.category.slug if shop.category else ""},
        "faults": {},
        "categories": category_choices(),
        "provinces": province_choices(),
        "most": {
            "title": SHOP_TITLE_CHARS_MAX,
            "about": SHOP_ABOUT_CHARS_MAX,
            "policy": SHOP_POLICY_CHARS_MAX,
        },
        "can": {
            name: shop.status in before
            for name, (before, _after) in STEPS.items()
            if name in {"open", "pause", "close"}
        },
    }
    if request.method != "POST":
        return show(request, "settings.html", member, context)
    given = {name: request.POST.get(name, "").strip() for name in FIELDS}
    sign = Sign(
        title=given["title"],
        slug=shop.slug,
        about=given["about"],
        category=Category.objects.filter(slug=given["category"]).first(),
        province=given["province"],
        city=given["city"],
    )
    try:
        opening.rewrite(
            shop=shop, sign=sign, policy=given["policy"], actor=member.person, now=timezone.now()
        )
    except Problem as problem:
        faults = faults_of(problem) if isinstance(problem, InvalidInput) else {}
        context |= {"given": given, "faults": faults,
                    "refusal": "" if faults else sentence(problem)}  # fmt: skip
        return show(request, "settings.html", member, context, status=problem.status)
    flashes.success(request, _("Saved."))
    return go("shop_settings", shop)


@step("edit")
def set_logo(request: HttpRequest, member: Staff) -> HttpResponse:
    """Give the shop the picture that stands for it."""
    photo = file_of(request, "image")
    rates.hit("shop-pictures", str(member.person_id), limit=PICTURES_PER_HOUR_MAX, period_s=3600)
    pictures.set_logo(shop=member.shop, picture=photo, actor=member.person, now=timezone.now())
    flashes.success(request, _("The picture is there."))
    return go("shop_settings", member.shop)
