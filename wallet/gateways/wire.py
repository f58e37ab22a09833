"""How gateways are spoken to: JSON over TLS, with bounds on everything that comes back.

One request, one connection, one deadline. Redirects are not followed, nothing of the environment
(proxies, netrc) is obeyed, and whatever is not a plain JSON object within bounds is unreadable.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, NoReturn, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from core import limits
from wallet.gateways.errors import GatewayTimeout, GatewayUnreadable
from wallet.identifiers import BadCard, read_card
from wallet.money import AMOUNT_RIALS_MAX

CODE_DIGITS_MAX: Final = 9
MASKED_CARD_CHARS_MAX: Final = 19
MASKED_CARD_DIGITS_MAX: Final = 10


class Answer:
    """A JSON object from outside. Names are found in any case; values are checked, not cast."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._fields: dict[str, Any] = {}
        for name, value in document.items():
            key = name.casefold()
            if key in self._fields and self._fields[key] != value:
                unreadable("one name, two values", "names")
            self._fields[key] = value

    def code(self, name: str) -> int:
        """Return a result code, which the dialects write as a number or as its digits."""
        value = self._fields.get(name.casefold())
        if type(value) is str and len(value) <= CODE_DIGITS_MAX and _is_integer(value.strip()):
            return int(value)
        if type(value) is int and abs(value) < 10**CODE_DIGITS_MAX:
            return value
        return unreadable("no code", name)

    def amount(self, name: str) -> int:
        """Return an amount of rials, 0 where it is absent or null. Floats are refused."""
        value = self._fields.get(name.casefold())
        if value is None or value == "":
            return 0
        if type(value) is str and len(value) <= len(str(AMOUNT_RIALS_MAX)) and value.isascii():
            value = int(value) if value.isdigit() else None
        if type(value) is int and 0 <= value <= AMOUNT_RIALS_MAX:
            return value
        return unreadable("no amount", name)

    def text(self, name: str, *, most: int = limits.GATEWAY_TEXT_CHARS_MAX) -> str:
        """Return a short text or a number's digits; empty where it is absent or null."""
        value = self._fields.get(name.casefold())
        if value is None:
            return ""
        if type(value) is int:
            value = str(value)
        if type(value) is not str or len(value) > most:
            unreadable("no text", name)
        if not value.isprintable():  # controls, NUL, halves of surrogate pairs
            unreadable("no printable text", name)
        return value.strip()

    def list_of(self, name: str) -> list[Any]:
        """Return a list as it came; what is in it is still to be read."""
        value = self._fields.get(name.casefold())
        return value if isinstance(value, list) else unreadable("no list", name)

    def masked_card(self, name: str) -> str:
        """Return a card as the bank masked it; a whole number is masked here, at the door."""
        value = self.text(name)
        with contextlib.suppress(BadCard):
            return read_card(value).masked
        kept = "".join(char if char in "0123456789" else "*" for char in value)
        numerals = sum(char != "*" for char in kept)
        return (
            kept
            if len(kept) <= MASKED_CARD_CHARS_MAX and numerals <= MASKED_CARD_DIGITS_MAX
            else ""
        )


def ask(
    method: str,
    url: str,
    document: Mapping[str, Any] | None = None,
    *,
    bearer: str = "",
    bytes_max: int = limits.GATEWAY_ANSWER_BYTES_MAX,
) -> tuple[int, Answer]:
    """Send one request and return status and answer.

    Raises GatewayTimeout when no whole answer came within the deadline, GatewayUnreadable when what
    came is no JSON object within bounds.
    """
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    data = None
    if document is not None:
        data = json.dumps(document, ensure_ascii=False).encode()
        headers["Content-Type"] = "application/json; charset=utf-8"
    with requests.Session() as session, _Deadline(limits.GATEWAY_TOTAL_S) as deadline:
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, _WatchedAdapter(deadline))
        try:
            answer = session.request(
                method, url, data=data, headers=headers, stream=True, allow_redirects=False,
                timeout=(limits.GATEWAY_CONNECT_S, limits.GATEWAY_TOTAL_S),
            )  # fmt: skip
            body = _read(answer, deadline, bytes_max)
        except (requests.RequestException, HTTPError, OSError) as reason:
            raise GatewayTimeout(retry_after_s=limits.GATEWAY_RETRY_AFTER_S) from reason
    return answer.status_code, Answer(_object(body))


def ask_ok(url: str, document: Mapping[str, Any]) -> Answer:
    """POST to a dialect that answers 200 to everything it understood."""
    status, answer = ask("POST", url, document)
    if status != HTTPStatus.OK:
        unreadable(f"status {status}", "status")
    return answer


def unreadable(why: str, where: str) -> NoReturn:
    """Refuse an answer. ``why`` names the fault and never repeats what came."""
    raise GatewayUnreadable(why=why, where=where[:40])


class _Deadline:
    """Cuts the connections of one request when its time is up.

    The time-outs of ``requests`` start anew with every byte: a server that sends one byte every few
    seconds, in its headers for example, would hold a worker for ever.
    """

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self._plugs: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._timer.cancel()
        for plug in self._plugs:
            plug.close()

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends_at

    def watch(self, plug: socket.socket) -> None:
        # A second handle on the connection: TLS takes the first one over while it shakes hands.
        self._plugs.append(plug.dup())
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        for plug in self._plugs:
            with contextlib.suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)


class _WatchedAdapter(HTTPAdapter):
    """Hands every new connection to the deadline."""

    def __init__(self, deadline: _Deadline) -> None:
        super().__init__(max_retries=0)
        self.poolmanager.pool_classes_by_scheme = _watched_pools(deadline)


def _watched_pools(deadline: _Deadline) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            plug = super()._new_conn()
            deadline.watch(plug)
            return plug

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            plug = super()._new_conn()
            deadline.watch(plug)
            return plug

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _read(answer: requests.Response, deadline: _Deadline, bytes_max: int) -> bytes:
    body = bytearray()
    for chunk in _chunks(answer):
        body += chunk
        if len(body) > bytes_max:
            unreadable("too long", "body")
    if deadline.is_over:  # a connection that was cut looks like one that ended
        raise TimeoutError
    return bytes(body)


def _chunks(answer: requests.Response) -> Iterator[bytes]:
    yield from answer.raw.stream(8192, decode_content=False)


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        unreadable("no JSON", "body")
    if not isinstance(document, dict):
        unreadable("no object", "body")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _value in pairs}) != len(pairs):
        raise ValueError
    return dict(pairs)


def _no_constant(_name: str) -> NoReturn:
    raise ValueError


def _is_integer(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").isdigit()
