"""One account and one transfer in the admin, and the steps that stop and free an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from django.contrib import messages as flashes
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.keyset import BEFORE, key_of
from core.problems import NotFound, Problem
from core.templatetags.ui import isolate
from identity.pages import person_of
from wallet import accounts, oversight
from wallet.desk import words
from wallet.desk.statement import moved_and_held, statement
from wallet.invariants import BALANCES
from wallet.models import Account, Correction, Posting, Transfer

Row = TypeVar("Row", bound=Model)
POSTED: Final = ("debits_posted", "credits_posted")


@dataclass(frozen=True)
class Measure:
    """A step on an account, with the words of the page that asks for the reason."""

    name: str
    label: str | Promise
    icon: str
    explained: str | Promise
    done: str | Promise
    carry_out: Callable[..., Account]
    danger: bool


MEASURES: Final = {
    one.name: one
    for one in (
        Measure(
            "freeze", gettext_lazy("Freeze"), "lock",
            gettext_lazy(
                "Nothing more goes in or out. What is held may still be released; payments that are"
                " under way are refused."
            ),
            gettext_lazy("The account is frozen."), accounts.freeze, danger=True,
        ),
        Measure(
            "unfreeze", gettext_lazy("Unfreeze"), "lock-open",
            gettext_lazy("Money may move again, at once."),
            gettext_lazy("The account is free again."), accounts.unfreeze, danger=False,
        ),
    )
}  # fmt: skip


def found(rows: QuerySet[Row], key: str | int) -> Row:
    """Return the row with the key in the address. Raises NotFound."""
    number = key_of(str(key))
    row = None if number is None else rows.filter(pk=number).first()
    if row is None:
        raise NotFound
    return row


@require_safe
def account(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one account: whose it is, its balances, its slots, its statement."""
    row = found(Account.objects.select_related("person", "maker"), key)
    main = accounts.main_of(row)
    rows = [main, *Account.objects.filter(pk__in=main.slots).order_by("slot")]
    mine = Q(debit_account__in=rows) | Q(credit_account__in=rows)
    waiting = Correction.objects.filter(mine, state=Correction.State.PROPOSED)
    can = request.user.has_perm
    context = site.each_context(request) | {
        "title": _("Account of %(owner)s") % {"owner": isolate(words.owner_words(row))},
        "account": row, "main": main, "owner": words.owner_words(row),
        "owner_detail": words.owner_detail(row),
        "person_url": _person_url(request, row), "maker_url": _maker_url(request, row),
        "rows": rows if main.slots else [],
        "total": {name: sum(getattr(one, name) for one in rows) for name in BALANCES},
        "balance": words.on_normal_side(
            main.kind, *(sum(getattr(one, name) for one in rows) for name in POSTED)
        ),
        "statement": statement(row, before=key_of(request.GET.get(BEFORE, ""))),
        "waiting": waiting.order_by("-pk")[:5],
        "measure": _measure_of(main) if can(oversight.FREEZE) else None,
        "may_propose": can(oversight.PROPOSE),
        "audit_url": words.audit_link(request, main.public_id),
        "opts": Account._meta,  # noqa: SLF001  (Django's public name for it)
    }  # fmt: skip
    return render(request, "admin/wallet/account.html", context)


def measure(request: HttpRequest, key: int, name: str, site: AdminSite) -> HttpResponse:
    """Ask for the reason of a step on an account, then take it."""
    step = MEASURES.get(name)
    row = accounts.main_of(found(Account.objects.select_related("person", "maker"), key))
    if step is None:
        raise NotFound
    if not request.user.has_perm(oversight.FREEZE):
        raise PermissionDenied
    place = reverse("admin:wallet_account_change", args=[row.pk])
    status, refusal = 200, ""
    if request.method == "POST":
        try:
            reason = request.POST.get("reason", "")
            step.carry_out(account=row, actor=person_of(request), reason=reason)
        except Problem as problem:
            status, refusal = problem.status, words.problem_notice(problem)
        else:
            flashes.success(request, str(step.done))
            return HttpResponseRedirect(place)
    owner = words.owner_words(row)
    context = site.each_context(request) | {
        "title": _("%(step)s: %(what)s") % {"step": step.label, "what": isolate(owner)},
        "measure": step, "account": row, "owner": owner, "place": place, "refusal": refusal,
        "owner_detail": words.owner_detail(row), "balance": accounts.balance_of(row),
        "reason": request.POST.get("reason", ""), "already": _measure_of(row) is not step,
        "opts": Account._meta,  # noqa: SLF001  (Django's public name for it)
    }  # fmt: skip
    return render(request, "admin/wallet/measure.html", context, status=status)


@require_safe
def transfer(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one transfer: its two sides, its hold or what became of it, what it was for."""
    row = found(
        Transfer.objects.select_related(
            "debit_account__person", "debit_account__maker", "credit_account__person",
            "credit_account__maker", "pending",
        ),
        key,
    )  # fmt: skip
    sides = {one.is_debit: one for one in Posting.objects.filter(transfer=row)}
    moved, held = moved_and_held(row)
    context = site.each_context(request) | {
        "title": _("Transfer"), "transfer": row,
        "reason": words.reason_words(row.reason), "tone": words.TONES[row.kind],
        "moved": moved, "held": held,
        "sides": [
            {
                "account": one, "label": label, "owner": words.owner_words(one),
                "detail": words.owner_detail(one), "posting": sides.get(is_debit),
                "balance": None if sides.get(is_debit) is None else words.on_normal_side(
                    one.kind, *(getattr(sides[is_debit], name) for name in POSTED)
                ),
            }
            for one, label, is_debit in (
                (row.debit_account, _("Debit"), True), (row.credit_account, _("Credit"), False),
            )
        ],
        "settled_by": Transfer.objects.filter(pending=row).first(),
        "correction": Correction.objects.filter(transfer=row).first(),
        "related": Transfer.objects.filter(reference=row.reference).exclude(pk=row.pk)
        .order_by("pk")[:20] if row.reference else [],
        "audit_url": words.audit_link(request, row.reference) if row.reference else "",
        "opts": Transfer._meta,  # noqa: SLF001  (Django's public name for it)
    }  # fmt: skip
    return render(request, "admin/wallet/transfer.html", context)


def _measure_of(row: Account) -> Measure:
    return MEASURES["unfreeze" if row.frozen else "freeze"]


def _person_url(request: HttpRequest, row: Account) -> str:
    may = row.person_id and request.user.has_perm("identity.view_person")
    return reverse("admin:identity_person_change", args=[row.person_id]) if may else ""


def _maker_url(request: HttpRequest, row: Account) -> str:
    may = row.maker_id and request.user.has_perm("identity.view_maker")
    return reverse("admin:identity_maker_change", args=[row.maker_id]) if may else ""
