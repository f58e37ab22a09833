"""Who can get at the money: the PIN, and the devices on which a person is signed in."""

from __future__ import annotations

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.problems import NotFound
from identity import devices
from identity.pages import person_of
from storefront.bank.pages import page
from wallet import spending


@page
def security(request: HttpRequest) -> HttpResponse:
    """``/wallet/security/``: the PIN, what goes without it, and where one is signed in."""
    person, now = person_of(request), timezone.now()
    spender = spending.spender_of(person)
    known = list(devices.devices_of(person, now=now))
    key, locked = request.session.session_key, spender.pin_locked_until
    context = {
        "has_pin": bool(spender.pin),
        "free_rials": spender.pin_free_rials,
        "locked_until": locked if locked and locked > now else None,
        "here": [one for one in known if one.session_key == key],
        "others": [one for one in known if one.session_key != key],
    }
    return render(request, "storefront/bank_security.html", context)


@never_cache
@login_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """``/wallet/security/out/``: sign one device out, or all others; twice is as good as once."""
    person, key = person_of(request), str(request.session.session_key)
    if request.POST.get("device") == "others":
        devices.sign_out_others(person=person, session_key=key)
        flashes.success(request, _("Every other device is signed out."))
    else:
        _sign_out_one(request)
    answer = HttpResponseRedirect(reverse("wallet_security"))
    answer.status_code = 303
    return answer


def _sign_out_one(request: HttpRequest) -> None:
    try:
        devices.sign_out(person=person_of(request), device_id=request.POST.get("device", ""))
    except NotFound:
        flashes.warning(request, _("That device was signed out already."))
    else:
        flashes.success(request, _("That device is signed out."))
