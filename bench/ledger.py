"""The ledger against pgbench: a minimal function, TPC-B, and django-hordak, on one PostgreSQL.

Transfers per second, committed and on disk. Ours run in one Python process a core with four
connections each, as the host does; pgbench has as many connections.
"""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from bench import load
from config.supervisor.postgres import Cluster, programs_folder
from config.supervisor.preparation import manage
from config.supervisor.processes import Process

PROCESSES = os.cpu_count() or 1
CONNECTIONS = 4 * PROCESSES
ACCOUNTS = 100_000
SECONDS = 4
ROUNDS = 3
SCALE = 20
SCHEMA = Path(__file__).with_name("ledger.sql")
TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
MINIMAL = {
    "random": "\\set a random(1, {n})\n\\set b random(1, {n})\n",
    "hot": "\\set a random(2, {n})\n\\set b 1\n",
}
CALL = "select bench_transfer(:a, :b, 1, gen_random_uuid()) where :a <> :b;\n"


def measure() -> None:
    """Make a cluster of its own and measure in it."""
    with tempfile.TemporaryDirectory(prefix="barnamak-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with _running(folder) as cluster:
            _prepare(cluster, folder)
            _transfers(cluster, folder)


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[Cluster]:
    """Run a careful PostgreSQL: fsync and synchronous_commit as in production."""
    cluster = Cluster(data=folder / "pg", sockets=folder / "run", log=folder / "pg.log")
    process = Process(cluster.prepare())
    process.start()
    try:
        cluster.wait_ready(process.is_running)
        cluster.ensure_role(may_create_databases=False)
        for database in ("barnamak", "minimal", "hordak"):
            cluster.ensure_database(database)
        yield cluster
    finally:
        process.ask_to_stop()
        process.wait_stopped()


def _prepare(cluster: Cluster, folder: Path) -> None:
    done = manage(_environment(cluster, folder), "migrate", "-v", "0")
    if done.returncode:
        raise RuntimeError(done.stdout)
    with psycopg.connect(cluster.url("minimal"), autocommit=True) as session:
        session.execute(SCHEMA.read_bytes())
        session.execute(
            "insert into bench_account (id, balance)"
            " select g, 1000000000 from generate_series(1, %s) g",
            [ACCOUNTS],
        )
        session.execute("vacuum analyze")
    _pgbench(cluster, "-i", "-q", "-s", str(SCALE))
    print(_ours(cluster, folder, "prepare").strip(), flush=True)


def _transfers(cluster: Cluster, folder: Path) -> None:
    scripts = {}
    for name, head in MINIMAL.items():
        scripts[name] = folder / f"{name}.sql"
        scripts[name].write_text(head.format(n=ACCOUNTS) + CALL)

    def minimal(name: str) -> float:
        return _pgbench(cluster, *_load(), "-n", "-f", str(scripts[name]))

    def ours(*arguments: str) -> float:
        return float(_ours(cluster, folder, *arguments))

    results = load.interleaved(
        {
            "a": lambda: minimal("random"),
            "a, hot": lambda: minimal("hot"),
            "b": lambda: _pgbench(cluster, *_load(), "-n"),
            "random": lambda: ours("random", "1"),
            "hot": lambda: ours("hot", "1"),
            "batch": lambda: ours("random", "100"),
            "batch, hot": lambda: ours("hot", "100"),
        },
        rounds=ROUNDS,
    )
    for ours_, base, words in (
        ("random", "a", "random accounts / minimal function by pgbench (aim 0.6)"),
        ("batch", "a", "random accounts, batch 100 / the same, a transfer (aim 3)"),
        ("hot", "random", "one hot account in slots / random accounts (aim 0.8)"),
        ("batch, hot", "batch", "the same, batch 100"),
        ("random", "b", "random accounts / TPC-B by pgbench"),
        ("a", "b", "minimal function / TPC-B"),
        ("a, hot", "a", "minimal function, hot account / random accounts"),
    ):
        print(f"  {words}: {load.ratio(results[ours_], results[base])}", flush=True)


def _load() -> tuple[str, ...]:
    return ("-c", str(CONNECTIONS), "-j", str(PROCESSES), "-T", str(SECONDS))


def _pgbench(cluster: Cluster, *arguments: str) -> float:
    """Run pgbench and return its transactions per second; 0 for one that only prepares."""
    done = subprocess.run(
        [
            str(programs_folder() / "pgbench"),
            *("-h", str(cluster.sockets), "-U", "barnamak", *arguments, "minimal"),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    found = TPS.search(done.stdout)
    return float(found[1]) if found else 0.0


def _ours(cluster: Cluster, folder: Path, *arguments: str) -> str:
    """Run bench._transfers in one process a core; return the sum, or what the first one says."""
    count = 1 if arguments[0] == "prepare" else PROCESSES
    command = [sys.executable, "-m", "bench._transfers", *arguments]
    begin_at = str(time.time() + 2.5)
    started = [
        subprocess.Popen(
            [*command, begin_at, str(SECONDS), str(ACCOUNTS)],
            env=_environment(cluster, folder),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    said = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise RuntimeError("a process of the benchmark failed")
    return said[0] if count == 1 else str(sum(float(words) for words in said))


def _environment(cluster: Cluster, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": cluster.url("barnamak"),
        "BARNAMAK_VAR": str(folder / "var"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
