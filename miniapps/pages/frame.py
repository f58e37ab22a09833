"""What every page of the console shares: who is there, the menu, how a step is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.answers import wants_json
from core.problems import Fault, InvalidInput, NotAllowed, NotFound, NotSignedIn, Problem
from identity.makers import RIGHTS, role_of
from identity.models import Person
from identity.pages import person_of, safe_path
from miniapps import icons
from miniapps.models import App
from miniapps.pages.words import problem_notice

View = Callable[..., HttpResponse]
SEE_OTHER = 303


def refuse_nul(request: HttpRequest) -> None:
    """Refuse a form with a NUL in it: no text holds one, and PostgreSQL would break on it.

    Raises InvalidInput with every field.
    """
    found = [name for name, values in request.POST.lists() if "\x00" in "".join(values)]
    if found:
        detail = "holds a character that is not allowed"
        raise InvalidInput([Fault(f"#/{name}", detail, "characters") for name in found])


def page(view: View) -> View:
    """Mark a page to be looked at, by people who are signed in."""
    return never_cache(login_required(require_safe(view)))


def form_page(view: View) -> View:
    """Mark a page with one form that answers to GET and POST."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refuse_nul(request)
        return view(request, *args, **kwargs)

    return never_cache(login_required(require_http_methods(["GET", "HEAD", "POST"])(wrapped)))


def step(view: View) -> View:
    """Mark a step that changes something: POST only; a refusal becomes a notice on the page before.

    What the person may not see or do at all is answered with its own page and status.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            refuse_nul(request)
            return view(request, *args, **kwargs)
        except Problem as problem:
            own_page = type(problem) is NotFound or isinstance(problem, NotAllowed | NotSignedIn)
            if own_page or wants_json(request):
                raise
            flashes.error(request, problem_notice(problem))
            return _to_path(safe_path(request.POST.get("back") or reverse("console")))

    return never_cache(login_required(require_POST(wrapped)))


def go(request: HttpRequest, name: str, *args: str, anchor: str = "") -> HttpResponse:
    """Lead on after a step: a redirect for a form, the address for a script."""
    place = reverse(name, args=args) + (f"#{anchor}" if anchor else "")
    return JsonResponse({"url": place}) if wants_json(request) else _to_path(place)


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Draw a page of the console."""
    return render(
        request, f"miniapps/{template}", {"person": person_of(request)} | context, status=status
    )


def of_app(person: Person, app: App, *, tab: str) -> dict[str, Any]:
    """Return what the pages of one app share: its head, its menu, what this person may do."""
    role = role_of(person, app.maker)
    return {
        "app": app,
        "app_icon": icons.url_of(app),
        "tab": tab,
        "may": dict.fromkeys(RIGHTS.get(role or "", frozenset()), True),
    }


def _to_path(place: str) -> HttpResponse:
    answer = HttpResponseRedirect(place)
    answer.status_code = SEE_OTHER
    return answer
