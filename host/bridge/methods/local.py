"""``local.save``: what an app wrote to a localStorage that its browser blocks."""

from __future__ import annotations

from typing import Any

from host.bridge.dispatch import Call, Param, method
from miniapps import values


def _text_or_null(changes: Any) -> bool:
    return all(value is None or isinstance(value, str) for value in changes.values())


@method("local.save", changes=Param(dict, check=_text_or_null))
def save(call: Call) -> bool:
    """Apply changes; null deletes a key."""
    values.save_local(app_person=call.launch.app_person, changes=call.params["changes"])
    return True
