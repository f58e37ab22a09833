"""Which kinds of files a bundle may hold, how each is served, and whether a file is what it says.

The table is closed: an extension that is not in it is refused, and the type that is served comes
from here and never from the archive.
"""

import re
import struct
from typing import NamedTuple

TYPES = {
    "html": "text/html; charset=utf-8",
    "htm": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "map": "application/json; charset=utf-8",
    "webmanifest": "application/manifest+json; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "csv": "text/plain; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
    "wasm": "application/wasm",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "ico": "image/x-icon",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
SCRIPTS, PAGES = frozenset({"js", "mjs"}), frozenset({"html", "htm"})
TEXTS = frozenset(extension for extension, kind in TYPES.items() if "charset" in kind)
RASTERS = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
EXTENSIONLESS_TEXTS = frozenset({"license", "licence", "notice", "readme", "authors", "copying"})

EXECUTABLE_MAGIC = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
EXECUTABLE_MAGIC_MORE = (b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"dex\n")
ARCHIVE_MAGIC = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf\x27\x1c"),
    *(b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"MSCF", b"!<arch>", b"xar!"),
)
TAR_MAGIC_AT = 257
# What a file must begin with, by extension: (offset, bytes), any of them.
MAGIC: dict[str, tuple[tuple[int, bytes], ...]] = {
    "png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "jpg": ((0, b"\xff\xd8\xff"),),
    "jpeg": ((0, b"\xff\xd8\xff"),),
    "gif": ((0, b"GIF87a"), (0, b"GIF89a")),
    "webp": ((8, b"WEBP"),),
    "avif": ((4, b"ftypavif"), (4, b"ftypavis"), (4, b"ftypmif1")),
    "ico": ((0, b"\x00\x00\x01\x00"), (0, b"\x89PNG\r\n\x1a\n")),
    "woff": ((0, b"wOFF"),),
    "woff2": ((0, b"wOF2"),),
    "ttf": ((0, b"\x00\x01\x00\x00"), (0, b"true"), (0, b"OTTO")),
    "otf": ((0, b"OTTO"), (0, b"\x00\x01\x00\x00")),
    "wasm": ((0, b"\x00asm"),),
    "mp3": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2"), (0, b"\xff\xfa")),
    "ogg": ((0, b"OggS"),),
    "wav": ((8, b"WAVE"),),
    "mp4": ((4, b"ftyp"),),
    "webm": ((0, b"\x1a\x45\xdf\xa3"),),
}
MAGIC_BYTES = 512  # bytes from the beginning that `wrong_magic` wants to see
SVG_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?svg[\s>/]")
SVG_HEAD_BYTES = 64 * 1024
JPEG_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_BARE_MARKERS = frozenset(range(0xD0, 0xD8)) | {0x01}


class Pixels(NamedTuple):
    """An image's size."""

    width: int
    height: int


def extension_of(path: str) -> str:
    """Give the extension in lower case without its dot; known bare names count as ``txt``."""
    name = path.rsplit("/", 1)[-1].casefold()
    if "." not in name:
        return "txt" if name in EXTENSIONLESS_TEXTS else ""
    return name.rsplit(".", 1)[-1]


def type_of(path: str) -> str | None:
    """Give the Content-Type the file is served with, or None when such files are refused."""
    return TYPES.get(extension_of(path))


def magic_fault(extension: str, head: bytes) -> str | None:
    """Give the rule that the first bytes break: executable, archive, or not what the name says."""
    right = any(head[at : at + len(magic)] == magic for at, magic in MAGIC.get(extension, ()))
    if right:
        return None
    if extension in TEXTS and b"\x00" not in head:
        # A script may begin with a variable called MZ; a shebang is a comment only in a script.
        return "content-executable" if head[:2] == b"#!" and extension not in SCRIPTS else None
    if head.startswith(EXECUTABLE_MAGIC + EXECUTABLE_MAGIC_MORE):
        return "content-executable"
    if head.startswith(ARCHIVE_MAGIC) or head[TAR_MAGIC_AT : TAR_MAGIC_AT + 5] == b"ustar":
        return "content-archive"
    if extension in MAGIC:
        return "content-disguised"
    return None


def is_svg(head: bytes) -> bool:
    """Whether a text has the root element of an SVG."""
    return SVG_ROOT.search(head[:SVG_HEAD_BYTES]) is not None


def image_size(extension: str, data: bytes) -> Pixels | None:
    """Read width and height from the header, before anything is decoded; None without a header."""
    try:
        if data.startswith(b"\x89PNG"):
            if data[12:16] != b"IHDR":
                return None
            return Pixels(*struct.unpack_from(">LL", data, 16))
        if extension == "gif":
            return Pixels(*struct.unpack_from("<HH", data, 6))
        if extension == "webp":
            return _webp_size(data)
        return _jpeg_size(data)
    except struct.error:
        return None


def _webp_size(data: bytes) -> Pixels | None:
    kind = data[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        return Pixels(width, int.from_bytes(data[27:30], "little") + 1)
    if kind == b"VP8L":
        if data[20:21] != b"\x2f":
            return None
        (bits,) = struct.unpack_from("<L", data, 21)
        return Pixels((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        if data[23:26] != b"\x9d\x01\x2a":
            return None
        width, height = struct.unpack_from("<HH", data, 26)
        return Pixels(width & 0x3FFF, height & 0x3FFF)
    return None


def _jpeg_size(data: bytes) -> Pixels | None:
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:  # noqa: PLR2004 - every marker begins with it
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # noqa: PLR2004 - fill bytes before a marker
            at += 1
        elif marker in JPEG_BARE_MARKERS:
            at += 2
        elif marker in JPEG_SIZE_MARKERS:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return Pixels(width, height)
        else:
            (length,) = struct.unpack_from(">H", data, at + 2)
            at += 2 + max(length, 2)
    return None
