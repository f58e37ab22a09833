"""``message.read``: what a person is shown before he shares a prepared message."""

from __future__ import annotations

from host.bridge.dispatch import Call, Param, method
from miniapps import preparing
from miniapps.errors import PreparedMessageGone


@method("message.read", id=Param(str))
def read(call: Call) -> dict[str, str]:
    """Return ``{id, text}`` of a message that this app prepared for this person."""
    found = preparing.of_person(call.launch.person, call.params["id"], now=call.now)
    if found.app_person_id != call.launch.app_person_id:
        raise PreparedMessageGone
    return {"id": found.public_id, "text": found.text}
