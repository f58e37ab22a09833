"""The platform's own files inside every app: the relay and the SDKs, under ``/~b/``."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Final

import brotli

FOLDER: Final = Path(__file__).resolve().parents[2] / "sdk" / "app"
NAMES: Final = ("relay.js", "telegram-web-app.js", "bale-web-app.js")
RELAY: Final = "relay.js"
MEDIA_TYPE: Final = "text/javascript; charset=utf-8"


class OwnFile:
    """One file with its compressed forms and its tag."""

    def __init__(self, data: bytes) -> None:
        self.forms = {
            "": data,
            "br": brotli.compress(data),
            "gzip": gzip.compress(data, mtime=0),
        }
        self.etag = hashlib.sha256(data).hexdigest()[:24]


class OwnFiles:
    """The files, read when first asked for and kept for the life of the process."""

    def __init__(self, host_origin: str, folder: Path = FOLDER) -> None:
        self._host_origin = host_origin
        self._folder = folder
        self._files: dict[str, OwnFile] = {}

    def get(self, name: str) -> OwnFile | None:
        """Return the file of that name; None when there is none."""
        if name not in NAMES:
            return None
        found = self._files.get(name)
        if found is None:
            try:
                data = (self._folder / name).read_bytes()
            except FileNotFoundError:
                return None
            found = self._files[name] = OwnFile(self._introduced(name, data))
        return found

    def _introduced(self, name: str, data: bytes) -> bytes:
        """Tell the relay which host to believe."""
        if name != RELAY:
            return data
        facts = json.dumps({"host": self._host_origin}, separators=(",", ":"))
        return f"self.__BARNAMAK__={facts};\n".encode() + data
