"""The card of a mini-app in a chat: a pure validator, registered with the messenger."""

from __future__ import annotations

import re
from typing import Any

from core.ids import is_id
from core.limits import PREPARED_TEXT_CHARS_MAX, START_PARAM_CHARS_MAX
from core.problems import Fault, InvalidInput
from messenger.cards import CardKind

NAME_CHARS_MAX, BUTTON_CHARS_MAX = 60, 40
_START_PARAM = re.compile(r"[A-Za-z0-9_-]*")
_ICON = re.compile(r"(?:[0-9a-f]{64})?")
_MEMBERS: dict[str, int] = {
    "name": NAME_CHARS_MAX,
    "name_en": NAME_CHARS_MAX,
    "icon": 64,
    "text": PREPARED_TEXT_CHARS_MAX,
    "start_param": START_PARAM_CHARS_MAX,
    "button": BUTTON_CHARS_MAX,
}


def validate(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the card as it is kept: every member there, texts within bounds.

    ``app`` (public id) and ``name`` are needed; ``name_en``, ``icon`` (SHA-256 of the picture),
    ``text``, ``start_param`` and ``button`` may be missing. Raises InvalidInput with every fault.
    """
    faults = [
        Fault(f"#/card/payload/{name}", "is not known", "unknown")
        for name in payload.keys() - _MEMBERS.keys() - {"app"}
    ]
    kept: dict[str, Any] = {"app": payload.get("app")}
    if not (isinstance(kept["app"], str) and is_id(kept["app"], "app")):
        faults.append(Fault("#/card/payload/app", "must be the public id of an app", "shape"))
    for name, most in _MEMBERS.items():
        value = payload.get(name, "")
        kept[name] = value
        if not isinstance(value, str) or len(value) > most:
            detail = f"must be a string of at most {most} characters"
            faults.append(Fault(f"#/card/payload/{name}", detail, "max_length"))
        elif name == "name" and not value.strip():
            faults.append(Fault("#/card/payload/name", "must not be empty", "blank"))
        elif name == "start_param" and not _START_PARAM.fullmatch(value):
            detail = "must be of A-Z, a-z, 0-9, _ and -"
            faults.append(Fault("#/card/payload/start_param", detail, "shape"))
        elif name == "icon" and not _ICON.fullmatch(value):
            faults.append(Fault("#/card/payload/icon", "must be a SHA-256", "shape"))
    if faults:
        raise InvalidInput(faults)
    return kept


MINIAPP = CardKind(name="miniapp", version=1, validate=validate)
