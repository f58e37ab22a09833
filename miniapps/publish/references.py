"""Where a reference inside a version leads, and its address in this version alone."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, unquote

PINNED = "/~v/"  # what belongs to one version
OURS = "/~b/"  # what the platform puts into every app
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_STRANGE = re.compile(r"[\\\x00-\x1f]")
_SPACES = " \t\n\f\r"
_SAFE = "/~!$&*+,;=:@-._"  # no quotes, no brackets: the result stands in HTML, CSS and JSON


@dataclass(frozen=True)
class Pins:
    """The files of one version, and the 16 digits that stand for it in addresses."""

    digest16: str
    paths: Collection[str]

    @property
    def root(self) -> str:
        """The folder under which exactly this version is served."""
        return f"{PINNED}{self.digest16}/"

    def pinned(self, reference: str, *, page: str) -> str | None:
        """Return the pinned address of what the file ``page`` refers to.

        None when it is not a file of this version: another origin, a data URL, a fragment, a
        page of a router. Query and fragment are kept.
        """
        found = self.resolve(reference, page=page)
        if found is None:
            return None
        path, rest = found
        return self.root + quote(path, safe=_SAFE) + rest

    def resolve(self, reference: str, *, page: str) -> tuple[str, str] | None:
        """Return the file's path and the rest of the reference after it."""
        text = reference.strip(_SPACES)
        if not text or _SCHEME.match(text) or text.startswith(("//", "#", "?", "/~")):
            return None
        if _STRANGE.search(text):
            return None
        length = re.match(r"[^?#]*", text).end()  # type: ignore[union-attr]  # matches always
        try:
            path = unquote(_joined(text[:length], page), errors="strict")
        except UnicodeDecodeError:
            return None
        return (path, text[length:]) if path in self.paths else None


def _joined(path: str, page: str) -> str:
    """Join as browsers do: no way above the root."""
    parts = [] if path.startswith("/") else page.split("/")[:-1]
    segments = path.lstrip("/").split("/")
    for segment in segments:
        if segment == "..":
            del parts[-1:]
        elif segment != ".":
            parts.append(segment)
    return "/".join(parts)
