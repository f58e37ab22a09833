"""``launch.close``, ``write_access.request`` and ``time.now``."""

from __future__ import annotations

from host.bridge.dispatch import Call, Param, method
from identity import consents
from miniapps import launching

CLOSE_REASONS = frozenset({"person", "app", "reload"})


@method("launch.close", reason=Param(str, check=CLOSE_REASONS.__contains__))
def close(call: Call) -> bool:
    """End the launch; its tokens are no longer good."""
    launching.end(launch=call.launch, reason=call.params["reason"], now=call.now)
    return True


@method("write_access.request", granted=Param(bool))
def write_access(call: Call) -> dict[str, str]:
    """Keep what the person answered in the host's own dialog."""
    audience = call.launch.app_person.audience
    if "messages" in consents.granted(call.launch.person, audience):
        return {"status": "allowed"}
    if not call.params["granted"]:
        return {"status": "cancelled"}
    consents.grant(person=call.launch.person, audience=audience, scope="messages")
    return {"status": "allowed"}


@method("time.now")
def time_now(call: Call) -> int:
    """Return the Unix second."""
    return int(call.now.timestamp())
