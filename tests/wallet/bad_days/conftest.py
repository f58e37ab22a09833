"""A PostgreSQL of these tests' own, as careful as in production, and processes that pay in it."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config.supervisor.postgres import ROLE, SUPERUSER, Cluster, programs_folder
from config.supervisor.processes import Process, die_with_parent
from tests.wallet.bad_days.sender import keys_of
from tests.wallet.books import assert_books_balance

WITHIN_S = 90.0


class Sender:
    """A process that books its steps in order and writes down what was acknowledged."""

    def __init__(self, house: "House", name: str, steps: int | None) -> None:
        self.house, self.name, self.steps = house, name, steps
        self.file = house.folder / f"{name}.acknowledged"
        self.start()

    def start(self) -> None:
        """Begin, or begin again from the first step."""
        self.earlier = len(self.acknowledged())
        self.popen = self.house.python(
            self.name, str(self.steps or 10**9), str(self.file), *map(str, self.house.rows)
        )

    def acknowledged(self) -> list[str]:
        """The keys that the ledger has answered for, also in earlier lives."""
        return self.file.read_text().splitlines() if self.file.exists() else []

    def has_booked(self, keys: int) -> bool:
        """Whether so many keys were acknowledged in this life."""
        return len(self.acknowledged()) - self.earlier >= keys

    def ask_to_stop(self) -> None:
        """Let it finish its step and end."""
        self.file.with_suffix(".stop").touch()

    def kill(self) -> None:
        """End it where it stands."""
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def all_keys(self) -> set[str]:
        assert self.steps is not None
        return {key for step in range(self.steps) for key in keys_of(self.name, step)}


class House:
    """A ledger in a cluster of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = Cluster(data=folder / "pg", sockets=folder / "run", log=folder / "pg.log")
        self.process = Process(self.cluster.prepare())
        self.rise()
        self.cluster.ensure_role(may_create_databases=False)
        self.cluster.ensure_database("ledger")
        self._copy_schema()
        done = self.python("prepare", "8", stdout=subprocess.PIPE)
        self.rows = [int(row) for row in (done.communicate()[0] or "").split()]
        assert len(self.rows) == 8

    def _copy_schema(self) -> None:
        """Take the tables and laws over from the database of the tests."""
        given = connection.settings_dict
        dump = subprocess.run(
            [
                str(programs_folder() / "pg_dump"),
                *("-h", str(given["HOST"]), "-U", str(given["USER"]), "-s", "-O", "-x"),
                str(given["NAME"]),
            ],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        subprocess.run(
            [
                str(programs_folder() / "psql"),
                *("-h", str(self.cluster.sockets), "-U", SUPERUSER, "-v", "ON_ERROR_STOP=1", "-q"),
                *("-c", f"set role {ROLE}", "-f", "-", "ledger"),
            ],
            check=True, input=dump, text=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def rise(self) -> None:
        """Start PostgreSQL, or start it again."""
        self.process.start()
        self.cluster.wait_ready(self.process.is_running)

    def crash(self) -> None:
        """Shut PostgreSQL down at once: it writes nothing any more, and recovers at its next start."""
        assert self.process.popen is not None
        os.kill(self.process.popen.pid, signal.SIGQUIT)
        self.process.popen.wait()

    def python(self, *arguments: str, stdout: int | None = None) -> subprocess.Popen[str]:
        """Run the sender's module on this ledger."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.wallet.bad_days.sender", *arguments],
            env={**os.environ, "DATABASE_URL": self.cluster.url("ledger")},
            stdout=stdout,
            text=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  (no other thread starts programs)
        )

    @contextlib.contextmanager
    def session(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.cluster.url("ledger"), autocommit=True) as session:
            yield session

    def assert_kept(self, keys: set[str]) -> None:
        """Each of the keys stands in the ledger."""
        with self.session() as session:
            found = session.execute(
                "select key from wallet_transfer where key = any (%s)", [list(keys)]
            )
            assert {row[0] for row in found} == keys

    def keys_like(self, name: str) -> set[str]:
        """The keys of one sender that stand in the ledger."""
        with self.session() as session:
            found = session.execute(
                "select key from wallet_transfer where key like %s", [f"{name}-%"]
            )
            return {row[0] for row in found}

    def assert_balances(self) -> int:
        """The books balance at one instant, also while others write in them."""
        with psycopg.connect(self.cluster.url("ledger")) as session, session.cursor() as cursor:
            session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            return assert_books_balance(cursor)


def until(is_true: Callable[[], bool]) -> None:
    """Look again and again, for as long as is patient."""
    deadline = time.monotonic() + WITHIN_S
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.003)


@pytest.fixture(scope="package")
def house(django_db_setup: None, django_db_blocker) -> Iterator[House]:
    with (
        tempfile.TemporaryDirectory(prefix="barnamak-ledger-") as name,
        django_db_blocker.unblock(),
    ):
        folder = Path(name)
        folder.chmod(0o711)
        made = House(folder)
        try:
            yield made
        finally:
            made.process.ask_to_stop()
            made.process.wait_stopped()


@pytest.fixture
def send(house: House) -> Iterator[Callable[..., Sender]]:
    """Start senders; whatever still runs at the end is ended."""
    started: list[Sender] = []

    def start(name: str, steps: int | None = None) -> Sender:
        started.append(Sender(house, name, steps))
        return started[-1]

    yield start
    for sender in started:
        sender.kill()
