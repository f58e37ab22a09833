"""Reading the environment: a value that is wrong stops the process and says why."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

REPOSITORY = Path(__file__).resolve().parent.parent


class WrongSetting(SystemExit):
    """A setting that cannot be used; the text says which and what is expected."""


def text(name: str, default: str) -> str:
    """Return the value, or the content of the file named by ``<name>_FILE``."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as reason:
            raise WrongSetting(f"{name}_FILE cannot be read: {reason}") from reason
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """Return a yes or no, written 1 or 0."""
    value = os.environ.get(name, "1" if default else "0")
    if value not in ("0", "1"):
        raise WrongSetting(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def number(name: str, default: int) -> int:
    """Return a whole number."""
    value = os.environ.get(name, str(default))
    if not value.lstrip("-").isdigit():
        raise WrongSetting(f"{name} must be a whole number, not {value!r}")
    return int(value)


def table(name: str) -> dict[str, dict[str, object]]:
    """Return rows by name from a JSON object of objects; empty when it is not given."""
    value = text(name, "")
    try:
        rows = json.loads(value or "{}")
    except ValueError as reason:
        raise WrongSetting(f"{name} is not JSON: {reason}") from reason
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise WrongSetting(f"{name} must be a JSON object of objects")
    return rows


def folder(name: str, default: Path, *, mode: int = 0o755) -> Path:
    """Return an absolute folder, made when it is missing."""
    path = Path(os.environ.get(name) or default)
    path = path if path.is_absolute() else REPOSITORY / path
    path.mkdir(parents=True, exist_ok=True, mode=mode)
    return path


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for a ``postgresql://`` URL; ``?host=`` may name a socket folder."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise WrongSetting(
            "DATABASE_URL must be a postgresql:// URL; other engines are not offered"
        )
    query = parse_qs(parts.query)
    # What else libpq knows, such as sslmode and sslrootcert; a word that was left unread would be
    # a connection without TLS that nobody notices.
    options = {name: values[-1] for name, values in query.items() if name != "host"}
    if "options" in options:
        raise WrongSetting("DATABASE_URL must not say options=: the product sets its own")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [unquote(parts.hostname or "")])[0],
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def secret_key(keys: Path) -> str:
    """Return BARNAMAK_SECRET_KEY, or the key kept in the keys folder, made on the first start."""
    given = text("BARNAMAK_SECRET_KEY", "")
    if given:
        return given
    file = keys / "secret_key"
    if not file.exists():
        draft = file.with_name(f".secret_key.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, file)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="utf-8").strip()
