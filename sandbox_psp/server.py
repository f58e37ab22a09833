"""HTTP by the standard library: which address is whose, and answers that fail on purpose."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from sandbox_psp.store import Books

BODY_BYTES_MAX: Final = 64 * 1024
JSON_TYPE: Final = "application/json; charset=utf-8"
LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})

log = logging.getLogger("sandbox_psp")


@dataclass(frozen=True)
class Asked:
    """A request, read whole. Names of ``query`` and ``headers`` are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    books: Books

    @property
    def form(self) -> dict[str, str]:
        """The fields of a posted form."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    @property
    def document(self) -> dict[str, Any]:
        """The posted JSON object; empty for anything else."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}


@dataclass(frozen=True)
class Answer:
    """What is sent back. ``hang_s``: nothing at all is, after so many seconds."""

    status: int = 200
    body: bytes = b""
    kind: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_s: float = 0.0


Door = Callable[[Asked], Answer]


@dataclass(frozen=True)
class Route:
    """An address, as a pattern whose case does not matter (as at the banks), and its door."""

    method: str
    pattern: str
    door: Door
    private: bool = False  # only for programs on this machine, never for a browser's page

    def fits(self, method: str, path: str) -> bool:
        """Tell whether this is the one."""
        return method == self.method and bool(re.fullmatch(self.pattern, path, re.IGNORECASE))


def as_json(document: object, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return Answer(status, json.dumps(document, ensure_ascii=False).encode())


class Handler(BaseHTTPRequestHandler):
    """One request, one connection."""

    server: PspServer
    timeout = 20
    server_version = "sandbox-psp"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer("GET")

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer("POST")

    def _answer(self, method: str) -> None:
        address = urlsplit(self.path)
        route = next((r for r in self.server.routes if r.fits(method, address.path)), None)
        if route is None:
            self._send(as_json({"error": "not-found"}, 404))
            return
        if route.private and not self._is_a_neighbour():
            self._send(as_json({"error": "loopback-only"}, 403))
            return
        length = self.headers.get("Content-Length", "0")
        if not re.fullmatch(r"[0-9]{1,7}", length) or int(length) > BODY_BYTES_MAX:
            self._send(as_json({"error": "too-large"}, 413))
            return
        query = {name.casefold(): value for name, value in parse_qsl(address.query)}
        body = self.rfile.read(int(length))
        headers = {name.casefold(): value for name, value in self.headers.items()}
        asked = Asked(method, address.path, query, headers, body, self.server.books)
        self._send(route.door(asked))

    def _is_a_neighbour(self) -> bool:
        """Tell a program on this machine from a browser's page and from a name rebound to us."""
        name = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        here = self.client_address[0] in LOOPBACK_NAMES
        return here and name in LOOPBACK_NAMES and "Origin" not in self.headers

    def _send(self, answer: Answer) -> None:
        if answer.hang_s:
            time.sleep(answer.hang_s)
            self.close_connection = True
            return
        self.send_response(answer.status)
        headers = {
            "Content-Type": answer.kind,
            "Content-Length": str(len(answer.body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
            **answer.headers,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Log without the query, where tokens stand."""
        log.info("%s %s", self.command, urlsplit(self.path).path)
        del format, args


class PspServer(ThreadingHTTPServer):
    """The bank's server. Threads that hang on purpose do not keep it from stopping."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], routes: list[Route], books: Books) -> None:
        self.routes = routes
        self.books = books
        super().__init__(address, Handler)
