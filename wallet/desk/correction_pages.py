"""Proposing a correction, and deciding on one that another has proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages as flashes
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.answers import wants_json
from core.ids import new_id
from core.problems import Fault, InvalidInput, NotFound, Problem
from core.templatetags.ui import toman
from core.text import latin_digits
from identity.models import Person
from identity.pages import person_of
from wallet import corrections, oversight
from wallet.chart import BOOKS, Book
from wallet.desk import words
from wallet.desk.account_pages import POSTED, found
from wallet.errors import BooksDiffer
from wallet.models import Account, Correction, Posting
from wallet.money import Rials

State = Correction.State
FIELDS = ("key", "book", "debit", "credit", "amount_rials", "about", "reason")
CLUTTER = str.maketrans("", "", " ,\u066c\u200c\u00a0")


@dataclass(frozen=True)
class Side:
    """One account of a correction, with what stands on it before and after; of this row alone."""

    label: str
    account: Account
    owner: str
    detail: str
    before: int
    after: int
    refused: bool = False  # by the account's flag, as things stand


def propose(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Ask for the two accounts, the amount and the reason."""
    if not request.user.has_perm(oversight.PROPOSE):
        raise PermissionDenied
    typed = {name: request.GET.get(name, "") for name in FIELDS}
    typed |= {"key": new_id("cor"), "book": typed["book"] or "live"}
    status, refusal, faults = 200, "", {}
    if request.method == "POST":
        typed |= {name: request.POST.get(name, "") for name in FIELDS}
        try:
            made = _proposed(typed, person_of(request))
        except InvalidInput as problem:
            status, faults = problem.status, _fault_words(problem)
        except Problem as problem:
            status, refusal = problem.status, words.problem_notice(problem)
        else:
            flashes.success(request, _("Proposed. Another treasurer decides."))
            return HttpResponseRedirect(_place(made))
    context = site.each_context(request) | {
        "title": _("Propose a correction"), "typed": typed, "faults": faults, "refusal": refusal,
        "books": Account.Book.choices, "opts": Correction._meta,  # noqa: SLF001  (public)
    }  # fmt: skip
    return render(request, "admin/wallet/propose.html", context, status=status)


@require_safe
def correction(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one correction with both accounts before and after, and the decision."""
    row = _found(key)
    person, now = person_of(request), timezone.now()
    context = site.each_context(request) | {
        "title": _("Correction of %(amount)s") % {"amount": toman(row.amount_rials)},
        "correction": row, "tone": words.TONES[row.state], "sides": _sides(row),
        "is_over": row.state == State.PROPOSED and row.expires_at <= now,
        "why_not": _why_not(row, person), "opts": Correction._meta,  # noqa: SLF001  (public)
        "audit_url": words.audit_link(request, row.public_id),
    }  # fmt: skip
    return render(request, "admin/wallet/correction.html", context)


@require_POST
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Approve or reject, and go back to the page of the correction."""
    if not request.user.has_perm(oversight.APPROVE):
        raise PermissionDenied
    row = _found(key)
    given: dict[str, Any] = {
        "correction": row, "actor": person_of(request), "now": timezone.now(),
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    try:
        match request.POST.get("decision"):
            case "approve":
                corrections.approve(**given)
                said = _("Approved and booked.")
            case "reject":
                corrections.reject(**given)
                said = _("Rejected. Nothing has moved.")
            case _:
                raise InvalidInput([Fault("#/decision", "must be approve or reject", "choice")])
    except Problem as problem:
        if wants_json(request):
            raise
        flashes.error(request, words.problem_notice(problem))
    else:
        flashes.success(request, said)
    return JsonResponse({}) if wants_json(request) else HttpResponseRedirect(_place(row))


def _place(row: Correction) -> str:
    return reverse("admin:wallet_correction_change", args=[row.pk])


def _found(key: str) -> Correction:
    return found(
        Correction.objects.select_related(
            "debit_account__person", "debit_account__maker", "credit_account__person",
            "credit_account__maker", "proposed_by", "decided_by", "transfer",
        ),
        key,
    )  # fmt: skip


def _proposed(typed: dict[str, str], actor: Person) -> Correction:
    """Propose what the form says. Raises InvalidInput with every fault, or a refusal."""
    faults: list[Fault] = []
    book: Book = "test" if typed["book"] == "test" else "live"
    if typed["book"] not in BOOKS:
        faults.append(Fault("#/book", "must be live or test", "choice"))
    named: dict[str, Account] = {}
    for side in ("debit", "credit"):
        try:
            named[side] = corrections.account_named(typed[side], book=book)
        except NotFound:
            faults.append(Fault(f"#/{side}", "names no account", "unknown"))
        except BooksDiffer:
            faults.append(Fault(f"#/{side}", "is an account of the other book", "book"))
    digits = latin_digits(typed["amount_rials"]).translate(CLUTTER)
    amount = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 18 else 0  # noqa: PLR2004  # a bigint
    if len(named) < 2 or faults:  # noqa: PLR2004  # both sides
        if not amount:
            faults.append(Fault("#/amount_rials", "must be a number of rials", "range"))
        raise InvalidInput(faults)
    return corrections.propose(
        key=typed["key"], debit=named["debit"], credit=named["credit"], amount=Rials(amount),
        reason=typed["reason"], about=typed["about"].strip(), actor=actor, now=timezone.now(),
    )  # fmt: skip


def _fault_words(problem: InvalidInput) -> dict[str, str]:
    """Return one sentence for each field that has a fault."""
    said = {
        "unknown": _("No account is named so: write an acc_ id, or the phone of somebody."),
        "book": _("This account belongs to the other book."),
        "same": _("Choose another account than the one on the debit side."),
        "range": _("Write a whole number of rials, at least 1."),
        "choice": _("Choose one of the list."),
        "about": _("Write a pay_, top_ or out_ id, or nothing."),
        "shape": _("Open this form again."),
    }
    return {fault.pointer.removeprefix("#/"): said[fault.code] for fault in problem.faults}


def _sides(row: Correction) -> list[Side]:
    """Return both accounts: as they stand and would stand, or as they stood then."""
    booked: dict[bool, Posting] = {}
    if row.transfer is not None:
        booked = {one.is_debit: one for one in Posting.objects.filter(transfer=row.transfer)}
    return [
        _side(_("Debit"), row.debit_account, row.amount_rials, 0, booked.get(True)),
        _side(_("Credit"), row.credit_account, 0, row.amount_rials, booked.get(False)),
    ]


def _side(label: str, account: Account, debit: int, credit: int, booked: Posting | None) -> Side:
    """Return one side; ``booked`` is what stood after it, where it has happened."""
    at = booked or account
    debits, credits_ = (getattr(at, name) for name in POSTED)
    if booked is not None:
        debits, credits_ = debits - debit, credits_ - credit
    before = words.on_normal_side(account.kind, debits, credits_)
    after = words.on_normal_side(account.kind, debits + debit, credits_ + credit)
    refused = booked is None and (
        (account.debits_must_not_exceed_credits
         and account.debits_pending + debits + debit > credits_)
        or (account.credits_must_not_exceed_debits
            and account.credits_pending + credits_ + credit > debits)
    )  # fmt: skip
    return Side(
        label, account, words.owner_words(account), words.owner_detail(account), before, after,
        refused,
    )  # fmt: skip


def _why_not(row: Correction, person: Person) -> str:
    """Return why this person cannot decide; the operations judge again when a button is pressed."""
    if not person.has_perm(oversight.APPROVE):
        return _("You may look; only treasurers decide.")
    if row.proposed_by_id == person.pk:
        return _("You proposed it. Another treasurer must decide.")
    if any(oversight.is_own(person, one) for one in (row.debit_account, row.credit_account)):
        return _("One of the accounts is yours or your maker's. Another treasurer must decide.")
    return ""
