"""What tests stand on: one careless PostgreSQL for all of them, a Valkey for each process.

Several people, and several workers of one run, may test in one checkout at once. They share the
PostgreSQL, each in a database of its own; the last one out stops it. A Valkey is shared by nobody,
because publish and subscribe know no databases.
"""

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from config.supervisor import locks, ports
from config.supervisor.plan import ROOT, Plan, folder, make_private, python, socket_folder
from config.supervisor.postgres import Cluster
from config.supervisor.preparation import manage
from config.supervisor.processes import Process, daemonise, die_with_parent, end_daemon
from config.supervisor.valkey import Valkey

# Of our own variables, those that tests themselves are steered with.
KEPT = "BARNAMAK_TEST_"
READY_WITHIN_S = 150.0  # a first start, on a machine that does other things as well
STOP_WITHIN_S = 60.0


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


@dataclass
class Product:
    """A running product of a test's own."""

    plan: Plan
    popen: subprocess.Popen[str]

    @property
    def origin(self) -> str:
        """The host's address."""
        return self.plan.origin

    @property
    def environment(self) -> dict[str, str]:
        """What a `manage.py` command of this product is started with."""
        state = self.state()
        return self.plan.environment(
            database_url=str(state["database_url"]), redis_url=str(state["redis_url"])
        )

    def state(self) -> dict[str, object]:
        """Return what the supervisor has written down about itself."""
        state: dict[str, object] = json.loads((self.plan.var / "supervisor.json").read_text())
        return state

    def pid(self, name: str) -> int:
        """Return the process id of one of its processes; KeyError if it does not run."""
        written = json.loads((self.plan.var / "processes.json").read_text())
        return {str(entry["name"]): int(entry["pid"]) for entry in written}[name]

    def manage(self, *command: str) -> str:
        """Run a management command in it and return what it printed; raise if it failed."""
        done = manage(self.environment, *command)
        if done.returncode:
            raise RuntimeError(done.stdout)
        return done.stdout

    def restart(self, name: str, *, within_s: float = 30.0) -> None:
        """End one process as a crash would and wait until the supervisor has started it again."""
        gone = self.pid(name)
        os.kill(gone, signal.SIGTERM)
        self.wait_until(lambda: self.pid(name) != gone, within_s=within_s)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop the product as a person would, and return the supervisor's exit status."""
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        return self.popen.wait(STOP_WITHIN_S)

    def wait_until(self, is_true: Callable[[], bool], *, within_s: float) -> None:
        """Look again and again; raise TimeoutError with the supervisor's output in the end."""
        deadline = time.monotonic() + within_s
        while not is_true():
            if time.monotonic() > deadline:
                raise TimeoutError(self.output())
            time.sleep(0.05)

    def output(self) -> str:
        """Return what the supervisor has printed so far."""
        return (self.plan.var / "terminal.log").read_text()


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without anything that configures a product."""
    ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    return {
        key: text
        for key, text in environ.items()
        if not key.startswith("BARNAMAK_") and key not in ours
    }


@contextlib.contextmanager
def run_product(
    var: Path,
    *,
    port: int = 0,
    extra: Mapping[str, str] | None = None,
    root: Path = ROOT,
    identity: Mapping[str, Any] | None = None,
) -> Iterator[Product]:
    """Run the product as `make run` does, in a folder of its own, on a free port or `port`.

    `extra` is laid over the environment (BARNAMAK_DEMO=0, for example), `root` is the project to
    run, `identity` is who runs it (subprocess's user, group, extra_groups). Raises TimeoutError or
    RuntimeError, with what the supervisor printed, if it does not get ready.
    """
    env = {
        **clean_environment(os.environ),
        "PYTHONPATH": str(root),
        "BARNAMAK_VAR": str(var),
        "BARNAMAK_PORT": str(port or ports.free_port()),
        **(extra or {}),
    }
    var.mkdir(parents=True, exist_ok=True)
    if identity:
        os.chown(var, identity["user"], identity["group"])
    with (var / "terminal.log").open("w") as terminal:
        popen = subprocess.Popen(
            python("-m", "config.supervisor", "run"),
            cwd=root,
            env=env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # no other thread starts programs
            **(identity or {}),
        )
    product = Product(Plan.from_environment(env), popen)

    def is_ready() -> bool:
        if popen.poll() is not None:
            raise RuntimeError(product.output())
        with contextlib.suppress(OSError, ValueError):
            state = product.state()
            # A killed predecessor's note may still lie there.
            return state["pid"] == popen.pid and bool(state["ready"])
        return False

    try:
        product.wait_until(is_ready, within_s=READY_WITHIN_S)
        yield product
    finally:
        product.stop()


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
