"""The statement as a file: of a month, or of the days between two dates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.templatetags.ui import number
from identity.pages import person_of
from miniapps.errors import ExportTooLarge
from miniapps.pages.money_forms import day_in
from storefront.bank import exporting
from storefront.bank.pages import MONTHS_SHOWN, accounts_of
from storefront.calendar import latest, midnight, read_month

BAD = 400


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """``/wallet/export/``: choose what; a POST gives the file."""
    if request.method != "POST":
        return _page(request)
    person, form = person_of(request), request.POST.get("form", "")
    span, faults = _span(request)
    if form not in exporting.FORMS:
        faults["form"] = _("Choose CSV, Excel or PDF.")
    if span is None or faults:
        return _page(request, faults)
    live, _test = accounts_of(person)
    begins, ends = span
    try:
        made = exporting.statement(
            account=live, person=person, form=form, begins=begins, ends=ends, now=timezone.now()
        )
    except ExportTooLarge:
        most = number(exporting.ROWS_MAX[form])
        said = _("This is more than %(most)s movements. Choose fewer days.") % {"most": most}
        return _page(request, {"since": said}, status=ExportTooLarge.status)
    answer = HttpResponse(made, content_type=exporting.FORMS[form])
    name = f"barnamak-statement-{timezone.localtime(begins):%Y%m%d}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _span(request: HttpRequest) -> tuple[tuple[datetime, datetime] | None, dict[str, str]]:
    """Return the instants that are asked for, and what is wrong with them by field."""
    month = read_month(request.POST.get("month", ""))
    if month is not None:
        return (month.begins, month.ends), {}
    given = {name: request.POST.get(name, "").strip()[:20] for name in ("since", "until")}
    days = {name: day_in(text) for name, text in given.items()}
    wrong = _("Write the day like 1405/09/03.")
    faults = {name: wrong for name, day in days.items() if day is None}
    since, until = days["since"], days["until"]
    if since is None or until is None:
        return None, faults
    if until < since:
        return None, {"until": _("The last day comes before the first.")}
    return (midnight(since), midnight(until) + timedelta(days=1)), {}


def _page(
    request: HttpRequest, faults: dict[str, str] | None = None, *, status: int = 0
) -> HttpResponse:
    context: dict[str, Any] = {
        "months": latest(timezone.now(), MONTHS_SHOWN),
        "given": {name: request.POST.get(name, "")[:20] for name in ("since", "until", "month")},
        "faults": faults or {},
    }
    return render(
        request, "storefront/bank_export.html", context, status=status or (BAD if faults else 200)
    )
