"""One invoice, payment, top-up or cash-out in the admin, and each transfer it caused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.templatetags.ui import jalali_time, toman
from identity.models import Maker, Person
from wallet import oversight
from wallet.desk import words
from wallet.desk.account_pages import found
from wallet.identifiers import shebas
from wallet.models import Account, Invoice, Payment, Payout, Refund, TopUp, Transfer

SHOWN: Final = 200  # transfers, payments or refunds of one thing that are listed
Fact = tuple[words.Text, Any]  # an empty value is left out


@dataclass(frozen=True)
class Shown:
    """What the page says beside the transfers."""

    title: words.Text
    facts: list[Fact]
    payments: Iterable[Payment] = ()
    refunds: Iterable[Refund] = ()
    can_be_corrected: bool = True


def gateways_known() -> list[str]:
    """Return the names of gateways that are configured, or that the ledger has an account of."""
    in_ledger = Account.objects.filter(kind="gateway", slot=0).values_list("name", flat=True)
    return sorted({*settings.WALLET_GATEWAYS, *in_ledger})


@require_safe
def invoice(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one invoice and everybody who tried to pay it."""
    row = found(Invoice.objects.select_related("maker", "recipient", "link"), key)
    tries = Payment.objects.filter(invoice=row).select_related("payer").order_by("-pk")[:SHOWN]
    link = "" if row.link is None else f"{row.link.title} · {row.link.public_id}"
    lines = " · ".join(f"{one['label']}: {toman(one['amount_rials'])}" for one in row.lines)
    shown = Shown(
        _("Invoice"),
        [
            (_("Title"), words.plain(row.title)), (_("Description"), words.plain(row.about)),
            (_("Lines"), words.plain(lines)), (_("Merchant"), _maker(request, row.maker)),
            (_("App"), words.code(row.audience)), (_("Pay link"), words.plain(link)),
            (_("Order reference"), words.code(row.order_ref)),
            (_("For whom"), _person(request, row.recipient)),
            (_("May be paid until"), jalali_time(row.expires_at)),
            (_("Closed"), jalali_time(row.closed_at)),
        ],
        payments=tries,
        can_be_corrected=False,
    )  # fmt: skip
    return _page(request, site, row, shown)


@require_safe
def payment(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one payment with its refunds."""
    row = found(Payment.objects.select_related("maker", "payer", "invoice"), key)
    declined = " · ".join(text for text in (row.decline_code, row.decline_reason) if text)
    shown = Shown(
        _("Payment"),
        [
            (_("Payer"), _person(request, row.payer)),
            (_("Merchant"), _maker(request, row.maker)), (_("App"), words.code(row.audience)),
            (_("Invoice"), _link("invoice", row.invoice_id, row.invoice.public_id)),
            (_("What for"), words.plain(row.invoice.title)),
            (_("Order reference"), words.code(row.invoice.order_ref)),
            (_("Fee"), toman(row.fee_rials)),
            (_("Refunded"), toman(row.refunded_rials) if row.refunded_rials else ""),
            (_("Fee given back"), toman(row.fee_refunded_rials) if row.fee_refunded_rials else ""),
            (_("Why it was declined"), words.plain(declined)),
            (_("Held until"), jalali_time(row.hold_ends_at)),
            (_("Closed"), jalali_time(row.closed_at)),
        ],
        refunds=Refund.objects.filter(payment=row).order_by("-pk")[:SHOWN],
    )  # fmt: skip
    return _page(request, site, row, shown)


@require_safe
def top_up(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one top-up as we and the bank know it."""
    row = found(TopUp.objects.select_related("person"), key)
    shown = Shown(
        _("Top-up"),
        [
            (_("Person"), _person(request, row.person)),
            (_("Card"), words.code(row.card_masked)), *_bank_facts(row),
        ],
    )  # fmt: skip
    return _page(request, site, row, shown)


@require_safe
def payout(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one cash-out as we and the bank know it."""
    row = found(Payout.objects.select_related("person", "maker", "asked_by"), key)
    shown = Shown(
        _("Cash-out"),
        [
            (_("Person"), _person(request, row.person)), (_("Maker"), _maker(request, row.maker)),
            (_("Asked for by"), _person(request, row.asked_by)),
            (_("Account's holder"), words.plain(row.holder)),
            (_("Sheba"), words.code(shebas.masked(row.sheba))), *_bank_facts(row),
        ],
    )  # fmt: skip
    return _page(request, site, row, shown)


def _bank_facts(row: TopUp | Payout) -> list[Fact]:
    asked_next = _ask_at(row.state, row.ask_at)
    return [
        (_("Gateway"), words.plain(row.gateway)),
        (_("Bank's number of the order"), words.code(str(row.number))),
        (_("Bank's receipt"), words.code(row.receipt)),
        (_("What is in the way"), words.code(row.trouble)),
        (_("Questions to the bank without an end"), words.count(row.tries)),
        (_("The bank is asked again"), asked_next),
        (_("Closed"), jalali_time(row.closed_at)),
    ]


def _ask_at(state: str, at: datetime) -> str:
    return jalali_time(at) if state in words.UNDER_WAY else ""


def _page(request: HttpRequest, site: AdminSite, row: Any, shown: Shown) -> HttpResponse:
    transfers = Transfer.objects.filter(reference=row.public_id).select_related(
        "debit_account__person", "debit_account__maker", "credit_account__person",
        "credit_account__maker",
    ).order_by("pk")[:SHOWN]  # fmt: skip
    may_correct = shown.can_be_corrected and request.user.has_perm(oversight.PROPOSE)
    context = site.each_context(request) | {
        "title": shown.title, "row": row, "badge": words.order_badge(row),
        "facts": [(label, value) for label, value in shown.facts if value],
        "payments": list(shown.payments), "refunds": list(shown.refunds),
        "has_payments": isinstance(row, Invoice), "transfers": list(transfers),
        "has_book": hasattr(row, "book"), "may_correct": may_correct,
        "back": reverse(f"admin:wallet_{row._meta.model_name}_changelist"),  # noqa: SLF001
        "audit_url": words.audit_link(request, row.public_id),
        "opts": row._meta,  # noqa: SLF001  (Django's public name for it)
    }  # fmt: skip
    return render(request, "admin/wallet/order.html", context)


def _link(table: str, key: int, text: str) -> SafeString:
    place = reverse(f"admin:wallet_{table}_change", args=[key])
    return format_html('<a href="{}"><code class="ltr">{}</code></a>', place, text)


def _person(request: HttpRequest, person: Person | None) -> SafeString | str:
    return _who(request, person, words.person_words, "person")


def _maker(request: HttpRequest, maker: Maker | None) -> SafeString | str:
    return _who(request, maker, words.maker_words, "maker")


def _who(
    request: HttpRequest, row: Any, said: Callable[[Any], SafeString], table: str
) -> SafeString | str:
    """Return who it is, as a link for who may look him up."""
    if row is None:
        return ""
    if not request.user.has_perm(f"identity.view_{table}"):
        return said(row)
    place = reverse(f"admin:identity_{table}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', place, said(row))
