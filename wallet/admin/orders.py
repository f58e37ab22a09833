"""What money was asked for and where it was to go: invoices, payments, top-ups, cash-outs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.ids import is_id
from core.keyset import PageAdmin
from core.limits import (
    LIST_SCAN_ROWS_MAX,
    ORDER_REF_CHARS_MAX,
    PAYOUT_SETTLED_AFTER,
    TOP_UP_OPEN_FOR,
)
from core.templatetags.ui import jalali_time
from core.text import latin_digits, persian_digits
from identity import phones
from identity.models import Maker, Person
from wallet.admin.books import in_book
from wallet.desk import order_pages, words
from wallet.gateways.interface import ORDER_ID_SHAPE
from wallet.identifiers import shebas
from wallet.models import Invoice, Payment, Payout, Refund, TopUp


def first_found(*ways: QuerySet[Any]) -> QuerySet[Any]:
    """Return the first of the ways that leads to a row; the last if none does.

    One after the other, because a choice between them is a filter that no index answers.
    """
    *others, last = ways
    return next((rows for rows in others if rows.exists()), last)


def people_by_phone(text: str) -> QuerySet[Person]:
    """Return who has this phone, in any spelling; nobody where the text is no phone."""
    try:
        return Person.objects.filter(phone=phones.normalise(text))
    except phones.NotAPhoneNumber:
        return Person.objects.none()


def order_numbers(text: str) -> list[int]:
    """Return the number of an order at a bank; none where the text is no such number."""
    return [int(text)] if ORDER_ID_SHAPE.fullmatch(text) else []


def makers_named(text: str) -> QuerySet[Maker]:
    """Return the makers with this id, or with this text in their names."""
    if is_id(text, "mkr"):
        return Maker.objects.filter(public_id=text)
    return Maker.objects.filter(name__icontains=text)


def order_refs(text: str) -> set[str]:
    """Return the spellings of an order reference, digits of both kinds; none for what is none."""
    named = bool(text) and len(text) <= ORDER_REF_CHARS_MAX
    return {text, latin_digits(text), persian_digits(text)} if named else set()


class GatewayFilter(admin.SimpleListFilter):
    """One gateway, of those the rows of the list may name."""

    title = _("gateway")
    parameter_name = "gateway"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the gateways that are configured and those that once were."""
        del request, model_admin
        return [(name, name) for name in order_pages.gateways_known()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of one gateway."""
        del request
        return queryset.filter(gateway=self.value()) if self.value() else queryset


class OrdersAdmin(PageAdmin):
    """What the four lists share: the time with the id, the amount, the state."""

    scan_rows = LIST_SCAN_ROWS_MAX
    list_display_links = ["when"]
    search_fields = ["public_id"]  # get_search_results looks where an index leads

    def searched(self, queryset: QuerySet[Any], term: str) -> QuerySet[Any]:
        """Return the rows that a text names."""
        return queryset.filter(public_id=term)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Look only where an index leads."""
        del request
        term = search_term.strip()
        return (self.searched(queryset, term) if term else queryset), False

    @admin.display(description=_("time"))
    def when(self, row: Any) -> SafeString:
        """Return the Jalali time, with the id."""
        return words.with_code(jalali_time(row.created_at), row.public_id)

    @admin.display(description=_("amount (toman)"))
    def amount(self, row: Any) -> SafeString:
        """Return how much."""
        return words.amount(row.amount_rials)

    @admin.display(description=_("state"))
    def shown_state(self, row: Any) -> SafeString:
        """Return the state as a badge, and whether it is test money."""
        said = words.order_badge(row)
        return in_book(said, row) if hasattr(row, "book") else said


@admin.register(Invoice)
class InvoiceAdmin(OrdersAdmin):
    """What merchants asked for."""

    page = order_pages.invoice
    list_display = ["when", "amount", "shown_state", "shown_title", "merchant"]
    list_filter = ["book", "state"]
    list_select_related = ["maker"]
    search_help_text = _("An inv_, pay_, lnk_ or app_ id, an order reference, or a maker's name.")

    def searched(self, queryset: QuerySet[Invoice], term: str) -> QuerySet[Invoice]:
        """Understand the ids of what belongs to an invoice, its reference, its maker."""
        if is_id(term, "inv"):
            return queryset.filter(public_id=term)
        if is_id(term, "pay"):
            return queryset.filter(payments__public_id=term)
        if is_id(term, "lnk"):
            return queryset.filter(link__public_id=term)
        if is_id(term, "app"):
            return queryset.filter(audience=term)
        by_reference = queryset.filter(order_ref__in=order_refs(term))
        return first_found(by_reference, queryset.filter(maker__in=makers_named(term)))

    @admin.display(description=_("title"))
    def shown_title(self, row: Invoice) -> SafeString:
        """Return what it is for, with the merchant's own reference."""
        return words.with_code(format_html("<bdi>{}</bdi>", row.title), row.order_ref)

    @admin.display(description=_("merchant"))
    def merchant(self, row: Invoice) -> SafeString:
        """Return who asks."""
        return words.maker_words(row.maker)


@admin.register(Payment)
class PaymentAdmin(OrdersAdmin):
    """Who paid whom, what the fee was, what went back."""

    page = order_pages.payment
    list_display = ["when", "amount", "shown_state", "refunded", "payer_shown", "merchant"]
    list_filter = ["book", "state"]
    list_select_related = ["maker", "payer", "invoice"]
    search_help_text = _(
        "A pay_, inv_, rfd_ or app_ id, the payer's phone, an order reference, or a maker's name."
    )

    def searched(self, queryset: QuerySet[Payment], term: str) -> QuerySet[Payment]:
        """Understand the ids of what belongs to a payment, its payer, its maker."""
        if is_id(term, "pay"):
            return queryset.filter(public_id=term)
        if is_id(term, "inv"):
            return queryset.filter(invoice__public_id=term)
        if is_id(term, "rfd"):
            of = Refund.objects.filter(public_id=term)
            return queryset.filter(pk__in=of.values("payment"))
        if is_id(term, "app"):
            return queryset.filter(audience=term)
        named = Invoice.objects.filter(order_ref__in=order_refs(term))
        return first_found(
            queryset.filter(payer__in=people_by_phone(term)),
            queryset.filter(invoice__in=named),
            queryset.filter(maker__in=makers_named(term)),
        )

    @admin.display(description=_("payer"))
    def payer_shown(self, row: Payment) -> SafeString:
        """Return who paid."""
        return words.person_words(row.payer)

    @admin.display(description=_("merchant"))
    def merchant(self, row: Payment) -> SafeString:
        """Return who is paid, and for what."""
        return format_html("{}<br><bdi class='meta'>{}</bdi>", words.maker_words(row.maker),
                           row.invoice.title)  # fmt: skip

    @admin.display(description=_("refunded"))
    def refunded(self, row: Payment) -> SafeString | str:
        """Return how much went back."""
        return words.amount(row.refunded_rials) if row.refunded_rials else "–"


class TransitAdmin(OrdersAdmin):
    """Money on its way in or out, as a gateway knows it."""

    waits: tuple[str, ...] = ()  # the states in which something is still to happen
    waits_at_most = timedelta(0)

    @admin.display(description=_("age"))
    def age(self, row: TopUp | Payout) -> SafeString | str:
        """Return how long it has been waiting."""
        return words.age(row, is_waiting=row.state in self.waits, at_most=self.waits_at_most)

    @admin.display(description=_("gateway"))
    def bank(self, row: TopUp | Payout) -> SafeString:
        """Return the gateway, with the bank's receipt, or its number while there is none."""
        code = row.receipt or str(row.number)
        return words.with_code(format_html("<bdi>{}</bdi>", row.gateway), code)


@admin.register(TopUp)
class TopUpAdmin(TransitAdmin):
    """Money that people brought in through a gateway."""

    page = order_pages.top_up
    waits = (TopUp.State.WAITING, TopUp.State.OPEN)
    waits_at_most = TOP_UP_OPEN_FOR
    list_display = ["when", "amount", "shown_state", "age", "whose", "bank"]
    list_filter = ["state", GatewayFilter]
    list_select_related = ["person"]
    search_help_text = _(
        "A top_ id, a phone number, the bank's receipt or its number of the order."
    )

    def searched(self, queryset: QuerySet[TopUp], term: str) -> QuerySet[TopUp]:
        """Understand an id, a phone in any spelling, a receipt, the bank's number."""
        if is_id(term, "top"):
            return queryset.filter(public_id=term)
        plain = latin_digits(term)
        return first_found(
            # A receipt is unique within its gateway: with the few names, the index leads to it.
            queryset.filter(receipt=plain, gateway__in=order_pages.gateways_known()),
            queryset.filter(number__in=order_numbers(plain)),
            queryset.filter(person__in=people_by_phone(term)),
        )

    @admin.display(description=_("person"))
    def whose(self, row: TopUp) -> SafeString:
        """Return whose wallet it fills."""
        return words.person_words(row.person)


@admin.register(Payout)
class PayoutAdmin(TransitAdmin):
    """Money that people and makers sent to a bank account."""

    page = order_pages.payout
    waits = (Payout.State.ASKED, Payout.State.SENT)
    waits_at_most = PAYOUT_SETTLED_AFTER
    list_display = ["when", "amount", "shown_state", "age", "whose", "bank", "to"]
    list_filter = ["state", GatewayFilter]
    list_select_related = ["person", "maker"]
    search_help_text = _(
        "An out_ id, a phone number, the name of a maker or the bank's number of the order."
    )

    def searched(self, queryset: QuerySet[Payout], term: str) -> QuerySet[Payout]:
        """Understand an id, a phone in any spelling, a maker's name, the bank's number."""
        if is_id(term, "out"):
            return queryset.filter(public_id=term)
        return first_found(
            queryset.filter(number__in=order_numbers(latin_digits(term))),
            queryset.filter(person__in=people_by_phone(term)),
            queryset.filter(maker__in=makers_named(term)),
        )

    @admin.display(description=_("owner"))
    def whose(self, row: Payout) -> SafeString:
        """Return whose money it is."""
        if row.maker is not None:
            return words.maker_words(row.maker)
        assert row.person is not None  # the database holds it to one of the two
        return words.person_words(row.person)

    @admin.display(description=_("to"))
    def to(self, row: Payout) -> SafeString:
        """Return the account of the bank, its middle hidden, and whose it is said to be."""
        return words.with_code(format_html("<bdi>{}</bdi>", row.holder), shebas.masked(row.sheba))
