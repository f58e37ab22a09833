"""Which names are served, and which versions: the route table, read by one thread, never asked.

Answers read a plain dictionary. The thread looks at the database once in ROUTE_POLL_S; while the
database is away, what was read last stays in force. docs/decisions/0011 says why it polls.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import psycopg

from core import limits

# What an app may be while its files are served; any other word, known or not, is an end.
SERVED: Final = frozenset({"live", "unlisted"})
ALL = "select label, record, revision from miniapps_route order by revision"
NEWER = "select label, record, revision from miniapps_route where revision > %s order by revision"


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """A version that may be served, perhaps only until a moment (seconds of time.time())."""

    digest: str
    until_s: float | None


@dataclass(frozen=True, slots=True)
class Route:
    """What is served under one label."""

    app: str
    is_served: bool
    default: str = ""
    versions: dict[str, LiveVersion] = field(default_factory=dict)

    def digest(self, digest16: str, now_s: float) -> str | None:
        """Return the whole digest of a version that is live, by its 16 digits."""
        version = self.versions.get(digest16)
        if version is None or (version.until_s is not None and version.until_s <= now_s):
            return None
        return version.digest

    def live(self, now_s: float) -> list[str]:
        """Return the 16 digits of every version that is live."""
        return [digest16 for digest16 in self.versions if self.digest(digest16, now_s)]


UNREADABLE: Final = Route(app="", is_served=False)


def read_route(record: object) -> Route:
    """Return the route a record describes; one that cannot be read is not served."""
    try:
        return _read(json.loads(record) if isinstance(record, str) else record)
    except (KeyError, TypeError, ValueError, AttributeError) as reason:
        _tell(f"a route cannot be read and is not served: {reason!r}")
        return UNREADABLE


def _read(record: Any) -> Route:
    versions = {}
    for digest16, version in record["versions"].items():
        until = version.get("until")
        until_s = datetime.fromisoformat(until).timestamp() if until else None
        if version["digest"][:16] != digest16:
            raise ValueError("a version's key is not the beginning of its digest")
        versions[digest16] = LiveVersion(version["digest"], until_s)
    return Route(
        app=record["app"],
        is_served=record["status"] in SERVED,
        default=record.get("default") or "",
        versions=versions,
    )


class Connection(Protocol):
    """As much of a database connection as the thread needs."""

    def execute(self, query: Any, params: Any = None, /) -> Iterable[tuple[Any, ...]]:
        """Run one statement and return its rows."""

    def close(self) -> None:
        """Let the connection go."""


def connect(database_url: str) -> Callable[[], Connection]:
    """Return a function that opens a connection which gives up soon rather than hangs."""
    milliseconds = limits.ROUTE_QUERY_S * 1000

    def opened() -> Connection:
        connection: Connection = psycopg.connect(
            database_url,
            autocommit=True,
            connect_timeout=limits.ROUTE_QUERY_S,
            options=f"-c statement_timeout={milliseconds} -c default_transaction_read_only=on",
            application_name="barnamak-assets",
            tcp_user_timeout=milliseconds,
            keepalives_idle=limits.ROUTE_QUERY_S,
        )
        return connection

    return opened


class RouteTable:
    """The routes, kept fresh by one thread of this process."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self.routes: dict[str, Route] = {}
        self.is_loaded = False
        self.when_reloaded: Callable[[], None] = _nothing
        self._connect = connect
        self._revision = 0
        self._reloaded_s = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        os.register_at_fork(after_in_child=self._restart_in_child)

    def start(self) -> None:
        """Begin to look at the database."""
        self._thread = threading.Thread(target=self._run, name="routes", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; the routes stay as they are."""
        self._stop.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def wait_loaded(self, timeout_s: float) -> bool:
        """Wait until the table was read once."""
        deadline = time.monotonic() + timeout_s
        while not self.is_loaded and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.is_loaded

    def look(self, connection: Connection) -> None:
        """Read what changed, or everything when it is time for that."""
        now = time.monotonic()
        if not self.is_loaded or now - self._reloaded_s >= limits.ROUTE_RELOAD_S:
            rows = list(connection.execute(ALL))
            fresh = {label: read_route(record) for label, record, _ in rows}
            # What is the same stays the same object: answers that were prepared for it stay good.
            old = self.routes
            self.routes = {
                label: old[label] if old.get(label) == route else route
                for label, route in fresh.items()
            }
            self._revision = max((revision for _, _, revision in rows), default=0)
            self._reloaded_s = now
            self.is_loaded = True
            self.when_reloaded()
            return
        for label, record, revision in connection.execute(NEWER, (self._revision,)):
            self.routes[label] = read_route(record)
            self._revision = revision

    def _run(self) -> None:
        is_away = False
        while not self._stop.is_set():
            connection = None
            try:
                connection = self._connect()
                if is_away:
                    _tell("the database is back")
                # A restored database may count anew, and what was missed may be a deletion.
                self._reloaded_s = float("-inf")
                is_away = False
                while not self._stop.is_set():
                    self.look(connection)
                    self._stop.wait(limits.ROUTE_POLL_S)
            except (psycopg.Error, OSError) as reason:
                if not is_away:
                    _tell(f"the database is away, routes stay as they are: {reason}")
                is_away = True
            finally:
                if connection is not None:
                    connection.close()
            self._stop.wait(limits.ROUTE_POLL_S)

    def _restart_in_child(self) -> None:
        """Start anew after a fork, which does not take threads along."""
        if self._thread is not None:
            self.start()


def _nothing() -> None:
    pass


def _tell(text: str) -> None:
    print(f"assets: {text}".strip(), file=sys.stderr, flush=True)  # noqa: T201 - this process's log
