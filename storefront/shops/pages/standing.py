"""How the shop stands with the platform: its level and proofs, what was taken down, appeals."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import APPEAL_CHARS_MAX
from core.problems import Fault, InvalidInput, NotFound
from storefront.shops import reporting, verifying
from storefront.shops.models import Shop, Staff, Takedown, Verification
from storefront.shops.pages.frame import go, page, show, step
from storefront.shops.pages.typed import Reading
from storefront.shops.pages.words import TONES
from storefront.shops.verifying import Proof

SHOWN = 10  # newest requests and takedowns


@page()
def standing(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/standing/``: three queries."""
    shop = member.shop
    asked = list(Verification.objects.filter(shop=shop).order_by("-pk")[:SHOWN])
    taken = Takedown.objects.filter(shop=shop).select_related("product").order_by("-pk")[:SHOWN]
    context = {
        "tab": "standing",
        "level": shop.get_level_display(),
        "levels": [
            {"level": level, "caps": verifying.caps(level), "here": level == shop.level,
             "reached": level <= shop.level}
            for level in Shop.Level
        ],
        "asked": [{"one": one, "tone": TONES[one.state]} for one in asked],
        "waits": any(one.state == Verification.State.WAITING for one in asked),
        "taken": [{"one": one, "tone": TONES[one.state]} for one in taken],
        "appeal_most": APPEAL_CHARS_MAX,
        "today": timezone.localdate(),
    }  # fmt: skip
    return show(request, "standing.html", member, context)


@step("edit")
def ask(request: HttpRequest, member: Staff) -> HttpResponse:
    """Ask for a level, with the number of e-namad or a picture of a document."""
    reading = Reading(request.POST)
    level = reading.count("level", "#/level")
    until = reading.day("enamad_until", "#/enamad_until")
    reading.refuse()
    if level not in verifying.ASKED:
        raise InvalidInput([Fault("#/level", "must be 1 or 2", "choice")])
    proof = Proof(
        level=level,
        enamad_number=reading.text("enamad_number"),
        enamad_until=until,
        document=cast("Any", request.FILES.get("document")),
    )
    verifying.ask(shop=member.shop, proof=proof, actor=member.person, now=timezone.now())
    flashes.success(request, _("We have it. The answer comes here within three days."))
    return go("shop_standing", member.shop)


@step("edit")
def appeal(request: HttpRequest, member: Staff, takedown_id: str) -> HttpResponse:
    """Appeal a takedown, once."""
    found = Takedown.objects.filter(shop=member.shop, public_id=takedown_id).first()
    if found is None:
        raise NotFound
    text = request.POST.get("text", "")
    reporting.appeal(takedown=found, text=text, actor=member.person, now=timezone.now())
    flashes.success(request, _("Your appeal is with us. The answer comes here."))
    return go("shop_standing", member.shop)
