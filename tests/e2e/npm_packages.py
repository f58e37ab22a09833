"""Packages of other people, installed from npm into var/npm-cache for a test, never committed."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

CACHE = Path(os.environ.get("BARNAMAK_NPM_CACHE", Path(__file__).parents[2] / "var" / "npm-cache"))
INSTALL_S = 240


class NpmUnavailable(Exception):
    """npm, or its registry, cannot be reached; the message says which."""


def installed(group: str, packages: dict[str, str]) -> Path:
    """Return the folder that holds ``node_modules`` with exactly these packages.

    Installed once and kept; concurrent callers wait for each other. Raises NpmUnavailable.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise NpmUnavailable("npm is not installed")
    folder = CACHE / group
    folder.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps({"private": True, "type": "module", "dependencies": packages}, indent=1)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / ".installed"
        if done.exists() and done.read_text() == wanted:
            return folder
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        (folder / "package.json").write_text(wanted)
        flags = [
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--no-package-lock",
            "--loglevel=error",
        ]
        try:
            run = subprocess.run(
                [npm, "install", *flags],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=INSTALL_S,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise NpmUnavailable(f"npm install did not end within {INSTALL_S} s") from late
        if run.returncode != 0:
            raise NpmUnavailable(f"npm install failed: {run.stderr.strip()[-300:]}")
        done.write_text(wanted)
    return folder
