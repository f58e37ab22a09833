"""What is said of an order to each side: its state, steps, money, refusals. Words only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.problems import Problem
from core.templatetags.ui import digits, isolate, jalali_time, toman
from storefront.orders.machine import STATES
from storefront.orders.models import Order
from wallet import explaining

Text = str | Promise
State = Order.State
# The tone of a state's badge and its icon.
LOOKS: Final[dict[str, tuple[str, str]]] = {
    "placed": ("warn", "clock"),
    "accepted": ("accent", "check"),
    "packed": ("accent", "package"),
    "shipped": ("info", "send"),
    "delivered": ("info", "map-pin"),
    "completed": ("good", "package-check"),
    "settled": ("good", "check-check"),
    "disputed": ("bad", "scale"),
    "refunded": ("", "undo-2"),
    "cancelled": ("", "x"),
    "rejected": ("", "package-x"),
    "expired": ("", "hourglass"),
}
_NOW: Final[dict[tuple[str, str], Text]] = {
    ("buyer", "placed"): gettext_lazy(
        "The shop has until %(time)s to accept. If it gives no answer, the order ends by itself."
    ),
    ("shop", "placed"): gettext_lazy(
        "Accept it by %(time)s. Without an answer the order ends by itself."
    ),
    ("buyer", "accepted"): gettext_lazy(
        "The shop has accepted and prepares your order. What is not sent by %(time)s is paid back."
    ),
    ("shop", "accepted"): gettext_lazy(
        "Prepare it, then say that it is packed or sent. What is not sent by %(time)s is paid back."
    ),
    ("buyer", "packed"): gettext_lazy("Your order is packed and will be sent."),
    ("shop", "packed"): gettext_lazy("Send it, in one parcel or in several."),
    ("buyer", "shipped"): gettext_lazy(
        "It is on its way. Confirm when you have it; at %(time)s it counts as received."
    ),
    ("shop", "shipped"): gettext_lazy(
        "It is on its way. At %(time)s it counts as received, unless the buyer reports a problem."
    ),
    ("buyer", "delivered"): gettext_lazy(
        "The shop says that it has arrived. Confirm it; at %(time)s it counts as received."
    ),
    ("shop", "delivered"): gettext_lazy(
        "The buyer can confirm now. At %(time)s it counts as received."
    ),
    ("buyer", "completed"): gettext_lazy(
        "You have received it. Until %(time)s you can still report a problem."
    ),
    ("shop", "completed"): gettext_lazy(
        "The buyer has received it. The money is yours at %(time)s."
    ),
    ("buyer", "settled"): gettext_lazy("The order is done."),
    ("shop", "settled"): gettext_lazy("The order is done."),
    ("buyer", "disputed"): gettext_lazy(
        "You reported a problem. The money stays with us until an operator has decided."
    ),
    ("shop", "disputed"): gettext_lazy(
        "The buyer reported a problem. The money stays with us until an operator has decided."
    ),
    ("buyer", "refunded"): gettext_lazy("An operator decided: the money went back to you."),
    ("shop", "refunded"): gettext_lazy("An operator decided: the money went back to the buyer."),
    ("buyer", "cancelled"): gettext_lazy("The order was cancelled."),
    ("shop", "cancelled"): gettext_lazy("The order was cancelled."),
    ("buyer", "rejected"): gettext_lazy("The shop did not take the order."),
    ("shop", "rejected"): gettext_lazy("You did not take the order."),
    ("buyer", "expired"): gettext_lazy("The shop gave no answer in time."),
    ("shop", "expired"): gettext_lazy("You gave no answer in time."),
}
_MONEY: Final[dict[str, Text]] = {
    "placed": gettext_lazy("Held in the buyer's wallet"),
    "settled": gettext_lazy("Paid out"),
    "refunded": gettext_lazy("Given back"),
    "cancelled": gettext_lazy("Given back"),
    "rejected": gettext_lazy("Never taken, free again"),
    "expired": gettext_lazy("Never taken, free again"),
}
# What a button says, and what the history says when it was done.
BUTTONS: Final[dict[str, Text]] = {
    "accept": gettext_lazy("Accept the order"),
    "reject": gettext_lazy("Do not take it"),
    "cancel": gettext_lazy("Cancel the order"),
    "pack": gettext_lazy("It is packed"),
    "arrive": gettext_lazy("It has arrived"),
    "confirm": gettext_lazy("I have received it"),
    "dispute": gettext_lazy("Report a problem"),
    "withdraw": gettext_lazy("The problem is solved"),
}
DONE: Final[dict[str, Text]] = {
    "place": gettext_lazy("Ordered"),
    "accept": gettext_lazy("Accepted"),
    "reject": gettext_lazy("Not taken"),
    "cancel": gettext_lazy("Cancelled"),
    "expire": gettext_lazy("No answer in time"),
    "late": gettext_lazy("Not sent in time: all of the money went back"),
    "late_part": gettext_lazy("The rest was not sent in time: its money went back"),
    "pack": gettext_lazy("Packed"),
    "ship_part": gettext_lazy("A part was sent"),
    "ship": gettext_lazy("Sent"),
    "arrive": gettext_lazy("Arrived"),
    "confirm": gettext_lazy("Received"),
    "assume": gettext_lazy("Counts as received"),
    "dispute": gettext_lazy("A problem was reported"),
    "withdraw": gettext_lazy("The problem was solved"),
    "settle": gettext_lazy("Money paid out to the shop"),
    "give_back": gettext_lazy("Decided: money back to the buyer"),
    "pay_out": gettext_lazy("Decided: money to the shop"),
    "split": gettext_lazy("Decided: money shared"),
    "return_yes": gettext_lazy("Return approved"),
    "return_no": gettext_lazy("Return refused"),
}
SIDES: Final[dict[str, Text]] = {
    "buyer": gettext_lazy("Buyer"),
    "shop": gettext_lazy("Shop"),
    "clock": gettext_lazy("By itself"),
    "operator": gettext_lazy("Operator"),
}
# The way of an order that goes well, as the steps on its page.
_WAY: Final = ("placed", "accepted", "packed", "shipped", "completed")
_WAY_TITLES: Final[dict[str, Text]] = {
    "placed": gettext_lazy("Ordered"),
    "accepted": gettext_lazy("Accepted"),
    "packed": gettext_lazy("Packed"),
    "shipped": gettext_lazy("Sent"),
    "completed": gettext_lazy("Received"),
}
_STANDS_FOR: Final = {"delivered": "shipped", "settled": "completed", "disputed": "shipped"}
_UNSOLD: Final = frozenset({"cancelled", "rejected", "expired", "refunded"})
_CHANGES: Final[dict[str, Text]] = {
    "gone": gettext_lazy("%(title)s is sold out."),
    "fewer": gettext_lazy("Only %(left)s of %(title)s are left."),
    "dearer": gettext_lazy("%(title)s has become dearer: from %(before)s to %(now)s."),
    "cheaper": gettext_lazy("%(title)s has become cheaper: from %(before)s to %(now)s."),
}
_COUPONS: Final[dict[str, Text]] = {
    "unknown": gettext_lazy("This shop has no such coupon."),
    "over": gettext_lazy("The time of this coupon is over."),
    "used-up": gettext_lazy("This coupon has been used up."),
}
_RETURNS: Final[dict[str, Text]] = {
    "state": gettext_lazy("In this state of the order nothing can be returned."),
    "too-late": gettext_lazy("The time for returns is over."),
    "quantity": gettext_lazy("There are not so many pieces of it left."),
    "open": gettext_lazy("A return of this is waiting for the shop's answer."),
    "decided": gettext_lazy("This return has been decided on before."),
}


def look(state: str) -> dict[str, Any]:
    """Return how a state is shown: its word, its tone, its icon."""
    tone, icon = LOOKS[state]
    return {"word": State(state).label, "tone": tone, "icon": icon}


def now_of(order: Order, side: str) -> str:
    """Return what this state means for one side and what comes next."""
    return str(_NOW[side, order.state]) % {"time": jalali_time(order.due_at)}


def money_of(order: Order) -> str:
    """Return where the money of an order is."""
    if order.payment == Order.Payment.CASH:
        return _("In cash, on delivery")
    return str(_MONEY.get(order.state, _("Kept by us until it is received")))


def way_of(order: Order) -> list[dict[str, Any]]:
    """Return the steps of an order that goes well, and how far this one has come."""
    reached = _STANDS_FOR.get(order.state, order.state)
    if order.state in _UNSOLD:
        title = State(order.state).label
        return [
            {"title": _WAY_TITLES["placed"], "state": "done"},
            {"title": title, "state": "failed"},
        ]
    at = _WAY.index(reached)
    is_over = reached == "completed"
    return [
        {
            "title": _WAY_TITLES[one],
            "state": "done" if place < at or is_over else "here" if place == at else "ahead",
        }
        for place, one in enumerate(_WAY)
    ]


def changed(change: Mapping[str, Any]) -> str:
    """Return what is different in a cart, as ``Basket.as_changes`` tells it."""
    return str(_CHANGES[change["change"]]) % {
        "title": isolate(change["title"]),
        "left": digits(change["left"]),
        "before": toman(change["price_seen_rials"]),
        "now": toman(change["price_rials"]),
    }


def explained(problem: Problem, *, now: datetime) -> str:
    """Return what happened and what to do, with the facts of this case, in whole sentences."""
    tell = _TOLD.get(problem.code)
    return tell(problem.members) if tell else explaining.explained(problem, now=now)


def _changed(facts: Mapping[str, Any]) -> str:
    if facts.get("changes"):
        return " ".join(changed(one) for one in facts["changes"])
    return _("The total has changed to %(total)s. Look at it, then order again.") % {
        "total": toman(facts["total_rials"])
    }


def _short(facts: Mapping[str, Any]) -> str:
    words = _("Only %(left)s of %(title)s are left.")
    gone = _("%(title)s is sold out.")
    lines = [
        (words if line["left"] > 0 else gone)
        % {"title": isolate(line["title"]), "left": digits(max(0, line["left"]))}
        for line in facts["lines"]
    ]
    return " ".join([*lines, _("Nothing was ordered and no money was held.")])


def _coupon(facts: Mapping[str, Any]) -> str:
    if facts["reason"] == "below-least":
        words = _("This coupon is for carts from %(least)s.")
        return words % {"least": toman(facts["least_rials"])}
    return str(_COUPONS[facts["reason"]])


def _limit(facts: Mapping[str, Any]) -> str:
    words = _("This shop may take orders of %(limit)s in a day at its level. Try tomorrow.")
    return words % {"limit": toman(facts["limit_rials"])}


def _forbidden(facts: Mapping[str, Any]) -> str:
    state = facts["state"]
    word = State(state).label if state in STATES else state
    words = _("The order is “%(state)s” now; this step is not possible any more.")
    return words % {"state": word}


_TOLD: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "cart-changed": _changed,
    "out-of-stock": _short,
    "coupon-refused": _coupon,
    "shop-at-its-limit": _limit,
    "order-state-forbids": _forbidden,
    "return-refused": lambda facts: str(_RETURNS[facts["reason"]]),
}
