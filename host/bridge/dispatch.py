"""The server end of the bridge: a closed table of methods, each with its schema and its rate.

The runner calls ``POST /run/<launch>/bridge``; who asks (person, app, launch) comes from the
session and the launch, never from the message. A method is entered by its module at import.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import rates
from core.limits import BRIDGE_CALLS_PER_10_S_MAX
from core.problems import Fault, InvalidInput
from host.bridge.errors import MethodUnknown
from miniapps.models import Launch


@dataclass(frozen=True)
class Call:
    """One call of an open launch. ``params`` has passed the method's schema."""

    launch: Launch
    params: dict[str, Any]
    now: datetime


@dataclass(frozen=True)
class Param:
    """What one parameter must be: its JSON type, and a check of the value."""

    kind: type | tuple[type, ...]
    required: bool = True
    check: Callable[[Any], bool] = lambda _value: True


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Method:
    """A method of the bridge that the server carries out."""

    name: str
    params: dict[str, Param]
    handler: Handler
    rate: tuple[int, int] | None = None  # calls, seconds; per launch


_METHODS: dict[str, Method] = {}


def method(
    name: str, /, *, rate: tuple[int, int] | None = None, **params: Param
) -> Callable[[Handler], Handler]:
    """Enter a function as the bridge method ``name``."""

    def enter(handler: Handler) -> Handler:
        assert name not in _METHODS, name
        _METHODS[name] = Method(name=name, params=params, handler=handler, rate=rate)
        return handler

    return enter


def names() -> list[str]:
    """Return the names of all methods, sorted."""
    return sorted(_METHODS)


def dispatch(*, launch: Launch, name: str, params: Any, now: datetime) -> Any:
    """Carry out one call and return its result.

    Raises, the first that applies: TooManyRequests, MethodUnknown, InvalidInput (all faults), and
    what the method raises.
    """
    rates.hit("bridge", launch.public_id, limit=BRIDGE_CALLS_PER_10_S_MAX, period_s=10)
    found = method_of(name)
    if found.rate is not None:
        calls, period_s = found.rate
        rates.hit(f"bridge-{name}", launch.public_id, limit=calls, period_s=period_s)
    return found.handler(Call(launch=launch, params=checked(found, params), now=now))


def method_of(name: str) -> Method:
    """Return the method of this name. Raises MethodUnknown."""
    found = _METHODS.get(name)
    if found is None:
        raise MethodUnknown(method=name[:80])
    return found


def checked(found: Method, params: Any) -> dict[str, Any]:
    """Return the parameters if they are what the method takes. Raises InvalidInput, all faults."""
    if params in (None, ""):
        params = {}
    if not isinstance(params, dict):
        raise InvalidInput([Fault("#/params", "must be an object", "type")])
    faults = [
        Fault(f"#/params/{name}", "is not known here", "unknown")
        for name in params
        if name not in found.params
    ]
    for name, rule in found.params.items():
        if name not in params:
            if rule.required:
                faults.append(Fault(f"#/params/{name}", "is missing", "missing"))
            continue
        value = params[name]
        wrong_bool = isinstance(value, bool) and rule.kind is not bool
        if wrong_bool or not isinstance(value, rule.kind) or not rule.check(value):
            faults.append(Fault(f"#/params/{name}", "has the wrong shape", "type"))
    if faults:
        raise InvalidInput(faults)
    return params
