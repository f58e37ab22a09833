"""Cards: typed, versioned payloads that an upper floor owns and the messenger carries.

A floor registers each kind once, in its ``AppConfig.ready``, with a pure validator: the payload
goes in, the payload as it is kept comes out, or InvalidInput is raised. A card that was stored
under an older version stays readable; only the newest version is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.limits import CARD_BYTES_MAX
from core.problems import Fault, InvalidInput

Payload = dict[str, Any]


@dataclass(frozen=True)
class CardKind:
    """A kind of card: its name, the version that is written now, its validator."""

    name: str
    version: int
    validate: Callable[[Payload], Payload]


_KINDS: dict[str, CardKind] = {}


def register(kind: CardKind) -> None:
    """Enter a kind; entering the very same one again changes nothing."""
    known = _KINDS.get(kind.name)
    if known is not None and known != kind:
        raise ValueError(f"card kind {kind.name} is registered twice")
    _KINDS[kind.name] = kind


def known_kinds() -> dict[str, CardKind]:
    """All kinds by name."""
    return dict(sorted(_KINDS.items()))


def checked(kind: str, version: int, payload: object) -> Payload:
    """Return the payload as it is kept.

    Raises InvalidInput: unknown kind, another version than the one that is written now, too many
    bytes, or what the kind's own validator finds.
    """
    known = _KINDS.get(kind)
    if known is None:
        raise InvalidInput([Fault("#/card/kind", "is not known", "unknown")])
    if version != known.version:
        detail = f"must be {known.version}"
        raise InvalidInput([Fault("#/card/version", detail, "version")])
    if not isinstance(payload, dict):
        raise InvalidInput([Fault("#/card/payload", "must be an object", "type")])
    kept = known.validate(payload)
    if len(json.dumps(kept, ensure_ascii=False).encode()) > CARD_BYTES_MAX:
        detail = f"must be at most {CARD_BYTES_MAX} bytes"
        raise InvalidInput([Fault("#/card/payload", detail, "max_length")])
    return kept
