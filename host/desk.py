"""The desk: a page on the maker's own machine in the real runner, without a phone or a tunnel.

The server end is half of the real one: people and chats are invented (``miniapps.rehearsal``),
what the page keeps stays in the browser, and money is the maker's own test money in invoices of
this very app. Nothing here reads or writes anything of a real person.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from core import rates
from core.answers import problem_json
from core.limits import BRIDGE_CALLS_PER_10_S_MAX
from core.problems import Fault, InvalidInput, NotFound, Problem
from host import paying, theme
from host.bridge import methods as _methods  # noqa: F401  (enters the methods)
from host.bridge.dispatch import checked, method_of
from host.bridge.errors import DeskTakesTestMoney, MethodUnknown
from host.bridge.reading import call_of
from host.bridge.strings import runner_strings
from host.runner import framed_by_us, person_of
from identity.models import Person
from miniapps import (
    access,
    icons,
    initdata,
    launching,
    payment_tokens,
    rehearsal,
    routing,
    simulating,
)
from miniapps.errors import AppUnavailable
from miniapps.models import App
from miniapps.pages.frame import of_app, page
from miniapps.serving import ours
from wallet.models import Invoice, Payment
from wallet.money import Rials

FIRST_URL: Final = "http://localhost:5173/"
PEOPLE: Final = {
    "sara": _("Sara, a usual name"), "long": _("A very long name"),
    "latin": _("A name in Latin letters"), "bare": _("Somebody who gave no name"),
}  # fmt: skip
CHATS: Final = {
    "none": _("No chat"), "direct": _("A direct chat"), "group": _("A group"),
    "channel": _("A channel"),
}  # fmt: skip
SCREENS: Final = {
    "390x844": _("Phone"), "320x568": _("Small phone"), "844x390": _("Phone, turned"),
    "768x900": _("Tablet"),
}  # fmt: skip
SCENARIOS: Final = {
    "plain": _("Pays without trouble"), "double-tap": _("Double tap"),
    "timeout": _("Your server keeps silent before the checkout"),
    "refusal": _("Your server says no before the checkout"),
    "paid-then-cancelled": _("Paid, then cancelled"), "late-webhook": _("Late webhook"),
    "lost-answer": _("Lost answer"),
}  # fmt: skip
LATE_S: Final = 30
own_files = ours.OwnFiles(settings.ORIGIN)


@page
def desk(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/desk/``: what to open, as whom, and what passes over the bridge."""
    person = person_of(request)
    app = _app_of(person, app_id)
    choices = {
        "people": PEOPLE, "chats": CHATS, "screens": SCREENS, "scenarios": SCENARIOS,
        "first_url": FIRST_URL, "host_origin": settings.ORIGIN,
    }  # fmt: skip
    context = {"person": person} | of_app(person, app, tab="desk") | choices
    return render(request, "host/desk.html", context)


@require_safe
@login_required
def run(request: HttpRequest, app_id: str) -> HttpResponse:
    """``…/desk/run?url=…``: the runner around the local page. Raises InvalidInput."""
    app = _app_of(person_of(request), app_id)
    url = rehearsal.local_url(request.GET.get("url", ""))
    scene = _scene(app, request.GET.get)
    with translation.override(scene.language):
        context = {
            "run_config": _config(request, scene, url), "strings": runner_strings(), "app": app,
            "entry": "host/runner/desk.js",
        }  # fmt: skip
        answer = framed_by_us(render(request, "host/run.html", context))
    answer._csp_replace["frame-src"] = [rehearsal.origin_of(url)]  # type: ignore[attr-defined]  # noqa: SLF001  (django-csp's own hook)
    return answer


def _config(request: HttpRequest, scene: rehearsal.Scene, url: Any) -> dict[str, Any]:
    now = timezone.now()
    data = quote(rehearsal.init_data(scene, now=now), safe="")
    place = rehearsal.page_url(url, scene)
    schemes = {}
    for scheme in ("light", "dark"):
        params = theme.params(scheme)
        look = quote(initdata.compact(params), safe="")
        tail = f"#tgWebAppData={data}&tgWebAppVersion={launching.WEB_APP_VERSION}"
        tail += f"&tgWebAppPlatform={launching.PLATFORM}&tgWebAppThemeParams={look}"
        schemes[scheme] = {"params": params, "url": place + tail}
    chosen = request.GET.get("theme", "auto")
    return {
        "launch_id": "lnc_desk",
        "app": {
            "id": scene.app.public_id,
            "name": scene.app.name,
            "icon": icons.url_of(scene.app),
            "verified": False,
            "maker": scene.app.maker.name,
        },
        "origin": rehearsal.origin_of(url),
        "schemes": schemes,
        "theme": {"scheme": chosen if chosen in schemes else "auto"},
        "lang": scene.language,
        "dir": "rtl" if scene.language == "fa" else "ltr",
        "start_param": scene.start_param,
        "chat_type": scene.chat or None,
        "user": {
            "id": scene.who.number,
            "first_name": scene.who.first_name,
            "last_name": scene.who.last_name,
        },
        "granted": [],
        "storage": {"local": {}, "session": {}},
        "device_store": f"desk:{scene.app.public_id}:{scene.who.sub}",
        "bridge_url": reverse("console_desk_call", args=[scene.app.public_id]),
        "csrf_token": get_token(request),
        "desk": {
            name: request.GET.get(name, "") for name in ("who", "chat", "lang", "start", "scenario")
        },
    }


@require_POST
def call(request: HttpRequest, app_id: str) -> HttpResponseBase:
    """``…/desk/call``: the few things a desk asks a server."""
    try:
        result = _called(request, app_id)
    except Problem as problem:
        return problem_json(problem)
    return JsonResponse({"result": result}, headers={"Cache-Control": "no-store"})


def _called(request: HttpRequest, app_id: str) -> Any:
    person = person_of(request)
    app = _app_of(person, app_id)
    rates.hit("desk", str(person.pk), limit=BRIDGE_CALLS_PER_10_S_MAX, period_s=10)
    name, params = call_of(request)
    scene, now = _scene(app, request.GET.get), timezone.now()
    if name not in {"token.get", "contact.share", *MONEY}:
        raise MethodUnknown(method=name[:80])
    params = checked(method_of(name), params)
    if name == "token.get":
        issued = rehearsal.user_token(scene, now=now)
        return {"token": issued.token, "expires_at": issued.expires_at}
    if name == "contact.share":
        return rehearsal.contact(scene, now=now)
    if "invoice" in params:
        _refuse_real_money(app, params["invoice"])
    asker = paying.Asker(person=person, now=now)
    return MONEY[name](app, asker, request.GET.get("scenario", ""), params)


def _shown(_app: App, asker: paying.Asker, _scenario: str, params: dict[str, Any]) -> Any:
    return paying.show(asker, **params)


def _filled(_app: App, asker: paying.Asker, _scenario: str, params: dict[str, Any]) -> Any:
    return paying.give_test_money(asker, **params)


def _paid(app: App, asker: paying.Asker, scenario: str, params: dict[str, Any]) -> Any:
    """Pay in the test book, with the failure that was chosen in the way."""
    invoice = Invoice.objects.select_related("maker", "recipient").get(public_id=params["invoice"])
    # A lost answer is lost in the browser; here it is a payment like any other.
    if scenario in {"plain", "lost-answer"} or scenario not in simulating.SCENARIOS:
        told = paying.confirm(asker, **params)
        payment = Payment.objects.get(public_id=told["payment"])
    else:
        play = simulating.Play(
            app, asker.person, Rials(invoice.amount_rials), asker.now, LATE_S, name=params["key"]
        )
        payment = simulating.play_on(play=play, invoice=invoice, scenario=scenario)
        told = paying.outcome(payment, asker)
    if payment.state == Payment.State.CAPTURED:
        told["token"] = payment_tokens.issue(payment=payment, app=app, now=asker.now).token
    return told


Money = Callable[[App, paying.Asker, str, dict[str, Any]], Any]
MONEY: Final[dict[str, Money]] = {
    "payments.open": _shown, "payments.confirm": _paid, "payments.test_money": _filled,
}  # fmt: skip


def _refuse_real_money(app: App, invoice_id: str) -> None:
    """Let only invoices in test money of this very app through."""
    found = Invoice.objects.filter(public_id=invoice_id, audience=app.public_id).first()
    if found is None:
        raise NotFound
    if not found.is_test:
        raise DeskTakesTestMoney


def _app_of(person: Person, app_id: str) -> App:
    app = access.app_of_maker(person, app_id, right="edit")
    if app.status not in routing.OPEN_TO_TEAM:
        raise AppUnavailable(reason=app.status)
    return app


def _scene(app: App, given: Callable[[str, str], str | None]) -> rehearsal.Scene:
    """Return what was chosen. Raises InvalidInput, all faults."""
    who, chat, language = given("who", "") or "sara", given("chat", "") or "none", given("lang", "")
    offered: dict[str, Collection[str]] = {
        "who": rehearsal.PEOPLE,
        "chat": rehearsal.CHATS,
        "lang": rehearsal.LANGUAGES,
    }
    chosen = {"who": who, "chat": chat, "lang": language or "fa"}
    faults = [
        Fault(f"#/{name}", "must be one of the list", "choice")
        for name, value in chosen.items()
        if value not in offered[name]
    ]
    if faults:
        raise InvalidInput(faults)
    start = rehearsal.start_param(given("start", "") or "")
    people, chats = rehearsal.PEOPLE, rehearsal.CHATS
    return rehearsal.Scene(app, people[who], chats[chat], chosen["lang"], start)


@require_safe
@cache_control(max_age=300)
def own_file(request: HttpRequest, name: str) -> HttpResponse:
    """``/sdk/<name>``: the scripts that served apps have in them, for a page on one's machine."""
    del request
    found = own_files.get(name)
    if found is None:
        raise NotFound
    return HttpResponse(found.forms[""], content_type=ours.MEDIA_TYPE)
