"""A zip reader that believes nothing.

One layout is read: local records back to back from the first byte, then the central directory,
then the end record, which ends the file. Where two readers could disagree about what an archive
holds, it is refused. Python's ``zipfile`` is not used: it takes the directory's word, skips what
the directory does not name and follows whichever end record it meets first.

The format is PKWARE's APPNOTE 6.3; field names follow it.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from miniapps.bundle.limits import Limits
from miniapps.bundle.report import Findings

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
DESCRIPTOR, ZIP64_LOCATOR = b"PK\x07\x08", b"PK\x06\x07"
LOCAL_FORMAT, CENTRAL_FORMAT = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L")
END_FORMAT = struct.Struct("<4s4H2LH")
UNSET_16, UNSET_32 = 0xFFFF, 0xFFFFFFFF
COMMENT_BYTES_MAX = 0xFFFF  # what the format allows; ours is in Limits
CHUNK_BYTES = 256 * 1024

STORED, DEFLATED = 0, 8
FLAG_STREAMED, FLAG_UTF8 = 1 << 3, 1 << 11
FLAGS_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
FLAGS_KNOWN = 1 << 1 | 1 << 2 | FLAG_STREAMED | FLAG_UTF8 | FLAGS_ENCRYPTED
FLAGS_COMPARED = FLAGS_KNOWN & ~FLAGS_ENCRYPTED  # encryption may stand in an extra field only
DESCRIPTOR_BYTES_MAX = 24  # signature, CRC and two 64-bit sizes
EXTRA_ZIP64, EXTRA_UNICODE_PATH, EXTRA_UNICODE_COMMENT = 0x0001, 0x7075, 0x6375
EXTRAS_ENCRYPTED = {0x0017, 0x9901}
HOSTS_UNIX = {3, 19}  # Unix and macOS: names there are bytes, in practice UTF-8
TYPE_MASK, TYPE_FILE, TYPE_FOLDER, TYPE_LINK = 0o170000, 0o100000, 0o040000, 0o120000
FOLDER_PACKED_BYTES_MAX = 2  # an empty deflate stream, which Java writes for a folder
PLAIN_TEXT = re.compile(rb"[\t\r\n -~]*\Z")
VERSION_NEEDED_MAX = 63  # of APPNOTE 6.3


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry whose headers agree with each other and with the layout."""

    name: str
    is_folder: bool
    is_readable: bool
    method: int
    crc32: int
    packed_bytes: int
    unpacked_bytes: int
    data_offset: int


class EntryFault(Exception):
    """An entry does not unpack to what its header says."""

    def __init__(self, rule: str, **facts: str | int) -> None:
        super().__init__(rule)
        self.rule = rule
        self.facts = facts


class _End(NamedTuple):
    entries: int
    directory_bytes: int
    directory_offset: int


@dataclass(frozen=True, slots=True)
class _Record:
    """A row of the central directory, before anything about it is believed."""

    raw_name: bytes
    name: str
    flags: int
    method: int
    crc32: int
    packed_bytes: int
    unpacked_bytes: int
    mode: int
    offset: int

    @property
    def is_folder(self) -> bool:
        return self.raw_name.endswith(b"/")


def read_entries(file: BinaryIO, limits: Limits, findings: Findings) -> list[Entry] | None:
    """Every entry, in the order of the bytes, or None when the archive's structure is at fault.

    Adds every fault to ``findings``. Reads headers only; memory is bounded by
    ``limits.directory_bytes_max`` whatever the archive claims.
    """
    size = file.seek(0, 2)
    if size > limits.archive_bytes_max:
        findings.add("archive-too-large", limit_mib=limits.archive_bytes_max // 2**20)
        return None
    end = _read_end(file, size, limits, findings)
    if end is None:
        return None
    records = _read_directory(file, end, findings)
    if records is None:
        return None
    return _read_locals(file, records, end.directory_offset, findings)


def unpack(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """Give the entry's bytes in pieces of at most CHUNK_BYTES; never more than it declares.

    Raises EntryFault (entry-size-lie, entry-corrupt, entry-crc), at the latest after the last
    piece.
    """
    pieces = _stored(file, entry) if entry.method == STORED else _inflated(file, entry)
    crc = total = 0
    for piece in pieces:
        total += len(piece)
        if total > entry.unpacked_bytes:
            raise EntryFault("entry-size-lie", declared_bytes=entry.unpacked_bytes)
        crc = zlib.crc32(piece, crc)
        yield piece
    if total != entry.unpacked_bytes:
        raise EntryFault("entry-size-lie", declared_bytes=entry.unpacked_bytes)
    if crc != entry.crc32:
        raise EntryFault("entry-crc")


def _stored(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    file.seek(entry.data_offset)
    left = entry.packed_bytes
    while left:
        piece = file.read(min(left, CHUNK_BYTES))
        if not piece:
            raise EntryFault("entry-corrupt")
        left -= len(piece)
        yield piece


def _inflated(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    # One byte above the declared size is enough to know that the size was a lie.
    left = entry.unpacked_bytes + 1
    for packed in _stored(file, entry):
        waiting = packed
        while waiting and left and not inflater.eof:
            piece = _inflate(inflater, waiting, min(CHUNK_BYTES, left))
            waiting = inflater.unconsumed_tail
            left -= len(piece)
            yield piece
        if not left:
            raise EntryFault("entry-size-lie", declared_bytes=entry.unpacked_bytes)
        if waiting:
            raise EntryFault("entry-corrupt")
    # Asking once more lets zlib give back what it holds and say whether the stream has ended.
    yield _inflate(inflater, b"", left)
    if not inflater.eof or inflater.unused_data:
        raise EntryFault("entry-corrupt")


def _inflate(inflater: "zlib._Decompress", packed: bytes, bytes_max: int) -> bytes:
    try:
        return inflater.decompress(packed, bytes_max)
    except zlib.error as fault:
        raise EntryFault("entry-corrupt") from fault


def _read_end(file: BinaryIO, size: int, limits: Limits, findings: Findings) -> _End | None:
    file.seek(0)
    first = file.read(4)
    tail_bytes = min(size, END_FORMAT.size + COMMENT_BYTES_MAX)
    file.seek(size - tail_bytes)
    tail = file.read(tail_bytes)
    places = _end_places(tail)
    if len(places) != 1:
        findings.add(_no_single_end(first, tail, len(places)))
        return None
    place = places[0]
    _, disk, directory_disk, entries_here, entries, directory_bytes, offset, _ = (
        END_FORMAT.unpack_from(tail, place)
    )
    comment = tail[place + END_FORMAT.size :]
    directory_end = size - tail_bytes + place
    has_locator = tail[max(0, place - 20) : place][:4] == ZIP64_LOCATOR
    faults = {
        "archive-comment": len(comment) > limits.comment_bytes_max or not _is_plain(comment),
        "archive-zip64": has_locator
        or UNSET_16 in (entries, entries_here)
        or UNSET_32 in (directory_bytes, offset),
        "archive-multi-disk": bool(disk or directory_disk) or entries_here != entries,
        "archive-empty": not entries,
        "archive-too-many-entries": entries > limits.entries_max,
        "archive-directory": directory_bytes > limits.directory_bytes_max
        or offset + directory_bytes > directory_end,
        "archive-prefix": first != LOCAL or offset + directory_bytes < directory_end,
    }
    # The first that applies: what comes after a wrong end record means nothing any more.
    fault = next((rule for rule, applies in faults.items() if applies), None)
    if fault is not None:
        findings.add(fault, count=entries, limit=limits.entries_max)
        return None
    return _End(entries, directory_bytes, offset)


def _end_places(tail: bytes) -> list[int]:
    """Where an end record stands whose comment reaches exactly to the end of the file."""
    places = []
    place = tail.find(END)
    while place >= 0:
        whole = place + END_FORMAT.size <= len(tail)
        if whole and place + END_FORMAT.size + END_FORMAT.unpack_from(tail, place)[-1] == len(tail):
            places.append(place)
        place = tail.find(END, place + 1)
    return places


def _no_single_end(first: bytes, tail: bytes, count: int) -> str:
    if count > 1:
        return "archive-ambiguous-end"
    if END in tail:
        return "archive-trailing-bytes"
    return "archive-truncated" if first == LOCAL else "archive-not-zip"


def _is_plain(comment: bytes) -> bool:
    """Whether the comment is text that cannot be mistaken for a record."""
    return b"PK" not in comment and PLAIN_TEXT.match(comment) is not None


def _read_directory(file: BinaryIO, end: _End, findings: Findings) -> list[_Record] | None:
    file.seek(end.directory_offset)
    directory = file.read(end.directory_bytes)
    records: list[_Record] = []
    at = 0
    sound = True
    for _ in range(end.entries):
        if at + CENTRAL_FORMAT.size > len(directory):
            break
        fields = CENTRAL_FORMAT.unpack_from(directory, at)
        signature, made_by, needed, flags, method, _, _, crc32, packed, unpacked = fields[:10]
        name_bytes, extra_bytes, comment_bytes, disk, _, attributes, offset = fields[10:]
        name_at = at + CENTRAL_FORMAT.size
        extra_at = name_at + name_bytes
        next_at = extra_at + extra_bytes + comment_bytes
        if signature != CENTRAL or next_at > len(directory):
            break
        raw_name = directory[name_at:extra_at]
        name = _decoded(raw_name, flags, made_by >> 8, findings)
        extras = _read_extras(directory[extra_at : extra_at + extra_bytes], raw_name, findings)
        if extras is None:
            sound = False
        elif EXTRA_ZIP64 in extras or UNSET_32 in (packed, unpacked, offset):
            findings.add("entry-zip64", name)
            sound = False
        elif EXTRAS_ENCRYPTED & extras.keys():
            flags |= FLAGS_ENCRYPTED & 1
        if disk or needed & 0xFF > VERSION_NEEDED_MAX:
            findings.add("archive-multi-disk")
            sound = False
        records.append(
            _Record(
                raw_name, name, flags, method, crc32, packed, unpacked, attributes >> 16, offset
            )
        )
        at = next_at
    if len(records) != end.entries or at != len(directory):
        findings.add("archive-directory")
        return None
    return records if sound else None


def _decoded(raw_name: bytes, flags: int, host: int, findings: Findings) -> str:
    """Give the name as text. Without the UTF-8 flag only ASCII means the same everywhere.

    macOS writes UTF-8 and leaves the flag out, so for archives made on Unix and macOS valid UTF-8
    is taken for what it is.
    """
    try:
        if flags & FLAG_UTF8 or host in HOSTS_UNIX:
            return raw_name.decode("utf-8")
        return raw_name.decode("ascii")
    except UnicodeDecodeError:
        name = raw_name.decode("utf-8", "backslashreplace")
        findings.add("name-not-utf8", name)
        return name


def _read_extras(block: bytes, raw_name: bytes, findings: Findings) -> dict[int, bytes] | None:
    """Extra fields by id, or None after a finding."""
    name = raw_name.decode("utf-8", "backslashreplace")
    extras: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(block):
        extra_id, extra_bytes = struct.unpack_from("<HH", block, at)
        at += 4 + extra_bytes
        if at > len(block) or extra_id in extras:
            findings.add("entry-extra", name)
            return None
        extras[extra_id] = block[at - extra_bytes : at]
    if at != len(block):
        findings.add("entry-extra", name)
        return None
    second = extras.get(EXTRA_UNICODE_PATH)
    # JSZip repeats a name there that is not ASCII. Only the same name again is harmless.
    same = struct.pack("<BL", 1, zlib.crc32(raw_name)) + raw_name
    if EXTRA_UNICODE_COMMENT in extras or second not in (None, same):
        findings.add("entry-unicode-path", name)
        return None
    return extras


def _read_locals(
    file: BinaryIO, records: list[_Record], directory_offset: int, findings: Findings
) -> list[Entry] | None:
    entries: list[Entry] = []
    in_order = sorted(records, key=lambda record: record.offset)
    sound = True
    if in_order[0].offset != 0:
        findings.add("archive-prefix")
        return None
    ends = [record.offset for record in in_order[1:]] + [directory_offset]
    for record, next_offset in zip(in_order, ends, strict=True):
        data_offset = _read_local(file, record, next_offset, findings)
        if data_offset is None:
            sound = False
            continue
        readable = _check_kind(record, findings)
        entries.append(
            Entry(
                name=record.name,
                is_folder=record.is_folder,
                is_readable=readable and not record.is_folder,
                method=record.method,
                crc32=record.crc32,
                packed_bytes=record.packed_bytes,
                unpacked_bytes=record.unpacked_bytes,
                data_offset=data_offset,
            )
        )
    return entries if sound else None


def _read_local(
    file: BinaryIO, record: _Record, next_offset: int, findings: Findings
) -> int | None:
    """Give the offset of the entry's data, or None after a finding."""
    if record.offset + LOCAL_FORMAT.size > next_offset:
        findings.add("archive-overlap", record.name)
        return None
    file.seek(record.offset)
    fields = LOCAL_FORMAT.unpack(file.read(LOCAL_FORMAT.size))
    signature, _, flags, method, _, _, crc32, packed, unpacked, name_bytes, extra_bytes = fields
    data_offset: int = record.offset + LOCAL_FORMAT.size + name_bytes + extra_bytes
    data_end = data_offset + record.packed_bytes
    if data_end > next_offset:
        findings.add("archive-overlap", record.name)
        return None
    raw_name = file.read(name_bytes)
    extras = _read_extras(file.read(extra_bytes), record.raw_name, findings)
    if extras is None:
        return None
    same = (
        signature == LOCAL
        and method == record.method
        and raw_name == record.raw_name
        and flags & FLAGS_COMPARED == record.flags & FLAGS_COMPARED
        and _sizes_agree(record, (crc32, packed, unpacked), extras.get(EXTRA_ZIP64))
    )
    file.seek(data_end)
    between = file.read(min(next_offset - data_end, DESCRIPTOR_BYTES_MAX + 1))
    rule = None
    if not same:
        rule = "entry-header-mismatch"
    elif flags & FLAG_STREAMED and not _descriptor_agrees(between, record):
        rule = "entry-descriptor"
    elif not flags & FLAG_STREAMED and between:
        rule = "archive-gap"
    if rule is not None:
        findings.add(rule, record.name)
        return None
    return data_offset


def _sizes_agree(record: _Record, local: tuple[int, int, int], zip64: bytes | None) -> bool:
    """Whether CRC and sizes of the local header are the directory's, or left for later.

    Writers that stream leave zeros and put the truth into a data descriptor. Writers that do not
    know the size beforehand also reserve a zip64 field; it is believed only if it says the same.
    """
    crc32, packed, unpacked = local
    blank = {0} if record.flags & FLAG_STREAMED else set()
    unset = set()
    if zip64 is not None:
        if len(zip64) != 16:  # noqa: PLR2004 - two 64-bit sizes
            return False
        unset = {UNSET_32}
        big_unpacked, big_packed = struct.unpack("<QQ", zip64)
        if big_unpacked not in blank | {record.unpacked_bytes}:
            return False
        if big_packed not in blank | {record.packed_bytes}:
            return False
    return (
        crc32 in blank | {record.crc32}
        and packed in blank | unset | {record.packed_bytes}
        and unpacked in blank | unset | {record.unpacked_bytes}
    )


def _descriptor_agrees(between: bytes, record: _Record) -> bool:
    truth = (record.crc32, record.packed_bytes, record.unpacked_bytes)
    bodies = (struct.pack("<LLL", *truth), struct.pack("<LQQ", *truth))
    return any(between in (body, DESCRIPTOR + body) for body in bodies)


def _check_kind(record: _Record, findings: Findings) -> bool:
    """Whether the entry is a plain file or folder that can be unpacked; adds findings if not."""
    kind = record.mode & TYPE_MASK
    rules = []
    if record.flags & FLAGS_ENCRYPTED:
        rules.append("entry-encrypted")
    elif record.flags & ~FLAGS_KNOWN:
        rules.append("entry-flags")
    if record.method not in (STORED, DEFLATED):
        rules.append("entry-method")
    if kind == TYPE_LINK:
        rules.append("entry-symlink")
    elif kind not in (0, TYPE_FILE, TYPE_FOLDER):
        rules.append("entry-special")
    elif (kind == TYPE_FOLDER and not record.is_folder) or (
        record.is_folder
        and (
            kind == TYPE_FILE
            or record.unpacked_bytes
            or record.packed_bytes > FOLDER_PACKED_BYTES_MAX
        )
    ):
        rules.append("entry-kind")
    if record.method == STORED and record.packed_bytes != record.unpacked_bytes:
        rules.append("entry-size-lie")
    for rule in rules:
        findings.add(rule, record.name, method=record.method, declared_bytes=record.unpacked_bytes)
    return not rules
