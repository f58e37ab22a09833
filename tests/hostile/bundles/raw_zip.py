"""A zip writer that lies on request: every field of every header can be set."""

import json
import struct
import zlib
from dataclasses import dataclass, field

PAGE = (
    b'<!doctype html><html lang="fa" dir="rtl"><head><meta charset="utf-8"><title>\xd9\x85</title>'
)
MANIFEST = {"app_id": "ir.example.cafe", "name": "کافه", "version": {"code": 1, "name": "1.0.0"}}


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


@dataclass
class File:
    """One entry. ``local`` and ``central`` replace fields of the headers by name."""

    name: bytes | str
    data: bytes = b""
    method: int = 8
    flags: int | None = None
    packed: bytes | None = None
    mode: int = 0o100644
    made_by: int = 3
    extra_local: bytes = b""
    extra_central: bytes = b""
    descriptor: bytes | None = None
    after: bytes = b""
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)
    is_listed: bool = True
    offset: int = -1

    def fields(self) -> dict:
        raw = self.name.encode() if isinstance(self.name, str) else self.name
        flags = self.flags
        if flags is None:
            flags = 0 if raw.isascii() else 1 << 11
        return {
            "name": raw,
            "flags": flags,
            "method": self.method,
            "crc": zlib.crc32(self.data),
            "packed": len(self.bytes_packed()),
            "unpacked": len(self.data),
        }

    def bytes_packed(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflate(self.data) if self.method == 8 else self.data

    def local_record(self) -> bytes:
        it = {**self.fields(), **self.local}
        head = struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", 20, it["flags"], it["method"], 0, 0x21,
            it["crc"], it["packed"], it["unpacked"], len(it["name"]), len(self.extra_local),
        )  # fmt: skip
        body = head + it["name"] + self.extra_local + self.bytes_packed()
        return body + (self.descriptor or b"") + self.after

    def central_record(self, offset: int) -> bytes:
        it = {"disk": 0, "offset": offset, **self.fields(), **self.central}
        head = struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", self.made_by << 8 | 20, 20, it["flags"], it["method"],
            0, 0x21, it["crc"], it["packed"], it["unpacked"], len(it["name"]),
            len(self.extra_central), 0, it["disk"], 0, self.mode << 16, it["offset"],
        )  # fmt: skip
        return head + it["name"] + self.extra_central


def page(body: bytes = b"") -> File:
    return File("index.html", PAGE + b"</head><body>" + body + b"</body></html>")


def head(markup: bytes) -> File:
    return File("index.html", PAGE + markup + b"</head><body></body></html>")


def manifest(**members: object) -> File:
    return File("manifest.json", json.dumps({**MANIFEST, **members}, ensure_ascii=False).encode())


def build(
    *files: File, gap: bytes = b"", comment: bytes = b"", shift: int = 0, **end: int
) -> bytes:
    """The archive. ``shift`` is added to every offset; ``end`` replaces fields of the end record."""
    body = b""
    directory = b""
    count = 0
    for file in files:
        offset = len(body) if file.offset < 0 else file.offset
        body += file.local_record()
        if file.is_listed:
            directory += file.central_record(offset + shift)
            count += 1
    body += gap
    it = {"disk": 0, "start_disk": 0, "here": count, "count": count, "size": len(directory)}
    it |= {"offset": len(body) + shift, **end}
    record = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", it["disk"], it["start_disk"], it["here"], it["count"],
        it["size"], it["offset"], len(comment),
    )  # fmt: skip
    return body + directory + record + comment


def good(*more: File) -> bytes:
    """A small bundle that is accepted, with more files."""
    return build(page(), manifest(), *more)


def streamed(file: File, *, signature: bool = True, wide: bool = False, **lies: int) -> File:
    """The file as a writer leaves it that does not know sizes beforehand."""
    it = {**file.fields(), **lies}
    form = "<LQQ" if wide else "<LLL"
    body = struct.pack(form, it["crc"], it["packed"], it["unpacked"])
    file.descriptor = (b"PK\x07\x08" if signature else b"") + body
    file.flags = file.fields()["flags"] | 1 << 3
    file.local = {"crc": 0, "packed": 0, "unpacked": 0}
    if wide:
        file.extra_local = struct.pack("<HHQQ", 1, 16, 0, 0)
        file.local |= {"packed": 0xFFFFFFFF, "unpacked": 0xFFFFFFFF}
    return file
