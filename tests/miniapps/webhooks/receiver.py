"""A maker's server that behaves as servers do: well, or in each of the bad ways.

It is real: it listens on 127.0.0.1, reads what is sent and answers over the socket. What is faked
is the network around it: names (``names``) and the way to a public address (``internet``).
"""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from standardwebhooks import Webhook
from urllib3.util import connection as urllib3_connection

POLL_S = 0.02


@dataclass(frozen=True)
class Request:
    """What arrived."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]

    def verified_by(self, secret: str) -> bool:
        """Ask the library that a maker would use."""
        Webhook(secret).verify(self.body, self.headers)
        return True


Behaviour = Callable[[socket.socket, Request, threading.Event], None]


def answers(status: int = 204, body: bytes = b"", **headers: str) -> Behaviour:
    def behave(connection: socket.socket, _request: Request, _end: threading.Event) -> None:
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    return behave


def refuses(object_id: str) -> Behaviour:
    """Take everything but what concerns one object."""

    def behave(connection: socket.socket, request: Request, end: threading.Event) -> None:
        answers(500 if request.event["object"] == object_id else 204)(connection, request, end)

    return behave


def hangs(seconds: float = 30.0, then: Behaviour | None = None) -> Behaviour:
    """Say nothing for a while."""

    def behave(connection: socket.socket, request: Request, end: threading.Event) -> None:
        end.wait(seconds)
        (then or answers())(connection, request, end)

    return behave


def drips(head: bytes) -> Behaviour:
    """Send ``head``, then a byte now and then: no single wait is ever long."""

    def behave(connection: socket.socket, _request: Request, end: threading.Event) -> None:
        connection.sendall(head)
        while not end.wait(0.05):
            connection.sendall(b"x")

    return behave


def sends_much(megabytes: int) -> Behaviour:
    """Answer 200 and then more than anybody wants; ``sent`` counts what was taken."""

    def behave(connection: socket.socket, _request: Request, end: threading.Event) -> None:
        size = megabytes * 2**20
        connection.sendall(f"HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n".encode())
        for _ in range(megabytes * 16):
            connection.sendall(b"x" * 2**16)
            behave.sent += 2**16  # type: ignore[attr-defined]

    behave.sent = 0  # type: ignore[attr-defined]
    return behave


def closes(after: bytes = b"") -> Behaviour:
    """Send a part of an answer and hang up."""
    return lambda connection, _request, _end: connection.sendall(after)


@dataclass
class Receiver:
    """A server; ``behaviours`` are used up one after another, the last one stays."""

    behaviours: list[Behaviour] = field(default_factory=lambda: [answers()])
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    at_once_max: int = 0
    _at_once: int = 0

    def __post_init__(self) -> None:
        self._lock, self._end = threading.Lock(), threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def event_ids(self) -> list[str]:
        return [request.event_id for request in self.requests]

    def wait_for(self, count: int, *, seconds: float = 10.0) -> None:
        """Wait until so many requests have arrived."""
        deadline = time.monotonic() + seconds
        while len(self.requests) < count:
            assert time.monotonic() < deadline, f"{len(self.requests)} of {count} arrived"
            time.sleep(POLL_S)

    def wake(self) -> None:
        """Let whatever hangs go on, and take nothing new."""
        self._end.set()

    def close(self) -> None:
        self.wake()
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _listen(self) -> None:
        self._listener.settimeout(POLL_S)
        while not self._end.is_set():
            try:
                connection, _address = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            request = _read(connection)
            if request is None:
                return
            with self._lock:
                self.requests.append(request)
                more = len(self.behaviours) > 1
                behave = self.behaviours.pop(0) if more else self.behaviours[0]
                self._at_once += 1
                self.at_once_max = max(self.at_once_max, self._at_once)
            try:
                behave(connection, request, self._end)
            finally:
                with self._lock:
                    self._at_once -= 1
        except OSError:
            pass  # the caller has hung up, as it should in many of these tests
        finally:
            connection.close()


def _read(connection: socket.socket) -> Request | None:
    heard = b""
    while b"\r\n\r\n" not in heard:
        piece = connection.recv(65536)
        if not piece:
            return None
        heard += piece
    head, _, body = heard.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Request(line, headers, body)


@contextmanager
def listening(*behaviours: Behaviour, **more: Any) -> Iterator[Receiver]:
    receiver = Receiver(list(behaviours) or [answers()], **more)
    try:
        yield receiver
    finally:
        receiver.close()


@dataclass
class Names:
    """A name server: each lookup of a name takes its next answer, the last one stays."""

    answers: dict[str, list[list[str]]]
    asked: list[str] = field(default_factory=list)

    def look_up(self, host: str) -> list[str]:
        self.asked.append(host)
        if host not in self.answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        left = self.answers[host]
        return left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def names(**answers: list[str] | list[list[str]]) -> Iterator[Names]:
    """Answer for these names, written with _ for . and __ for -; numbers are numbers."""
    table: dict[str, list[list[str]]] = {}
    for name, told in answers.items():
        several = [told] if told and isinstance(told[0], str) else told
        table[name.replace("__", "-").replace("_", ".")] = several  # type: ignore[assignment]
    server, real = Names(table), socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(host, str) and any(char.isalpha() for char in host) and ":" not in host:
            return [
                entry
                for address in server.look_up(host)
                for entry in real(address, port, type=socket.SOCK_STREAM)
            ]
        return real(host, port, *args, **kwargs)

    with mock.patch.object(socket, "getaddrinfo", getaddrinfo):
        yield server


@contextmanager
def internet(**ways: int) -> Iterator[list[tuple[str, int]]]:
    """Lead connections to a public address (``a8_8_8_8``) to a port here; note every one."""
    table = {name[1:].replace("_", "."): port for name, port in ways.items()}
    made: list[tuple[str, int]] = []
    real = urllib3_connection.create_connection

    def create_connection(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        made.append(address)
        host, port = address
        way = table.get(host)
        return real((host, port) if way is None else ("127.0.0.1", way), *args, **kwargs)

    with mock.patch.object(urllib3_connection, "create_connection", create_connection):
        yield made
