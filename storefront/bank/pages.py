"""My Bank's pages: the statement as a feed, and what a person may pay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.keyset import key_of
from identity.models import Person
from identity.pages import person_of
from storefront.bank import feed, tiles, underway
from storefront.bank.categories import Category
from storefront.bank.wanted import Wanted
from storefront.bank.words import searched_names, told, told_under_way
from storefront.calendar import latest
from wallet import spending
from wallet.accounts import Balance
from wallet.models import Account, Spender, SpendingLimit
from wallet.money import Rials

View = Callable[..., HttpResponse]
MONTHS_SHOWN = 24  # to choose from
HIDDEN = "bank_hidden"  # in the session
NOTHING = Balance(Rials(0), Rials(0))


def page(view: View) -> View:
    """Mark a page to be looked at, by people who are signed in; it is never kept by a browser."""
    return never_cache(login_required(require_safe(view)))


@page
def statement(request: HttpRequest) -> HttpResponse:
    """``/wallet/``: the balance and what moved; ``?before=`` goes back in time.

    ``q``, ``way``, ``category`` and ``month`` say what is looked for. Two queries, whatever
    was moved: the person's accounts, and a page of the feed. The first page asks two more, once:
    what is under way, and what the person pinned.
    """
    person = person_of(request)
    live, test = accounts_of(person)
    before = key_of(request.GET.get("before", ""))
    wanted = Wanted.read(request.GET.dict())
    found = _found(live, person, wanted, before)
    context = {
        "hidden": is_hidden(request),
        "wanted": wanted,
        "looked": found.looked,
        "days": _by_day(found.entries, said=_day_in(request)),
        "before": found.before,
        "last_day": timezone.localdate(found.entries[-1].at) if found.entries else None,
    }
    if is_part(request):
        return render(request, "storefront/bank_feed.html", context)
    context |= {
        "balance": _holds(live),
        "frozen": live is not None and live.frozen,
        "test": None if test is None else _holds(test),
        "is_first": before is None,
        "is_home": before is None and not wanted,
        "categories": list(Category),
        "months": latest(timezone.now(), MONTHS_SHOWN),
    }
    if context["is_home"]:
        context |= {"under_way": _under_way(person), "tiles": tiles.pinned(person)}
    return render(request, "storefront/bank.html", context)


def _under_way(person: Person) -> list[dict[str, Any]]:
    found = underway.of_person(person, now=timezone.now())
    return [{"one": one, "told": told_under_way(one)} for one in found]


def _found(live: Account | None, person: Person, wanted: Wanted, before: int | None) -> feed.Page:
    if live is None:
        return feed.Page([], None)
    if wanted:
        return feed.search(live, person, wanted, names=searched_names(), before=before)
    return feed.page_of(live, person, before=before)


@never_cache
@login_required
@require_POST
def hide(request: HttpRequest) -> HttpResponse:
    """Hide the balances of this device's pages, or show them: ``hide`` is 1 or 0."""
    request.session[HIDDEN] = request.POST.get("hide") == "1"
    answer = HttpResponseRedirect(reverse("wallet"))
    answer.status_code = 303
    return answer


def is_hidden(request: HttpRequest) -> bool:
    """Tell whether balances are hidden in this session."""
    return bool(request.session.get(HIDDEN))


def accounts_of(person: Person) -> tuple[Account | None, Account | None]:
    """Return a person's wallet and test wallet, each None as long as nothing needed it."""
    rows = {one.book: one for one in Account.objects.filter(person=person, slot=0)}
    return rows.get(Account.Book.LIVE), rows.get(Account.Book.TEST)


def _holds(account: Account | None) -> Balance:
    """Return what a person's wallet holds: it has one row, which was read already."""
    if account is None:
        return NOTHING
    return Balance(account.balance, Rials(account.debits_pending))


def is_part(request: HttpRequest) -> bool:
    """Tell whether a script asks for more of a list that stands on the page."""
    return request.headers.get("HX-Request") == "true"


def _day_in(request: HttpRequest) -> date | None:
    """Return the day whose heading stands above already; a whole page begins with its own."""
    if not is_part(request):
        return None
    try:
        return parse_date(request.GET.get("day", "")[:10])
    except ValueError:
        return None


def _by_day(entries: list[feed.Entry], *, said: date | None) -> list[dict[str, Any]]:
    """Return the movements under their days, in words."""
    days: list[dict[str, Any]] = []
    for one in entries:
        day = timezone.localdate(one.at)
        if not days or days[-1]["day"] != day:
            days.append({"day": day, "said": day == said, "moves": []})
        days[-1]["moves"].append({"entry": one, "told": told(one)})
    return days


@page
def limits(request: HttpRequest) -> HttpResponse:
    """``/wallet/limits/``: what may be paid, when it frees, and what every level may."""
    spender = spending.spender_of(person_of(request))
    context = {
        "has_pin": bool(spender.pin),
        "level": spender.get_level_display(),
        "is_highest": spender.level == Spender.Level.FULL,
        "allowances": _allowances(spender),
        "levels": _levels(spender),
    }
    return render(request, "storefront/bank_limits.html", context)


def _allowances(spender: Spender) -> list[dict[str, Any]]:
    names = {
        "transaction": _("In one payment"),
        "day": _("Today"),
        "month": _("This month"),
    }
    return [
        {
            "name": names[one.period],
            "one": one,
            "left_rials": max(0, one.limit_rials - one.spent_rials),
            "percent": min(100, one.spent_rials * 100 // max(1, one.limit_rials)),
        }
        for one in spending.allowances(spender, now=timezone.now())
    ]


def _levels(spender: Spender) -> list[dict[str, Any]]:
    """Return what people of each level may pay, from the lowest up."""
    rows = {row.level: row for row in SpendingLimit.objects.all()}
    return [
        {"name": level.label, "row": rows[level], "is_own": level == spender.level}
        for level in Spender.Level
        if level in rows
    ]
