"""What one start of the product is to look like, read once from the environment."""

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
SOCKET_FOLDER_BYTES_MAX = 80  # the kernel takes 107 bytes for a socket's whole path
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
PRIVATE = 0o700
PORTS_END = 1 << 16


class CannotStart(Exception):
    """One sentence for the person at the terminal: what is wrong and what to do."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where things are kept, which address is used, and what is somebody else's to run."""

    var: Path
    port: int
    origin: str
    apps_domain: str
    database_url: str | None
    redis_url: str | None
    front: bool
    demo: bool
    quiz_port: int  # where the demo's quiz app finds the server of its own
    psp_port: int  # where the demo's sandbox bank listens
    cafe_port: int  # where the demo's café has the server that takes its money

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Plan":
        """Read the environment; raise CannotStart for a value nobody can act on."""
        port = _port(environ.get("BARNAMAK_PORT") or "8000")
        quiz_port = _port(environ.get("QUIZ_PORT") or str(_beside(port, 90)))
        psp_port = _port(environ.get("PSP_PORT") or str(_free_beside(port, 91, {quiz_port})))
        cafe_port = _free_beside(port, 92, {quiz_port, psp_port})
        return cls(
            var=folder(environ),
            port=port,
            origin=environ.get("BARNAMAK_ORIGIN") or f"http://localhost:{port}",
            apps_domain=environ.get("BARNAMAK_APPS_DOMAIN") or f"apps.localhost:{port}",
            database_url=environ.get("DATABASE_URL") or None,
            redis_url=environ.get("REDIS_URL") or None,
            front=_switch(environ, "BARNAMAK_FRONT"),
            demo=_switch(environ, "BARNAMAK_DEMO"),
            quiz_port=quiz_port,
            psp_port=psp_port,
            cafe_port=_port(environ.get("CAFE_PORT") or str(cafe_port)),
        )

    @property
    def host_name(self) -> str:
        """The name in front of the port of the host's origin."""
        return urlsplit(self.origin).hostname or "localhost"

    @property
    def apps_name(self) -> str:
        """The domain under which every app has a name of its own, without the port."""
        return self.apps_domain.rsplit(":", 1)[0]

    @property
    def psp_url(self) -> str:
        """The sandbox bank's address: another site than the host's, as a real bank's is."""
        return f"http://127.0.0.1:{self.psp_port}"

    @property
    def logs(self) -> Path:
        """One file for each process."""
        return self.var / "logs"

    @property
    def sockets(self) -> Path:
        """Private folder of the unix sockets; see `socket_folder`."""
        return socket_folder(self.var)

    def environment(self, *, database_url: str, redis_url: str) -> dict[str, str]:
        """Return what the product's processes are started with."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "BARNAMAK_VAR": str(self.var),
            "BARNAMAK_ORIGIN": self.origin,
            "BARNAMAK_APPS_DOMAIN": self.apps_domain,
            "QUIZ_PORT": str(self.quiz_port),
            "CAFE_PORT": str(self.cafe_port),
            **({"BARNAMAK_SANDBOX_PSP_URL": self.psp_url} if self.demo else {}),
            "BARNAMAK_DEMO": "1" if self.demo else "0",
            # The demo's codes are on the terminal for all to see: that is development.
            "BARNAMAK_DEBUG": os.environ.get("BARNAMAK_DEBUG", "1" if self.demo else "0"),
        }


def folder(environ: Mapping[str, str]) -> Path:
    """Return the data folder: BARNAMAK_VAR, relative to the project, or var."""
    return (ROOT / Path(environ.get("BARNAMAK_VAR") or "var").expanduser()).resolve()


def socket_folder(var: Path, name: str = "run") -> Path:
    """Return a short and plain path that belongs to this data folder and to this user alone.

    Beside the data if that is short enough and needs no quoting in a URL (not every library takes
    the quotes off again), else in the temporary folder under a name made from the long path.
    """
    beside = var / name
    if len(os.fsencode(beside)) <= SOCKET_FOLDER_BYTES_MAX and PLAIN_PATH.fullmatch(str(beside)):
        return beside
    mark = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"barnamak-{os.getuid()}-{mark}-{name}"


def make_private(path: Path) -> Path:
    """Make a folder that only this user may enter, and return it.

    The name in a shared temporary folder can be guessed, so somebody else's folder is refused.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    except PermissionError as error:
        raise CannotStart(_not_ours(path)) from error
    if path.is_symlink() or path.stat().st_uid != os.getuid():
        raise CannotStart(_not_ours(path))
    path.chmod(PRIVATE)
    return path


def _not_ours(path: Path) -> str:
    return (
        f"{path} belongs to another user, who perhaps started Barnamak here before: "
        "start it as that user, or keep your own data elsewhere: make run VAR=~/barnamak-data"
    )


def python(*arguments: str) -> list[str]:
    """Return the command of a Python module in this very environment."""
    return [sys.executable, *arguments]


def _beside(port: int, distance: int) -> int:
    """Return a port of the demo's own: 8090 or 8091 for 8000, within bounds for all."""
    return port + distance if port + distance < PORTS_END else port - distance


def _free_beside(port: int, distance: int, taken: set[int]) -> int:
    """Return the first port at ``distance`` or farther that no other part of the demo has."""
    while _beside(port, distance) in taken:
        distance += 1
    return _beside(port, distance)


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = 0
    if not 0 < port < PORTS_END:
        raise CannotStart(
            f"PORT must be a number from 1 to 65535, not {text!r}: make run PORT=8001"
        )
    return port


def _switch(environ: Mapping[str, str], name: str) -> bool:
    """Return whether a thing that is on by default was left on."""
    value = (environ.get(name) or "1").lower()
    if value not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
        raise CannotStart(f"{name} is {value!r}; it must be 1 or 0.")
    return value in {"1", "true", "yes", "on"}
