"""The makers' money API: invoices, payments, refunds, the balance.

A key touches one book, live or test; a person says ``?test=1`` for test money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.api.idempotency import effect_key, once, once_for_money
from core.api.paging import newest_first
from core.api.strict import ProblemDocument
from core.problems import Fault, InvalidInput
from miniapps import access, actors, charging, invoicing
from miniapps.api import money_serializers as wire
from miniapps.api.authentication import CHALLENGE, KeyAuth, actor_of
from miniapps.api.views import CURSOR, FINDS, KEY, LIMIT, WRITES, MakerView
from miniapps.models import App, AppKey
from wallet import accounts, invoices, refunds
from wallet.documents import refund_document
from wallet.models import Account, Invoice, Payment, Refund

MONEY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="new for each new request; the same request with the same key is done once",
)
TEST = OpenApiParameter(
    "test", OpenApiTypes.STR, enum=["0", "1"],
    description="1 for test money; for people, a key has its own",
)  # fmt: skip
ORDER = OpenApiParameter("order_ref", OpenApiTypes.STR, description="your own reference")
FROM = OpenApiParameter("from", OpenApiTypes.DATETIME, description="begun at this time or later")
TO = OpenApiParameter("to", OpenApiTypes.DATETIME, description="begun before this time")
INVOICE_STATUS = OpenApiParameter("status", OpenApiTypes.STR, enum=Invoice.State.values)
PAYMENT_STATUS = OpenApiParameter("status", OpenApiTypes.STR, enum=Payment.State.values)
REFUNDS = WRITES | {402: ProblemDocument}
ASKS = "Ask for money. Open the answer's `slug` with `openInvoice`, or send people to `pay_url`."


def _wanted(
    request: Request, form: type[Serializer[Any]] = wire.BookWish
) -> tuple[str, dict[str, Any]]:
    """Return the book that is meant and the other wishes. Raises InvalidInput, BooksDiffer."""
    asked = form(data=request.query_params)
    asked.is_valid(raise_exception=True)
    words = dict(asked.validated_data)
    test = words.pop("test", None)
    book = access.book_of(actor_of(request), test=None if test is None else test == "1")
    return book, words


def _page(book: str, items: Sequence[dict[str, Any]], following: str | None) -> Response:
    test = book == Account.Book.TEST
    return Response({"test": test, "items": items, "next_cursor": following})


# --- invoices -------------------------------------------------------------------------------
def _asked(request: Request, app: App) -> Response:
    """Write the invoice that the request asks for. Raises InvalidInput with every fault."""
    now = timezone.now()
    book, _others = _wanted(request)
    asked, name, found = wire.read_invoice(request.data)
    recipient = None if name is None else invoicing.person_named(app, name)
    if name is not None and recipient is None:
        found.append(Fault("#/recipient", "is no person of this app", "unknown"))
    if found:
        raise InvalidInput(found + invoices.faults(asked, now))
    made = invoicing.ask(
        app=app, book=book, asked=replace(asked, recipient=recipient), key=effect_key(request),
        now=now,
    )  # fmt: skip
    place = f"/api/v1/apps/{app.public_id}/invoices/{made.public_id}"
    return Response(wire.told_invoice(made), status=201, headers={"Location": place})


class Invoices(MakerView):
    """The invoices of an app."""

    @extend_schema(
        operation_id="list_invoices",
        parameters=[LIMIT, CURSOR, TEST, INVOICE_STATUS, ORDER],
        responses={200: wire.InvoicePage, **FINDS},
    )
    def get(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id, right="see_money")
        book, wanted = _wanted(request, wire.InvoiceFilter)
        names = {"status": "state", "order_ref": "order_ref"}
        rows = Invoice.objects.filter(audience=app.public_id, book=book)
        rows = rows.filter(**{names[name]: value for name, value in wanted.items()})
        found, following = newest_first(request, rows)
        return _page(book, [wire.told_invoice(row) for row in found], following)

    @extend_schema(
        operation_id="create_invoice",
        description=ASKS,
        parameters=[MONEY_KEY, TEST],
        request=wire.NewInvoice,
        responses={201: wire.InvoiceAnswer, **WRITES},
    )
    @once_for_money
    def post(self, request: Request, app_id: str) -> Response:
        return _asked(request, access.app_of(actor_of(request), app_id, right="ask_money"))


class KeysInvoices(APIView):
    """The short form for servers: the key names the app."""

    authentication_classes = (KeyAuth,)
    challenge = CHALLENGE

    @extend_schema(
        operation_id="create_invoice_of_key",
        description=f"{ASKS} The key names the app.",
        parameters=[MONEY_KEY],
        request=wire.NewInvoice,
        responses={201: wire.InvoiceAnswer, **WRITES},
    )
    @once_for_money
    def post(self, request: Request) -> Response:
        key = request.auth
        assert isinstance(key, AppKey)
        return _asked(request, access.app_of(key, key.app.public_id, right="ask_money"))


class OneInvoice(MakerView):
    """One invoice."""

    @extend_schema(operation_id="get_invoice", responses={200: wire.InvoiceAnswer, **FINDS})
    def get(self, request: Request, app_id: str, invoice_id: str) -> Response:
        found = access.invoice_of(actor_of(request), app_id, invoice_id, right="see_money")
        return Response(wire.told_invoice(found))


class InvoiceCancellation(MakerView):
    """Taking an invoice back."""

    @extend_schema(
        operation_id="cancel_invoice",
        description="Withdraw an open invoice; doing it twice changes nothing.",
        parameters=[KEY],
        request=None,
        responses={200: wire.InvoiceAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, app_id: str, invoice_id: str) -> Response:
        found = access.invoice_of(actor_of(request), app_id, invoice_id, right="ask_money")
        return Response(wire.told_invoice(invoices.cancel(invoice=found, now=timezone.now())))


# --- payments -------------------------------------------------------------------------------
class Payments(MakerView):
    """The payments of an app."""

    @extend_schema(
        operation_id="list_payments",
        parameters=[LIMIT, CURSOR, TEST, PAYMENT_STATUS, ORDER, FROM, TO],
        responses={200: wire.PaymentPage, **FINDS},
    )
    def get(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id, right="see_money")
        book, wanted = _wanted(request, wire.PaymentFilter)
        names = {
            "status": "state",
            "order_ref": "invoice__order_ref",
            "from": "created_at__gte",
            "to": "created_at__lt",
        }
        rows = Payment.objects.filter(audience=app.public_id, book=book)
        rows = rows.filter(**{names[name]: value for name, value in wanted.items()})
        found, following = newest_first(request, rows.select_related("invoice", "payer"))
        return _page(book, charging.told_payments(app, found), following)


class OnePayment(MakerView):
    """One payment."""

    @extend_schema(
        operation_id="get_payment",
        description="What is true of a payment now, whatever a page has said.",
        responses={200: wire.PaymentAnswer, **FINDS},
    )
    def get(self, request: Request, payment_id: str) -> Response:
        found = access.payment_of(actor_of(request), payment_id, right="see_money")
        return Response(charging.told_payment(found))


class Refunds(MakerView):
    """What went back of a payment."""

    @extend_schema(
        operation_id="list_refunds",
        parameters=[LIMIT, CURSOR],
        responses={200: wire.RefundPage, **FINDS},
    )
    def get(self, request: Request, payment_id: str) -> Response:
        payment = access.payment_of(actor_of(request), payment_id, right="see_money")
        rows = Refund.objects.filter(payment=payment).select_related("payment")
        found, following = newest_first(request, rows)
        return _page(payment.book, [refund_document(row) for row in found], following)

    @extend_schema(
        operation_id="refund_payment",
        description="Give some or all of a captured payment back; our fee goes back in proportion.",
        parameters=[MONEY_KEY],
        request=wire.NewRefund,
        responses={201: wire.RefundAnswer, **REFUNDS},
    )
    @once_for_money
    def post(self, request: Request, payment_id: str) -> Response:
        actor = actor_of(request)
        payment = access.payment_of(actor, payment_id, right="refund")
        asked = wire.NewRefund(data=request.data)
        asked.is_valid(raise_exception=True)
        made = refunds.refund(
            payment=payment,
            amount=asked.validated_data.get("amount_rials"),
            reason=asked.validated_data.get("reason", ""),
            key=effect_key(request),
            asked_by=actor.public_id,
            actor=actors.person_of(actor),
            now=timezone.now(),
        )
        place = f"/api/v1/payments/{payment.public_id}/refunds"
        return Response(refund_document(made), status=201, headers={"Location": place})


# --- the balance ----------------------------------------------------------------------------
class Balance(MakerView):
    """What the maker's wallet holds."""

    @extend_schema(
        operation_id="get_balance",
        description="What the wallet of the app's maker holds, over all of his apps.",
        parameters=[TEST],
        responses={200: wire.BalanceAnswer, **FINDS},
    )
    def get(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id, right="see_money")
        book, _others = _wanted(request)
        held = accounts.balance_of(accounts.of_maker(app.maker, book))
        return Response(
            {
                "object": "balance",
                "test": book == Account.Book.TEST,
                "maker": app.maker.public_id,
                "available_rials": held.available,
                "held_rials": held.held,
            }
        )
