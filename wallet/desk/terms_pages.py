"""What levels may spend and what makers pay, in the admin: read, and changed with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages as flashes
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.ids import is_id
from core.limits import MERCHANT_FEE_BASIS_POINTS_MAX
from core.problems import Fault, InvalidInput, NotFound, Problem
from core.templatetags.ui import isolate, toman_number
from identity.models import Maker
from identity.pages import person_of
from wallet import oversight, terms, typed
from wallet.desk import words
from wallet.desk.account_pages import found
from wallet.models import MerchantTerms, SpendingLimit

PERIODS = ("transaction_rials", "day_rials", "month_rials")
FEE_FIELDS = ("maker", "percent", "most", "reason")
FIELD_OF = {"fee_basis_points": "percent", "fee_max_rials": "most"}


@require_safe
def limits(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show what people of one level may spend, with a form for who may change it."""
    row = _limits_of(key)
    given = {name: toman_number(getattr(row, name)) for name in PERIODS}
    return _limits_page(request, site, row, given)


@require_POST
def set_limits(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Change what people of one level may spend."""
    if not request.user.has_perm(oversight.LIMIT):
        raise PermissionDenied
    row = _limits_of(key)
    given = {name: request.POST.get(name, "") for name in (*PERIODS, "reason")}
    try:
        read = _read({name: (typed.read_toman, given[name]) for name in PERIODS})
        terms.set_limits(
            level=row.level, limits=terms.Limits(**read), actor=person_of(request),
            reason=given["reason"],
        )  # fmt: skip
    except Problem as problem:
        return _limits_page(request, site, row, given, problem)
    flashes.success(request, _("The limits are changed. The next payment follows them."))
    return HttpResponseRedirect(reverse("admin:wallet_spendinglimit_change", args=[row.pk]))


def _limits_of(key: str) -> SpendingLimit:
    row = SpendingLimit.objects.filter(level=unquote(key)).first()
    if row is None:
        raise NotFound
    return row


def _limits_page(
    request: HttpRequest,
    site: AdminSite,
    row: SpendingLimit,
    given: dict[str, str],
    problem: Problem | None = None,
) -> HttpResponse:
    labels = {
        "transaction_rials": _("In one transaction (toman)"), "day_rials": _("In one day (toman)"),
        "month_rials": _("In one Jalali month (toman)"),
    }  # fmt: skip
    faults, refusal, status = _told(problem)
    context = site.each_context(request) | {
        "title": _("Limits: %(level)s") % {"level": row.get_level_display()},
        "row": row, "given": given, "refusal": refusal,
        "fields": [
            {"name": name, "label": label, "value": given[name], "error": faults.get(name, ""),
             "now": getattr(row, name)}
            for name, label in labels.items()
        ],
        "may_change": request.user.has_perm(oversight.LIMIT),
        "audit_url": words.audit_link(request, "wallet.spending_limit"),
        "opts": SpendingLimit._meta,  # noqa: SLF001  (Django's public name for it)
    }  # fmt: skip
    return render(request, "admin/wallet/limits.html", context, status=status)


@require_safe
def merchant(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show the terms of one maker."""
    row = found(MerchantTerms.objects.select_related("maker"), key)
    context = site.each_context(request) | {
        "title": _("Terms of %(maker)s") % {"maker": isolate(row.maker.name)}, "row": row,
        "percent": words.percent_of(row.fee_basis_points), "house": _house(),
        "may_change": request.user.has_perm(oversight.TERMS),
        "audit_url": words.audit_link(request, row.maker.public_id),
        "opts": MerchantTerms._meta,  # noqa: SLF001  (Django's public name for it)
    }  # fmt: skip
    return render(request, "admin/wallet/terms.html", context)


def agree(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Ask for a maker, a share, its upper bound and the reason; then agree on them."""
    if not request.user.has_perm(oversight.TERMS):
        raise PermissionDenied
    asked = request.POST if request.method == "POST" else request.GET
    given = {name: asked.get(name, "") for name in FEE_FIELDS}
    problem: Problem | None = None
    if request.method == "POST":
        try:
            made = _agreed(request, given)
        except Problem as refused:
            problem = refused
        else:
            flashes.success(request, _("The terms are in force. The next payment follows them."))
            return HttpResponseRedirect(
                reverse("admin:wallet_merchantterms_change", args=[made.pk])
            )
    faults, refusal, status = _told(problem)
    context = site.each_context(request) | {
        "title": _("Agree on terms"), "given": given, "faults": faults, "refusal": refusal,
        "maker": _maker(given["maker"]), "house": _house(),
        "percent_most": words.percent_of(MERCHANT_FEE_BASIS_POINTS_MAX),
        "opts": MerchantTerms._meta,  # noqa: SLF001  (Django's public name for it)
    }  # fmt: skip
    return render(request, "admin/wallet/agree.html", context, status=status)


def _agreed(request: HttpRequest, given: dict[str, str]) -> MerchantTerms:
    maker = _maker(given["maker"])
    faults = [] if maker else [Fault("#/maker", "names no maker", "unknown")]
    asked = {
        "fee_basis_points": (typed.read_percent, given["percent"]),
        "fee_max_rials": (typed.read_toman, given["most"]),
    }
    read = _read(asked, faults)
    assert maker is not None  # or _read has raised its fault
    return terms.agree(
        maker=maker, fee=terms.Fee(**read), actor=person_of(request), reason=given["reason"]
    )


def end(request: HttpRequest, key: int, site: AdminSite) -> HttpResponse:
    """Ask for the reason, then let the maker pay the house's fee again."""
    if not request.user.has_perm(oversight.TERMS):
        raise PermissionDenied
    row = found(MerchantTerms.objects.select_related("maker"), key)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            terms.end(
                maker=row.maker, actor=person_of(request), reason=request.POST.get("reason", "")
            )
        except Problem as refused:
            problem = refused
        else:
            flashes.success(request, _("The maker pays the house's fee again."))
            return HttpResponseRedirect(reverse("admin:wallet_merchantterms_changelist"))
    _faults, refusal, status = _told(problem)
    context = site.each_context(request) | {
        "title": _("End the terms of %(maker)s") % {"maker": isolate(row.maker.name)},
        "row": row, "refusal": refusal, "reason": request.POST.get("reason", ""),
        "house": _house(), "opts": MerchantTerms._meta,  # noqa: SLF001  (public)
    }  # fmt: skip
    return render(request, "admin/wallet/end_terms.html", context, status=status)


def _maker(text: str) -> Maker | None:
    name = text.strip()
    return Maker.objects.filter(public_id=name).first() if is_id(name, "mkr") else None


def _house() -> dict[str, Any]:
    fee = terms.house_fee()
    return {"percent": words.percent_of(fee.fee_basis_points), "most": fee.fee_max_rials}


def _read(
    asked: Mapping[str, tuple[Callable[[str], int], str]], faults: list[Fault] | None = None
) -> dict[str, int]:
    """Read what was typed. Raises InvalidInput with every fault, those given too."""
    read, faults = {}, list(faults or [])
    for name, (reader, text) in asked.items():
        try:
            read[name] = reader(text)
        except typed.BadAmount as wrong:
            faults.append(Fault(f"#/{name}", str(wrong), wrong.reason))
    if faults:
        raise InvalidInput(faults)
    return read


def _told(problem: Problem | None) -> tuple[dict[str, str], str, int]:
    """Return the faults by field, the notice above the form, the status."""
    if problem is None:
        return {}, "", 200
    if not isinstance(problem, InvalidInput):
        return {}, words.problem_notice(problem), problem.status
    said = {
        "required": _("Fill this in."),
        "not-digits": _("Write it in digits, without a sign."),
        "order": _("A day allows at least one transaction, a month at least one day."),
        "unknown": _("There is no such maker."),
    }
    bounds = _("This is too little or too much.")
    faults = {
        FIELD_OF.get(name, name): said.get(fault.code, bounds)
        for fault in problem.faults
        if (name := fault.pointer.removeprefix("#/"))
    }
    return faults, "", problem.status
