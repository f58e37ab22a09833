"""The store of mini-apps' bytes: blobs named by their content, and one index for each version.

No name from an archive ever becomes a path: every path is made from hexadecimal digits that this
module has checked. What is written is complete or absent, also after a power failure. Knows no
Django: the worker writes, the assets process reads.

    <root>/blobs/ab/<sha256>            the bytes
    <root>/blobs/ab/<sha256>.br         the same bytes, compressed (also .zst, .gz)
    <root>/blobs/ab/<sha256>-small      a smaller form of a picture
    <root>/indexes/<version digest>.json
"""

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Literal

Encoding = Literal["br", "zstd", "gzip"]
SUFFIXES: Final[dict[Encoding, str]] = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
FILE_MODE = 0o644  # the assets process and the front may run as other users
FOLDER_MODE = 0o755
READ_BYTES = 256 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SIZE = re.compile(r"[a-z]{1,8}")


class NotADigest(ValueError):
    """Something that is not the hexadecimal SHA-256 it was given as."""


class NotASize(ValueError):
    """Something that does not name a size of a picture."""


class Store:
    """A content-addressed store in a folder. Safe for many processes at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._blobs = root / "blobs"
        self._indexes = root / "indexes"

    def put(self, chunks: Iterable[bytes]) -> str:
        """Keep the bytes and return their SHA-256 in hexadecimal; the same bytes are kept once."""
        digest = hashlib.sha256()
        with self._draft() as (draft, stream):
            for chunk in chunks:
                digest.update(chunk)
                stream.write(chunk)
            sha256 = digest.hexdigest()
            path = self.path(sha256)
            if not path.exists():
                _settle(draft, stream, path)
        return sha256

    def put_variant(self, sha256: str, encoding: Encoding, data: bytes) -> None:
        """Keep a compressed form beside its blob; an existing one stays as it is.

        The ETag of a variant is made from the blob's, so its bytes must never change.
        """
        self._put_beside(self.variant_path(sha256, encoding), data)

    def put_size(self, sha256: str, size: str, data: bytes) -> None:
        """Keep a picture's smaller form beside its blob; an existing one stays as it is."""
        self._put_beside(self.size_path(sha256, size), data)

    def _put_beside(self, path: Path, data: bytes) -> None:
        if path.exists():
            return
        with self._draft() as (draft, stream):
            stream.write(data)
            _settle(draft, stream, path)

    def put_index(self, digest: str, data: bytes) -> None:
        """Keep the served index of a version; a newer one takes the place of an older one."""
        with self._draft() as (draft, stream):
            stream.write(data)
            _settle(draft, stream, self.index_path(digest))

    def has(self, sha256: str) -> bool:
        """Return whether the bytes are here."""
        return self.path(sha256).exists()

    def open(self, sha256: str) -> BinaryIO:
        """Open the bytes for reading; raises FileNotFoundError."""
        return self.path(sha256).open("rb")

    def read(self, sha256: str) -> bytes:
        """Return all the bytes; raises FileNotFoundError."""
        return self.path(sha256).read_bytes()

    def size_bytes(self, sha256: str) -> int:
        """Return how many bytes there are; raises FileNotFoundError."""
        return self.path(sha256).stat().st_size

    def variants(self, sha256: str) -> dict[Encoding, int]:
        """Return which compressed forms are here, with their sizes in bytes."""
        found: dict[Encoding, int] = {}
        for encoding in SUFFIXES:
            with contextlib.suppress(FileNotFoundError):
                found[encoding] = self.variant_path(sha256, encoding).stat().st_size
        return found

    def read_index(self, digest: str) -> bytes:
        """Return the served index of a version; raises FileNotFoundError."""
        return self.index_path(digest).read_bytes()

    def path(self, sha256: str) -> Path:
        """Return where the blob is kept; raises NotADigest."""
        _check(sha256)
        return self._blobs / sha256[:2] / sha256

    def variant_path(self, sha256: str, encoding: Encoding) -> Path:
        """Return where a compressed form of the blob is kept; raises NotADigest."""
        return self.path(sha256).with_name(sha256 + SUFFIXES[encoding])

    def size_path(self, sha256: str, size: str) -> Path:
        """Return where a smaller form of a picture is kept; raises NotADigest, NotASize."""
        if not _SIZE.fullmatch(size):
            raise NotASize("a size has one to eight small letters")
        return self.path(sha256).with_name(f"{sha256}-{size}")

    def index_path(self, digest: str) -> Path:
        """Return where the served index of a version is kept; raises NotADigest."""
        _check(digest)
        return self._indexes / f"{digest}.json"

    @contextlib.contextmanager
    def _draft(self) -> Iterator[tuple[Path, BinaryIO]]:
        """Open a new file in the store's own file system, gone at the end unless settled."""
        folder = self.root / "drafts"
        _make(folder)
        draft = folder / secrets.token_hex(16)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        try:
            with os.fdopen(handle, "wb", buffering=READ_BYTES) as stream:
                os.fchmod(handle, FILE_MODE)  # whatever the umask says
                yield draft, stream
        finally:
            draft.unlink(missing_ok=True)


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """Read a stream in pieces of READ_BYTES."""
    while chunk := stream.read(READ_BYTES):
        yield chunk


def _settle(draft: Path, stream: BinaryIO, path: Path) -> None:
    """Give a written draft its name. Bytes first, then the name: never a name without bytes."""
    stream.flush()
    os.fsync(stream.fileno())
    _make(path.parent)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)


def _check(digest: str) -> None:
    if not _SHA256.fullmatch(digest):
        raise NotADigest("a SHA-256 has 64 lower-case hexadecimal digits")
