"""TCP ports: is one free, and if not, who holds it."""

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from config.supervisor.plan import CannotStart

LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
LISTENING = "0A"  # the state column of /proc/net/tcp


def listening_addresses(port: int) -> list[str]:
    """Return the loopback addresses a front can listen on, as nginx writes them.

    Raises CannotStart if the port is taken or is not ours to take. A machine without IPv6 simply
    has one address.
    """
    addresses = []
    for family, host in LOOPBACKS:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind((host, port))
                # Two programs may bind one address with SO_REUSEADDR; only one may listen on it.
                probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(_taken(port)) from error
            if error.errno == errno.EACCES:
                raise CannotStart(
                    f"Port {port} is reserved for the system's own services: "
                    "take one above 1023, for example: make run PORT=8000"
                ) from error
            if family == socket.AF_INET:
                raise CannotStart(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
            continue
        addresses.append(f"[{host}]:{port}" if family == socket.AF_INET6 else f"{host}:{port}")
    return addresses


def free_port() -> int:
    """Return a port that is free at this moment on both loopback addresses."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def holder(port: int) -> str | None:
    """Return "name (process 123)" of the program that listens on a port, where it can be known."""
    inodes = set(_listening_inodes(port))
    for pid in sorted(int(entry.name) for entry in Path("/proc").glob("[0-9]*")):
        if inodes.intersection(_open_files(pid)):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return f"{os.fsdecode(words[0]).split(':')[0]} (process {pid})"
    return None


def _open_files(pid: int) -> Iterator[str]:
    """Yield what a process has open; nothing for another user's process or one that has ended."""
    with contextlib.suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                yield str(descriptor.readlink())


def _taken(port: int) -> str:
    who = holder(port)
    by = f" by {who}" if who else " by another program"
    other = port + 1 if port < (1 << 16) - 1 else port - 1
    return f"Port {port} is taken{by}: stop it, or choose another port: make run PORT={other}"


def _listening_inodes(port: int) -> Iterator[str]:
    """Yield the kernel's names of the listening sockets of a port (proc(5), /proc/net/tcp)."""
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if int(fields[1].rsplit(":", 1)[1], 16) == port and fields[3] == LISTENING:
                yield f"socket:[{fields[9]}]"
