"""Secrets at rest: sealed with a key file that only this service reads (Fernet, mode 0600).

The file ``app_secrets`` in BARNAMAK_KEYS holds one key a line: the first seals, all open. To
rotate, put a new line on top and seal again.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(secret: bytes) -> bytes:
    """Return the secret so that it may lie in the database."""
    return _box(_file()).encrypt(secret)


def unseal(sealed: bytes) -> bytes:
    """Return what was sealed. Raises cryptography.fernet.InvalidToken for foreign bytes."""
    return _box(_file()).decrypt(sealed)


def _file() -> Path:
    return Path(settings.KEYS) / "app_secrets"


@functools.lru_cache(maxsize=2)
def _box(file: Path) -> MultiFernet:
    if not file.exists():
        _make(file)
    keys = file.read_text(encoding="ascii").split()
    return MultiFernet([Fernet(key) for key in keys])


def _make(file: Path) -> None:
    """Write the first key; of several processes that start at once, one wins."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(Fernet.generate_key() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
