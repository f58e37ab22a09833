"""What is left of a killed supervisor is cleared away, and nothing else."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.supervisor import processes
from config.supervisor.processes import Process, Program, clear_left_over, started_at, write_down

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def stranger() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(SLEEPER, start_new_session=True) as popen:
        yield popen
        popen.kill()


def program(tmp_path: Path, code: str, **more: object) -> Program:
    return Program(
        name="one",
        command=[sys.executable, "-c", code],
        env=os.environ,
        log=tmp_path / "one.log",
        patience_s=0.5,
        **more,
    )


def wait_until(is_true, within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_that_was_written_down_is_ended(tmp_path, stranger):
    ledger = tmp_path / "processes.json"
    entry = {"name": "host", "pid": stranger.pid, "started": started_at(stranger.pid)}
    ledger.write_text(json.dumps([entry]))

    assert clear_left_over(ledger) == ["host"]

    assert stranger.wait(5) == -signal.SIGTERM
    assert not ledger.exists()


FORKS = "import os, time; child = os.fork(); child and print(child, flush=True); time.sleep(600)"


def test_the_workers_of_a_process_that_was_killed_too_are_ended(tmp_path):
    ledger = tmp_path / "processes.json"
    killed = Process(program(tmp_path, FORKS))
    killed.start()
    write_down(ledger, [killed])
    wait_until(lambda: (tmp_path / "one.log").read_text().strip())
    worker = int((tmp_path / "one.log").read_text())
    os.kill(killed.popen.pid, signal.SIGKILL)
    killed.popen.wait(30)
    assert started_at(worker)

    assert clear_left_over(ledger) == ["one"]

    wait_until(lambda: started_at(worker) is None)


@pytest.mark.parametrize(
    "other", [{"boot": "another"}, {"runs": "/usr/bin/another"}, {"runs": None}]
)
def test_a_stranger_s_workers_are_left_alone(tmp_path, other):
    ledger = tmp_path / "processes.json"
    killed = Process(program(tmp_path, FORKS))
    killed.start()
    write_down(ledger, [killed])
    wait_until(lambda: (tmp_path / "one.log").read_text().strip())
    worker = int((tmp_path / "one.log").read_text())
    os.kill(killed.popen.pid, signal.SIGKILL)
    killed.popen.wait(30)
    ledger.write_text(json.dumps([json.loads(ledger.read_text())[0] | other]))

    assert clear_left_over(ledger) == []

    assert started_at(worker)
    os.kill(worker, signal.SIGKILL)


def test_a_stranger_with_a_written_down_process_id_is_left_alone(tmp_path, stranger):
    ledger = tmp_path / "processes.json"
    ledger.write_text(json.dumps([{"name": "host", "pid": stranger.pid, "started": "1"}]))

    assert clear_left_over(ledger) == []

    assert stranger.poll() is None


def test_a_ledger_cut_short_is_no_obstacle(tmp_path):
    ledger = tmp_path / "processes.json"
    ledger.write_text('[{"name": "ho')

    assert clear_left_over(ledger) == []


def test_a_process_that_ignores_its_signal_is_ended_with_its_children(tmp_path):
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"child = subprocess.Popen({SLEEPER!r}); print(child.pid, flush=True); time.sleep(600)"
    )
    process = Process(program(tmp_path, stubborn))
    process.start()
    wait_until(lambda: (tmp_path / "one.log").read_text().strip())
    child = int((tmp_path / "one.log").read_text())

    process.ask_to_stop()
    process.wait_stopped()

    assert process.pid is None
    wait_until(lambda: started_at(child) is None)


def test_a_crash_is_told_with_the_last_lines_and_started_again_later(tmp_path):
    process = Process(program(tmp_path, "print('no disk left'); raise SystemExit(3)"))
    process.start()
    wait_until(lambda: not process.is_running())

    told = process.crashed()

    assert told is not None
    assert "one ended (exit status 3)" in told
    assert "no disk left" in told
    assert process.crashed() is None, "one end is told once"
    assert process.restart_when_due() is False
    wait_until(process.restart_when_due)
    process.wait_stopped()


def test_the_pause_between_starts_grows(tmp_path):
    process = Process(program(tmp_path, "raise SystemExit(1)"))
    pauses = []
    for _ in range(3):
        process.start()
        wait_until(lambda: not process.is_running())
        pauses.append(process.back_off_s)
        process.crashed()

    assert pauses == [0.5, 1.0, 2.0]
    process.wait_stopped()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_process_ends_when_its_parent_is_killed(tmp_path):
    ledger = tmp_path / "processes.json"
    parent = (
        "import os, sys, time; from pathlib import Path; "
        "from config.supervisor.processes import Process, Program, write_down; "
        f"p = Process(Program(name='x', command={SLEEPER!r}, env=os.environ, "
        f"log=Path({str(tmp_path / 'x.log')!r}))); p.start(); "
        f"write_down(Path({str(ledger)!r}), [p]); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", parent]) as popen:
        wait_until(ledger.exists)
        (entry,) = json.loads(ledger.read_text())
        assert started_at(entry["pid"]) == entry["started"]

        popen.kill()

        wait_until(lambda: started_at(entry["pid"]) is None)


def test_a_long_log_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "LOG_BYTES_MAX", 10)
    (tmp_path / "one.log").write_text("x" * 11)
    process = Process(program(tmp_path, "print('new')"))

    process.start()
    wait_until(lambda: not process.is_running())
    process.wait_stopped()

    assert (tmp_path / "one.1.log").read_text() == "x" * 11
    assert (tmp_path / "one.log").read_text() == "new\n"


def test_only_living_processes_are_written_down(tmp_path):
    process = Process(program(tmp_path, "pass"))
    process.start()
    wait_until(lambda: not process.is_running())

    write_down(tmp_path / "processes.json", [process])

    assert json.loads((tmp_path / "processes.json").read_text()) == []
    process.wait_stopped()
