"""The name of a version: one hash over what it holds.

Timestamps, compression and the order of entries do not matter; a changed byte, path or manifest
member does.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from miniapps.bundle.manifest import canonical
from miniapps.bundle.report import FileFacts


def digest_of(files: Iterable[FileFacts], manifest: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of every path with its content's hash in order, and of the manifest."""
    whole = hashlib.sha256(b"barnamak-bundle-1\n")
    for facts in sorted(files, key=lambda facts: facts.path.encode()):
        # A path holds no control character, so a line cannot be mistaken for two.
        whole.update(f"{facts.sha256} {facts.path}\n".encode())
    whole.update(b"manifest ")
    whole.update(canonical(manifest))
    return whole.hexdigest()
