"""Exports in the console: a file at once, or a page that shows how far it has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.limits import EXPORT_KEEP
from core.problems import Fault, InvalidInput
from identity.makers import maker_of
from identity.pages import person_of
from miniapps import exports
from miniapps.models import Export
from miniapps.pages.frame import go, page, show, step
from miniapps.pages.money_forms import apps_of, maker_frame, wanted_in

TYPES = {
    Export.Form.CSV: "text/csv; charset=utf-8",
    Export.Form.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@step
def ask(request: HttpRequest, maker_id: str) -> HttpResponse:
    """Give what the list shows as a file; a long one is written by a worker."""
    person = person_of(request)
    maker = maker_of(person, maker_id)
    wanted, faults = wanted_in(request, apps_of(maker))
    kind, form = request.POST.get("kind", ""), request.POST.get("form", "")
    if faults or kind not in Export.Kind.values or form not in Export.Form.values:
        raise InvalidInput(
            [Fault("#/form", "must be csv or xlsx of payments or refunds", "choice")]
        )
    now = timezone.now()
    made = exports.ask(maker=maker, actor=person, kind=kind, form=form, wanted=wanted, now=now)
    if isinstance(made, Export):
        return go(request, "console_money_export", maker.public_id, made.public_id)
    answer = HttpResponse(made, content_type=TYPES[Export.Form(form)])
    answer["Content-Disposition"] = f'attachment; filename="{name_of(kind, form, now)}"'
    return answer


def name_of(kind: str, form: str, now: datetime) -> str:
    """Return the name under which a browser keeps the file."""
    return f"barnamak-{kind}-{timezone.localtime(now):%Y%m%d-%H%M}.{form}"


@page
def export(request: HttpRequest, maker_id: str, export_id: str) -> HttpResponse:
    """``…/money/exports/<export>/``: how far the file has come; then, the file."""
    maker, frame = maker_frame(request, maker_id, tab=export_id)
    found = exports.export_of(maker, export_id)
    context = frame | _progress(found)
    if request.GET.get("part") == "progress":
        return render(request, "miniapps/money_export_part.html", context)
    return show(request, "money_export.html", context)


def _progress(found: Export) -> dict[str, Any]:
    ended = found.ended_at
    return {
        "export": found,
        "book": found.wanted["book"],
        "percent": found.rows_done * 100 // max(1, found.rows_total),
        "keep_until": None if ended is None else ended + EXPORT_KEEP,
    }


@never_cache
@login_required
@require_safe
def file(request: HttpRequest, maker_id: str, export_id: str) -> HttpResponseBase:
    """``…/exports/<export>/file/``: the file, for the maker's people."""
    maker = maker_of(person_of(request), maker_id)
    found = exports.export_of(maker, export_id)
    path = exports.file_of(found, now=timezone.now())
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=name_of(found.kind, found.form, found.asked_at),
        content_type=TYPES[Export.Form(found.form)],
    )
