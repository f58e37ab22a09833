"""`make lint`, `make test` and their relatives: which tools run, and how their verdicts add up."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config import catalogues
from config.supervisor import testing
from config.supervisor.plan import ROOT, CannotStart, python
from config.supervisor.running import say

WORKERS_MAX = 8
BROWSERS_MAX = 2  # each is a whole product of its own: gigabytes, not megabytes
NO_TESTS_COLLECTED = 5  # pytest's exit status
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"  # lint reads models, never rows


def test(arguments: list[str]) -> int:
    """Lint, then the tests without a browser, then those with one; all three in any case."""
    parts = {"lint": lint([]), "unit": unit(arguments), "e2e": e2e(arguments)}
    failed = [name for name, status in parts.items() if status]
    say(f"\nmake test: {'failed: ' + ', '.join(failed) if failed else 'everything passed'}")
    return 1 if failed else 0


def lint(_arguments: list[str]) -> int:
    """Run every check that needs no database; show the findings of each that fails."""
    catalogues.compile_all()
    env = _quiet_environment()
    command = "from importlinter.cli import lint_imports_command as run; run()"
    checks = {
        "mypy": python("-m", "mypy"),  # the longest, so it begins first
        "ruff check": python("-m", "ruff", "check", "."),
        "ruff format": python("-m", "ruff", "format", "--check", "."),
        "import contracts": python("-c", command),
        "migrations": python(
            *("-W", "ignore", str(ROOT / "manage.py"), "makemigrations", "--check", "--dry-run")
        ),
    }
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = [pool.submit(_check, name, line, env) for name, line in checks.items()]
        verdicts.append(pool.submit(_check_javascript, env))
    return 0 if all(one.result() for one in verdicts) else 1


def unit(arguments: list[str]) -> int:
    """Run the tests that need no browser, in parallel and in random order.

    One worker more than there are cores, because some tests wait for processes they started; who
    has nothing left takes from those who have.
    """
    workers = max(3, min((os.cpu_count() or 2) + 1, WORKERS_MAX))
    at_once = ["-n", str(workers), "--dist", "worksteal"]
    return _pytest(["-m", "not e2e", *at_once, *_or_all(arguments)])


def e2e(arguments: list[str]) -> int:
    """Run the tests in a real browser: files side by side, each of them from first to last.

    Each worker has a product of its own. Skipped tests are named and counted.
    """
    at_once = ["-n", str(BROWSERS_MAX), "--dist", "loadfile"]
    return _pytest(["-m", "e2e", "-p", "no:randomly", "-rs", *at_once, *_or_all(arguments)])


def docs(_arguments: list[str]) -> int:
    """Make the generated pages of docs/reference again."""
    command = python("-m", "config.reference")
    return subprocess.run(command, cwd=ROOT, env=_quiet_environment(), check=False).returncode


def messages(_arguments: list[str]) -> int:
    """Collect texts into each floor's Persian catalogue."""
    if not shutil.which("xgettext"):
        raise CannotStart("GNU gettext is needed here: apt install gettext (or brew, dnf).")
    for floor in catalogues.FLOORS:
        if not (ROOT / floor / "locale").is_dir():
            continue
        collect = [str(ROOT / "manage.py"), "makemessages", "-l", "fa", "--no-location"]
        collect += ["--no-wrap", "--ignore", "static/*"]
        subprocess.run(python(*collect), cwd=ROOT / floor, env=_quiet_environment(), check=True)
    return 0


def lock(_arguments: list[str]) -> int:
    """Pin and hash the requirements for every platform, with no index address in the files."""
    boot = ROOT / ".boot"
    uv = shutil.which("uv")
    if not uv:
        fetch = python("-m", "pip", "install", "-q", "--target", str(boot), "--upgrade", "uv")
        subprocess.run(fetch, check=True)
        uv = str(boot / "bin" / "uv")
    for bundle in ("base", "dev"):
        options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"]
        options += ["--no-emit-index-url", "--no-emit-find-links"]
        options += ["--custom-compile-command", "make lock", "-o", f"requirements/{bundle}.txt"]
        subprocess.run(
            [uv, "pip", "compile", *options, f"requirements/{bundle}.in"],
            cwd=ROOT,
            env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
            check=True,
        )
    return 0


def _pytest(arguments: list[str]) -> int:
    status = subprocess.run(python("-m", "pytest", *arguments), cwd=ROOT, check=False).returncode
    return 0 if status == NO_TESTS_COLLECTED else status


def _or_all(arguments: list[str]) -> list[str]:
    return arguments or ["tests"]


def _check(name: str, command: list[str], env: Mapping[str, str], cwd: Path = ROOT) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env=dict(env), capture_output=True, text=True, check=False
    )
    verdict = "FAILED" if done.returncode else "ok"
    say(f"  {name:<18} {verdict} ({time.monotonic() - began:.1f} s)")
    if done.returncode:
        say(f"{done.stdout}{done.stderr}".rstrip())
    return done.returncode == 0


def _check_javascript(env: Mapping[str, str]) -> bool:
    """Check the types in our JavaScript; skipped, loudly, where TypeScript cannot be had."""
    node = _node()
    compiler = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    if node is None or not (_npm_packages_are_here() or _install_npm_packages()):
        say("  javascript types   SKIPPED: no node, or npm could not fetch TypeScript")
        return True
    return _check("javascript types", [node, str(compiler), "-p", "."], env)


def _node() -> str | None:
    """Return the system's node, or the one inside Playwright's wheel."""
    if system := shutil.which("node"):
        return system
    spec = [path for path in sys.path if (Path(path) / "playwright/driver/node").exists()]
    return str(Path(spec[0]) / "playwright/driver/node") if spec else None


def _npm_packages_are_here() -> bool:
    stamp = ROOT / "node_modules" / ".pins"
    return stamp.exists() and stamp.read_text() == _npm_pins()


def _install_npm_packages() -> bool:
    npm = shutil.which("npm")
    if not npm:
        return False
    install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(install, cwd=ROOT, capture_output=True, check=False)
    if done.returncode == 0:
        (ROOT / "node_modules" / ".pins").write_text(_npm_pins())
    return done.returncode == 0


def _npm_pins() -> str:
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()


def _quiet_environment() -> dict[str, str]:
    """Return an environment in which settings can be read and no product is touched."""
    home = testing.test_folder(os.environ)
    return {**os.environ, "DATABASE_URL": NOWHERE, "BARNAMAK_VAR": str(home / "lint")}
