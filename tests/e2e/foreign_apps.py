"""Mini-apps written for other hosts, built here and run unchanged.

Both show what they learnt as JSON in ``<pre id="facts">``: ``initData``, ``platform``, ``theme``
(its colours), ``viewport`` (its height), ``clicks`` of the main button, ``cloud`` (a value that
went to CloudStorage and came back), ``popup`` (the answer to the popup that ``#ask`` opens).
"""

import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from tests.e2e.npm_packages import NpmUnavailable, installed

PACKAGES = {"vite": "7.3.8", "@telegram-apps/sdk": "3.11.8", "@twa-dev/sdk": "8.0.2"}
SOURCES = Path(__file__).parent / "harness" / "foreign"
OFFICIAL = "node_modules/@twa-dev/sdk/src/telegram-web-apps.js"
BUILD_S = 120

__all__ = ["NpmUnavailable", "build_twa_zip", "build_vite_zip", "twa_folder", "vite_folder"]


def twa_folder(dest: Path) -> Path:
    """Write a plain page that loads Telegram's own script, as npm's @twa-dev/sdk ships it."""
    packages = installed("foreign", PACKAGES)
    shutil.copytree(SOURCES / "twa", dest, dirs_exist_ok=True)
    shutil.copyfile(packages / OFFICIAL, dest / "telegram-web-app.js")
    return dest


def vite_folder(dest: Path) -> Path:
    """Write what Vite builds, with its defaults, from a page that uses @telegram-apps/sdk."""
    packages = installed("foreign", PACKAGES)
    project = packages / "vite-app"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(SOURCES / "vite", project)
    vite = packages / "node_modules" / "vite" / "bin" / "vite.js"
    command = ["node", str(vite), "build", "--outDir", str(dest.resolve()), "--emptyOutDir"]
    subprocess.run(command, cwd=project, check=True, capture_output=True, timeout=BUILD_S)
    return dest


def build_twa_zip(dest: Path) -> Path:
    """Write the page of ``twa_folder`` as a zip to ``dest``. Raises NpmUnavailable."""
    with tempfile.TemporaryDirectory() as folder:
        return _zipped(twa_folder(Path(folder) / "app"), dest)


def build_vite_zip(dest: Path) -> Path:
    """Write the build of ``vite_folder`` as a zip to ``dest``. Raises NpmUnavailable."""
    with tempfile.TemporaryDirectory() as folder:
        return _zipped(vite_folder(Path(folder) / "app"), dest)


def _zipped(folder: Path, dest: Path) -> Path:
    with zipfile.ZipFile(dest, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return dest
