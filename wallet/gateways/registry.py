"""The gateways that are configured: WALLET_GATEWAYS, name by name.

    {"sadad": {"class": "wallet.gateways.sadad.Sadad", "base_url": "https://sadad.shaparak.ir",
               "merchant_id": "…", "terminal_id": "…", "key": "…"}}

A name is stored with every order and is part of what makes a receipt unique, so it is never given
to another terminal. Nothing is kept between calls: a changed setting is a changed gateway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.module_loading import import_string

from wallet.gateways.errors import GatewayUnknown
from wallet.gateways.interface import Ability, Gateway, GatewayConfig

FIELDS: Final = frozenset(
    {"base_url", "titles", "merchant_id", "terminal_id", "key", "sandbox", "options"}
)


def named(name: str) -> Gateway:
    """Return the gateway of this name. Raises GatewayUnknown."""
    rows: Mapping[str, Mapping[str, Any]] = settings.WALLET_GATEWAYS
    if name not in rows:
        raise GatewayUnknown
    return _made(name, rows[name])


def able(ability: Ability) -> list[Gateway]:
    """Return the configured gateways that can do this, in the order of the setting."""
    return [gateway for gateway in every() if gateway.can(ability)]


def every() -> list[Gateway]:
    """Return all configured gateways."""
    return [named(name) for name in settings.WALLET_GATEWAYS]


def _made(name: str, row: Mapping[str, Any]) -> Gateway:
    made: type[Gateway] = import_string(row["class"])
    return made(GatewayConfig(name=name, **{key: row[key] for key in FIELDS & row.keys()}))
