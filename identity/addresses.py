"""The network address of a caller, as far as it can be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def address_of(headers: Mapping[str, str], peer: str | None) -> str:
    """Return the caller's IP address, or ``unknown``.

    Each of our own proxies (``AXES_IPWARE_PROXY_COUNT`` of them) appends the address it saw to
    X-Forwarded-For; so the one that many places from the end is the caller's, and whatever a
    caller wrote himself stands before it and is not looked at. Without a proxy it is the peer.
    """
    proxies: int = settings.AXES_IPWARE_PROXY_COUNT
    if proxies > 0:
        seen = [part.strip() for part in headers.get("X-Forwarded-For", "").split(",")]
        if len(seen) >= proxies and (found := _address(seen[-proxies])):
            return found
    return _address(peer or "") or UNKNOWN


def locked_address(request: HttpRequest) -> str | None:
    """Return the address that failed staff sign-ins are counted by (AXES_CLIENT_IP_CALLABLE)."""
    found = address_of(request.headers, request.META.get("REMOTE_ADDR"))
    return None if found == UNKNOWN else found


def _address(text: str) -> str | None:
    try:
        return ipaddress.ip_address(text).compressed
    except ValueError:
        return None
