"""The runner: a page of the host that frames exactly one app origin and holds the bridge's end.

The chat sheet, the reviewer's desk and an operator's WebView all open this page; so there is one
implementation and one place to secure (design §4, security reference §1.4).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.views.decorators.http import require_POST, require_safe

from core.answers import problem_json
from core.problems import NotSignedIn, Problem
from host import theme
from host.bridge import methods as _methods  # noqa: F401  (enters the methods)
from host.bridge.dispatch import dispatch
from host.bridge.reading import call_of
from host.bridge.strings import runner_strings
from identity import consents
from identity.models import Person
from miniapps import consent_texts, launching, values
from miniapps.capabilities import BROWSER_FEATURES
from miniapps.errors import LaunchEnded
from miniapps.models import Launch
from miniapps.serving.headers import sandbox_tokens


def person_of(request: HttpRequest) -> Person:
    """Return who is signed in. Raises NotSignedIn."""
    if not isinstance(request.user, Person):
        raise NotSignedIn
    return request.user


@require_safe
@login_required
def run(request: HttpRequest, launch_id: str) -> HttpResponse:
    """Show the app; before the first time, ask the person what it may do."""
    now = timezone.now()
    try:
        launch = launching.open_launch_of(person_of(request), launch_id, now=now)
    except LaunchEnded as ended:
        return framed_by_us(render(request, "host/run_ended.html", {"problem": ended}, status=410))
    wishes = launching.wishes(launch)
    if wishes:
        asked = [(wish, consent_texts.WORDS[wish.name]) for wish in wishes]
        icon = f"/icons/{launch.app.icon}.png" if launch.app.icon else ""
        context = {"launch": launch, "app": launch.app, "icon": icon, "asked": asked}
        return framed_by_us(render(request, "host/consent.html", context))
    context = {
        "run_config": _config(request, launch),
        "strings": runner_strings(),
        "app": launch.app,
    }
    answer = framed_by_us(render(request, "host/run.html", context))
    answer._csp_replace["frame-src"] = [launching.origin_of(launch)]  # type: ignore[attr-defined]  # noqa: SLF001  (django-csp's own hook)
    return answer


@require_POST
@login_required
def consent(request: HttpRequest, launch_id: str) -> HttpResponse:
    """Keep the person's answer and go on to the app."""
    launch = launching.open_launch_of(person_of(request), launch_id, now=timezone.now())
    launching.answer_wishes(launch=launch, granted=set(request.POST.getlist("grant")))
    return HttpResponseRedirect(f"/run/{launch.public_id}")


@require_POST
def bridge(request: HttpRequest, launch_id: str) -> HttpResponseBase:
    """Carry out one call of the runner: ``{"method", "params"}`` → ``{"result"}`` or a problem."""
    try:
        result = _called(request, launch_id)
    except Problem as problem:
        return problem_json(problem)  # a script asks here, whatever it says it accepts
    return JsonResponse({"result": result}, headers={"Cache-Control": "no-store"})


def _called(request: HttpRequest, launch_id: str) -> Any:
    now = timezone.now()
    launch = launching.open_launch_of(person_of(request), launch_id, now=now)
    name, params = call_of(request)
    return dispatch(launch=launch, name=name, params=params, now=now)


def _config(request: HttpRequest, launch: Launch) -> dict[str, Any]:
    """Return what the page's script needs; nothing here is secret to the person."""
    chosen = getattr(request, "theme", "auto")
    now = timezone.now()
    url = launching.page_url(launch)
    schemes = {}
    for scheme in ("light", "dark"):
        params = theme.params(scheme)
        legacy = launching.speaks_telegram(launch)
        tail = f"#{launching.fragment(launch, theme_params=params, now=now)}" if legacy else ""
        schemes[scheme] = {"params": params, "url": url + tail}
    first = "dark" if chosen == "dark" else "light"
    granted = launching.granted_features(launch)
    return {
        "launch_id": launch.public_id,
        "app": {
            "id": launch.app.public_id,
            "name": launch.app.name,
            "icon": f"/icons/{launch.app.icon}.png" if launch.app.icon else "",
            "verified": launch.app.maker.verified_at is not None,
            "maker": launch.app.maker.name,
            "about_url": f"/a/{launch.app.slug}?about=1",
            "home_url": f"/a/{launch.app.slug}/home",
        },
        "channel": launch.channel,
        "origin": launching.origin_of(launch),
        "url": schemes[first]["url"],
        "schemes": schemes,
        "sandbox": " ".join(sandbox_tokens(launch.version.relaxations)),
        "allow": "; ".join(BROWSER_FEATURES[name] for name in granted),
        "speaks": launch.version.speaks,
        "theme": {"scheme": chosen, "params": schemes[first]["params"]},
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_param": launch.start_param,
        "chat_type": launch.chat.kind if launch.chat else None,
        "user": launching.profile(launch),
        "granted": sorted(consents.granted(launch.person, launch.app_person.audience)),
        "storage": {"local": values.local(launch.app_person), "session": {}},
        "device_store": f"{launch.app.public_id}:{launch.app_person.sub}",
        "bridge_url": f"/run/{launch.public_id}/bridge",
        "ws_url": "/ws/",
        "csrf_token": get_token(request),
    }


def framed_by_us(answer: HttpResponse) -> HttpResponse:
    """Let the host's own pages frame this one, nobody else."""
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Cache-Control"] = "no-store"
    answer._csp_replace = {"frame-ancestors": ["'self'"]}  # type: ignore[attr-defined]  # noqa: SLF001  (django-csp's own hook)
    return answer
