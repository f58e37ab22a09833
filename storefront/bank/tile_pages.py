"""The page on which a person arranges My Bank, with nothing but buttons."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import rates
from core.limits import BANK_CHANGES_PER_MINUTE_MAX, BANK_TILES_MAX
from core.templatetags.ui import number
from identity.pages import person_of
from storefront.bank import arranging, tiles
from storefront.bank.pages import page
from storefront.errors import BoardFull

MOVES = ("earlier", "later")


@page
def services(request: HttpRequest) -> HttpResponse:
    """``/wallet/services/``: what is pinned, in its order, and what may be pinned besides."""
    person = person_of(request)
    pinned = tiles.pinned(person)
    context = {
        "pinned": pinned,
        "offered": tiles.offered(person, [one.key for one in pinned]),
        # Whoever moves a tile with the keyboard goes on from the same button.
        "at": request.GET.get("at", ""),
        "act": request.GET.get("act", ""),
        "most": BANK_TILES_MAX,
    }
    return render(request, "storefront/bank_services.html", context)


@never_cache
@login_required
@require_POST
def arrange(request: HttpRequest) -> HttpResponse:
    """``/wallet/services/arrange/``: pin, unpin, move, or go back to the usual."""
    person, act = person_of(request), request.POST.get("act", "")
    key = request.POST.get("key", "")
    limit = BANK_CHANGES_PER_MINUTE_MAX
    rates.hit("bank-changes", str(person.pk), limit=limit, period_s=60)
    if act == "usual":
        arranging.forget(person=person)
        flashes.success(request, _("The usual services stand there again."))
        return _back("")
    try:
        arranging.arrange(person=person, act=act, key=key, now=timezone.now())
    except BoardFull:
        most = number(BANK_TILES_MAX)
        said = _("My Bank holds at most %(most)s pins. Take one away first.") % {"most": most}
        flashes.warning(request, said)
    return _back(f"?{urlencode({'at': key, 'act': act})}" if act in MOVES else "")


def _back(query: str) -> HttpResponse:
    answer = HttpResponseRedirect(reverse("wallet_services") + query)
    answer.status_code = 303
    return answer
