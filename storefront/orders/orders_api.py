"""The shops' API for a shop's own server: its orders, the steps it may take, its parcels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet, Sum
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.idempotency import once
from core.api.paging import newest_first
from core.api.strict import StrictSerializer, Text, Whole
from core.ids import is_id
from core.limits import (
    CART_LINES_MAX,
    CART_QUANTITY_MAX,
    ORDER_REASON_CHARS_MAX,
    TRACKING_CHARS_MAX,
)
from core.problems import Fault, InvalidInput, NotFound
from storefront.orders import machine, moving
from storefront.orders.models import Order, OrderLine, Parcel
from storefront.shops.models import Shop, ShopKey
from storefront.shops.shop_api import (
    CURSOR,
    FINDS,
    KEY,
    LIMIT,
    WRITES,
    Moment,
    ShopView,
    key_of,
)

Scope = ShopKey.Scope
CARRIER_CHARS_MAX = 40
# What a shop may do but by a parcel; the table says when.
EVENTS = ("accept", "reject", "pack", "arrive", "cancel")
STATE = OpenApiParameter("state", OpenApiTypes.STR, enum=list(machine.STATES))


# --- what goes over the wire ----------------------------------------------------------------
class OrderLineAnswer(serializers.Serializer[Any]):
    """A line of an order; ``number`` names it in parcels. Commission as it was agreed."""

    number = serializers.IntegerField()
    variant = serializers.CharField(source="line.variant.public_id")
    sku = serializers.CharField(source="line.sku")
    title = serializers.CharField(source="line.title")
    options = serializers.DictField(source="line.options", child=serializers.CharField())
    quantity = serializers.IntegerField(source="line.quantity")
    left = serializers.IntegerField(help_text="pieces that have not left the shop")
    unit_rials = serializers.IntegerField(source="line.unit_rials")
    paid_rials = serializers.IntegerField(source="line.paid_rials")
    commission_rials = serializers.IntegerField(source="line.commission_rials")
    returned = serializers.IntegerField(source="line.returned")
    refunded_rials = serializers.IntegerField(source="line.refunded_rials")


class PieceAnswer(serializers.Serializer[Any]):
    """Pieces of a line in a parcel."""

    number = serializers.IntegerField()
    quantity = serializers.IntegerField()


class ParcelAnswer(serializers.Serializer[Any]):
    """What left the shop at one time."""

    carrier = serializers.CharField(allow_blank=True)
    tracking = serializers.CharField(allow_blank=True)
    shipped_at = Moment()
    lines = PieceAnswer(many=True)


class AddressAnswer(serializers.Serializer[Any]):
    """Where it goes, as the buyer wrote it when he ordered."""

    name = serializers.CharField()
    phone = serializers.CharField()
    province = serializers.CharField()
    city = serializers.CharField()
    line = serializers.CharField()
    postal_code = serializers.CharField()


class ShippingAnswer(serializers.Serializer[Any]):
    """How it gets there."""

    kind = serializers.CharField()
    title = serializers.CharField()


class OrderAnswer(serializers.Serializer[Any]):
    """An order as its shop sees it. ``may`` are the steps that are open to the shop now."""

    id = serializers.CharField()
    state = serializers.ChoiceField(list(machine.STATES))
    seq = serializers.IntegerField(help_text="grows with everything that happens to the order")
    payment = serializers.ChoiceField(Order.Payment.values)
    goods_rials = serializers.IntegerField()
    discount_rials = serializers.IntegerField()
    shipping_rials = serializers.IntegerField()
    total_rials = serializers.IntegerField()
    address = AddressAnswer(allow_null=True, help_text="null for a pick-up")
    shipping = ShippingAnswer()
    note = serializers.CharField(allow_blank=True)
    lines = OrderLineAnswer(many=True)
    parcels = ParcelAnswer(many=True)
    may = serializers.ListField(child=serializers.CharField())
    due_at = Moment(allow_null=True, help_text="when the clock takes the next step")
    created_at = Moment()
    changed_at = Moment()


class OrderPage(serializers.Serializer[Any]):
    """A page of orders, the newest first."""

    items = OrderAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class StepWish(StrictSerializer):
    """A step; ``reject`` needs a reason, which the buyer reads."""

    event = serializers.ChoiceField(EVENTS)
    reason = Text(max_length=ORDER_REASON_CHARS_MAX, required=False, allow_blank=True)


class PieceWish(StrictSerializer):
    """Pieces of a line."""

    number = Whole(min_value=1, max_value=CART_LINES_MAX)
    quantity = Whole(min_value=1, max_value=CART_QUANTITY_MAX)


class ParcelWish(StrictSerializer):
    """A parcel; without lines it holds all that has not left yet."""

    carrier = Text(max_length=CARRIER_CHARS_MAX, required=False, allow_blank=True)
    tracking = Text(max_length=TRACKING_CHARS_MAX, required=False, allow_blank=True)
    lines = PieceWish(  # type: ignore[call-arg]  # of a list, which the stubs do not know
        many=True, required=False, min_length=1, max_length=CART_LINES_MAX
    )


# --- the addresses --------------------------------------------------------------------------
class OrderView(ShopView):
    """A view on one order of the key's shop."""

    def order_for(self, request: Request, shop_id: str, order_id: str, scope: str) -> Order:
        """Return the order; those of other shops do not exist."""
        shop = self.shop_for(request, shop_id, scope)
        return _order_of(shop, order_id)


class Orders(ShopView):
    """The orders of a shop."""

    @extend_schema(
        operation_id="list_shop_orders",
        parameters=[LIMIT, CURSOR, STATE],
        responses={200: OrderPage, **FINDS},
    )
    def get(self, request: Request, shop_id: str) -> Response:
        shop = self.shop_for(request, shop_id, Scope.ORDERS_READ)
        rows = _orders(shop)
        state = request.query_params.get("state", "")
        if state:
            if state not in machine.STATES:
                raise InvalidInput([Fault("#/state", "must be a state", "choice")])
            rows = rows.filter(state=state)
        found, following = newest_first(request, rows)
        answers = OrderAnswer([told(one) for one in found], many=True).data
        return Response({"items": answers, "next_cursor": following})


class OneOrder(OrderView):
    """One order of a shop."""

    @extend_schema(operation_id="get_shop_order", responses={200: OrderAnswer, **FINDS})
    def get(self, request: Request, shop_id: str, order_id: str) -> Response:
        found = self.order_for(request, shop_id, order_id, Scope.ORDERS_READ)
        return Response(OrderAnswer(told(found)).data)


class OrderSteps(OrderView):
    """The steps of an order."""

    @extend_schema(
        operation_id="step_shop_order",
        description="Accept, reject, pack, cancel, or say that it has arrived. The same step "
        "again changes nothing.",
        parameters=[KEY],
        request=StepWish,
        responses={200: OrderAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, shop_id: str, order_id: str) -> Response:
        found = self.order_for(request, shop_id, order_id, Scope.ORDERS_WRITE)
        asked = StepWish(data=request.data)
        asked.is_valid(raise_exception=True)
        words = asked.validated_data
        step = moving.Asked(
            words["event"], "shop", key_of(request).created_by, reason=words.get("reason", "")
        )
        moving.step(order=found, asked=step, now=timezone.now())
        return Response(OrderAnswer(told(_order_of(found.shop, order_id))).data)


class OrderParcels(OrderView):
    """The parcels of an order."""

    @extend_schema(
        operation_id="ship_shop_order",
        description="Send a parcel. The last one makes the order shipped.",
        parameters=[KEY],
        request=ParcelWish,
        responses={201: OrderAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, shop_id: str, order_id: str) -> Response:
        found = self.order_for(request, shop_id, order_id, Scope.ORDERS_WRITE)
        asked = ParcelWish(data=request.data)
        asked.is_valid(raise_exception=True)
        words = asked.validated_data
        moving.ship(
            order=found,
            actor=key_of(request).created_by,
            quantities=_quantities(found, words["lines"]) if "lines" in words else None,
            carrier=words.get("carrier", ""),
            tracking=words.get("tracking", ""),
            now=timezone.now(),
        )
        answer = OrderAnswer(told(_order_of(found.shop, order_id))).data
        place = f"/api/v1/shops/{found.shop.public_id}/orders/{found.public_id}"
        return Response(answer, status=201, headers={"Location": place})


def _orders(shop: Shop) -> QuerySet[Order]:
    """Return the shop's orders with all that is told of them: three queries more, for all."""
    lines = OrderLine.objects.select_related("variant").order_by("pk")
    lines = lines.annotate(sent=Sum("parcels__quantity", default=0))
    parcels = Parcel.objects.order_by("pk").prefetch_related("lines")
    return (
        Order.objects.filter(shop=shop)
        .select_related("shop")
        .prefetch_related(Prefetch("lines", lines), Prefetch("parcels", parcels))
    )


def _order_of(shop: Shop, order_id: str) -> Order:
    found = _orders(shop).filter(public_id=order_id).first() if is_id(order_id, "ord") else None
    if found is None:
        raise NotFound
    return found


def _quantities(order: Order, wished: Sequence[dict[str, int]]) -> dict[int, int]:
    """Return the pieces by the lines' keys. Raises InvalidInput for a line that is not there."""
    lines, found, faults = list(order.lines.all()), {}, []
    for place, one in enumerate(wished):
        if one["number"] > len(lines):
            faults.append(Fault(f"#/lines/{place}/number", "is no line of the order", "unknown"))
            continue
        key = lines[one["number"] - 1].pk
        if key in found:
            faults.append(Fault(f"#/lines/{place}/number", "stands twice", "unique"))
        found[key] = one["quantity"]
    if faults:
        raise InvalidInput(faults)
    return found


def told(order: Order) -> dict[str, Any]:
    """Return an order as the wire has it; with what was fetched before, no query."""
    lines: list[Any] = list(order.lines.all())
    numbers = {line.pk: number for number, line in enumerate(lines, start=1)}
    names = (
        "state", "seq", "payment", "goods_rials", "discount_rials", "shipping_rials",
        "total_rials", "shipping", "note", "due_at", "created_at", "changed_at",
    )  # fmt: skip
    return {name: getattr(order, name) for name in names} | {
        "id": order.public_id,
        "address": order.address or None,
        "lines": [
            {"number": numbers[line.pk], "line": line, "left": line.quantity - line.sent}
            for line in lines
        ],
        "parcels": [
            {
                "carrier": one.carrier,
                "tracking": one.tracking,
                "shipped_at": one.shipped_at,
                "lines": [
                    {"number": numbers[piece.line_id], "quantity": piece.quantity}
                    for piece in one.lines.all()
                ],
            }
            for one in order.parcels.all()
        ],
        "may": machine.events_for(order.state, "shop"),
    }
