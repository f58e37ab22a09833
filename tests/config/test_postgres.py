"""A private PostgreSQL starts whatever was left behind."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.supervisor.plan import CannotStart, socket_folder
from config.supervisor.postgres import Cluster
from config.supervisor.processes import Process

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path) -> Cluster:
    var = tmp_path / "a folder with spaces and a name much longer than a socket's path may ever be"
    return Cluster(
        data=var / "postgres",
        sockets=socket_folder(var, "run-pg"),
        log=var / "postgresql.log",
    )


@pytest.fixture
def start(cluster) -> Iterator[Callable[[], Process]]:
    started: list[Process] = []

    def start_it() -> Process:
        process = Process(cluster.prepare())
        started.append(process)
        process.start()
        cluster.wait_ready(process.is_running)
        return process

    yield start_it
    for process in started:
        process.ask_to_stop()
        process.wait_stopped()


def words(cluster: Cluster) -> list[str]:
    with psycopg.connect(cluster.url("barnamak")) as session:
        return [row[0] for row in session.execute("select word from kept order by word")]


def test_it_survives_a_kill_and_a_strangers_process_id(cluster, start):
    first = start()
    cluster.ensure_role(may_create_databases=False)
    cluster.ensure_database("barnamak")
    with psycopg.connect(cluster.url("barnamak")) as session:
        session.execute("create table kept (word text)")
        session.execute("insert into kept values ('برنامک')")
    assert first.popen is not None
    first.popen.kill()
    first.wait_stopped()
    # The process id of the killed server belongs to another program by now.
    locks = (cluster.data / "postmaster.pid", cluster.sockets / ".s.PGSQL.5432.lock")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        for lock in locks:
            lines = lock.read_text().splitlines(keepends=True)
            lock.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))

        start()

        assert words(cluster) == ["برنامک"]
        assert stranger.poll() is None
        stranger.kill()


def test_letters_beyond_ascii_are_letters(cluster, start):
    start()

    with psycopg.connect(cluster.url("postgres", "postgres")) as session:
        session.execute("create extension pg_trgm")
        row = session.execute(
            "select datctype, similarity('کتابخانه', 'کتاب خانه') > 0.3 from pg_database "
            "where datname = current_database()"
        ).fetchone()

    assert row == ("C.UTF-8", True)


def test_data_of_another_version_is_refused_by_name(cluster):
    cluster.data.mkdir(parents=True)
    (cluster.data / "PG_VERSION").write_text("9\n")

    with pytest.raises(CannotStart, match="was made by PostgreSQL 9"):
        cluster.prepare()


def test_an_interrupted_first_start_leaves_nothing_in_the_way(cluster, start):
    half = cluster.data.with_name(f"{cluster.data.name}.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    start()

    assert cluster.answers()
    assert not half.exists()


def test_a_long_path_still_has_a_short_socket():
    folder = socket_folder(Path("/srv") / ("x" * 200))

    assert len(str(folder)) < 80
    assert folder != socket_folder(Path("/srv") / ("y" * 200))
