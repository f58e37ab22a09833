"""An order in the admin: what happened to it, where its money is, and the decision on a dispute."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages as flashes
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.answers import wants_json
from core.limits import ORDER_REASON_CHARS_MAX
from core.problems import Fault, InvalidInput, Problem
from identity.pages import person_of
from storefront.orders import judging, words
from storefront.orders.models import Order
from storefront.orders.order_pages import history_of, rows_of
from wallet.models import Transfer
from wallet.typed import TYPED_CHARS_MAX, BadAmount, read_toman

REASONS: Final[dict[str, str | Promise]] = {
    "payment": gettext_lazy("Held, then kept"),
    "settlement": gettext_lazy("To the shop"),
    "fee": gettext_lazy("Commission"),
    "escrow_refund": gettext_lazy("Back to the buyer"),
    "refund": gettext_lazy("Back to the buyer, from the shop"),
    "fee_refund": gettext_lazy("Back to the buyer, from us"),
}


@require_safe
def order(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one order with its lines, its history and its money."""
    found = _found(key)
    escrow = found.escrow
    moves = Transfer.objects.none()
    if escrow is not None:
        moves = Transfer.objects.filter(reference=escrow.public_id).order_by("pk")
    context = site.each_context(request) | {
        "title": _("Order %(id)s") % {"id": found.public_id},
        "order": found,
        "look": words.look(found.state),
        "money": words.money_of(found),
        "rows": rows_of(found),
        "history": history_of(found),
        "moves": [{"move": one, "what": REASONS.get(one.reason, one.reason)} for one in moves],
        "inside": escrow.inside_rials if escrow else 0,
        "why_not": _why_not(request, found),
        "reason_most": ORDER_REASON_CHARS_MAX,
        "opts": Order._meta,  # noqa: SLF001  (public)
    }
    return render(request, "admin/orders/order.html", context)


@require_POST
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """End a dispute, and go back to the page of the order."""
    if not request.user.has_perm(judging.DECIDE):
        raise PermissionDenied
    found = _found(key)
    try:
        judging.decide(order=found, actor=person_of(request), now=timezone.now(), **_read(request))
    except Problem as refusal:
        if wants_json(request):
            raise
        flashes.error(request, words.explained(refusal, now=timezone.now()))
    else:
        flashes.success(request, _("Decided. The money has moved."))
    if wants_json(request):
        return JsonResponse({})
    return HttpResponseRedirect(reverse("admin:orders_order_change", args=[found.pk]))


def _read(request: HttpRequest) -> dict[str, Any]:
    """Return the decision as the form says it. Raises InvalidInput."""
    decision = request.POST.get("decision", "")
    if decision not in judging.DECISIONS:
        detail = "must be give_back, pay_out or split"
        raise InvalidInput([Fault("#/decision", detail, "choice")])
    refund = 0
    if decision == "split":
        try:
            refund = read_toman(request.POST.get("refund", "")[: TYPED_CHARS_MAX + 1])
        except BadAmount as bad:
            raise InvalidInput([Fault("#/refund", str(bad), bad.reason)]) from None
    reason = request.POST.get("reason", "")
    return {"decision": decision, "reason": reason, "refund_rials": refund}


def _found(key: str) -> Order:
    rows = Order.objects.select_related("shop__maker", "buyer", "escrow")
    found = rows.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() else None
    if found is None:
        raise Http404
    return found


def _why_not(request: HttpRequest, found: Order) -> str:
    """Return why this person cannot decide; the operation judges again."""
    if not request.user.has_perm(judging.DECIDE):
        return _("You may look; only operators decide.")
    if judging.is_own(found, person_of(request)):
        return _("You are on a side of this order. Another operator must decide.")
    return ""
