"""The two promises of `make run`: nothing it leaves behind breaks the next start, nothing is lost.

The product runs here for real, from a copy of the project in a folder whose name has spaces. Run as
root, that folder is one of root's own (0700), which PostgreSQL's own user cannot enter.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.supervisor import ports, running
from config.supervisor.plan import ROOT, Plan
from config.supervisor.processes import started_at
from config.supervisor.testing import Product, clean_environment, run_product

pytestmark = pytest.mark.slow

PARTS = (
    "config",
    "core",
    "identity",
    "messenger",
    "wallet",
    "miniapps",
    "storefront",
    "host",
    "sdk",
    "examples",
)
NAMES = {"postgresql", "valkey", "host", "sockets", "assets", "worker", "beat", "front"}
BARE = {"BARNAMAK_DEMO": "0"}


def copy_project(to: Path) -> Path:
    to.mkdir(parents=True)
    for part in PARTS:
        if (ROOT / part).exists():
            unwanted = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
            shutil.copytree(ROOT / part, to / part, ignore=unwanted)
    (to / "requirements").mkdir()
    for file in ("manage.py", "requirements/base.txt"):
        shutil.copy(ROOT / file, to / file)
    return to


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    return copy_project(tmp_path_factory.mktemp("run") / "a project with spaces")


@pytest.fixture(scope="module")
def var(project) -> Path:
    return project / "var"


def pids(product: Product) -> dict[str, int]:
    return {name: product.pid(name) for name in NAMES}


def wait_until_gone(processes: dict[str, int]) -> None:
    deadline = time.monotonic() + 20
    while alive := {name for name, pid in processes.items() if started_at(pid)}:
        assert time.monotonic() < deadline, f"still running: {alive}"
        time.sleep(0.05)


def test_a_life_of_starts_crashes_and_stops(project, var):
    """One story in one data folder, because every first start takes many seconds."""
    began = time.monotonic()
    with run_product(var, extra=BARE, root=project) as product:
        first_start_s = time.monotonic() - began
        started = pids(product)
        assert set(started) == NAMES
        keep_a_word(product)
        assert_second_supervisor_is_refused(product, project)
        assert_a_crashed_process_comes_back(product)
        started = pids(product)
        # The supervisor and all it started; what those started is left, and holds the port. It is
        # held still first: at its end the kernel asks its processes to stop, and they stop theirs.
        os.kill(product.popen.pid, signal.SIGSTOP)
        for pid in (*started.values(), product.popen.pid):
            os.kill(pid, signal.SIGKILL)
        product.popen.wait(30)
        wait_until_gone(started)

    began = time.monotonic()
    with run_product(var, port=product.plan.port, extra=BARE, root=project) as again:
        assert time.monotonic() - began < first_start_s
        assert kept_words(again) == ["برنامک"]
        assert "Cleared away what a killed start had left: " in again.output()
        assert "Collecting static files" not in again.output()
        assert "Bringing the database up to date" not in again.output()
        assert again.manage("migrate", "--check") == ""
        started = pids(again)
        assert again.stop(signal.SIGINT) == 0

    wait_until_gone(started)
    assert "Traceback" not in again.output()
    assert again.output().rstrip().endswith("Stopped. Data and logs are kept.")
    with socket.create_server(("127.0.0.1", again.plan.port)):
        pass  # the port is free again


def keep_a_word(product: Product) -> None:
    with psycopg.connect(str(product.state()["database_url"])) as session:
        session.execute("create table kept_word (word text)")
        session.execute("insert into kept_word values ('برنامک')")


def kept_words(product: Product) -> list[str]:
    with psycopg.connect(str(product.state()["database_url"])) as session:
        return [row[0] for row in session.execute("select word from kept_word")]


def assert_second_supervisor_is_refused(product: Product, project: Path) -> None:
    refused = supervisor(project, product.plan, port=ports.free_port())

    assert refused.returncode == 1
    assert "already runs" in refused.stderr
    assert product.origin in refused.stderr
    assert "Traceback" not in refused.stderr


def assert_a_crashed_process_comes_back(product: Product) -> None:
    product.restart("assets")
    product.wait_until(
        lambda: "assets was started again" in product.output(),
        within_s=60,
    )


def supervisor(
    project: Path, plan: Plan, *, port: int, **more: object
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "config.supervisor", "run"],
        cwd=project,
        env={
            **clean_environment(os.environ),
            "PYTHONPATH": str(project),
            "BARNAMAK_VAR": str(plan.var),
            "BARNAMAK_PORT": str(port),
            **BARE,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **more,
    )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_stop_is_heard_even_where_the_interpreter_swallows_it():
    class Finaliser:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

    def be_asked_to_stop() -> None:
        with running._stoppable():
            Finaliser()
            time.sleep(30)

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(running.StopAsked):
        be_asked_to_stop()

    assert signal.getsignal(signal.SIGTERM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_taken_port_costs_one_sentence(tmp_path):
    plan = Plan.from_environment({"BARNAMAK_VAR": str(tmp_path / "var")})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        refused = supervisor(ROOT, plan, port=port)

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {port} is taken by ")
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "var" / "postgres").exists(), "nothing was begun"


@pytest.fixture
def ordinary_user() -> Iterator[tuple[pwd.struct_passwd, Path]]:
    """A user who is neither root nor PostgreSQL's disguise, and a folder of his own."""
    if os.geteuid() != 0:
        pytest.skip("these tests run as an ordinary user already")
    if not reachable_by_others(Path(sys.executable)):
        pytest.skip("the virtual environment lies in a folder that only root may enter")
    user = pwd.getpwnam("daemon")
    home = Path(tempfile.mkdtemp(prefix="ordinary user "))
    home.chmod(0o755)
    project = copy_project(home / "project")
    for path in (home, project, *project.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    yield user, project
    shutil.rmtree(home)


def reachable_by_others(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def test_an_ordinary_user_runs_it_too(ordinary_user):
    user, project = ordinary_user
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    home = {"HOME": str(project.parent), "USER": user.pw_name}

    var = project / "var"
    with run_product(var, extra={**BARE, **home}, root=project, identity=who) as product:
        started = pids(product)
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in started.values()}
        assert owners == {user.pw_uid}
        assert product.stop(signal.SIGTERM) == 0

    wait_until_gone(started)
