"""What goes over the wire of the makers' money API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.errors import faults_of
from core.api.strict import StrictSerializer, Text, Whole, YesNo
from core.limits import (
    INVOICE_ABOUT_CHARS_MAX,
    INVOICE_LINE_CHARS_MAX,
    INVOICE_LINES_MAX,
    INVOICE_PAYLOAD_BYTES_MAX,
    INVOICE_TITLE_CHARS_MAX,
    ORDER_REF_CHARS_MAX,
    REFUND_REASON_CHARS_MAX,
)
from core.problems import Fault
from miniapps.api.serializers import ID_CHARS_MAX, Moment
from wallet.documents import invoice_document
from wallet.invoices import PHOTO_URL_CHARS_MAX, Asked, Line
from wallet.models import Invoice, Payment
from wallet.money import AMOUNT_RIALS_MAX, is_amount

NUMBER_MAX = 2**52 - 1  # the largest number of a person


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "minLength": 1, "maxLength": ID_CHARS_MAX},
            {"type": "integer", "minimum": 1, "maximum": NUMBER_MAX},
        ]
    }
)
class Recipient(serializers.Field[Any, Any, Any, Any]):
    """A person as the app knows him: ``sub`` of the user token, or the number of initData."""

    default_error_messages = {"invalid": "must be a person's sub or number"}

    def to_internal_value(self, data: Any) -> str | int:
        """Return the name. Raises ValidationError."""
        is_number = type(data) is int and 1 <= data <= NUMBER_MAX
        if not is_number and not (isinstance(data, str) and 1 <= len(data) <= ID_CHARS_MAX):
            self.fail("invalid")
        name: str | int = data
        return name


# --- invoices -------------------------------------------------------------------------------
class NewLine(StrictSerializer):
    """One line of an invoice; a discount is negative."""

    label = Text(max_length=INVOICE_LINE_CHARS_MAX)  # type: ignore[assignment]  # as below
    amount_rials = Whole(min_value=-AMOUNT_RIALS_MAX, max_value=AMOUNT_RIALS_MAX)


class NewInvoice(StrictSerializer):
    """What is asked for. Without lines, the title is the one line."""

    title = Text(max_length=INVOICE_TITLE_CHARS_MAX)
    description = Text(max_length=INVOICE_ABOUT_CHARS_MAX, required=False, allow_blank=True)
    lines = NewLine(  # type: ignore[call-arg]  # of a list, which the stubs do not know
        many=True, required=False, max_length=INVOICE_LINES_MAX
    )
    amount_rials = Whole(
        min_value=1, max_value=AMOUNT_RIALS_MAX, help_text="the sum of the lines, where there are"
    )
    order_ref = Text(
        max_length=ORDER_REF_CHARS_MAX, required=False, allow_blank=True, trim_whitespace=False,
        help_text="your own reference",
    )  # fmt: skip
    payload = Text(
        required=False, allow_blank=True, trim_whitespace=False,
        help_text=f"comes back unchanged; at most {INVOICE_PAYLOAD_BYTES_MAX} bytes of UTF-8",
    )  # fmt: skip
    photo_url = Text(max_length=PHOTO_URL_CHARS_MAX, required=False, allow_blank=True)
    expires_at = Moment(required=False, allow_null=True)
    recipient = Recipient(required=False, allow_null=True, help_text="the only one who may pay")
    pre_checkout = YesNo(
        required=False, help_text="ask my server with `payment.pre_checkout` before capture"
    )


def read_invoice(data: Any) -> tuple[Asked, str | int | None, list[Fault]]:
    """Return what was asked for, the recipient's name, and the faults of the form.

    Where there are faults, what was good is returned with stand-ins for the rest, so that the
    caller can look for faults of other kinds in it and tell all of them at once.
    """
    form = NewInvoice(data=data)
    found = [] if form.is_valid() else faults_of(form.errors)
    words = form.validated_data if not found else _good_members(data, found)
    lines = [Line(**line) for line in words.get("lines", [])]
    total = sum(line.amount_rials for line in lines)
    if "amount_rials" in words and "lines" not in words:
        total = words["amount_rials"]
    asked = Asked(
        title=words.get("title", "-"),
        amount_rials=words.get("amount_rials", total if is_amount(total) else 1),
        about=words.get("description", ""),
        lines=lines,
        order_ref=words.get("order_ref", ""),
        payload=words.get("payload", ""),
        photo_url=words.get("photo_url", ""),
        ask_first=words.get("pre_checkout", False),
        expires_at=words.get("expires_at"),
    )
    return asked, words.get("recipient"), found


def _good_members(data: Any, found: list[Fault]) -> dict[str, Any]:
    if not isinstance(data, dict):
        return {}
    bad = {fault.pointer.removeprefix("#/").partition("/")[0] for fault in found}
    good = {name: value for name, value in data.items() if name not in bad}
    again = NewInvoice(data=good, partial=True)
    return dict(again.validated_data) if again.is_valid() else {}


class LineAnswer(serializers.Serializer[Any]):
    """One line."""

    label = serializers.CharField()  # type: ignore[assignment]  # the member has this name
    amount_rials = serializers.IntegerField()


class InvoiceAnswer(serializers.Serializer[Any]):
    """An invoice."""

    id = serializers.CharField()
    object = serializers.CharField(help_text="invoice")
    test = serializers.BooleanField(help_text="whether only test money pays it")
    status = serializers.ChoiceField(choices=Invoice.State.choices)
    title = serializers.CharField()
    description = serializers.CharField()
    lines = LineAnswer(many=True)
    amount_rials = serializers.IntegerField()
    order_ref = serializers.CharField()
    payload = serializers.CharField()
    photo_url = serializers.CharField()
    pre_checkout = serializers.BooleanField()
    created_at = Moment()
    expires_at = Moment()
    pay_url = serializers.CharField(help_text="a page where it is paid outside of the app")
    slug = serializers.CharField(help_text="for openInvoice in the app's page")
    invoice_link = serializers.CharField(
        help_text="the form that createInvoiceLink of Telegram and Bale returns; for openInvoice"
    )


def told_invoice(invoice: Invoice) -> dict[str, Any]:
    """Return an invoice with the ways to pay it."""
    return invoice_document(invoice) | {
        "pay_url": f"{settings.ORIGIN}/pay/{invoice.public_id}",
        "slug": invoice.public_id,
        "invoice_link": f"https://t.me/${invoice.public_id}",
    }


class InvoicePage(serializers.Serializer[Any]):
    """Invoices, newest first."""

    test = serializers.BooleanField()
    items = InvoiceAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


# --- payments -------------------------------------------------------------------------------
class BookWish(serializers.Serializer[Any]):
    """Which money is meant."""

    test = serializers.ChoiceField(choices=["0", "1"], required=False)


class InvoiceFilter(BookWish):
    """Which invoices are wanted."""

    status = serializers.ChoiceField(choices=Invoice.State.choices, required=False)
    order_ref = serializers.CharField(max_length=ORDER_REF_CHARS_MAX, required=False)


class PaymentFilter(BookWish):
    """Which payments are wanted; ``from`` and ``to`` bound the time they were begun."""

    status = serializers.ChoiceField(choices=Payment.State.choices, required=False)
    order_ref = serializers.CharField(max_length=ORDER_REF_CHARS_MAX, required=False)
    to = Moment(required=False)

    def get_fields(self) -> dict[str, Any]:
        """Return the fields with the one whose name Python keeps for itself."""
        return super().get_fields() | {"from": Moment(required=False)}


class DeclineAnswer(serializers.Serializer[Any]):
    """Why the merchant declined."""

    code = serializers.CharField()
    reason = serializers.CharField()


class PaymentAnswer(serializers.Serializer[Any]):
    """A payment."""

    id = serializers.CharField()
    object = serializers.CharField(help_text="payment")
    test = serializers.BooleanField(help_text="whether it was paid with test money")
    status = serializers.ChoiceField(choices=Payment.State.choices)
    invoice = serializers.CharField()
    order_ref = serializers.CharField()
    payload = serializers.CharField()
    amount_rials = serializers.IntegerField()
    fee_rials = serializers.IntegerField()
    refunded_rials = serializers.IntegerField()
    fee_refunded_rials = serializers.IntegerField()
    created_at = Moment()
    paid_at = Moment(allow_null=True)
    decline = DeclineAnswer(allow_null=True)
    payer = serializers.CharField(allow_null=True, help_text="the sub of the payer for this app")


class PaymentPage(serializers.Serializer[Any]):
    """Payments, newest first."""

    test = serializers.BooleanField()
    items = PaymentAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


# --- refunds and balance --------------------------------------------------------------------
class NewRefund(StrictSerializer):
    """What goes back; without an amount, all that is left."""

    amount_rials = Whole(min_value=1, max_value=AMOUNT_RIALS_MAX, required=False)
    reason = Text(max_length=REFUND_REASON_CHARS_MAX, required=False, allow_blank=True)


class RefundAnswer(serializers.Serializer[Any]):
    """Money that went back."""

    id = serializers.CharField()
    object = serializers.CharField(help_text="refund")
    test = serializers.BooleanField()
    payment = serializers.CharField()
    amount_rials = serializers.IntegerField()
    fee_refunded_rials = serializers.IntegerField(help_text="how much of it came from our fee")
    reason = serializers.CharField()
    created_at = Moment()


class RefundPage(serializers.Serializer[Any]):
    """Refunds of one payment, newest first."""

    test = serializers.BooleanField()
    items = RefundAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class BalanceAnswer(serializers.Serializer[Any]):
    """What the maker's wallet holds now."""

    object = serializers.CharField(help_text="balance")
    test = serializers.BooleanField()
    maker = serializers.CharField()
    available_rials = serializers.IntegerField(help_text="may be refunded or paid out now")
    held_rials = serializers.IntegerField(help_text="on its way out")
