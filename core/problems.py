"""Refusals as data: RFC 9457 problem documents with stable codes.

    Problem
    ├── InvalidInput        400  every fault at once, by JSON pointer
    ├── NotSignedIn         401
    ├── NotAllowed          403
    ├── NotFound            404
    ├── Conflict            409
    ├── TooLarge            413
    ├── TooManyRequests     429  retry_after_s
    └── Unavailable         503  retry_after_s

Each floor's ``errors.py`` adds its own classes. A class is one reason; keyword arguments are the
facts of one case and become members of the document. Texts are for people, codes for programs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEDIA_TYPE = "application/problem+json"

type_of_text = str | Promise

_REGISTRY: dict[str, type[Problem]] = {}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input. ``pointer`` is a JSON pointer such as ``#/slug``."""

    pointer: str
    detail: str
    code: str = "invalid"


class Problem(Exception):
    """A refusal that a person or a program may meet. Never a bug, never an assert.

    Class attributes: ``code`` (stable, documented at ``/problems/<code>``), ``status`` (HTTP),
    ``title`` (what happened) and ``remedy`` (what to do).
    """

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 400
    title: ClassVar[type_of_text] = _("This request could not be carried out")
    remedy: ClassVar[type_of_text] = _("Check the request and try again.")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Enter the class in the registry, by code; two classes never share a code."""
        super().__init_subclass__(**kwargs)
        other = _REGISTRY.get(cls.code)
        if other is not None and other.__qualname__ != cls.__qualname__:
            raise TypeError(f"{cls.__qualname__} and {other.__qualname__} share code {cls.code}")
        _REGISTRY[cls.code] = cls

    def __init__(self, detail: type_of_text = "", **members: Any) -> None:
        self.detail = detail
        self.members = members
        super().__init__(self.code, members)

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers that belong to this answer."""
        retry = self.members.get("retry_after_s")
        return {} if retry is None else {"Retry-After": str(retry)}

    def as_document(self) -> dict[str, Any]:
        """Return the problem document in the language that is active now."""
        document: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": str(self.title),
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            document["detail"] = str(self.detail)
        if self.remedy:
            document["remedy"] = str(self.remedy)
        return document | self.members


def registered() -> dict[str, type[Problem]]:
    """All problem classes by code, sorted: the table behind ``/problems/``."""
    return dict(sorted(_REGISTRY.items()))


class InvalidInput(Problem):
    """The input has faults; all of them are listed. Members: ``errors``."""

    code, status = "invalid-input", 400
    title = _("Some of what was sent is not right")
    remedy = _("Correct the listed fields and send again.")

    def __init__(self, faults: list[Fault], detail: type_of_text = "") -> None:
        self.faults = faults
        super().__init__(detail, errors=[asdict(fault) for fault in faults])


class NotSignedIn(Problem):
    """The request carries no valid sign-in."""

    code, status = "not-signed-in", 401
    title = _("You are not signed in")
    remedy = _("Sign in, or send a valid key, and try again.")


class NotAllowed(Problem):
    """The person or key is known but may not do this."""

    code, status = "not-allowed", 403
    title = _("You may not do this")
    remedy = _("Ask somebody who has the right role or scope.")


class NotFound(Problem):
    """There is no such thing, or not for this person: both answer the same."""

    code, status = "not-found", 404
    title = _("Nothing was found here")
    remedy = _("Check the address or the id.")


class Conflict(Problem):
    """The state of the thing does not permit the step."""

    code, status = "conflict", 409
    title = _("The state has changed meanwhile")
    remedy = _("Load it again and decide anew.")


class TooLarge(Problem):
    """The body is larger than the limit. Members: ``limit_bytes``."""

    code, status = "too-large", 413
    title = _("This is too large")
    remedy = _("Send less at once.")


class TooManyRequests(Problem):
    """A rate limit was reached. Members: ``retry_after_s``."""

    code, status = "too-many-requests", 429
    title = _("Too many tries")
    remedy = _("Wait a little and try again.")


class Unavailable(Problem):
    """A part that is needed does not answer now. Members: ``retry_after_s``."""

    code, status = "unavailable", 503
    title = _("This is not available at the moment")
    remedy = _("Try again in a few seconds.")
