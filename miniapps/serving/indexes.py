"""The served indexes and the hot bytes, in memory up to a bound."""

import json
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from core import limits
from miniapps.serving.headers import Header, Policy, every_answer
from miniapps.storage import Encoding, Store, chunks_of

Value = TypeVar("Value")
OBJECTS_PER_JSON = 8  # bytes of memory for a byte of an index when all its files are hot, measured


class Bounded(Generic[Value]):
    """A cache bounded in bytes: what was not used longest leaves first. Safe between threads."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.bytes_held = 0
        self._held: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """Return what is kept under the key."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Value, size_bytes: int) -> None:
        """Keep a value, unless it alone would take more than a quarter of the room."""
        if size_bytes * 4 > self.bytes_max:
            return
        with self._lock:
            old = self._held.pop(key, None)
            self.bytes_held += size_bytes - (old[1] if old else 0)
            self._held[key] = (value, size_bytes)
            while self.bytes_held > self.bytes_max:
                _, (_, freed) = self._held.popitem(last=False)
                self.bytes_held -= freed

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self.bytes_held = 0


@dataclass(slots=True)
class File:
    """One file of a version as it is sent. ``raw`` is a page's bytes as they were uploaded."""

    blob: str
    size: int
    media_type: str
    etag: str
    encodings: tuple[Encoding, ...]
    sizes: dict[str, int]
    is_page: bool
    is_hashed: bool
    csp: str | None
    raw: "File | None"
    varies: str
    # The headers of a whole answer, made once for each form: (encoding, caching) -> list.
    heads: dict[tuple[str, str], list[Header]] = field(default_factory=dict)


@dataclass(slots=True)
class Index:
    """A version: its files, and the headers all its answers share."""

    digest: str
    start: str
    fallback: str
    files: dict[str, File]
    policy: Policy
    headers: list[Header]

    def find(self, path: str) -> File | None:
        """Return the file at a path; a folder means its index.html, the root the start page."""
        if path == "":
            return self.files.get(self.start)
        if path.endswith("/"):
            return self.files.get(f"{path}index.html")
        return self.files.get(path)

    def find_page(self, path: str) -> File | None:
        """Return what a person who goes to the path gets: a file, or the page that routes."""
        for candidate in (path, f"{path}/index.html", f"{path}.html"):
            if found := self.find(candidate):
                return found
        return self.files.get(self.fallback)


class Indexes:
    """Served indexes by version digest, read from the store when first needed."""

    def __init__(self, store: Store, host_origin: str) -> None:
        self._store = store
        self._host_origin = host_origin
        self._kept: Bounded[Index] = Bounded(limits.INDEX_CACHE_BYTES_MAX)

    def get(self, digest: str) -> Index | None:
        """Return the index; None when the store has none, which is not remembered."""
        found = self._kept.get(digest)
        if found is not None:
            return found
        try:
            data = self._store.read_index(digest)
        except FileNotFoundError:
            return None
        made = read_index(json.loads(data), self._host_origin)
        self._kept.put(digest, made, len(data) * OBJECTS_PER_JSON)
        return made

    def clear(self) -> None:
        """Read them again when next needed: one may have been built anew."""
        self._kept.clear()


def read_index(document: dict[str, Any], host_origin: str) -> Index:
    """Return an index from its JSON."""
    policy = Policy(
        csp=document["csp"],
        permissions_policy=document["permissions_policy"],
        connection_allowlist=document["connection_allowlist"],
    )
    return Index(
        digest=document["digest"],
        start=document["start"],
        fallback=document["fallback"],
        files={path: _file(entry) for path, entry in document["files"].items()},
        policy=policy,
        headers=every_answer(policy, host_origin=host_origin),
    )


def _file(entry: dict[str, Any], *, by_use: bool = False) -> File:
    """Return a file; ``by_use`` when the same address gives other bytes to another use."""
    raw = entry.get("raw")
    by_use = by_use or raw is not None
    varies = ["Accept-Encoding"] if entry["encodings"] else []
    varies += ["Sec-Fetch-Dest"] if by_use else []
    return File(
        blob=entry["blob"],
        size=entry["size"],
        media_type=entry["type"],
        etag=entry["etag"],
        encodings=tuple(entry["encodings"]),
        sizes=entry["encodings"],
        is_page=bool(entry.get("html")),
        is_hashed=bool(entry.get("hashed")),
        csp=entry.get("csp"),
        raw=_file(raw, by_use=True) if raw else None,
        varies=", ".join(varies),
    )


class Bytes:
    """The bytes of files: hot ones from memory, large ones in pieces from the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.kept: Bounded[bytes] = Bounded(limits.ASSET_CACHE_BYTES_MAX)

    def whole(self, file: File, encoding: str) -> list[bytes] | Iterator[bytes]:
        """Return all bytes of a file in one of its forms; raises FileNotFoundError."""
        key = (file.blob, encoding)
        found = self.kept.get(key)
        if found is not None:
            return [found]
        path = self._path(file, encoding)
        size = file.sizes[encoding] if encoding else file.size
        if size > limits.ASSET_CACHED_FILE_BYTES_MAX:
            return _pieces(path.open("rb"))
        data = path.read_bytes()
        self.kept.put(key, data, len(data))
        return [data]

    def part(self, file: File, start: int, end: int) -> list[bytes] | Iterator[bytes]:
        """Return some bytes of a file as it is; raises FileNotFoundError."""
        found = self.kept.get((file.blob, ""))
        if found is not None:
            return [found[start:end]]
        stream = self._store.path(file.blob).open("rb")
        stream.seek(start)
        return _pieces(stream, end - start)

    def _path(self, file: File, encoding: str) -> Any:
        if encoding:
            return self._store.variant_path(file.blob, encoding)  # type: ignore[arg-type]  # one of the file's own
        return self._store.path(file.blob)


def _pieces(stream: Any, length: int | None = None) -> Iterator[bytes]:
    with stream:
        if length is None:
            yield from chunks_of(stream)
            return
        while length > 0:
            chunk = stream.read(min(length, limits.ASSET_CACHED_FILE_BYTES_MAX))
            if not chunk:
                return
            length -= len(chunk)
            yield chunk
