"""A problem as an HTTP answer: JSON for programs, a designed page for people."""

from __future__ import annotations

import json
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from redis.exceptions import ConnectionError as ValkeyAway
from redis.exceptions import TimeoutError as ValkeySilent

from core.problems import MEDIA_TYPE, NotAllowed, NotFound, Problem, Unavailable, registered

log = structlog.get_logger(__name__)
# What PostgreSQL and Valkey raise when they are away, or have no time.
OUTAGES = (OperationalError, InterfaceError, ValkeyAway, ValkeySilent)


class InternalError(Problem):
    """We made a mistake; it is in our log under the request's id."""

    code, status = "internal-error", 500
    title = _("Something went wrong on our side")
    remedy = _("Try again; if it stays, tell us the code below.")


class BadRequest(Problem):
    """The request could not be read."""

    code, status = "bad-request", 400
    title = _("The request could not be read")


class CsrfFailed(NotAllowed):
    """The form's own proof is missing or old."""

    code = "csrf-failed"
    title = _("This page has become old")
    remedy = _("Load the page again and repeat the step.")


def wants_json(request: HttpRequest) -> bool:
    """Programs call /api/, send JSON or prefer it; everybody else gets a page."""
    if request.path.startswith(("/api/", "/.well-known/")):
        return True
    if request.content_type == "application/json":
        return True
    return request.get_preferred_type(["text/html", "application/json", MEDIA_TYPE]) not in (
        "text/html",
        None,
    )


def problem_json(problem: Problem) -> HttpResponse:
    """Return the problem document as an answer."""
    body = json.dumps(problem.as_document(), ensure_ascii=False)
    answer = HttpResponse(body, status=problem.status, content_type=MEDIA_TYPE)
    for name, value in problem.headers.items():
        answer.headers[name] = value
    answer.headers["Cache-Control"] = "no-store"
    return answer


def problem_of_outage(reason: Exception) -> Unavailable:
    """Say that PostgreSQL or Valkey was away: the same request may be sent again."""
    log.error("storage.away", exc_info=reason)
    return Unavailable(retry_after_s=2)


def problem_answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Answer in the form the caller understands."""
    if wants_json(request):
        return problem_json(problem)
    answer = render(request, "ui/error.html", {"problem": problem}, status=problem.status)
    for name, value in problem.headers.items():
        answer.headers[name] = value
    answer.headers["Cache-Control"] = "no-store"
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400; Django names the second argument."""
    del exception
    return problem_answer(request, BadRequest())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    del exception
    return problem_answer(request, NotAllowed())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    del exception
    return problem_answer(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    return problem_answer(request, InternalError())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW; the reason stays in the log."""
    del reason
    return problem_answer(request, CsrfFailed())


@require_safe
def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """``/problems/<code>``: what a code means and what to do, for makers and people."""
    found = registered().get(code)
    if found is None:
        return problem_answer(request, NotFound())
    context: dict[str, Any] = {
        "code": code,
        "status": found.status,
        "title": found.title,
        "remedy": found.remedy,
    }
    return render(request, "ui/problem_reference.html", context)


__all__ = [
    "OUTAGES", "BadRequest", "CsrfFailed", "InternalError", "bad_request", "csrf_failure",
    "page_not_found", "permission_denied", "problem_answer", "problem_json", "problem_of_outage",
    "problem_page", "server_error", "wants_json",
]  # fmt: skip
