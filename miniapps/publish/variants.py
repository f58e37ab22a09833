"""Compressed forms of a file, made once when it is published."""

import gzip
from collections.abc import Callable
from typing import Final

import brotli
import zstandard

from core import limits
from miniapps.storage import Encoding

COMPRESSIBLE: Final = frozenset(
    {
        "text/html", "text/javascript", "text/css", "text/plain", "application/json",
        "application/manifest+json", "image/svg+xml", "application/wasm", "image/x-icon",
        "font/ttf", "font/otf",
    }
)  # fmt: skip


def is_compressible(media_type: str, size_bytes: int) -> bool:
    """Return whether compressing such a file can be worth a request header."""
    kind = media_type.partition(";")[0]
    return kind in COMPRESSIBLE and size_bytes >= limits.COMPRESS_FROM_BYTES


def compress(data: bytes, encoding: Encoding, *, thorough: bool) -> bytes | None:
    """Return the compressed form, or None when it is not smaller.

    Thorough ones take two seconds for a megabyte, quick ones a tenth, for bytes 5 % more.
    """
    makers: dict[Encoding, Callable[[], bytes]] = {
        "br": lambda: brotli.compress(data, quality=11 if thorough else 5, lgwin=22),
        "zstd": lambda: zstandard.compress(data, level=19 if thorough else 5),
        "gzip": lambda: gzip.compress(data, compresslevel=9 if thorough else 6, mtime=0),
    }
    made = makers[encoding]()
    return made if len(made) < len(data) else None
