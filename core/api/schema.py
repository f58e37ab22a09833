"""The OpenAPI document: what holds for every address is written once, here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from core.problems import MEDIA_TYPE

PROBLEM = {"$ref": "#/components/schemas/ProblemDocument"}
FIRST_REFUSAL = "400"  # statuses are text here; "4XX" comes after "400" too
METHODS = ("get", "put", "post", "patch", "delete")


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # not typed there
    """The host's session cookie."""

    target_class = "identity.authentication.SessionAuth"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the security scheme."""
        del auto_schema
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A person who is signed in. Writing also needs the header X-CSRFToken.",
        }


def describe_refusals(
    result: dict[str, Any], generator: object, request: object, *, public: bool
) -> dict[str, Any]:
    """Give every refusal its media type, and every operation the answer ``default``: a problem.

    A hook of drf-spectacular (POSTPROCESSING_HOOKS).
    """
    del generator, request, public
    content = {MEDIA_TYPE: {"schema": PROBLEM}}
    for path in result["paths"].values():
        for method in METHODS:
            if method not in path:
                continue
            answers = path[method]["responses"]
            for status, answer in answers.items():
                if status >= FIRST_REFUSAL:
                    answer["content"] = content
            answers["default"] = {"description": "Any other refusal.", "content": content}
    return result
