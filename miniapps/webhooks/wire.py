"""One HTTP call to an address that was looked up before: nothing chooses another way.

``requests-hardened`` connects to the address and checks it a second time by its own list; the
name stays in Host, SNI and the certificate's check. No redirects, cookies, proxies or netrc.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from django.conf import settings
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from core.limits import WEBHOOK_CONNECT_S
from miniapps.webhooks.addresses import Address, Target

AGENT: Final = "Barnamak-Webhooks/1"
READ_AT_ONCE_BYTES: Final = 8 * 1024

Watch = Callable[[socket.socket], None]


@dataclass(frozen=True)
class Heard:
    """What came back: a status, and as much of the body as was wanted."""

    status: int
    body: bytes
    is_whole: bool


class Line:
    """The one connection of a call, so that somebody else can cut it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._twin: socket.socket | None = None
        self._is_cut = False

    def watch(self, made: socket.socket) -> None:
        """Take note of a connection. Raises TimeoutError if the call was given up meanwhile."""
        with self._lock:
            if self._is_cut:
                made.close()
                raise TimeoutError
            self._twin = made.dup()  # the TLS layer takes the socket itself

    def cut(self) -> None:
        """End the connection, whatever waits on it."""
        with self._lock:
            self._is_cut = True
            if self._twin is not None:
                with contextlib.suppress(OSError):
                    self._twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Forget the connection."""
        with self._lock:
            if self._twin is not None:
                self._twin.close()
                self._twin = None


class _Pinned(IPFilterAdapter):  # type: ignore[misc]  # not typed there
    """Connects to the address in the URL and speaks of the target's name."""

    def __init__(self, target: Target, watch: Watch) -> None:
        self._target, self._watch = target, watch
        super().__init__(is_https_proto=target.scheme == "https", allow_loopback=target.is_local)

    def init_poolmanager(self, connections: int, maxsize: int, **more: Any) -> None:
        super().init_poolmanager(connections, maxsize, **more)
        self.poolmanager.pool_classes_by_scheme = _watched(self._watch)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        request.headers["Host"] = self._target.authority
        if self._target.scheme == "https":
            pool["assert_hostname"] = pool["server_hostname"] = self._target.host
        return host, pool


def _watched(watch: Watch) -> dict[str, Any]:
    """Return pools whose connections are told of when they are made."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            watch(made)
            return made

    class Sealed(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            watch(made)
            return made

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SealedPool(HTTPSConnectionPool):
        ConnectionCls = Sealed

    return {"http": PlainPool, "https": SealedPool}


def post(
    target: Target,
    address: Address,
    *,
    headers: Mapping[str, str],
    body: bytes,
    read_bytes_max: int,
    timeout_s: float,
    line: Line,
) -> Heard:
    """Send the body and return what came back, at most ``read_bytes_max`` of it.

    Raises what requests and urllib3 raise. ``timeout_s`` bounds each wait, not the whole.
    """
    kind = {"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"}
    return _call(
        "POST",
        target,
        address,
        headers={**kind, **headers},
        body=body,
        read_bytes_max=read_bytes_max,
        timeout_s=timeout_s,
        line=line,
    )


def get(
    target: Target,
    address: Address,
    *,
    headers: Mapping[str, str],
    read_bytes_max: int,
    timeout_s: float,
    line: Line,
) -> Heard:
    """Ask for what lies there, at most ``read_bytes_max`` of it; otherwise like ``post``."""
    return _call(
        "GET",
        target,
        address,
        headers=headers,
        body=None,
        read_bytes_max=read_bytes_max,
        timeout_s=timeout_s,
        line=line,
    )


def _call(
    method: str,
    target: Target,
    address: Address,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    read_bytes_max: int,
    timeout_s: float,
    line: Line,
) -> Heard:
    place = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
    config = Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=target.is_local,
        never_redirect=True,
        default_timeout=(WEBHOOK_CONNECT_S, timeout_s),
        user_agent_override=AGENT,
    )
    fixed = {"Accept-Encoding": "identity", "Connection": "close"}
    with HTTPSession(config) as session:
        session.trust_env = False
        session.mount(f"{target.scheme}://", _Pinned(target, line.watch))
        answer = session.request(
            method,
            f"{target.scheme}://{place}:{target.port}{target.rest}",
            data=body,
            headers={**fixed, **headers},
            timeout=(min(WEBHOOK_CONNECT_S, timeout_s), timeout_s),
            verify=settings.WEBHOOKS_CA_FILE or True,
            allow_redirects=False,
            stream=True,
        )
        with answer:
            heard, is_whole = _read(answer, read_bytes_max)
            return Heard(answer.status_code, heard, is_whole)


def _read(answer: requests.Response, bytes_max: int) -> tuple[bytes, bool]:
    """Read without unpacking anything, so that a small answer cannot become a large one."""
    pieces: list[bytes] = []
    left = bytes_max
    while left > 0:
        piece = answer.raw.read(min(left, READ_AT_ONCE_BYTES), decode_content=False)
        if not piece:
            return b"".join(pieces), True
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces), not answer.raw.read(1, decode_content=False)
