"""The virtual environment: made and filled from the locked requirements, once.

Run by path, with any Python, before anything is installed: `python3 .../installing.py base`.
pip does the work, because pip obeys whatever index, proxy or certificate its user has configured.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST = (3, 11)
BUNDLES = {"base": ("base", "dev"), "dev": ("dev",)}  # what is asked for -> what satisfies it


def main() -> None:
    """Make the environment hold `base` or `dev`; say one sentence and fail when it cannot."""
    bundle = sys.argv[1]
    if sys.version_info < OLDEST:
        sys.exit(
            f"Barnamak needs Python 3.11 or newer, and this is {sys.version.split()[0]}. "
            "Name another one: make run PY=python3.12"
        )
    venv = ROOT / os.environ.get("VENV", ".venv")
    if _is_satisfied(venv, bundle):
        return
    venv.parent.mkdir(parents=True, exist_ok=True)
    with (venv.parent / f"{venv.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_satisfied(venv, bundle):
            install(venv, bundle)
    (venv.parent / f"{venv.name}.lock").unlink(missing_ok=True)


def install(venv: Path, bundle: str) -> None:
    """Fill the environment with exactly the pinned and hashed packages of a bundle."""
    pip = _pip_of(venv)
    wanted = ROOT / "requirements" / f"{bundle}.txt"
    print(f"Installing the locked packages of requirements/{bundle}.txt (once) ...", flush=True)
    # Python compiles what is imported, when it is imported; compiling all of it takes far longer.
    options = ["-q", "--disable-pip-version-check", "--no-compile", "--require-hashes"]
    done = _quietly([*pip, "install", *options, "-r", wanted])
    if done.returncode:
        sys.exit(
            f"{_last_lines(done.stderr)}\nThe packages could not be installed. pip was used with "
            "your own settings (pip config list); is the package index reachable from here?"
        )
    _stamp(venv, bundle).write_text(_fingerprint(bundle))


def _pip_of(venv: Path) -> list[str | Path]:
    """Make the environment if needed, and return the pip command that fills it."""
    python = venv / "bin" / "python"
    inside: list[str | Path] = [python, "-m", "pip"]
    outside: list[str | Path] = [sys.executable, "-m", "pip", "--python", python]
    if _works([*inside, "--version"]):
        return inside
    if venv.exists():
        shutil.rmtree(venv)
    if _works([sys.executable, "-m", "venv", venv]) and _works([*inside, "--version"]):
        return inside
    # Debian ships venv without ensurepip: the pip outside can fill an environment that has none.
    shutil.rmtree(venv, ignore_errors=True)
    if _works([sys.executable, "-m", "venv", "--without-pip", venv]) and _works(
        [*outside, "--version"]
    ):
        return outside
    # No venv module at all: virtualenv, beside the project, does the same.
    shutil.rmtree(venv, ignore_errors=True)
    boot = ROOT / ".boot"
    if _works([sys.executable, "-m", "pip", "install", "-q", "--target", boot, "virtualenv"]):
        environ = {**os.environ, "PYTHONPATH": str(boot)}
        made = _quietly([sys.executable, "-m", "virtualenv", "-q", venv], environ)
        if made.returncode == 0 and _works([*inside, "--version"]):
            return inside
    sys.exit(
        "This Python has neither venv nor pip. Install one of them (on Debian and Ubuntu: "
        "apt install python3-venv), or name another Python: make run PY=python3.12"
    )


def _is_satisfied(venv: Path, bundle: str) -> bool:
    if not os.access(venv / "bin" / "python", os.X_OK):
        return False
    return any(
        _stamp(venv, enough).exists() and _stamp(venv, enough).read_text() == _fingerprint(enough)
        for enough in BUNDLES[bundle]
    )


def _stamp(venv: Path, bundle: str) -> Path:
    return venv / f".installed-{bundle}"


def _fingerprint(bundle: str) -> str:
    """Content, not time: a copied or freshly checked out tree has new times and the same pins."""
    pins = (ROOT / "requirements" / f"{bundle}.txt").read_bytes()
    return hashlib.sha256(pins).hexdigest()


def _works(command: list[str | Path]) -> bool:
    return _quietly(command).returncode == 0


def _quietly(
    command: list[str | Path], env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    except OSError as error:  # no such program: the same to us as a program that fails
        return subprocess.CompletedProcess(command, 127, "", str(error))


def _last_lines(text: str, count: int = 12) -> str:
    return "\n".join(text.strip().splitlines()[-count:])


if __name__ == "__main__":
    main()
