"""What tests stand on: one careless PostgreSQL for all of them, a Valkey for each process.

Several people, and several workers of one run, may test in one checkout at once. They share the
PostgreSQL, each in a database of its own; the last one out stops it. A Valkey is shared by nobody,
because publish and subscribe know no databases.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import IO

from config.supervisor import locks
from config.supervisor.plan import ROOT, folder, make_private, socket_folder
from config.supervisor.postgres import Cluster
from config.supervisor.processes import Process, daemonise, end_daemon
from config.supervisor.valkey import Valkey

# Of our own variables, those that tests themselves are steered with.
KEPT = "BARNAMAK_TEST_"


class Ground:
    """The services below one test process. Made once, given back when the process ends."""

    def __init__(self, var: Path) -> None:
        self.var = var
        # Not the folder of a running product: its PostgreSQL has a name of its own.
        self.cluster = cluster(var)
        self._sockets = make_private(Path(tempfile.mkdtemp(prefix="barnamak-valkey-")))
        self.valkey = Valkey(socket=self._sockets / "v", log=self._sockets / "log", data=None)
        self._process = Process(self.valkey.prepare())
        self._interest: IO[str] | None = None

    def rise(self) -> None:
        """Start what is not running yet; raise CannotStart when that is impossible."""
        with locks.held(self.var / "start.lock"):
            self._interest = locks.take(self.var / "interest.lock", shared=True)
            start_cluster(self.cluster)
        self._process.start()
        self.valkey.wait_ready(self._process.is_running)

    def give_back(self) -> None:
        """Stop our Valkey, and PostgreSQL too if nobody else is interested."""
        self._process.ask_to_stop()
        self._process.wait_stopped()
        shutil.rmtree(self._sockets, ignore_errors=True)
        if self._interest is None:
            return
        with locks.held(self.var / "start.lock"):
            self._interest.close()
            self._interest = None
            if os.environ.get("BARNAMAK_TEST_KEEP") != "1":
                stop_if_unused(self.var)


def enter(environ: MutableMapping[str, str]) -> None:
    """Start the ground and point the environment at it, before Django reads its settings.

    Whatever the person's own product is configured with is taken out: tests write into nothing
    but var/test.
    """
    home = test_folder(environ)
    ground = Ground(home)
    ground.rise()
    atexit.register(ground.give_back)
    for name in [
        key for key in environ if key.startswith("BARNAMAK_") and not key.startswith(KEPT)
    ]:
        del environ[name]
    name = environ.get("BARNAMAK_TEST_NAME", "")
    if name and not name.isidentifier():
        raise SystemExit(f"BARNAMAK_TEST_NAME must be a plain word, not {name!r}.")
    environ["DATABASE_URL"] = ground.cluster.url(f"barnamak_{name}" if name else "barnamak")
    environ["REDIS_URL"] = ground.valkey.url
    environ["BARNAMAK_VAR"] = str(home / (name or "main"))
    environ["PYTHONPATH"] = str(ROOT)


def test_folder(environ: MutableMapping[str, str]) -> Path:
    """Return the folder everything of the tests is kept in; repeated calls agree."""
    if below := environ.get("BARNAMAK_TEST_HOME"):
        return Path(below)
    home = folder(environ) / "test"
    environ["BARNAMAK_TEST_HOME"] = str(home)
    return home


def cluster(home: Path) -> Cluster:
    """Return the PostgreSQL of the tests."""
    sockets = socket_folder(home, "run-pg")
    return Cluster(data=home / "postgres", sockets=sockets, log=home / "pg.log", careless=True)


def start_cluster(cluster: Cluster) -> None:
    """Start PostgreSQL so that it outlives us; the caller holds the lock."""
    if cluster.answers():
        return
    daemon = daemonise(cluster.prepare(), cluster.data.with_name("pg.pid"))
    cluster.wait_ready(daemon.is_running)
    daemon.let_go()
    cluster.ensure_role(may_create_databases=True)


def stop_if_unused(home: Path) -> bool:
    """Stop the tests' PostgreSQL and return True, unless some process still uses it."""
    alone = locks.take(home / "interest.lock")
    if alone is None:
        return False
    with alone:
        end_daemon(home / "pg.pid")
    return True
