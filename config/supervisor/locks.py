"""Locks of the kernel on files: they vanish with their holder, whatever ends it."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait for a lock nobody shares, and hold it within the block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def take(path: Path, *, shared: bool = False) -> IO[str] | None:
    """Take a lock if it is free now; it is held until the returned file is closed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
