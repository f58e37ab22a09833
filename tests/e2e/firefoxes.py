"""A Firefox for the tests that want a second browser: the one that is there, or apt's when root."""

import os
import shutil
import subprocess

from config.supervisor import chromium, locks

NAMES = ("firefox-esr", "firefox")
INSTALL_S = 240


def find_or_get() -> str | None:
    """Return the program named by FIREFOX, the system's, or one that apt brings; None if none."""
    with locks.held(chromium.browsers_folder() / "firefox.lock"):
        if found := _present():
            return found
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            return None
        for command in (["update", "-q"], ["install", "-y", "--no-install-recommends", NAMES[0]]):
            try:
                done = subprocess.run(
                    ["apt-get", *command], capture_output=True, timeout=INSTALL_S, check=False
                )
            except subprocess.TimeoutExpired:
                return None
            if done.returncode:
                return None
        return _present()


def _present() -> str | None:
    named = os.environ.get("FIREFOX")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)
