"""A shop's money: what its orders brought in a month, what we kept, which payout took it along."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import rates
from core.limits import EXPORTS_PER_HOUR_MAX, PAYOUTS_BESIDE_MAX, SETTLEMENT_EXPORT_ROWS_MAX
from core.problems import NotFound
from core.templatetags.ui import digits
from identity.makers import RIGHTS, role_of
from identity.models import Person
from miniapps.errors import ExportTooLarge
from miniapps.export_files import Cell, jalali, toman, write_table
from storefront.calendar import Month, latest, month_of, read_month
from storefront.orders import settlements
from storefront.orders.settlements import Batch, Line
from storefront.shops.models import Shop, Staff
from storefront.shops.pages.frame import of_desk, page
from wallet import cash_out_form
from wallet.documents import instant

MONTHS_SHOWN = 12
FORMS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PAID: Final = _("Paid out")
RETURN: Final = _("Return after the payout")
Column = tuple[Promise, Callable[[Line, str], Cell]]
COLUMNS: Final[list[Column]] = [
    (_("Time (Jalali, Tehran)"), lambda one, _payout: jalali(one.at)),
    (_("Time (ISO)"), lambda one, _payout: instant(one.at) or ""),
    (_("Order"), lambda one, _payout: one.order),
    (_("What it was"), lambda one, _payout: str(RETURN if one.is_return else PAID)),
    (_("Total of the order (rials)"), lambda one, _payout: one.total_rials),
    (_("Given back before (rials)"), lambda one, _payout: one.given_back_rials),
    (_("Gross (rials)"), lambda one, _payout: one.gross_rials),
    (_("Commission (rials)"), lambda one, _payout: one.commission_rials),
    (_("Net (rials)"), lambda one, _payout: one.net_rials),
    (_("Net (toman)"), lambda one, _payout: toman(one.net_rials)),
    (_("Payout"), lambda _one, payout: payout),
    (_("Code of the movement"), lambda one, _payout: one.transfer),
]


@page("money")
def money(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/orders/in/<shop>/money/?month=1405-09``: three queries; ``form=csv`` gives the file.

    ``before`` goes back within the month. Raises NotFound for what is no month, or has not begun.
    """
    shop, person = member.shop, member.person
    month = _month(request.GET.get("month", ""))
    form = request.GET.get("form", "")
    if form in FORMS:
        return _file(person, shop, month, form)
    found = settlements.page_of(shop, month, before=request.GET.get("before", ""))
    batches = settlements.batches_of(shop, month)
    context = {
        "tab": "money",
        "month": month,
        "months": latest(timezone.now(), MONTHS_SHOWN),
        "sums": found.sums,
        "figures": _figures(found.sums),
        "rows": [{"line": one, "payout": _payout(one, batches)} for one in found.lines],
        "older": found.older,
        "payouts": [
            cash_out_form.shown(one.payout) for one in batches[: -PAYOUTS_BESIDE_MAX - 1 : -1]
        ],
        "may_cash_out": _may_cash_out(person, shop),
    }
    return render(request, "orders/money.html", of_desk(member) | context)


def _figures(sums: settlements.Sums) -> list[tuple[str, int]]:
    """Return how the month's net comes about, in rials that add up to it."""
    shown = digits(sums.orders)
    paid = ngettext("Paid out for %(shown)s order", "Paid out for %(shown)s orders", sums.orders)
    figures = [(paid % {"shown": shown}, sums.paid_rials)]
    if sums.returned_rials:
        figures.append((gettext("Returns after the payout"), -sums.returned_rials))
    return [*figures, (gettext("Our commission"), -sums.commission_rials)]


def _month(code: str) -> Month:
    this = month_of(timezone.now())
    wanted = read_month(code) if code else this
    if wanted is None or wanted > this:
        raise NotFound
    return wanted


def _may_cash_out(person: Person, shop: Shop) -> bool:
    """Tell whether the person may send the maker's money to a bank; the console asks again."""
    return "billing" in RIGHTS.get(role_of(person, shop.maker) or "", frozenset())


def _payout(line: Line, batches: list[Batch]) -> dict[str, Any] | None:
    found = settlements.batch_of(line, batches)
    return None if found is None else cash_out_form.shown(found.payout)


def _file(person: Person, shop: Shop, month: Month, form: str) -> HttpResponse:
    """Return the month as a file, in the language in force.

    Raises TooManyRequests, ExportTooLarge(most).
    """
    rates.hit("exports", str(person.pk), limit=EXPORTS_PER_HOUR_MAX, period_s=3600)
    batches = settlements.batches_of(shop, month)
    head: list[Cell] = [str(title) for title, _read in COLUMNS]
    with tempfile.TemporaryDirectory(prefix="barnamak-settlements-") as folder:
        path = Path(folder) / f"settlements.{form}"
        write_table(path, form, head, _rows(shop, month, batches))
        made = path.read_bytes()
    answer = HttpResponse(made, content_type=FORMS[form])
    name = f"{shop.slug}-settlements-{month.code}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rows(shop: Shop, month: Month, batches: list[Batch]) -> Iterator[list[Cell]]:
    for number, line in enumerate(settlements.lines_of(shop, month)):
        if number >= SETTLEMENT_EXPORT_ROWS_MAX:
            raise ExportTooLarge(most=SETTLEMENT_EXPORT_ROWS_MAX)
        found = settlements.batch_of(line, batches)
        payout = found.payout.public_id if found else ""
        yield [read(line, payout) for _title, read in COLUMNS]
