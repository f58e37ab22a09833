"""Pages of an import, the same for two doors: a shop's staff, and operators in the admin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.api.uploads import file_of
from core.limits import IMPORT_FINDINGS_SHOWN, IMPORT_UNDO_WITHIN
from core.problems import InvalidInput, Problem
from identity.models import Person
from identity.pages import person_of
from storefront.shops.access import shop_of
from storefront.shops.errors import ImportNotReady, ImportUnreadable
from storefront.shops.imports import beginning, failed
from storefront.shops.imports.columns import OF_KIND, guess, unit_told
from storefront.shops.imports.findings import REFUSALS, RULES
from storefront.shops.models import Import, ImportRow, Shop

State = Import.State
SHOWN: Final = 20  # imports in the list
NO_COLUMN: Final = ""


@dataclass(frozen=True)
class Door:
    """Who came in where: whose imports, drawn in which frame, under which addresses."""

    person: Person
    shop: Shop | None
    frame: str
    names: str  # of the addresses, before their last word
    more: dict[str, Any]

    def url(self, name: str, *rest: str) -> str:
        """Return the address of a page of this door."""
        place = [] if self.shop is None else [self.shop.slug]
        return reverse(f"{self.names}{name}", args=[*place, *rest])


def staff_door(request: HttpRequest, shop_name: str) -> Door:
    """Let in who may change the shop's catalogue. Raises NotFound, ShopRoleMissing."""
    person = person_of(request)
    shop = shop_of(person, shop_name, right="catalogue")
    return Door(person, shop, "shops/import_frame.html", "shop_import", {"shop": shop})


def index_page(request: HttpRequest, door: Door, problem: Problem | None = None) -> HttpResponse:
    """Draw the form for a file, and the imports that were."""
    rows = Import.objects.filter(shop=door.shop).order_by("-pk")[:SHOWN]
    context = door.more | {
        "frame": door.frame,
        "imports": [{"row": row, "url": door.url("", row.public_id)} for row in rows],
        "begin_url": door.url("_begin"),
        "of_shops": door.shop is None,
        "columns": OF_KIND["products" if door.shop else "shops"],
        "refusal": _refusal(problem),
    }
    return render(request, "shops/imports.html", context, status=problem.status if problem else 200)


def _refusal(problem: Problem | None) -> dict[str, Any] | None:
    if problem is None:
        return None
    if isinstance(problem, ImportUnreadable):
        title, fix = REFUSALS[problem.members["reason"]]
        return {"title": title, "fix": fix, "code": problem.members["reason"]}
    return {"title": problem.title, "fix": problem.remedy, "code": problem.code}


def begin_step(request: HttpRequest, door: Door) -> HttpResponse:
    """Take the file in and lead to its columns; a refusal is said on the page of the form."""
    try:
        file = file_of(request, "file")
        batch = beginning.begin(
            kind="shops" if door.shop is None else "products",
            shop=door.shop,
            file=file,
            name=str(getattr(file, "name", "") or ""),
            pictures=file_of(request, "pictures") if "pictures" in request.FILES else None,
            actor=door.person,
            now=timezone.now(),
        )
    except Problem as problem:
        return index_page(request, door, problem)
    return _to(door.url("", batch.public_id))


def import_page(
    request: HttpRequest, door: Door, import_id: str, problem: InvalidInput | None = None
) -> HttpResponse:
    """Draw an import as far as it is; ``?part=state`` only what changes while it moves."""
    batch = beginning.import_of(door.shop, import_id)
    context = door.more | {
        "frame": door.frame,
        "batch": batch,
        "of_shops": door.shop is None,
        "index_url": door.url("s"),
        "url": door.url("", import_id),
        "steps": {
            name: door.url(f"_{name}", import_id) for name in ("columns", "apply", "undo", "failed")
        },
    }
    if batch.state == State.MAPPING or request.GET.get("step") == "columns" or problem:
        return render(request, "shops/import_columns.html", context | _columns(batch, problem),
                      status=problem.status if problem else 200)  # fmt: skip
    part = request.GET.get("part") == "state"
    template = "shops/import_state.html" if part else "shops/import.html"
    return render(request, template, context | _progress(batch) | _findings(request, batch))


def _columns(batch: Import, problem: InvalidInput | None) -> dict[str, Any]:
    chosen = batch.columns or guess(batch.kind, batch.headers)
    faults = {fault.pointer for fault in problem.faults} if problem else set()
    return {
        "fields": [
            {
                "column": column,
                "chosen": chosen.get(column.name, -1),
                "fault": f"#/columns/{column.name}" in faults,
                "sample": _sample(batch, chosen.get(column.name)),
            }
            for column in OF_KIND[batch.kind]
        ],
        "headers": list(enumerate(batch.headers)),
        "twice": "#/columns" in faults,
        "unit_missing": "#/unit" in faults,
        "units": Import.Unit.choices,
        "unit_told": unit_told(batch.headers, batch.samples),
    }


def _sample(batch: Import, place: int | None) -> str:
    if place is None:
        return ""
    return next((row[place] for row in batch.samples if place < len(row) and row[place]), "")


def _progress(batch: Import) -> dict[str, Any]:
    counts = _counts(batch)
    good = batch.rows_read - batch.rows_bad
    return {
        "good": good,
        "counts": counts,
        "done": batch.rows_applied if batch.state == State.APPLYING else batch.rows_read,
        "whole": max(1, good),
        "refusal": REFUSALS.get(batch.refusal),
        "can_undo": beginning.can_undo(batch, timezone.now()),
        "undo_until": batch.ended_at + IMPORT_UNDO_WITHIN if batch.ended_at else None,
        "pictures_left": batch.rows.filter(pictures_wait=True).count() if batch.is_moving else 0,
    }


def _counts(batch: Import) -> dict[str, int]:
    """Return how many rows are new, changed, as they were, and kept by an undo."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select count(*) filter (where result = 'insert'),
                      count(*) filter (where result = 'update'),
                      count(*) filter (where result = 'same'),
                      count(*) filter (where state = 'kept')
                 from shops_importrow where batch_id = %s and state not in ('bad', 'failed')""",
            [batch.pk],
        )
        return dict(zip(("new", "changed", "same", "kept"), cursor.fetchone(), strict=True))


def _findings(request: HttpRequest, batch: Import) -> dict[str, Any]:
    """Return the kinds of findings with how often, and a page of rows that have one."""
    if batch.is_moving or batch.state == State.REFUSED:
        return {"kinds": [], "found": []}
    with connection.cursor() as cursor:
        cursor.execute(
            """select f->>'code', count(*) from shops_importrow r,
                 lateral jsonb_array_elements(r.findings) f
                where r.batch_id = %s group by 1 order by 2 desc, 1""",
            [batch.pk],
        )
        kinds = [
            {"code": code, "rule": RULES[code], "count": count}
            for code, count in cursor.fetchall() if code in RULES
        ]  # fmt: skip
    code = request.GET.get("code", "")
    after = request.GET.get("after", "")
    rows = batch.rows.exclude(findings=[]).order_by("number")
    if code in RULES:
        rows = rows.filter(findings__contains=[{"code": code}])
    if after.isascii() and after.isdigit() and len(after) < 10:  # noqa: PLR2004  (an integer's)
        rows = rows.filter(number__gt=int(after))
    page = list(rows[: IMPORT_FINDINGS_SHOWN + 1])
    shown = page[:IMPORT_FINDINGS_SHOWN]
    return {
        "kinds": kinds,
        "code": code if code in RULES else "",
        "found": [entry for row in shown for entry in _told(batch, row)],
        "next_after": shown[-1].number if len(page) > IMPORT_FINDINGS_SHOWN else None,
    }


def _told(batch: Import, row: ImportRow) -> Iterator[dict[str, Any]]:
    titles = {column.name: column.title for column in OF_KIND[batch.kind]}
    for one in row.findings:
        if one["code"] in RULES:
            yield {
                "number": row.number,
                "name": row.wish.get("title") or row.key,
                "rule": RULES[one["code"]],
                "column": titles.get(one["column"], ""),
                "value": one["value"],
            }


def columns_step(request: HttpRequest, door: Door, import_id: str) -> HttpResponse:
    """Keep what the columns mean and begin the check."""
    batch = beginning.import_of(door.shop, import_id)
    columns = {}
    for column in OF_KIND[batch.kind]:
        given = request.POST.get(f"column_{column.name}", NO_COLUMN)
        if given.isascii() and given.isdigit():
            columns[column.name] = int(given[:4])
    try:
        beginning.choose(
            batch=batch,
            columns=columns,
            unit=request.POST.get("unit", ""),
            publish=request.POST.get("publish") == "1",
            actor=door.person,
            now=timezone.now(),
        )
    except InvalidInput as problem:
        return import_page(request, door, import_id, problem)
    except ImportNotReady as problem:
        flashes.error(request, str(problem.title))
    return _to(door.url("", import_id))


def apply_step(request: HttpRequest, door: Door, import_id: str) -> HttpResponse:
    """Write the rows without errors."""
    batch = beginning.import_of(door.shop, import_id)
    try:
        beginning.apply(batch=batch, actor=door.person, now=timezone.now())
    except ImportNotReady as problem:
        flashes.error(request, str(problem.title))
    return _to(door.url("", import_id))


def undo_step(request: HttpRequest, door: Door, import_id: str) -> HttpResponse:
    """Take the import back."""
    batch = beginning.import_of(door.shop, import_id)
    try:
        beginning.undo(batch=batch, actor=door.person, now=timezone.now())
    except ImportNotReady as problem:
        flashes.error(request, str(problem.title))
    return _to(door.url("", import_id))


def failed_file(door: Door, import_id: str) -> HttpResponseBase:
    """Give the rows that were not imported, with what is wrong."""
    batch = beginning.import_of(door.shop, import_id)
    answer = StreamingHttpResponse(failed.as_csv(batch), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="failed-{batch.public_id}.csv"'
    return answer


def _to(place: str) -> HttpResponse:
    answer = HttpResponseRedirect(place)
    answer.status_code = 303
    return answer


@never_cache
@login_required
@require_safe
def index(request: HttpRequest, shop_name: str) -> HttpResponse:
    """``/imports/in/<shop>/``: bring a file; what was brought before."""
    return index_page(request, staff_door(request, shop_name))


@never_cache
@login_required
@require_POST
def begin(request: HttpRequest, shop_name: str) -> HttpResponse:
    """Take a file in."""
    return begin_step(request, staff_door(request, shop_name))


@never_cache
@login_required
@require_safe
def one(request: HttpRequest, shop_name: str, import_id: str) -> HttpResponse:
    """``/imports/in/<shop>/<import>/``: its columns, its findings, how far it has come."""
    return import_page(request, staff_door(request, shop_name), import_id)


@never_cache
@login_required
@require_POST
def columns(request: HttpRequest, shop_name: str, import_id: str) -> HttpResponse:
    """Say what the columns mean."""
    return columns_step(request, staff_door(request, shop_name), import_id)


@never_cache
@login_required
@require_POST
def apply(request: HttpRequest, shop_name: str, import_id: str) -> HttpResponse:
    """Write it."""
    return apply_step(request, staff_door(request, shop_name), import_id)


@never_cache
@login_required
@require_POST
def undo(request: HttpRequest, shop_name: str, import_id: str) -> HttpResponse:
    """Take it back."""
    return undo_step(request, staff_door(request, shop_name), import_id)


@never_cache
@login_required
@require_safe
def failed_rows(request: HttpRequest, shop_name: str, import_id: str) -> HttpResponseBase:
    """``…/failed/``: what was not imported, to mend and to bring again."""
    return failed_file(staff_door(request, shop_name), import_id)
