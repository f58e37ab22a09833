"""What a request asks for, read strictly. Pure: strings in, facts out."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from core import limits

VERSION: Final = re.compile(r"(?:^|&)bnv=([0-9a-f]{16})(?:&|$)")
START: Final = re.compile(r"(?:^|&)tgWebAppStartParam=([A-Za-z0-9_-]{1,512})(?:&|$)")
PINNED: Final = re.compile(r"/~v/([0-9a-f]{16})/")
_FORBIDDEN: Final = re.compile(r"[\\\x00-\x1f\x7f]|//|(?:^|/)\.\.?(?:/|$)")
_RANGE: Final = re.compile(r"bytes=([0-9]{0,19})-([0-9]{0,19})")
_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')
_QUALITY: Final = re.compile(r"q=([01](?:\.[0-9]{0,3})?)")
NAVIGATIONS: Final = frozenset({"navigate", "nested-navigate"})


def label_of(host: str, suffix: str) -> str:
    """Return the label in front of ``suffix`` (``.apps.example:8000``), empty when it is another.

    Case and the dot that may end a full name do not matter; everything else must be exact.
    """
    if not host.endswith(suffix):
        name, colon, port = host.lower().partition(":")
        host = name.removesuffix(".") + colon + port
        if not host.endswith(suffix):
            return ""
    return host[: -len(suffix)].lower()


def path_of(path_info: str) -> str | None:
    """Return the decoded path without its first slash, or None when it is not one we serve.

    The server has undone percent-encoding once and gives bytes as Latin-1 (PEP 3333).
    """
    if path_info.isascii():
        path = path_info
    else:
        try:
            path = path_info.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return None
    if not path.startswith("/") or _FORBIDDEN.search(path):
        return None
    return path[1:]


def is_too_long(path_info: str) -> bool:
    """Return whether the path is longer than any file's could be."""
    return len(path_info) > limits.ASSET_PATH_CHARS_MAX


def is_navigation(mode: str | None, accept: str, path: str) -> bool:
    """Return whether a person goes to this address, rather than a page loading something."""
    if mode is not None:
        return mode in NAVIGATIONS
    return "text/html" in accept and "." not in path.rsplit("/", 1)[-1]


def version_of(query: str) -> str | None:
    """Return the 16 digits that a query asks for."""
    found = VERSION.search(query)
    return found[1] if found else None


def version_of_referrer(referrer: str, host: str) -> str | None:
    """Return the 16 digits of the page or file that asks, when it is of the same origin."""
    try:
        parts = urlsplit(referrer)
    except ValueError:
        return None
    if parts.netloc != host:
        return None
    pinned = PINNED.match(parts.path)
    return pinned[1] if pinned else version_of(parts.query)


@lru_cache(maxsize=1024)
def best_encoding(accepted: str, offered: tuple[str, ...]) -> str:
    """Return the encoding the client likes best, at equal liking the first offered; "" for none."""
    if not accepted or not offered:
        return ""
    qualities: dict[str, float] = {}
    for part in accepted[:1000].lower().split(","):
        name, _, parameters = part.partition(";")
        quality = _QUALITY.search(parameters.replace(" ", ""))
        qualities[name.strip()] = float(quality[1]) if quality else 1.0
    others = qualities.get("*", 0.0)
    liked = [(qualities.get(name, others), -place) for place, name in enumerate(offered)]
    quality_best, place = max(liked)
    if quality_best <= 0 or qualities.get("identity", 0.0) > quality_best:
        return ""
    return offered[-place]


class Unsatisfiable(Exception):
    """A range that lies outside the file."""


def byte_range(asked: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last of a single range.

    None when it is not one we understand, which by RFC 9110 means to send everything.
    Raises Unsatisfiable.
    """
    found = _RANGE.fullmatch(asked.strip())
    if found is None or asked.strip() == "bytes=-":
        return None
    first, last = found[1], found[2]
    if first == "":
        length = min(int(last), size)
        if length == 0:
            raise Unsatisfiable
        return size - length, size
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, min(int(last) + 1, size) if last else size


def is_known(condition: str, tag: str) -> bool:
    """Return whether If-None-Match names this tag; weakness does not count here."""
    return condition.strip() == "*" or tag in _TAG.findall(condition[:4000])
