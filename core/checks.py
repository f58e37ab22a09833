"""System checks that prove what the rest takes for granted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import WARNING, CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def persian_is_seen_by_trigrams(
    *, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """With ``lc_ctype = C`` PostgreSQL's pg_trgm is blind to Persian and says nothing."""
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("select lower('ÀÉ') = 'àé', 'ک' ~ '\\w'")
            row = cursor.fetchone()
        if row != (True, True):
            return [
                Error(
                    f"The database '{alias}' does not know letters beyond ASCII: {row}.",
                    hint="Create it with LC_CTYPE = C.UTF-8 (or any UTF-8 locale).",
                    id="core.E001",
                )
            ]
    return []


@register(Tags.security)
def demo_is_for_development(**_kwargs: Any) -> list[CheckMessage]:
    """Demo people have codes that are printed at start: never outside development."""
    if settings.DEMO and not settings.DEBUG:
        return [Error("BARNAMAK_DEMO=1 needs BARNAMAK_DEBUG=1.", id="core.E002")]
    return []


@register(Tags.security)
def local_webhooks_are_for_development(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse local webhooks in production: they reach whatever listens on this machine."""
    if settings.WEBHOOKS_ALLOW_LOCAL and not settings.DEBUG:
        return [Error("BARNAMAK_WEBHOOKS_ALLOW_LOCAL=1 needs BARNAMAK_DEBUG=1.", id="core.E004")]
    return []


@register(Tags.security, deploy=True)
def codes_are_not_for_the_log(**_kwargs: Any) -> list[CheckMessage]:
    """Warn of the console's sender: whoever reads the log could sign in as anybody."""
    if settings.CODE_SENDER == "identity.senders.ConsoleSender":
        hint = "Name your own sender in BARNAMAK_CODE_SENDER."
        text = "Sign-in codes are written to the log."
        return [CheckMessage(WARNING, text, hint=hint, id="core.W003")]
    return []
