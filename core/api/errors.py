"""Django REST framework's exceptions as our problem documents."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.views import set_rollback

from core.answers import OUTAGES, problem_json, problem_of_outage
from core.problems import (
    Fault,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    TooManyRequests,
)


class MethodNotAllowed(Problem):
    """The address exists but does not take this method."""

    code, status = "method-not-allowed", 405


class UnsupportedMediaType(Problem):
    """The body is of a kind that is not read here."""

    code, status = "unsupported-media-type", 415


class NotAcceptable(Problem):
    """None of the media types the caller accepts can be made."""

    code, status = "not-acceptable", 406


def faults_of(detail: Any, pointer: str = "#") -> list[Fault]:
    """Flatten a serializer's nested errors into faults with JSON pointers."""
    if isinstance(detail, dict):
        found = []
        for key, value in detail.items():
            name = "" if key == "non_field_errors" else f"/{key}"
            found += faults_of(value, pointer + name)
        return found
    if isinstance(detail, list):
        found = []
        for place, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            found += faults_of(value, f"{pointer}/{place}" if nested else pointer)
        return found
    code = str(getattr(detail, "code", None) or "invalid")
    return [Fault(pointer=pointer, detail=str(detail), code=code)]


def as_problem(reason: Exception) -> Problem | None:  # noqa: C901, PLR0911  (a table)
    """Return the problem that says the same as a framework exception, or None for a bug."""
    match reason:
        case Problem():
            return reason
        case drf.ValidationError():
            return InvalidInput(faults_of(reason.detail))
        case drf.ParseError():
            return InvalidInput([Fault("#", str(reason.detail), "unreadable")])
        case drf.NotAuthenticated() | drf.AuthenticationFailed():
            return NotSignedIn()
        case drf.PermissionDenied() | PermissionDenied():
            return NotAllowed()
        case drf.NotFound() | Http404():
            return NotFound()
        case drf.MethodNotAllowed():
            return MethodNotAllowed(str(reason.detail))
        case drf.UnsupportedMediaType():
            return UnsupportedMediaType(str(reason.detail))
        case drf.NotAcceptable():
            return NotAcceptable(str(reason.detail))
        case _ if isinstance(reason, OUTAGES):
            return problem_of_outage(reason)
        case drf.Throttled():
            return TooManyRequests(retry_after_s=int(getattr(reason, "wait", None) or 1))
    return None


def handle(reason: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's EXCEPTION_HANDLER."""
    problem = as_problem(reason)
    if problem is None:
        return None
    set_rollback()
    answer = problem_json(problem)
    challenge = getattr(context["view"], "challenge", None)
    if problem.status == NotSignedIn.status and challenge:
        answer.headers["WWW-Authenticate"] = challenge
    return answer
