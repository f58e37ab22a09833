"""``storage.*``: CloudStorage of a person in one app."""

from __future__ import annotations

from typing import Any

from host.bridge.dispatch import Call, Param, method
from miniapps import values


def _all_text(found: Any) -> bool:
    return all(isinstance(key, str) for key in found)


KEYS = Param(list, check=_all_text)


@method("storage.save", key=Param(str), value=Param(str))
def save(call: Call) -> bool:
    """Keep one value."""
    values.save(app_person=call.launch.app_person, **call.params)
    return True


@method("storage.get", keys=KEYS)
def get(call: Call) -> dict[str, str]:
    """Return values; a missing key is ``""``."""
    return values.get(app_person=call.launch.app_person, **call.params)


@method("storage.delete", keys=KEYS)
def delete(call: Call) -> bool:
    """Forget values."""
    values.delete(app_person=call.launch.app_person, **call.params)
    return True


@method("storage.keys")
def keys(call: Call) -> list[str]:
    """Return all keys."""
    return values.keys(app_person=call.launch.app_person)
