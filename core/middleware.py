"""What every page request passes: problems as answers, the theme, the request's own id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware

from core.answers import (
    OUTAGES,
    BadRequest,
    problem_answer,
    problem_json,
    problem_of_outage,
    wants_json,
)
from core.ids import new_id
from core.problems import NotFound, Problem

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RequestIdMiddleware:
    """Give each request an id that stands in its log lines and in the answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Bind the id for the time of the request."""
        request_id = new_id("req")
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response.headers["X-Request-Id"] = request_id
        return response


class SlashMiddleware(CommonMiddleware):
    """Django's, but only who reads is led to the address with a slash at its end.

    Django's own answers a form sent to the other one with an error of ours when DEBUG is on.
    """

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        """Lead nobody away from what he sends."""
        return request.method in ("GET", "HEAD") and super().should_redirect_with_slash(request)


class ThemeMiddleware:
    """Put ``request.theme`` (auto, light or dark) from the cookie that the switch sets."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Ignore anything that is not one of the three."""
        wanted = request.COOKIES.get(THEME_COOKIE, "auto")
        request.theme = wanted if wanted in THEMES else "auto"  # type: ignore[attr-defined]  # read by ui/base.html
        return self.get_response(request)


class ProblemMiddleware:
    """Turn a Problem that a page raises into its answer: a page for people, JSON for programs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on; replace Django's page about unknown addresses, which only DEBUG shows.

        An address with a NUL names nothing, and PostgreSQL would refuse to look for it.
        """
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return problem_answer(request, NotFound())
        response = self.get_response(request)
        unknown = response.status_code == NotFound.status and request.resolver_match is None
        return problem_answer(request, NotFound()) if settings.DEBUG and unknown else response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse a form with a NUL in it; the API reads its bodies itself and judges them there."""
        del args, kwargs
        is_form = request.content_type in FORMS and not getattr(view, "csrf_exempt", False)
        if is_form and any("\x00" in text for _name, all_ in request.POST.lists() for text in all_):
            return problem_answer(request, BadRequest())
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer problems, and programs when a database is away; let bugs be bugs."""
        if isinstance(exception, Problem):
            return problem_answer(request, exception)
        if isinstance(exception, OUTAGES) and wants_json(request):
            return problem_json(problem_of_outage(exception))
        return None
