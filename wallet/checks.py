"""System checks of the wallet: what money needs before the first rial moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from wallet.gateways import registry


@register(Tags.security)
def the_sandbox_is_for_development(**_kwargs: Any) -> list[CheckMessage]:
    """Warn where anybody could top up with money that does not exist."""
    rows: Mapping[str, Mapping[str, Any]] = settings.WALLET_GATEWAYS
    pretended = sorted(name for name, row in rows.items() if row.get("sandbox"))
    if not pretended or settings.DEBUG:
        return []
    text = f"The sandbox gateway is on outside development: {', '.join(pretended)}."
    hint = "Name real gateways in BARNAMAK_GATEWAYS; the sandbox's money does not exist."
    return [Warning(text, hint=hint, id="wallet.W001")]


@register(Tags.security)
def gateways_can_be_used(**_kwargs: Any) -> list[CheckMessage]:
    """Find gateways that could only fail when the first person pays."""
    found: list[CheckMessage] = []
    for name, row in settings.WALLET_GATEWAYS.items():
        faults = _faults(name, row)
        found += [Error(f"Gateway '{name}': {fault}.", id="wallet.E001") for fault in faults]
    return found


def _faults(name: str, row: Mapping[str, Any]) -> list[str]:
    unknown = sorted(set(row) - registry.FIELDS - {"class"})
    if unknown:
        return [f"unknown entries: {', '.join(unknown)}"]
    address = urlsplit(str(row.get("base_url", "")))
    if not address.hostname or address.scheme not in ("http", "https"):
        return ["base_url must look like https://bank.example"]
    faults = []
    if address.scheme != "https" and not row.get("sandbox"):
        faults.append("base_url must begin with https://")
    try:
        faults += registry.named(name).faults()
    except (ImportError, KeyError, TypeError) as reason:
        faults.append(f"its class cannot be made: {reason}")
    return faults
