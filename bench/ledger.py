"""The ledger against pgbench: a minimal function, TPC-B, and django-hordak, on one PostgreSQL.

Transfers per second, committed and on disk. Ours run in one Python process a core, as the host
does; pgbench has as many connections. Processor time is that of PostgreSQL and of the client
together: what else the machine does changes it less than it changes a rate.
"""

import contextlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg

from bench import load
from config.supervisor.postgres import ROLE, SUPERUSER, Cluster, programs_folder
from config.supervisor.preparation import manage
from config.supervisor.processes import Process

PROCESSES = os.cpu_count() or 1
THREADS = 4  # connections of each process, as many as a host worker has threads
ACCOUNTS = 100_000
SECONDS = 2  # whole ones, as pgbench counts
ROUNDS = 6
SCALE = 20
HISTORY = {"short": 10_000, "long": 5_000_000}  # transfers
HISTORY_ACCOUNTS = 100
READING_S = 0.5
HERE = Path(__file__).parent
TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
MINIMAL = {
    "random": "\\set a random(1, {n})\n\\set b random(1, {n})\n",
    "hot": "\\set a random(2, {n})\n\\set b 1\n",
}
CALL = "select bench_transfer(:a, :b, 1, gen_random_uuid()) where :a <> :b;\n"
RATIOS = (
    ("random", "minimal", "random accounts / minimal function by pgbench (aim 0.6)"),
    ("batch", "minimal", "random accounts, batch 100 / the same, a transfer (aim 3)"),
    ("hot", "random", "one hot account in slots / random accounts (aim 0.8)"),
    ("random", "hordak", "random accounts / django-hordak (aim 5)"),
    ("batch-hot", "batch", "one hot account / random accounts, batch 100"),
    ("random", "tpcb", "random accounts / TPC-B by pgbench"),
    ("minimal", "tpcb", "minimal function / TPC-B"),
    ("minimal-hot", "minimal", "minimal function, hot account / random accounts"),
)
COSTS = (
    ("minimal", "random", "minimal function by pgbench / random accounts (aim 0.6)"),
    ("minimal", "batch", "minimal function by pgbench / batch 100, a transfer (aim 3)"),
    ("hordak", "random", "django-hordak / random accounts (aim 5)"),
)


def measure() -> None:
    """Make a cluster of its own and measure in it."""
    with tempfile.TemporaryDirectory(prefix="barnamak-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with _running(folder) as (cluster, pid):
            _prepare(cluster, folder)
            _transfers(cluster, folder, pid)
            _histories(cluster, folder)


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[tuple[Cluster, int]]:
    """Run a careful PostgreSQL: fsync and synchronous_commit as in production."""
    cluster = Cluster(data=folder / "pg", sockets=folder / "run", log=folder / "pg.log")
    process = Process(cluster.prepare())
    process.start()
    assert process.pid is not None
    try:
        cluster.wait_ready(process.is_running)
        cluster.ensure_role(may_create_databases=False)
        for database in ("barnamak", "minimal", "hordak"):
            cluster.ensure_database(database)
        # As for any busy ledger: not a checkpoint, and every page whole in the log, twice a minute.
        with psycopg.connect(cluster.url("postgres", SUPERUSER), autocommit=True) as session:
            session.execute("alter system set max_wal_size = '8GB'")
            session.execute("select pg_reload_conf()")
        yield cluster, process.pid
    finally:
        process.ask_to_stop()
        process.wait_stopped()


def _prepare(cluster: Cluster, folder: Path) -> None:
    done = manage(_environment(cluster, folder), "migrate", "-v", "0")
    if done.returncode:
        raise RuntimeError(done.stdout)
    with psycopg.connect(cluster.url("postgres", SUPERUSER), autocommit=True) as session:
        for name in HISTORY:
            session.execute(f"create database {name} owner {ROLE} template barnamak")
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v", "0"],
        env=_environment(cluster, folder, "hordak"),
        check=True,
    )
    with psycopg.connect(cluster.url("minimal"), autocommit=True) as session:
        session.execute((HERE / "ledger.sql").read_bytes())
        session.execute(
            "insert into bench_account (id, balance)"
            " select g, 1000000000 from generate_series(1, %s) g",
            [ACCOUNTS],
        )
        session.execute("vacuum analyze")
    _pgbench(cluster, "-i", "-q", "-s", str(SCALE))


class Workers:
    """Processes of bench._transfers on one database; they wait between two measurements."""

    def __init__(self, cluster: Cluster, folder: Path, database: str, count: int) -> None:
        self.running = [
            subprocess.Popen(
                [sys.executable, "-m", "bench._transfers"],
                env=_environment(cluster, folder, database),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(count)
        ]

    def ask(
        self, what: str, threads: int = THREADS, seconds: float = SECONDS
    ) -> tuple[float, float]:
        """Let all do it; return how often in a second, and their processor seconds for one."""
        for process in self.running:
            assert process.stdin is not None
            process.stdin.write(f"{what} {threads} {seconds}\n")
            process.stdin.flush()
        answers = []
        for process in self.running:
            assert process.stdout is not None
            answers.append(json.loads(process.stdout.readline() or "null"))
        if None in answers:
            raise RuntimeError(f"a process of the benchmark failed at {what}")
        rate = sum(answer[0] for answer in answers)
        return rate, sum(answer[0] * answer[1] for answer in answers) / rate

    def stop(self) -> None:
        """Close their input and wait for their end."""
        for process in self.running:
            process.communicate()


def _transfers(cluster: Cluster, folder: Path, postgres: int) -> None:
    first = Workers(cluster, folder, "barnamak", 1)
    first.ask("prepare", 1, 0)
    first.stop()
    scripts = {}
    for name, head in MINIMAL.items():
        scripts[name] = folder / f"{name}.sql"
        scripts[name].write_text(head.format(n=ACCOUNTS) + CALL)
    ours = Workers(cluster, folder, "barnamak", PROCESSES)
    hordak = Workers(cluster, folder, "hordak", PROCESSES)
    hordak.ask("hordak", 1, 0)  # it makes its accounts
    costs: dict[str, list[float]] = {}

    def counted(name: str, *arguments: str) -> float:
        """Measure by pgbench where there are arguments for it, else by our processes."""
        before = load.processor_s([postgres])
        if arguments:
            rate, cost = _pgbench(cluster, *_load(), "-n", *arguments)
        else:
            workers = hordak if name == "hordak" else ours
            # A batch locks too many accounts to share a process with another one.
            rate, cost = workers.ask(name, 1 if name.startswith("batch") else THREADS)
        cost += (load.processor_s([postgres]) - before) / (rate * SECONDS)
        costs.setdefault(name, []).append(cost)
        return rate

    results = load.interleaved(
        {
            "minimal": lambda: counted("minimal", "-f", str(scripts["random"])),
            "random": lambda: counted("random"),
            "hot": lambda: counted("hot"),
            "batch": lambda: counted("batch"),
            "batch-hot": lambda: counted("batch-hot"),
            "hordak": lambda: counted("hordak"),
            "minimal-hot": lambda: counted("minimal-hot", "-f", str(scripts["hot"])),
            "tpcb": lambda: counted("tpcb", "-b", "tpcb-like"),
        },
        rounds=ROUNDS,
    )
    ours.stop()
    hordak.stop()
    print("  transfers per second:")
    for one, base, words in RATIOS:
        print(f"    {words}: {load.ratio(results[one], results[base])}", flush=True)
    print("  processor time of one transfer, PostgreSQL and client:")
    for one, base, words in COSTS:
        print(f"    {words}: {load.ratio(costs[one][1:], costs[base][1:])}", flush=True)


def _histories(cluster: Cluster, folder: Path) -> None:
    """Compare what is read of a short history with the same of a long one."""
    template = (HERE / "ledger_history.sql").read_text()
    workers = {}
    for name, transfers in HISTORY.items():
        rounds = transfers // HISTORY_ACCOUNTS
        with psycopg.connect(cluster.url(name, SUPERUSER), autocommit=True) as session:
            session.execute(template.format(rounds=rounds, accounts=HISTORY_ACCOUNTS))
        workers[name] = Workers(cluster, folder, name, 1)
    print("  time for one, with 5 million transfers / with 10 thousand (aim below 1.5):")
    for what, words in (
        ("balance", "a balance"),
        ("newest", "the newest page of a statement"),
        ("deep", "a page from anywhere in it"),
    ):
        results = load.interleaved(
            {name: partial(_rate, one, what) for name, one in workers.items()},
            rounds=ROUNDS,
        )
        print(f"    {words}: {load.ratio(results['short'], results['long'])}", flush=True)
    for one in workers.values():
        one.stop()


def _rate(workers: Workers, what: str) -> float:
    return workers.ask(what, 1, READING_S)[0]


def _load() -> tuple[str, ...]:
    return ("-c", str(THREADS * PROCESSES), "-j", str(PROCESSES), "-T", str(SECONDS))


def _pgbench(cluster: Cluster, *arguments: str) -> tuple[float, float]:
    """Run pgbench; return its transactions per second and its processor seconds for one."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [
            str(programs_folder() / "pgbench"),
            *("-h", str(cluster.sockets), "-U", ROLE, *arguments, "minimal"),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = TPS.search(done.stdout)
    rate = float(found[1]) if found else 0.0  # one that only prepares
    return rate, used / (rate * SECONDS) if rate else 0.0


def _environment(cluster: Cluster, folder: Path, database: str = "barnamak") -> dict[str, str]:
    settings = "bench._hordak" if database == "hordak" else "config.settings"
    return {
        **os.environ,
        "DATABASE_URL": cluster.url(database),
        "BARNAMAK_VAR": str(folder / "var"),
        "DJANGO_SETTINGS_MODULE": settings,
    }
