"""Which rules judge: the name of the present rule set, and the rules that are not the bundle's."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Final

from miniapps import bundle

CHECK_CRASHED: Final = "check-crashed"
CHECK_INTERRUPTED: Final = "check-interrupted"  # the bundle's own: time, memory or a dead process
CRASHES: Final = (CHECK_CRASHED, CHECK_INTERRUPTED)
VERSION_CHARS: Final = 16


@functools.cache
def rules_version() -> str:
    """Return the name of the rule set: a hash over everything that judges."""
    folder = Path(bundle.__file__).parent
    whole = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.suffix in (".py", ".yar", ".json"):
            whole.update(f"{file.name}\n".encode())
            whole.update(file.read_bytes())
    return whole.hexdigest()[:VERSION_CHARS]
