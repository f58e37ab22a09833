"""The pages of signing in and out, and of saying who one is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.limits import CODE_DIGITS, CODE_RESEND_AFTER_S, NAME_CHARS_MAX
from core.problems import InvalidInput, NotSignedIn, Problem
from core.templatetags.ui import digits
from identity import devices, profiles, signin
from identity.addresses import address_of
from identity.errors import CodeTooSoon, WrongCode
from identity.models import Person

PENDING = "signing-in"  # session key of a sign-in that waits for its code
SIGN_IN_BACKEND = "identity.backends.StaffPasswordBackend"

View = Callable[..., HttpResponse]


def page_of_stranger(view: View) -> View:
    """Send those who are signed in on to where they wanted to go."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return HttpResponseRedirect(next_of(request))
        return view(request)

    return wrapped


def person_of(request: HttpRequest) -> Person:
    """Return who is signed in. Raises NotSignedIn."""
    if not isinstance(request.user, Person):
        raise NotSignedIn
    return request.user


def safe_path(text: str) -> str:
    """Return the path of ours that ``text`` names, or the first page: never another site."""
    ours = url_has_allowed_host_and_scheme(text, allowed_hosts=None)
    return text if ours and text.startswith("/") else "/"


def next_of(request: HttpRequest) -> str:
    """Return where the person wanted to go."""
    return safe_path(request.POST.get("next") or request.GET.get("next") or "/")


def caller_address(request: HttpRequest) -> str:
    """Return the network address the request came from."""
    return address_of(request.headers, request.META.get("REMOTE_ADDR"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page_of_stranger
def ask_phone(request: HttpRequest) -> HttpResponse:
    """Ask for the phone number and send a code to it."""
    context: dict[str, Any] = {"next": next_of(request)}
    if request.method != "POST":
        return render(request, "identity/signin.html", context)
    typed = request.POST.get("phone", "")[:64]
    try:
        phone = signin.phone_of(typed)
        _send(request, phone, next_of(request))
    except Problem as problem:
        context |= {"phone": typed, "fault": _sentence(problem)}
        return _refused(request, "identity/signin.html", context, problem)
    return HttpResponseRedirect("/signin/code/")


def _send(request: HttpRequest, phone: str, next_path: str) -> None:
    """Send a code and remember, in this browser's session, what it is for."""
    now = timezone.now()
    try:
        sent_at = signin.send_code(phone=phone, address=caller_address(request), now=now).created_at
    except CodeTooSoon as problem:
        # One is on its way already; it is as good as a new one.
        wait = timedelta(seconds=CODE_RESEND_AFTER_S - problem.members["retry_after_s"])
        sent_at = now - wait
    request.session[PENDING] = {"phone": phone, "next": next_path, "sent_at": sent_at.isoformat()}


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page_of_stranger
def ask_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one signs in."""
    pending = request.session.get(PENDING)
    if not pending:
        return HttpResponseRedirect("/signin/")
    context = _code_context(pending, timezone.now())
    if request.method != "POST":
        return render(request, "identity/code.html", context)
    try:
        person = signin.check_code(
            phone=pending["phone"],
            code=request.POST.get("code", "")[:32],
            address=caller_address(request),
            now=timezone.now(),
        )
    except Problem as problem:
        context["fault"] = _sentence(problem)
        return _refused(request, "identity/code.html", context, problem)
    return _enter(request, person, safe_path(pending["next"]))


@never_cache
@require_POST
@page_of_stranger
def send_again(request: HttpRequest) -> HttpResponse:
    """Send another code to the same phone."""
    pending = request.session.get(PENDING)
    if not pending:
        return HttpResponseRedirect("/signin/")
    try:
        _send(request, pending["phone"], pending["next"])
    except Problem as problem:
        context = _code_context(pending, timezone.now()) | {"fault": _sentence(problem)}
        return _refused(request, "identity/code.html", context, problem)
    return HttpResponseRedirect("/signin/code/")


def _enter(request: HttpRequest, person: Person, next_path: str) -> HttpResponse:
    """Begin the session under a new key; what the stranger's session held is gone."""
    request.session.flush()
    login(request, person, backend=SIGN_IN_BACKEND)
    request.session.save()
    devices.note(
        person=person,
        session_key=str(request.session.session_key),
        user_agent=request.headers.get("User-Agent", "")[:400],
        address=caller_address(request),
    )
    if not person.has_name:
        request.session["after-name"] = next_path
        answer = HttpResponseRedirect("/signin/name/")
    else:
        answer = HttpResponseRedirect(next_path)
    _keep_language(answer, person.language)
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask_name(request: HttpRequest) -> HttpResponse:
    """Ask for a name after the first sign-in."""
    person = person_of(request)
    context = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "most": NAME_CHARS_MAX,
    }
    if request.method != "POST":
        return render(request, "identity/name.html", context)
    given = {name: request.POST.get(name, "") for name in ("first_name", "last_name")}
    try:
        profiles.set_name(person=person, **given)
    except InvalidInput as problem:
        context |= given | {"fault": _("Write your name, at most 64 letters.")}
        return _refused(request, "identity/name.html", context, problem)
    return HttpResponseRedirect(safe_path(request.session.pop("after-name", "/")))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ask, then end this session."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect("/signin/")
    if request.method != "POST":
        return render(request, "identity/signout.html")
    devices.forget(person=person_of(request), session_key=str(request.session.session_key))
    logout(request)
    answer = HttpResponseRedirect("/signin/")
    # Messages that wait in this browser belong to the person who leaves.
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the pages, for this browser and for the person."""
    language = request.POST.get("language", "")
    answer = HttpResponseRedirect(next_of(request))
    if language in dict(settings.LANGUAGES):
        if isinstance(request.user, Person):
            profiles.set_language(person=request.user, language=language)
        _keep_language(answer, language)
    return answer


def _keep_language(answer: HttpResponse, language: str) -> None:
    translation.activate(language)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.SECURE,
        samesite="Lax",
    )


def _code_context(pending: dict[str, str], now: datetime) -> dict[str, Any]:
    sent_at = parse_datetime(pending["sent_at"]) or now
    waited = int((now - sent_at).total_seconds())
    return {
        "phone": pending["phone"],
        "resend_in_s": max(0, CODE_RESEND_AFTER_S - waited),
        "code_digits": CODE_DIGITS,
    }


def _sentence(problem: Problem) -> str:
    """Say what happened and what to do, for one line under a field."""
    if isinstance(problem, WrongCode):
        left = problem.members["tries_left"]
        if left <= 0:
            return _("The code was not right, and its tries are used up. Ask for a new code.")
        tries = ngettext(
            "The code was not right. You can try %(n)s more time.",
            "The code was not right. You can try %(n)s more times.",
            left,
        )
        return tries % {"n": digits(left)}
    wait_s = problem.members.get("retry_after_s")
    if wait_s is not None:
        minutes = -(-wait_s // 60)
        wait = ngettext(
            "Too many tries. Try again in %(n)s minute.",
            "Too many tries. Try again in %(n)s minutes.",
            minutes,
        )
        return wait % {"n": digits(minutes)}
    return f"{problem.title}. {problem.remedy}"


def _refused(
    request: HttpRequest, template: str, context: dict[str, Any], problem: Problem
) -> HttpResponse:
    answer = render(request, template, context, status=problem.status)
    for name, value in problem.headers.items():
        answer.headers[name] = value
    return answer
