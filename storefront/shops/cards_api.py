"""What the cards of products say now: one address for everything a reader has before his eyes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import rates
from core.api.strict import ProblemDocument
from core.ids import is_id
from core.limits import PRODUCTS_SHOWN_MAX, PRODUCTS_SHOWN_PER_MINUTE_MAX
from core.problems import Fault, InvalidInput
from identity.models import Person
from storefront.shops import counting, postcards
from storefront.shops.models import Post


class ShownProduct(serializers.Serializer[Any]):
    """A product as its card shows it now."""

    id = serializers.CharField()
    state = serializers.ChoiceField(["sold", "out", "archived", "gone"])
    title = serializers.CharField(allow_blank=True)
    picture = serializers.CharField(allow_blank=True, help_text="digest, empty for none")
    price_rials = serializers.IntegerField(allow_null=True)
    varies = serializers.BooleanField(help_text="the price is the lowest of several")
    compare_rials = serializers.IntegerField(allow_null=True)
    left = serializers.IntegerField(allow_null=True, help_text="only when few are left")
    path = serializers.CharField(allow_blank=True)


class ShownProducts(serializers.Serializer[Any]):
    """The products asked for, in that order."""

    items = ShownProduct(many=True)


class Products(APIView):
    """Cards of products."""

    @extend_schema(
        operation_id="show_products",
        parameters=[
            OpenApiParameter(
                "ids", OpenApiTypes.STR, required=True, description="ids of products, by commas"
            ),
            OpenApiParameter(
                "posts", OpenApiTypes.STR, description="ids of posts they stand in, by commas"
            ),
        ],
        responses={
            200: ShownProducts,
            400: ProblemDocument,
            401: ProblemDocument,
            429: ProblemDocument,
        },
    )
    def get(self, request: Request) -> Response:
        """Say what is true now, and count that it was looked at."""
        person, now = request.user, timezone.now()
        assert isinstance(person, Person)
        rates.hit(
            "products-shown", str(person.pk), limit=PRODUCTS_SHOWN_PER_MINUTE_MAX, period_s=60
        )
        ids, posts = _ids(request, "ids", "prd"), _ids(request, "posts", "pst")
        cards, shops = postcards.shown(ids)
        for key, n in shops.items():
            counting.count_of(key, "views", n, now)
        counting.seen_by(person, shops, now)
        if posts:
            sent = Post.objects.filter(public_id__in=posts, state=Post.State.SENT)
            counting.post_seen_by(person, sent.values_list("pk", flat=True))
        return Response({"items": cards}, headers={"Cache-Control": "no-store"})


def _ids(request: Request, name: str, prefix: str) -> list[str]:
    text = request.query_params.get(name, "")
    found = text.split(",", PRODUCTS_SHOWN_MAX + 1) if text else []
    if len(found) > PRODUCTS_SHOWN_MAX or not all(is_id(one, prefix) for one in found):
        detail = f"must be at most {PRODUCTS_SHOWN_MAX} ids, by commas"
        raise InvalidInput([Fault(f"#/{name}", detail, "shape")])
    return found
