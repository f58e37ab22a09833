"""The page on which people say what is wrong with a shop or a product."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.limits import REPORT_CHARS_MAX
from core.problems import InvalidInput, NotFound, Problem
from identity.pages import person_of
from miniapps.pages.frame import refuse_nul
from storefront.shops import access, reporting
from storefront.shops.models import Product, Reason
from storefront.shops.pages.frame import to_path
from storefront.shops.pages.words import faults_of, sentence


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, shop_name: str) -> HttpResponse:
    """``/shops/report/<shop>/?product=``: say what is wrong; a shop that is open only."""
    refuse_nul(request)
    person, shop = person_of(request), access.open_shop(shop_name)
    product = None
    product_id = request.GET.get("product", "")
    if product_id:
        product = access.product_of(shop, product_id)
        if product.status != Product.Status.PUBLISHED:
            raise NotFound
    context: dict[str, Any] = {
        "shop": shop,
        "product": product,
        "reasons": Reason.choices,
        "given": request.POST,
        "most": REPORT_CHARS_MAX,
        "faults": {},
    }
    if request.method != "POST":
        return render(request, "shops/report.html", context)
    try:
        reporting.report(
            shop=shop,
            product=product,
            person=person,
            reason=request.POST.get("reason", ""),
            text=request.POST.get("text", ""),
            now=timezone.now(),
        )
    except Problem as problem:
        faults = faults_of(problem) if isinstance(problem, InvalidInput) else {}
        context |= {"faults": faults, "refusal": "" if faults else sentence(problem)}
        return render(request, "shops/report.html", context, status=problem.status)
    flashes.success(request, _("Thank you. We look into it."))
    return to_path(reverse("channel", args=[shop.slug]))
