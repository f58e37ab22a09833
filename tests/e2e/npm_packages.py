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
    wanted = json.dumps({"private": True, "type": "module", "dependencies": packages}, indent=1)
    return _kept(group, {"package.json": wanted}, ["install", "--no-package-lock"])


def locked(sources: Path) -> Path:
    """Return a folder with ``node_modules`` as the lock in ``sources`` has it, to the last sum.

    Raises NpmUnavailable.
    """
    names = ("package.json", "package-lock.json")
    return _kept(sources.name, {name: (sources / name).read_text() for name in names}, ["ci"])


def _kept(group: str, files: dict[str, str], command: list[str]) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise NpmUnavailable("npm is not installed")
    folder = CACHE / group
    folder.mkdir(parents=True, exist_ok=True)
    wanted = "".join(files.values())
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / ".installed"
        if done.exists() and done.read_text() == wanted:
            return folder
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        for name, text in files.items():
            (folder / name).write_text(text)
        flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        try:
            run = subprocess.run(
                [npm, *command, *flags],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=INSTALL_S,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise NpmUnavailable(f"npm did not end within {INSTALL_S} s") from late
        if run.returncode != 0:
            raise NpmUnavailable(f"npm {command[0]} failed: {run.stderr.strip()[-300:]}")
        done.write_text(wanted)
    return folder
