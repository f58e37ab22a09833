"""The shops' API for a shop's own server: who calls, products, prices and stock of many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import rates
from core.api.idempotency import once
from core.api.paging import newest_first
from core.api.strict import ProblemDocument, StrictSerializer, Text, Whole
from core.ids import is_id
from core.limits import (
    PRODUCT_PRICE_RIALS_MAX,
    SHOP_API_CALLS_PER_MINUTE_MAX,
    SHOP_API_CHANGES_MAX,
    SKU_CHARS_MAX,
    STOCK_MAX,
)
from core.problems import Fault, InvalidInput, NotFound
from storefront.shops import access, figuring, shopkeys
from storefront.shops.errors import ShopScopeMissing
from storefront.shops.figuring import Change
from storefront.shops.models import Product, Shop, ShopKey, Variant

CHALLENGE = 'Bearer realm="barnamak"'
ID_CHARS_MAX = 40
Scope = ShopKey.Scope
FINDS = dict.fromkeys((400, 401, 403, 404, 429), ProblemDocument)
WRITES = FINDS | dict.fromkeys((409, 415, 422), ProblemDocument)
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description="rows of one page, 1 to 200")
CURSOR = OpenApiParameter("cursor", OpenApiTypes.STR, description="next_cursor of the page before")
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="the same request with the same key is carried out once",
)
STATUS = OpenApiParameter("status", OpenApiTypes.STR, enum=Product.Status.values)


# --- who calls ------------------------------------------------------------------------------
@dataclass(frozen=True)
class ShopKeyHolder:
    """Whoever holds a shop's key: somebody known, but no person."""

    key: ShopKey
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    pk: ClassVar[None] = None


class ShopKeyAuth(BaseAuthentication):
    """``Authorization: Bearer bsk_…``; anything else that calls itself Bearer is refused."""

    def authenticate(self, request: Request) -> tuple[ShopKeyHolder, ShopKey] | None:
        """Return the holder and the key, or None when no key is sent."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:  # noqa: PLR2004  (the word Bearer and the key)
            raise AuthenticationFailed
        key = shopkeys.find_key(words[1].decode("latin-1"), now=timezone.now())
        if key is None:
            raise AuthenticationFailed
        return ShopKeyHolder(key), key

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        del request
        return CHALLENGE


class ShopKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # not typed there
    """How the OpenAPI document describes a shop's key."""

    target_class = ShopKeyAuth
    name = "shop-key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the security scheme."""
        del auto_schema
        return {"type": "http", "scheme": "bearer", "description": "A shop's key: bsk_…"}


class ShopView(APIView):
    """For a shop's own server, by a key of the shop."""

    authentication_classes = (ShopKeyAuth,)
    challenge = CHALLENGE

    def shop_for(self, request: Request, shop_id: str, scope: str) -> Shop:
        """Return the key's shop; any other does not exist for it.

        Raises TooManyRequests, NotFound, ShopScopeMissing.
        """
        key = key_of(request)
        rates.hit("shop-api", str(key.pk), limit=SHOP_API_CALLS_PER_MINUTE_MAX, period_s=60)
        if shop_id not in (key.shop.public_id, key.shop.slug):
            raise NotFound
        if scope not in key.scopes:
            raise ShopScopeMissing(needs=scope)
        return key.shop


def key_of(request: Request) -> ShopKey:
    """Return the key that calls; the view lets nobody else in."""
    assert isinstance(request.auth, ShopKey)
    return request.auth


class Moment(serializers.DateTimeField):
    """An instant, in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


# --- what goes over the wire ----------------------------------------------------------------
class VariantAnswer(serializers.Serializer[Any]):
    """One variant that is sold; ``free`` of it can be ordered now."""

    id = serializers.CharField(source="public_id")
    sku = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField())
    price_rials = serializers.IntegerField(source="price")
    compare_rials = serializers.IntegerField(source="compare_price", allow_null=True)
    weight_g = serializers.IntegerField()
    on_hand = serializers.IntegerField(source="stock.on_hand")
    reserved = serializers.IntegerField(source="stock.reserved")
    free = serializers.IntegerField(source="stock.free")


class ProductAnswer(serializers.Serializer[Any]):
    """A product with the variants that are sold of it."""

    id = serializers.CharField(source="public_id")
    status = serializers.ChoiceField(Product.Status.values)
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField())
    variants = VariantAnswer(many=True, source="sold")
    created_at = Moment()
    updated_at = Moment()


class ProductPage(serializers.Serializer[Any]):
    """A page of products, the newest first."""

    items = ProductAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class VariantsAnswer(serializers.Serializer[Any]):
    """The variants that were changed, in the order of the request."""

    items = VariantAnswer(many=True)


class FigureChange(StrictSerializer):
    """What is new of one variant; what is not named stays."""

    variant = Text(max_length=ID_CHARS_MAX, required=False, help_text="its id, or else its sku")
    sku = Text(max_length=SKU_CHARS_MAX, required=False)
    price_rials = Whole(min_value=1, max_value=PRODUCT_PRICE_RIALS_MAX, required=False)
    compare_rials = Whole(
        min_value=0, max_value=PRODUCT_PRICE_RIALS_MAX, required=False,
        help_text="the price before; 0 takes it away",
    )  # fmt: skip
    on_hand = Whole(
        min_value=0, max_value=STOCK_MAX, required=False,
        help_text="all that are there, with those that orders wait for",
    )  # fmt: skip
    was_on_hand = Whole(
        min_value=0, max_value=STOCK_MAX, required=False,
        help_text="what you know of; if it is another by now, nothing is changed",
    )  # fmt: skip


class FigureChanges(StrictSerializer):
    """Up to a hundred variants: all are changed, or none."""

    items = FigureChange(  # type: ignore[call-arg]  # of a list, which the stubs do not know
        many=True, min_length=1, max_length=SHOP_API_CHANGES_MAX
    )


# --- the addresses --------------------------------------------------------------------------
class Products(ShopView):
    """The products of a shop."""

    @extend_schema(
        operation_id="list_shop_products",
        description="Products in every state, the newest first.",
        parameters=[LIMIT, CURSOR, STATUS],
        responses={200: ProductPage, **FINDS},
    )
    def get(self, request: Request, shop_id: str) -> Response:
        shop = self.shop_for(request, shop_id, Scope.PRODUCTS_READ)
        rows = Product.objects.filter(shop=shop)
        status = request.query_params.get("status", "")
        if status:
            if status not in Product.Status.values:
                raise InvalidInput([Fault("#/status", "must be a status", "choice")])
            rows = rows.filter(status=status)
        found, following = newest_first(request, rows)
        return Response({"items": _told(found), "next_cursor": following})


class OneProduct(ShopView):
    """One product of a shop."""

    @extend_schema(operation_id="get_shop_product", responses={200: ProductAnswer, **FINDS})
    def get(self, request: Request, shop_id: str, product_id: str) -> Response:
        shop = self.shop_for(request, shop_id, Scope.PRODUCTS_READ)
        if not is_id(product_id, "prd"):
            raise NotFound
        return Response(_told([access.product_of(shop, product_id)])[0])


class Figures(ShopView):
    """Prices and stock."""

    @extend_schema(
        operation_id="change_shop_figures",
        description="Change prices and stock of many variants at once: all of them, or none. "
        "Every fault is told, by the place of its item.",
        parameters=[KEY],
        request=FigureChanges,
        responses={200: VariantsAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, shop_id: str) -> Response:
        shop = self.shop_for(request, shop_id, Scope.PRODUCTS_WRITE)
        asked = FigureChanges(data=request.data)
        asked.is_valid(raise_exception=True)
        changes = [
            Change(
                variant=one.get("variant", ""),
                sku=one.get("sku", ""),
                price=one.get("price_rials"),
                compare_price=one.get("compare_rials"),
                on_hand=one.get("on_hand"),
                was_on_hand=one.get("was_on_hand"),
            )
            for one in asked.validated_data["items"]
        ]
        key = key_of(request)
        found = figuring.change_many(
            shop=shop, changes=changes, actor=key.created_by, key=key.public_id, now=timezone.now()
        )
        return Response({"items": VariantAnswer(found, many=True).data})


def _told(products: list[Product]) -> list[dict[str, Any]]:
    """Return products as the wire has them, with what is sold of them: one query."""
    rows = Variant.objects.filter(product__in=products, is_sold=True).select_related("stock")
    sold: dict[int, list[Variant]] = {}
    for row in rows.order_by("position", "pk"):
        sold.setdefault(row.product_id, []).append(row)
    for one in products:
        one.sold = sold.get(one.pk, [])  # type: ignore[attr-defined]  # for the answer
    return list(ProductAnswer(products, many=True).data)
