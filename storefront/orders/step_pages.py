"""The steps of an order as its page and its card send them."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.problems import NotFound, Problem
from core.templatetags.ui import digits
from identity.pages import person_of
from storefront.orders import access, carts, machine, moving, returns, words
from storefront.orders.doors import number_in, step
from storefront.orders.errors import CartFull, NotForSale
from storefront.orders.models import Order
from storefront.orders.order_pages import rows_of

EVENTS = frozenset(event for _state, event in machine.TABLE) - {"ship", "ship_part"}


def _place(order: Order) -> str:
    return reverse("order", args=[order.public_id])


@step
def take(request: HttpRequest, order_id: str, event: str) -> tuple[str, str]:
    """Take a step that the table permits this side: accept, cancel, confirm or dispute."""
    person = person_of(request)
    order, side = access.order_of(person, order_id)
    if event not in EVENTS:
        raise NotFound
    asked = moving.Asked(event, side, person, reason=request.POST.get("reason", ""))
    moving.step(order=order, asked=asked, now=timezone.now())
    return _place(order), f"{words.DONE[event]}."


@step
def send(request: HttpRequest, order_id: str) -> tuple[str, str]:
    """Send a parcel: all that has not left, or what the form names by the lines' numbers."""
    person = person_of(request)
    order, side = access.order_of(person, order_id)
    if side != "shop":
        raise NotFound
    quantities = None
    if request.POST.get("part"):
        quantities = {row.line.pk: number_in(request, f"n{row.number}") for row in rows_of(order)}
    moving.ship(
        order=order,
        actor=person,
        quantities=quantities,
        carrier=request.POST.get("carrier", ""),
        tracking=request.POST.get("tracking", ""),
        now=timezone.now(),
    )
    return _place(order), _("The parcel is on its way.")


@step
def ask_return(request: HttpRequest, order_id: str) -> tuple[str, str]:
    """Ask to give pieces of a line back."""
    order, side = access.order_of(person_of(request), order_id)
    if side != "buyer":
        raise NotFound
    number = number_in(request, "line")
    row = next((one for one in rows_of(order) if one.number == number), None)
    if row is None:
        raise NotFound
    returns.ask(
        order=order,
        line=row.line,
        quantity=number_in(request, "quantity"),
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )
    return _place(order), _("The shop has been asked.")


@step
def decide_return(request: HttpRequest, order_id: str, return_id: str) -> tuple[str, str]:
    """Say yes or no to a return."""
    person = person_of(request)
    order, side = access.order_of(person, order_id)
    if side != "shop":
        raise NotFound
    decided = returns.decide(
        order=order,
        wish=access.return_of(order, return_id),
        approve=request.POST.get("decision") == "approve",
        answer=request.POST.get("answer", ""),
        actor=person,
        now=timezone.now(),
    )
    is_yes = decided.state == decided.State.APPROVED
    return _place(order), _("The money went back.") if is_yes else _("The return was refused.")


@step
def again(request: HttpRequest, order_id: str) -> tuple[str, str]:
    """Put what was ordered into the cart once more, at today's prices."""
    person, now = person_of(request), timezone.now()
    order, side = access.order_of(person, order_id)
    if side != "buyer":
        raise NotFound
    missing, last = 0, None
    for line in order.lines.select_related("variant").order_by("pk"):
        try:
            carts.add(
                person=person, shop=order.shop, variant_id=line.variant.public_id,
                quantity=line.quantity, now=now,
            )  # fmt: skip
        except (NotForSale, NotFound, CartFull) as refusal:
            missing, last = missing + 1, refusal
    if isinstance(last, Problem) and missing == order.lines.count():
        raise last
    said = _("It is in your cart again, at today's prices.")
    if missing:
        words_ = _("%(n)s of it is not sold any more; the rest is in your cart.")
        said = words_ % {"n": digits(missing)}
    return reverse("cart", args=[order.shop.slug]), said
