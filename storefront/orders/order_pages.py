"""An order's page, one address for both sides, and the lists of a person and of a shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.ids import is_id
from core.limits import ORDER_REASON_CHARS_MAX, ORDERS_PAGE, TRACKING_CHARS_MAX
from identity.pages import person_of
from messenger.models import Message
from storefront.orders import access, card, machine, returns, words
from storefront.orders.doors import page
from storefront.orders.models import Order, OrderLine, Parcel, Return
from storefront.orders.moving import NEED_REASON
from storefront.shops.access import RIGHTS, role_in, shop_of

# The states that a list's filter shows; ``open``: somebody has something to do.
SHOWN: Final[dict[str, frozenset[str]]] = {
    "open": frozenset(machine.STATES) - machine.ENDS - {"completed"},
    "new": frozenset({"placed"}),
    "to-send": frozenset({"accepted", "packed"}),
    "problem": frozenset({"disputed"}),
}
# Steps that have a form of their own on the page.
_FORMS: Final = frozenset({"ship", "ship_part"})


@dataclass(frozen=True)
class Row:
    """A line of an order as its page shows it; ``number`` names it in forms."""

    number: int
    line: OrderLine
    left: int  # pieces that have not left the shop
    returnable: int

    @property
    def rials(self) -> int:
        """What all pieces cost, before a coupon."""
        return self.line.unit_rials * self.line.quantity

    @property
    def options(self) -> str:
        """The chosen options in words."""
        return "، ".join(self.line.options.values())


@page
def mine(request: HttpRequest) -> HttpResponse:
    """``/orders/``: what a person has bought, newest first; ``?before=`` goes back in time."""
    rows = access.orders_of(person_of(request))
    return render(request, "orders/orders.html", _listed(request, rows) | {"side": "buyer"})


@page
def of_shop(request: HttpRequest, shop_name: str) -> HttpResponse:
    """``/orders/in/<shop>/``: the orders of a shop for its staff; ``?show=`` filters."""
    person = person_of(request)
    shop = shop_of(person, shop_name, right="orders")
    context = _listed(request, access.orders_in(shop)) | {
        "side": "shop",
        "shop": shop,
        "may_edit": "edit" in RIGHTS.get(role_in(person, shop) or "", ()),
    }
    return render(request, "orders/orders.html", context)


def _listed(request: HttpRequest, rows: QuerySet[Order]) -> dict[str, Any]:
    """Return a page of orders and from where the next one begins: one query."""
    show, before = request.GET.get("show", ""), request.GET.get("before", "")
    if show in SHOWN:
        rows = rows.filter(state__in=SHOWN[show])
    if is_id(before, "ord"):
        rows = rows.filter(pk__lt=Order.objects.filter(public_id=before).values("pk"))
    # Counted for the orders of the page alone: a join would be made before it is cut.
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    pieces = Subquery(lines.values(n=Sum("quantity")))
    found = list(rows.annotate(pieces=pieces).order_by("-pk")[: ORDERS_PAGE + 1])
    shown = found[:ORDERS_PAGE]
    return {
        "orders": [{"order": one, "look": words.look(one.state)} for one in shown],
        "show": show if show in SHOWN else "",
        "before": shown[-1].public_id if len(found) > ORDERS_PAGE else "",
        "is_first": not before,
    }


@page
def order(request: HttpRequest, order_id: str) -> HttpResponse:
    """``/orders/<order>/``: everything of one order for the side on which the person stands."""
    found, side = access.order_of(person_of(request), order_id)
    rows = rows_of(found)
    may = machine.events_for(found.state, side)
    context = {
        "order": found,
        "side": side,
        "look": words.look(found.state),
        "now": words.now_of(found, side),
        "money": words.money_of(found),
        "way": words.way_of(found),
        "rows": rows,
        "at_once": [(one, words.BUTTONS[one]) for one in may if one in card.AT_ONCE],
        "asked": [
            {"event": one, "label": words.BUTTONS[one], "needed": one in NEED_REASON}
            for one in may
            if one not in card.AT_ONCE and one not in _FORMS
        ],
        "ships": "ship" in may,
        "parcels": _parcels(found),
        "returns": _returns(found),
        "may_return": side == "buyer" and found.state in returns.POSSIBLE_IN,
        "history": history_of(found),
        "chat": _chat_of(found),
        "reason_most": ORDER_REASON_CHARS_MAX,
        "tracking_most": TRACKING_CHARS_MAX,
    }
    return render(request, "orders/order.html", context)


def rows_of(found: Order) -> list[Row]:
    """Return the lines with their numbers: 1, 2, 3 in the order of the cart; one query."""
    lines = found.lines.order_by("pk").annotate(sent=Sum("parcels__quantity", default=0))
    return [
        Row(number, line, line.quantity - line.sent, line.quantity - line.returned)
        for number, line in enumerate(lines, start=1)
    ]


def _parcels(found: Order) -> QuerySet[Parcel]:
    return found.parcels.order_by("pk").prefetch_related("lines__line")


def _returns(found: Order) -> list[dict[str, Any]]:
    rows = Return.objects.filter(line__order=found).select_related("line").order_by("-pk")
    tones = {"asked": "warn", "approved": "good", "refused": ""}
    return [{"one": one, "tone": tones[one.state]} for one in rows]


def history_of(found: Order) -> list[dict[str, Any]]:
    """Return what happened, the newest first: one query."""
    return [
        {
            "done": words.DONE.get(one.event, one.event),
            "side": words.SIDES.get(one.side, one.side),
            "reason": one.reason,
            "at": one.at,
        }
        for one in found.events.order_by("-seq")
    ]


def _chat_of(found: Order) -> str:
    """Return the public id of the chat in which the order's card lies, or nothing."""
    if found.card is None:
        return ""
    rows = Message.objects.filter(pk=found.card).values_list("chat__public_id", flat=True)
    return rows.first() or ""
