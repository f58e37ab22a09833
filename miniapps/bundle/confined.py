"""An inspection in a process of its own, which may use only so much time and memory.

The rules call parsers written in C on hostile input. If one of them never returns, asks for all
memory or crashes, the process dies and the bundle is refused: never passed.

    python -m miniapps.bundle.confined < job.json > report.json
"""

import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core import limits as house
from miniapps.bundle.inspection import inspect
from miniapps.bundle.limits import Limits
from miniapps.bundle.report import Findings, Report
from miniapps.bundle.rules import gettext_noop

logger = logging.getLogger(__name__)

TOO_LONG = gettext_noop("it took too long")
DIED = gettext_noop("it needed too much memory or crashed")
REASONS = (TOO_LONG, DIED)
ROOT = Path(__file__).resolve().parents[2]
# The rest of the environment names our database and holds our secrets: none of a bundle's business.
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")


def inspect_confined(
    archive: Path,
    *,
    manifest_override: Mapping[str, Any] | None = None,
    local_origins: bool = False,
    wall_s: float = house.CHECK_WALL_S,
    cpu_s: int = house.CHECK_CPU_S,
    memory_bytes: int = house.CHECK_MEMORY_BYTES_MAX,
) -> Report:
    """``inspect`` the archive in a confined process.

    Where the process does not come back with a report in time, the report holds the one error
    ``check-interrupted``. ``local_origins`` lets manifests declare ``http://localhost:<port>``.
    ``wall_s`` and ``cpu_s`` in seconds.
    """
    job = {
        "archive": str(archive),
        "manifest_override": manifest_override,
        "local_origins": local_origins,
        "cpu_s": cpu_s,
        "memory_bytes": memory_bytes,
    }
    command = [sys.executable, "-m", "miniapps.bundle.confined"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell, no outside words
            command,
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=wall_s,
            cwd=ROOT,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _interrupted(TOO_LONG)
    if done.returncode != 0:
        logger.warning("The check of a bundle died: %s", done.stderr[-2000:])
        return _interrupted(TOO_LONG if -done.returncode in (9, 24) else DIED)
    return Report.from_document(json.loads(done.stdout))


def _interrupted(reason: str) -> Report:
    findings = Findings(1)
    findings.add("check-interrupted", reason=reason)
    return Report(findings=findings.closed())


def _main() -> None:
    job = json.load(sys.stdin)
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_AS, (job["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (job["cpu_s"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Standard output is a pipe, so no file need be written.
    with Path(job["archive"]).open("rb") as file:
        limits = Limits(local_origins=job["local_origins"])
        report = inspect(file, manifest_override=job["manifest_override"], limits=limits)
    sys.stdout.write(report.as_json())


if __name__ == "__main__":
    _main()
