"""A load generator in plain Python: one request over and over on kept-alive connections.

Every answer to one request has the same length, so after the first, which is read with care, bytes
are counted and not parsed: one core sends more requests than the servers measured here answer.
"""

import contextlib
import os
import select
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Address = tuple[str, int] | str  # host and port, or the path of a unix socket
BUFFER_BYTES = 256 * 1024
REQUESTS_PER_CONNECTION = 900  # nginx closes a connection after 1000


class WrongAnswer(Exception):
    """The server does not answer with what is to be measured."""


@dataclass(frozen=True)
class Answer:
    """One whole answer: its status, its headers in lower case, its body, its length in all."""

    status: int
    headers: dict[str, str]
    body: bytes
    length: int


def ask(address: Address, request: bytes, *, timeout_s: float = 10.0) -> Answer:
    """Send one request and read its answer; it must carry a Content-Length."""
    with _connected(address, timeout_s) as connection:
        connection.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += _some(connection)
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if "content-length" not in headers:
            raise WrongAnswer(f"{lines[0]} has no Content-Length")
        while len(body) < int(headers["content-length"]):
            body += _some(connection)
        status = int(lines[0].split()[1])
        return Answer(status, headers, body, len(head) + 4 + len(body))


def requests_per_s(
    address: Address, request: bytes, *, connections: int = 16, seconds: float = 1.5
) -> float:
    """Send the request over and over; return how many were answered in a second."""
    length = ask(address, request).length
    opened = [_connected(address, 10.0) for _ in range(connections)]
    missing = {}
    left = {}
    by_number = {}
    poll = select.epoll()
    for connection in opened:
        connection.setblocking(False)
        poll.register(connection.fileno(), select.EPOLLIN)
        by_number[connection.fileno()] = connection
        missing[connection.fileno()] = length
        left[connection.fileno()] = REQUESTS_PER_CONNECTION
    buffer = bytearray(BUFFER_BYTES)
    done = 0
    began = time.perf_counter()
    ends = began + seconds
    try:
        for connection in opened:
            connection.send(request)
        while (now := time.perf_counter()) < ends:
            for number, _ in poll.poll(1.0):
                received = by_number[number].recv_into(buffer)
                if received == 0:
                    raise WrongAnswer("the server closed a connection that was to stay open")
                missing[number] -= received
                if missing[number] == 0:
                    done += 1
                    missing[number] = length
                    left[number] -= 1
                    if left[number] == 0:  # before the server would close it
                        left[number] = REQUESTS_PER_CONNECTION
                        _connect_again(by_number[number], address)
                        poll.register(number, select.EPOLLIN)
                    by_number[number].send(request)
                elif missing[number] < 0:
                    raise WrongAnswer("an answer was longer than the first one")
    finally:
        for connection in opened:
            connection.close()
        poll.close()
    return done / (now - began)


def processor_s(pids: Sequence[int]) -> float:
    """Return the processor time, in seconds, that processes and their children have used.

    Children that have ended count too, once their parent has waited for them.
    """
    while True:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return _ticks(pids) / os.sysconf("SC_CLK_TCK")
        # One has ended in between, and its time is now its parent's: read all of them again.


def _ticks(pids: Sequence[int]) -> int:
    ticks, found = 0, list(pids)
    while found:
        pid = found.pop()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))  # proc(5): utime, stime, cutime, cstime
        found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return ticks


def interleaved(
    measured: dict[str, Callable[[], float]], *, rounds: int = 5
) -> dict[str, list[float]]:
    """Measure each in turn, round after round, so that what else runs disturbs all alike."""
    results: dict[str, list[float]] = {name: [] for name in measured}
    for number in range(rounds + 1):
        for name, measure in measured.items():
            result = measure()
            if number > 0:  # the first round warms up
                results[name].append(result)
    return results


def ratio(values: Sequence[float], base: Sequence[float]) -> str:
    """Return the ratio of two interleaved measurements, round by round: min, median, max."""
    ratios = sorted(value / other for value, other in zip(values, base, strict=True))
    return f"min {ratios[0]:.2f}  median {statistics.median(ratios):.2f}  max {ratios[-1]:.2f}"


def _connected(address: Address, timeout_s: float) -> socket.socket:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.settimeout(timeout_s)
    connection.connect(address)
    return connection


def _connect_again(connection: socket.socket, address: Address) -> None:
    """Put a new connection in the place of an old one, under the same number."""
    fresh = _connected(address, 10.0)
    os.dup2(fresh.fileno(), connection.fileno())
    fresh.close()
    connection.setblocking(False)


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(BUFFER_BYTES)
    if not data:
        raise WrongAnswer("the server closed the connection")
    return data
