"""The served index of a version: what is sent for each path, and with which headers."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from core import limits
from miniapps.bundle import manifest as manifests
from miniapps.publish.names import is_hashed
from miniapps.publish.pages import prepare_page
from miniapps.publish.references import Pins
from miniapps.publish.styles import pin_style
from miniapps.publish.variants import compress, is_compressible
from miniapps.serving import headers
from miniapps.storage import SUFFIXES, Store

INDEX_FORMAT = 1


@dataclasses.dataclass(frozen=True)
class Source:
    """One file as it was uploaded."""

    path: str
    sha256: str
    media_type: str

    @property
    def kind(self) -> str:
        """The media type without its parameters."""
        return self.media_type.partition(";")[0]


def build(
    store: Store,
    *,
    digest: str,
    files: Iterable[Source],
    manifest: dict[str, Any],
    relaxations: Iterable[str],
) -> None:
    """Write the served index of some files that are in the store."""
    _Build(store, digest, list(files), manifest, frozenset(relaxations)).run()


class _Build:
    def __init__(
        self,
        store: Store,
        digest: str,
        files: list[Source],
        manifest: dict[str, Any],
        relaxations: frozenset[str],
    ) -> None:
        self.store = store
        self.digest = digest
        self.sources = {source.path: source for source in files}
        self.manifest = manifest
        self.relaxations = relaxations
        self.network = _network(manifest)
        self.pins = Pins(digest[:16], self.sources)
        self.sealed: set[str] = set()
        self.entries: dict[str, dict[str, Any]] = {}
        self.thorough_bytes_left = limits.COMPRESS_THOROUGHLY_BYTES_MAX

    def run(self) -> None:
        """Pages first: they tell which style sheets must stay byte for byte."""
        by_kind = sorted(self.sources.values(), key=lambda each: each.kind != "text/html")
        for source in by_kind:
            if source.kind == "text/html":
                self.entries[source.path] = self.page(source)
            elif source.kind == "text/css" and source.path not in self.sealed:
                self.entries[source.path] = self.style(source)
            else:
                self.entries[source.path] = self.entry(source, source.sha256)
        self.store.put_index(self.digest, self.document())

    def document(self) -> bytes:
        permissions = [each["name"] for each in self.manifest.get("req_permissions", ())]
        policy = headers.policy_of(
            network=self.network, permissions=permissions, relaxations=self.relaxations
        )
        start = manifests.start_page(self.manifest, self.sources)
        fallback = "index.html" if "index.html" in self.sources else start
        index = {
            "format": INDEX_FORMAT,
            "digest": self.digest,
            **dataclasses.asdict(policy),
            "start": start,
            "fallback": fallback,
            "files": dict(sorted(self.entries.items())),
        }
        return json.dumps(index, ensure_ascii=False, separators=(",", ":")).encode()

    def page(self, source: Source) -> dict[str, Any]:
        text = self.text(source)
        page = prepare_page(text, self.pins, path=source.path)
        self.sealed |= page.sealed
        csp = headers.content_security_policy(
            network=self.network,
            relaxations=self.relaxations,
            scripts=page.scripts[: limits.CSP_HASHES_MAX],
            handlers=page.handlers[: limits.CSP_HASHES_MAX],
        )
        blob = self.store.put([page.text.encode("utf-8", "surrogateescape")])
        entry = self.entry(source, blob)
        # The tag also stands for the policy: a page must not keep an old one after a 304.
        entry["etag"] = _tag(blob, csp)
        return {**entry, "html": True, "csp": csp, "raw": self.entry(source, source.sha256)}

    def style(self, source: Source) -> dict[str, Any]:
        text = self.text(source)
        pinned = pin_style(text, self.pins, page=source.path)
        if pinned == text:
            return self.entry(source, source.sha256)
        return self.entry(source, self.store.put([pinned.encode("utf-8", "surrogateescape")]))

    def text(self, source: Source) -> str:
        return self.store.read(source.sha256).decode("utf-8", "surrogateescape")

    def entry(self, source: Source, blob: str) -> dict[str, Any]:
        size = self.store.size_bytes(blob)
        entry: dict[str, Any] = {
            "blob": blob,
            "size": size,
            "type": source.media_type,
            "etag": _tag(blob),
            "encodings": self.encodings(blob, source.media_type, size),
        }
        return {**entry, "hashed": True} if is_hashed(source.path) else entry

    def encodings(self, blob: str, media_type: str, size_bytes: int) -> dict[str, int]:
        """Make the compressed forms that are missing; return each with its size, smallest first."""
        if not is_compressible(media_type, size_bytes):
            return {}
        kept = self.store.variants(blob)
        if not kept:
            data = self.store.read(blob)
            thorough = size_bytes <= self.thorough_bytes_left
            self.thorough_bytes_left -= size_bytes if thorough else 0
            for encoding in SUFFIXES:
                made = compress(data, encoding, thorough=thorough)
                if made is not None:
                    self.store.put_variant(blob, encoding, made)
            kept = self.store.variants(blob)
        return dict(sorted(kept.items(), key=lambda item: item[1]))


def _network(manifest: dict[str, Any]) -> dict[str, list[str]]:
    """Return the network origins of a manifest that the checks have accepted."""
    network = manifest.get("barnamak", {}).get("network", {})
    return {kind: list(origins) for kind, origins in network.items()}


def _tag(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
