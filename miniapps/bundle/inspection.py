"""One upload, inspected: every rule in its order, every finding in one report.

A fault of the archive's structure ends the reading, for what comes after it cannot be believed.
Everything else is collected, so that a maker sees all there is to mend at once.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from miniapps.bundle import media, names
from miniapps.bundle.archive import Entry, EntryFault, read_entries, unpack
from miniapps.bundle.context import Context
from miniapps.bundle.digest import digest_of
from miniapps.bundle.jsontext import Located
from miniapps.bundle.limits import Limits
from miniapps.bundle.manifest import PATH as MANIFEST
from miniapps.bundle.manifest import START_PAGE, check_files, network_of, read_manifest
from miniapps.bundle.media import Pixels
from miniapps.bundle.origins import origin_fault
from miniapps.bundle.pages import check_page, check_style
from miniapps.bundle.report import FileFacts, Findings, Report
from miniapps.bundle.scripts import check_script
from miniapps.bundle.signatures import check_signatures
from miniapps.capabilities import RELAXATIONS

logger = logging.getLogger(__name__)

DEFAULT = Limits()
HEAD_BYTES = 1024 * 1024  # kept of a file that is not text: its header and what signatures see
SOURCE_FOLDERS = frozenset({"node_modules", "bower_components"})
SVG_ACTIVE = (b"<script", b"javascript:", b"<foreignobject", b"onload=", b"onclick=")


class BundleRefused(Exception):
    """The bundle was not accepted, so nothing of it may be stored."""


class BundleChanged(Exception):
    """The archive no longer holds what the report says."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """An entry with its place in the bundle."""

    path: str
    entry: Entry


@dataclass(slots=True)
class _Content:
    """What reading all files has given."""

    facts: list[FileFacts]
    pixels: dict[str, Pixels | None]
    manifest: bytes | None = None


def inspect(
    file: BinaryIO,
    *,
    manifest_override: Mapping[str, Any] | None = None,
    limits: Limits = DEFAULT,
) -> Report:
    """Read an uploaded zip and say everything that can be said about it. Writes nothing.

    ``manifest_override`` stands in for manifest.json where the bundle has none. Memory stays
    bounded by ``limits``, whatever the archive claims.
    """
    report = Report()
    findings = Findings(limits.findings_per_rule_max)
    context = Context(limits=limits, findings=findings)
    entries = read_entries(file, limits, findings)
    placed: list[_Placed] = []
    if entries is not None:
        named = _name(entries, limits, findings)
        report.stripped = _folder_to_strip([it.path for it in named])
        if report.stripped:
            findings.add("archive-folder-stripped", folder=report.stripped)
        placed = [_Placed(it.path.removeprefix(report.stripped), it.entry) for it in named]
    if entries is not None and _fits(placed, limits, findings):
        content = _read_all(file, placed, context)
        _note_origins(context)
        located = read_manifest(content.manifest, manifest_override, limits, findings)
        if located is not None:
            _check_start(located, content, placed, context)
            _check_promises(located, context)
            report.manifest = located.value if isinstance(located.value, dict) else None
        report.accepted = not findings.has_errors and report.manifest is not None
        if report.accepted and report.manifest is not None:
            report.files = sorted(content.facts, key=lambda facts: facts.path.encode())
            report.digest = digest_of(report.files, report.manifest)
    report.findings = findings.closed()
    report.speaks = context.speaks
    report.relaxations = sorted(context.relaxations)
    report.hints = context.hints
    return report


def open_files(
    file: BinaryIO, report: Report, *, limits: Limits = DEFAULT
) -> Iterator[tuple[FileFacts, Iterator[bytes]]]:
    """Every file of an accepted bundle with its bytes, for the store; each hash is checked again.

    A file's bytes must be read to the end before they are believed: the check comes last and
    raises BundleChanged. Raises BundleRefused when the report does not accept the bundle.
    """
    if not report.accepted:
        raise BundleRefused
    findings = Findings(limits.findings_per_rule_max)
    entries = read_entries(file, limits, findings)
    if entries is None:
        raise BundleChanged
    named = _name(entries, limits, findings)
    by_path = {it.path.removeprefix(report.stripped): it.entry for it in named}
    for facts in report.files:
        if facts.path not in by_path:
            raise BundleChanged
        yield facts, _verified(file, by_path[facts.path], facts)


def _verified(file: BinaryIO, entry: Entry, facts: FileFacts) -> Iterator[bytes]:
    sha256 = hashlib.sha256()
    try:
        for piece in unpack(file, entry):
            sha256.update(piece)
            yield piece
    except EntryFault as fault:
        raise BundleChanged from fault
    if sha256.hexdigest() != facts.sha256:
        raise BundleChanged


def _name(entries: list[Entry], limits: Limits, findings: Findings) -> list[_Placed]:
    """Give the files whose names are acceptable, without what systems leave there."""
    placed: list[_Placed] = []
    named: list[names.Named] = []
    for entry in entries:
        if names.is_dropped(entry.name):
            if not entry.is_folder:
                findings.add("archive-junk-dropped", entry.name)
            continue
        if not SOURCE_FOLDERS.isdisjoint(entry.name.split("/")):
            findings.add("bundle-source-project")
            continue
        path = names.check_name(entry.name, limits, findings)
        if path is None:
            continue
        named.append(names.Named(path, entry.is_folder))
        if not entry.is_folder:
            placed.append(_Placed(path, entry))
    clashing = names.check_together(named, findings)
    return [it for it in placed if it.path not in clashing]


def _folder_to_strip(paths: list[str]) -> str:
    """Give the folder the whole build was zipped in, if its start page or manifest is there."""
    known = set(paths)
    folder = ""
    while not {f"{folder}{START_PAGE}", f"{folder}{MANIFEST}"} & known:
        deeper = names.common_folder(path.removeprefix(folder) for path in paths)
        if not deeper:
            return ""
        folder += deeper
    return folder


def _fits(placed: list[_Placed], limits: Limits, findings: Findings) -> bool:
    """Whether what the files claim to be is little enough to unpack at all."""
    unpacked = sum(it.entry.unpacked_bytes for it in placed)
    packed = sum(it.entry.packed_bytes for it in placed)
    before = findings.has_errors
    findings.has_errors = False
    if len(placed) > limits.files_max:
        findings.add("archive-too-many-entries", count=len(placed), limit=limits.files_max)
    if unpacked > limits.unpacked_bytes_max:
        findings.add("archive-unpacked-size", limit_mib=limits.unpacked_bytes_max // 2**20)
    elif unpacked > limits.ratio_from_bytes and unpacked > packed * limits.ratio_max:
        findings.add("archive-ratio", limit=limits.ratio_max)
    fits = not findings.has_errors
    findings.has_errors |= before
    return fits


def _read_all(file: BinaryIO, placed: list[_Placed], context: Context) -> _Content:
    content = _Content(facts=[], pixels={})
    for it in placed:
        if not it.entry.is_readable:
            continue
        kind = media.type_of(it.path)
        if kind is None:
            context.findings.add(
                "content-type", it.path, extension=media.extension_of(it.path) or "–"
            )
            continue
        try:
            facts, data = _read(file, it, kind, context)
        except EntryFault as fault:
            context.findings.add(fault.rule, it.path, None, **fault.facts)
            continue
        content.facts.append(facts)
        content.pixels[it.path] = None
        if it.path == MANIFEST:
            content.manifest = data
        try:
            content.pixels[it.path] = _check_content(it.path, facts.size_bytes, data, context)
        except Exception as fault:  # a rule that fails must refuse, not pass
            logger.warning("A content rule failed on a file.", exc_info=True)
            error = type(fault).__name__
            context.findings.add("scanner-failed", it.path, scanner="rules", error=error)
    return content


def _read(file: BinaryIO, it: _Placed, kind: str, context: Context) -> tuple[FileFacts, bytes]:
    """Give the file's facts and its bytes: all of a text, the beginning of anything else."""
    limits = context.limits
    is_text = media.extension_of(it.path) in media.TEXTS
    limit = limits.code_file_bytes_max if is_text else limits.file_bytes_max
    if it.entry.unpacked_bytes > limit:
        raise EntryFault("entry-too-large", limit_mib=limit // 2**20)
    sha256 = hashlib.sha256()
    kept = bytearray()
    size = 0
    for piece in unpack(file, it.entry):
        sha256.update(piece)
        size += len(piece)
        if is_text or len(kept) < HEAD_BYTES:
            kept += piece
    return FileFacts(it.path, sha256.hexdigest(), size, kind), bytes(kept)


def _check_content(path: str, size: int, data: bytes, context: Context) -> Pixels | None:
    """Every rule for one file's content; gives the size of a raster image."""
    findings = context.findings
    extension = media.extension_of(path)
    rule = media.magic_fault(extension, data[: media.MAGIC_BYTES]) if size else None
    if rule:
        findings.add(rule, path, extension=extension)
        return None
    hints = check_signatures(path, data, context)
    if extension in media.RASTERS:
        return _check_image(path, extension, data, context)
    if extension == "wasm":
        context.relaxations.add("wasm")
    if extension in media.TEXTS:
        _check_text(path, extension, data, hints, context)
    return None


def _check_text(
    path: str, extension: str, data: bytes, hints: frozenset[str], context: Context
) -> None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        context.findings.add("content-not-utf8", path, line)
        return
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        context.findings.add("content-not-utf8", path, line)
        return
    if extension in media.SCRIPTS:
        check_script(path, data, hints, context)
    elif extension in media.PAGES:
        for script in check_page(path, text, context):
            check_script(path, script.text.encode(), hints, context, script.line)
    elif extension == "css":
        check_style(path, text, context)
    elif extension == "svg":
        if not media.is_svg(data):
            context.findings.add("content-disguised", path, extension=extension)
        lowered = data.lower()
        if any(mark in lowered for mark in SVG_ACTIVE):
            context.findings.add("svg-active", path)


def _check_image(path: str, extension: str, data: bytes, context: Context) -> Pixels | None:
    limits = context.limits
    pixels = media.image_size(extension, data)
    if pixels is None or not all(pixels):
        context.findings.add("image-unreadable", path)
        return None
    too_many = pixels.width * pixels.height > limits.image_pixels_max
    if max(pixels) > limits.image_side_pixels_max or too_many:
        context.findings.add(
            "image-too-large",
            path,
            width=pixels.width,
            height=pixels.height,
            side=limits.image_side_pixels_max,
            limit_megapixels=limits.image_pixels_max // 10**6,
        )
    return pixels


def _check_start(
    located: Located, content: _Content, placed: list[_Placed], context: Context
) -> None:
    # A page that has a fault of its own is not missing as well.
    pixels = {it.path: content.pixels.get(it.path) for it in placed}
    check_files(located, pixels, context.limits, context.findings)


def _note_origins(context: Context) -> None:
    """Remember what origins the code reaches, for a manifest that is yet to be written."""
    for use in context.uses:
        known = context.hints.origins[use.kind]
        fault = origin_fault(use.origin, local=context.limits.local_origins)
        if not fault and use.origin not in known:
            known.append(use.origin)


def _check_promises(located: Located, context: Context) -> None:
    """Compare what the code does with what the manifest declares."""
    network = network_of(located.value, context.limits)
    for use in context.uses:
        if use.origin not in network.get(use.kind, set()):
            context.findings.add(
                "network-undeclared", use.path, use.line, origin=use.origin, kind=use.kind
            )
    asked = located.value.get("barnamak") if isinstance(located.value, dict) else None
    asked = asked.get("relaxations") if isinstance(asked, dict) else None
    declared = set(asked) if isinstance(asked, dict) else set()
    for name in sorted(declared.intersection(RELAXATIONS) - context.relaxations):
        context.findings.add("relaxation-unused", MANIFEST, name=name)
    for name in sorted(context.relaxations - declared):
        context.findings.add("relaxation-undeclared", MANIFEST, name=name)
