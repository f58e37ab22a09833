"""The state of the books for those who look after them: what differs, since when, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages as flashes
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from core import jobs
from identity.pages import person_of
from wallet import oversight, reconciliation
from wallet.desk import words
from wallet.desk.account_pages import found
from wallet.models import Account, Difference, ReconciliationRun

SHOWN = 200
VIEW = "wallet.view_reconciliationrun"

TITLES: Final[dict[str, words.Text]] = {
    "book-does-not-sum-to-zero": _("Debits and credits of a book are not equal"),
    "account-differs-from-last-posting": _("A balance is not what its last posting says"),
    "account-differs-from-its-transfers": _("A balance is not the sum of its transfers"),
    "posting-is-no-step": _("A posting is not the one before plus its transfer"),
    "transfer-without-both-postings": _("A transfer lacks one of its two postings"),
    "transfer-between-books": _("Real and test money have met in a transfer"),
    "flag-broken": _("A balance stands where its account may not be"),
    "account-not-of-the-chart": _("An account is not as the chart has it"),
    "slots-disagree": _("An account and its slots do not agree"),
    "hold-past-its-time": _("A hold is past its time and nobody released it"),
    "hold-settled-wrongly": _("A hold was settled for something else"),
    "escrow-not-settled": _("Money of a payment has stayed in escrow"),
    "escrow-differs-from-its-transfers": _("Money kept for an order differs from its row"),
    "payout-not-settled": _("A cash-out has not arrived and has not come back"),
    "correction-without-approval": _("A correction was booked that nobody approved"),
    "gateway-order-not-in-ledger": _("The gateway took an order that nobody was credited"),
    "ledger-order-not-at-gateway": _("An order was credited that the gateway does not know"),
    "gateway-amount-differs": _("Gateway and ledger name different amounts"),
    "bank-payout-not-in-ledger": _("The bank paid a cash-out that has not left the ledger"),
    "ledger-payout-not-at-bank": _("A cash-out is booked as arrived that the bank has not paid"),
    "payout-amount-differs": _("Bank and ledger name different amounts of a cash-out"),
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A difference in words, with the place where one looks first."""

    difference: Difference
    title: words.Text
    url: str
    label: str


def alarm_banner(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the alarm of the books for the top of every page of the admin, for who may see it."""
    if not request.user.is_authenticated or not request.user.has_perm(VIEW):
        return []
    state = reconciliation.alarm(now=timezone.now())
    said = {
        "differs": gettext("The books do not agree."),
        "silent": gettext("Nobody has checked the books lately."),
    }
    if state not in said:
        return []
    place = reverse("admin:wallet_reconciliationrun_changelist")
    return [{"text": said[state], "url": place, "link": gettext("Reconciliation")}]


def overview(request: HttpRequest) -> dict[str, Any]:
    """Return what stands above the list of checks: the last one and all that differs now."""
    last = (
        ReconciliationRun.objects.filter(state__in=reconciliation.FINISHED).order_by("-pk").first()
    )
    standing = Difference.objects.filter(gone_at=None)
    return {
        "last": last,
        "standing": _shown(standing),
        "books": [] if last is None else _books(last),
        "clearing": [] if last is None else last.clearing,
        "may_run": request.user.has_perm(oversight.RECONCILE),
    }


@require_safe
def run(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one check: what it saw, and what stood differing at its end."""
    row = found(ReconciliationRun.objects.select_related("asked_by"), key)
    at_its_end = Difference.objects.filter(
        Q(gone_at=None) | Q(gone_at__gt=row.started_at), first_run__lte=row.pk
    )
    context = site.each_context(request) | {
        "title": gettext("Check of the books"), "run": row, "tone": words.TONES[row.state],
        "standing": _shown(at_its_end), "books": _books(row), "clearing": row.clearing,
        "shortened": [TITLES.get(code, code) for code in row.shortened],
        "opts": ReconciliationRun._meta,  # noqa: SLF001  (Django's public name for it)
    }  # fmt: skip
    return render(request, "admin/wallet/reconciliation.html", context)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Have everything checked now, by a worker."""
    if not request.user.has_perm(oversight.RECONCILE):
        raise PermissionDenied
    with transaction.atomic():
        jobs.enqueue_on_commit("wallet.reconcile_fully", asked_by=person_of(request).public_id)
    flashes.success(
        request, gettext("The whole of the books is being checked. It may take a while.")
    )
    return HttpResponseRedirect(reverse("admin:wallet_reconciliationrun_changelist"))


def _shown(rows: QuerySet[Difference]) -> list[Shown]:
    found_ones = rows.order_by("first_seen_at", "pk")[:SHOWN]
    return [Shown(one, TITLES.get(one.code, one.code), *_place(one)) for one in found_ones]


def _place(one: Difference) -> tuple[str, str]:
    """Return where to look first, and how the subject is written."""
    accounts, transfers = (
        reverse(f"admin:wallet_{name}_changelist") for name in ("account", "transfer")
    )
    subject, _slash, seq = one.subject.partition("/")
    if subject.startswith("acc_"):
        return f"{accounts}?q={subject}", one.subject if seq else subject
    if subject.startswith("trf_"):
        return f"{transfers}?q={subject}", subject
    if one.facts.get("for"):
        return f"{transfers}?q={one.facts['for']}", one.facts["for"]
    if "gateway" in one.facts:
        return "", f"{one.facts['gateway']} {one.facts['order']}"
    return "", one.subject


def _books(row: ReconciliationRun) -> list[dict[str, Any]]:
    """Return the trial balance, a table a book, with its two sums."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for line in row.trial_balance:
        tables.setdefault(line["book"], []).append(line | {
            "label": _label(Account.Kind, line["kind"]),
            "balance": words.on_normal_side(
                line["kind"], line["debits_posted"], line["credits_posted"]
            ),
        })  # fmt: skip
    return [
        {
            "label": _label(Account.Book, book), "lines": lines,
            "debits": sum(line["debits_posted"] for line in lines),
            "credits": sum(line["credits_posted"] for line in lines),
            "debits_pending": sum(line["debits_pending"] for line in lines),
            "credits_pending": sum(line["credits_pending"] for line in lines),
        }
        for book, lines in tables.items()
    ]  # fmt: skip


def _label(choices: Any, value: str) -> Any:
    return choices(value).label if value in choices.values else value
