"""What must be true before the processes start, done only when something has changed since."""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config import catalogues
from config.supervisor.plan import ROOT, CannotStart, Plan, python
from config.supervisor.processes import die_with_parent

OUTPUT_LINES = 25


@dataclass(frozen=True)
class Preparation:
    """The steps between an empty folder and a product that can start."""

    plan: Plan
    env: Mapping[str, str]
    database_url: str
    say: Callable[[str], None]

    def run(self) -> None:
        """Do what is due. Raises CannotStart with the last lines of a step that failed."""
        try:
            catalogues.compile_all()
        except ValueError as error:
            raise CannotStart(str(error)) from error
        stamps = self._stamps()
        pins = _digest([ROOT / "requirements" / "base.txt"])
        migrated = self.has_pending_migrations() or stamps.get("migrate") != pins
        if migrated:
            self._manage("Bringing the database up to date", "migrate", "--noinput")
            self._stamp("migrate", pins)
        static = f"{pins}.{_digest_of_times(_static_sources())}"
        if (
            stamps.get("static") != static
            or not (self.plan.var / "static" / "staticfiles.json").exists()
        ):
            self._manage("Collecting static files", "collectstatic", "--noinput")
            self._stamp("static", static)
        if not self.plan.demo:
            return
        # The addresses stand in the demo's apps.
        plan = self.plan
        places = f"{plan.origin}.{plan.apps_domain}.{plan.quiz_port}.{plan.cafe_port}"
        shown = f"{_digest(_demo_sources())}.{places}"
        if stamps.get("demo") != shown or migrated:
            self._manage("Putting in the demo's people, chats and mini-apps", "demo")
            self._stamp("demo", shown)

    def has_pending_migrations(self) -> bool:
        """Return whether a migration of ours is not in the database, without loading Django."""
        ours = {
            (file.parents[1].name, file.stem)
            for floor in catalogues.FLOORS
            for file in (ROOT / floor).glob("**/migrations/[0-9]*.py")
        }
        with psycopg.connect(self.database_url, connect_timeout=10) as session:
            try:
                rows = session.execute("select app, name from django_migrations").fetchall()
            except psycopg.errors.UndefinedTable:
                return True
        return not ours <= {(str(app), str(name)) for app, name in rows}

    def _manage(self, doing: str, *command: str) -> None:
        self.say(f"{doing} ...")
        done = manage(self.env, *command)
        if done.returncode:
            last = "\n".join(done.stdout.strip().splitlines()[-OUTPUT_LINES:])
            raise CannotStart(f"{last}\n`manage.py {' '.join(command)}` failed; see above.")

    def _stamps(self) -> dict[str, str]:
        try:
            stamps: dict[str, str] = json.loads((self.plan.var / "stamps.json").read_text())
        except (OSError, ValueError):
            return {}
        # Another database has another history.
        return stamps if stamps.get("database") == self.database_url else {}

    def _stamp(self, step: str, mark: str) -> None:
        stamps = {**self._stamps(), "database": self.database_url, step: mark}
        fresh = self.plan.var / "stamps.new"
        fresh.write_text(json.dumps(stamps, indent=1))
        fresh.replace(self.plan.var / "stamps.json")


def manage(env: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run one management command to its end and return its output, errors included."""
    return subprocess.run(
        python(str(ROOT / "manage.py"), *command),
        env=dict(env),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=die_with_parent,
        check=False,
    )


def _static_sources() -> list[Path]:
    folders = [
        folder for floor in catalogues.FLOORS for folder in sorted((ROOT / floor).glob("**/static"))
    ]
    return [path for folder in (*folders, ROOT / "sdk") for path in sorted(folder.rglob("*"))]


def _demo_sources() -> list[Path]:
    commands = [path for floor in catalogues.FLOORS for path in (ROOT / floor).rglob("demo*.py")]
    return sorted([*commands, *(ROOT / "examples").rglob("*")])


def _digest(files: Iterable[Path]) -> str:
    """Return one mark of the names and contents of files."""
    mark = hashlib.sha256()
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            mark.update(f"{file.relative_to(ROOT)} {content}\n".encode())
    return mark.hexdigest()


def _digest_of_times(files: Iterable[Path]) -> str:
    """Return one mark of the names, sizes and times of files: enough to see an edit."""
    mark = hashlib.sha256()
    for file in files:
        if file.is_file():
            facts = file.stat()
            name = file.relative_to(ROOT)
            mark.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return mark.hexdigest()
