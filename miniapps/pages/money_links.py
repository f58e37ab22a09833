"""Pay links in the console: made, switched off, shown as a QR to print."""

from __future__ import annotations

from typing import Any

import qrcode
from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.ids import is_id, new_id
from core.limits import MONEY_PAGE
from core.problems import Fault, InvalidInput, Problem
from identity.makers import maker_of
from identity.models import Maker
from identity.pages import person_of
from miniapps.pages.frame import form_page, page, show, step
from miniapps.pages.frame import go as lead_to
from miniapps.pages.money_forms import maker_frame, mode_query, toman_in
from miniapps.pages.words import faults_by_field, problem_notice
from wallet import merchants, paylinks
from wallet.models import PayLink
from wallet.money import Rials

FORM = "frm"  # the prefix of a form's own key
QUIET_MODULES = 4  # of the empty border that readers need


@form_page
def links(request: HttpRequest, maker_id: str) -> HttpResponse:
    """``…/money/links/``: the links, and a form for another one."""
    right = "billing" if request.method == "POST" else "see"
    maker, frame = maker_frame(request, maker_id, tab="links", right=right)
    book = "test" if request.POST.get("mode") == "test" else "live"
    if request.method != "POST":
        context = frame | _listed(request, maker, frame["book"]) | {"given": {"amount": "fixed"}}
        return show(request, "money_links.html", context)
    given = {name: request.POST.get(name, "") for name in ("title", "amount", "toman")}
    try:
        made = paylinks.create(
            maker=maker, book=book, title=given["title"], amount=_amount(given),
            key=_key_of(request), actor=person_of(request), now=timezone.now(),
        )  # fmt: skip
    except Problem as problem:
        faults = faults_by_field(problem) if isinstance(problem, InvalidInput) else {}
        context = frame | _listed(request, maker, book) | {
            "book": book, "given": given, "faults": faults,
            "refusal": "" if faults.keys() - {"key"} else problem_notice(problem),
        }  # fmt: skip
        return show(request, "money_links.html", context, status=problem.status)
    flashes.success(request, _("The pay link was made."))
    return lead_to(request, "console_money_link", maker.public_id, made.public_id)


def _key_of(request: HttpRequest) -> str:
    """Return the form's own key, by which pressing its button twice makes one link."""
    key = request.POST.get("key", "")
    if not is_id(key, FORM):
        raise InvalidInput([Fault("#/key", "must be the key of this form", "key")])
    return f"console:{person_of(request).public_id}:{key}"


def _amount(given: dict[str, str]) -> Rials | None:
    if given["amount"] == "open":
        return None
    return toman_in(given["toman"]) or Rials(0)


def _listed(request: HttpRequest, maker: Maker, book: str) -> dict[str, Any]:
    rows = PayLink.objects.filter(maker=maker, book=book)
    before = request.GET.get("before", "")
    found, more = merchants.page_of(rows, before=before, size=MONEY_PAGE)
    older = found[-1].public_id if more else ""
    return {"links": found, "older": older, "key": new_id(FORM)}


@page
def link(request: HttpRequest, maker_id: str, link_id: str) -> HttpResponse:
    """``…/money/links/<link>/``: where it leads, its QR, what it brought."""
    maker, frame = maker_frame(request, maker_id, tab="links")
    found = paylinks.link_of(maker, link_id)
    return show(request, "money_link.html", _shown(frame, found))


@page
def printed(request: HttpRequest, maker_id: str, link_id: str) -> HttpResponse:
    """``…/links/<link>/print/``: one sheet of paper for the counter."""
    maker, frame = maker_frame(request, maker_id, tab="links")
    found = paylinks.link_of(maker, link_id)
    return show(request, "money_link_print.html", _shown(frame, found))


def _shown(frame: dict[str, Any], found: PayLink) -> dict[str, Any]:
    address = paylinks.address_of(found)
    rest = _tabs_of(frame, found)
    return rest | {"link": found, "address": address, "qr": path_of(address)}


def _tabs_of(frame: dict[str, Any], found: PayLink) -> dict[str, Any]:
    """Return the frame for the book of the link, whatever the address of the page says."""
    place = mode_query(found.book)
    tabs = [tab | {"href": tab["href"].partition("?")[0] + place} for tab in frame["tabs"]]
    return frame | {"book": found.book, "tabs": tabs}


def path_of(address: str) -> dict[str, str]:
    """Return a QR as the path of an SVG, drawn by the page in its own colours."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(address)
    code.make(fit=True)
    side = code.modules_count + 2 * QUIET_MODULES
    dark = [
        f"M{x + QUIET_MODULES} {y + QUIET_MODULES}h1v1h-1z"
        for y, line in enumerate(code.modules)
        for x, is_dark in enumerate(line)
        if is_dark
    ]
    return {"box": f"0 0 {side} {side}", "path": "".join(dark)}


@step
def switch(request: HttpRequest, maker_id: str, link_id: str) -> HttpResponse:
    """Switch a link off, or on again."""
    person = person_of(request)
    maker = maker_of(person, maker_id, right="billing")
    found = paylinks.link_of(maker, link_id)
    if request.POST.get("on") not in ("yes", "no"):
        raise InvalidInput([Fault("#/on", "must be yes or no", "choice")])
    is_on = request.POST["on"] == "yes"
    paylinks.switch(link=found, on=is_on, actor=person)
    said = _("The link can be paid again.") if is_on else _("Nobody can pay by this link now.")
    flashes.success(request, said)
    return lead_to(request, "console_money_link", maker.public_id, found.public_id)
