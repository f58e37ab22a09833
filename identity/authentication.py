"""Who calls the API: a person's session. Keys of apps are the upper floor's business."""

from __future__ import annotations

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from core.answers import CsrfFailed


class SessionAuth(SessionAuthentication):
    """The host's session cookie, with CSRF; an inactive person is nobody."""

    def authenticate_header(self, request: Request) -> str:
        """Make DRF answer 401, not 403, to strangers."""
        del request
        return 'Session realm="barnamak"'

    def enforce_csrf(self, request: Request) -> None:
        """Answer a missing proof with our own code."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            raise CsrfFailed from None
