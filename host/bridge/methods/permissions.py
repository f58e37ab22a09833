"""``permission.*`` and ``contact.share``: what a person is asked while an app runs.

The runner asks the person in a dialog of the host's own; the app itself cannot call these.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from core.limits import CONTACTS_PER_MINUTE_MAX
from host.bridge.dispatch import Call, Param, method
from host.bridge.errors import PermissionUndeclared
from miniapps import permitting
from miniapps.capabilities import Permission

ASKED_IN_USE: Final[dict[str, Permission]] = {
    "phone": "phone",
    "location": "location",
    "clipboard-read": "clipboard-read",
}
NAME = Param(str, check=ASKED_IN_USE.__contains__)


@method("permission.get", name=NAME)
def get(call: Call) -> dict[str, bool]:
    """Return ``{declared, asked, granted}``."""
    return asdict(permitting.standing(call.launch, ASKED_IN_USE[call.params["name"]]))


@method("permission.answer", name=NAME, granted=Param(bool))
def answer(call: Call) -> dict[str, bool]:
    """Keep the person's answer."""
    name = _declared(call, call.params["name"])
    granted = call.params["granted"]
    return asdict(permitting.answer(launch=call.launch, name=name, granted=granted))


@method("contact.share", rate=(CONTACTS_PER_MINUTE_MAX, 60))
def share_contact(call: Call) -> str:
    """Return the signed contact; the person has agreed before."""
    _declared(call, "phone")
    return permitting.contact(call.launch, now=call.now)


def _declared(call: Call, name: str) -> Permission:
    if not permitting.standing(call.launch, ASKED_IN_USE[name]).declared:
        raise PermissionUndeclared(permission=name)
    return ASKED_IN_USE[name]
