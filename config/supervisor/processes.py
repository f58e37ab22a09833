"""Programs that live exactly as long as the supervisor.

Each has a session of its own (Ctrl-C reaches the supervisor alone, which stops them in order), a
log file, and on Linux a note to the kernel to end it when the supervisor is killed. Who was started
is written down with the moment of its start, so that the next supervisor can clear away what is
left without ever touching a stranger that got the same process id.
"""

import contextlib
import ctypes
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1  # prctl(2)
LOG_BYTES_MAX = 4 << 20  # a log longer than this is set aside when its process starts
BACK_OFF_FIRST_S = 0.5
BACK_OFF_MAX_S = 30.0
STEADY_AFTER_S = 60.0  # a process that lived so long starts its back-off from the beginning
TAIL_LINES = 15
GONE_WITHIN_S = 5.0  # after SIGKILL

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """How one process is started and stopped."""

    name: str
    command: list[str]
    env: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    patience_s: float = 5.0
    # Sent when the first signal was not enough, before the kernel is asked to end it.
    second_signal: signal.Signals = signal.SIGKILL
    cwd: Path = Path("/")
    # subprocess.Popen's user, group and extra_groups: another user to run as.
    identity: Mapping[str, Any] = field(default_factory=dict)
    # Runs in the new process before the program: enters a user namespace, for example.
    enter: Callable[[], None] | None = None
    before: Callable[[], None] | None = None
    # It is to go on when whoever started it ends.
    outlives: bool = False


class Process:
    """A program and its present life."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.popen: subprocess.Popen[bytes] | None = None
        self.began = 0.0
        self.back_off_s = BACK_OFF_FIRST_S
        self.restart_at: float | None = None
        self.crashes = 0

    def start(self) -> None:
        """Start the program with its log as output."""
        program = self.program
        if program.before:
            program.before()
        program.log.parent.mkdir(parents=True, exist_ok=True)
        if program.log.exists() and program.log.stat().st_size > LOG_BYTES_MAX:
            program.log.replace(program.log.with_suffix(".1.log"))
        with program.log.open("ab") as log:
            self.popen = subprocess.Popen(
                program.command,
                env=dict(program.env),
                cwd=program.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_leash(program),  # noqa: PLW1509  # the supervisor has one thread
                **program.identity,
            )
        self.began, self.restart_at = time.monotonic(), None

    @property
    def pid(self) -> int | None:
        """Process id of the present life."""
        return self.popen.pid if self.popen else None

    def is_running(self) -> bool:
        """Return whether it has been started and has not ended."""
        return self.popen is not None and self.popen.poll() is None

    def crashed(self) -> str | None:
        """Notice an end nobody asked for: plan the next start, and return what to tell."""
        if self.popen is None or self.restart_at is not None or self.is_running():
            return None
        signal_group(self.popen.pid, signal.SIGKILL)  # workers that outlived their parent
        now = time.monotonic()
        if now - self.began > STEADY_AFTER_S:
            self.back_off_s, self.crashes = BACK_OFF_FIRST_S, 0
        self.crashes += 1
        self.restart_at = now + self.back_off_s
        told = (
            f"{self.program.name} ended ({_ending(self.popen.returncode)}), "
            f"next start in {self.back_off_s:g} s. Last lines of {self.program.log}:\n"
            f"{tail(self.program.log)}"
        )
        self.back_off_s = min(self.back_off_s * 2, BACK_OFF_MAX_S)
        return told

    def restart_when_due(self) -> bool:
        """Start again if its time has come; return whether it was started."""
        if self.restart_at is None or time.monotonic() < self.restart_at:
            return False
        self.start()
        return True

    def ask_to_stop(self) -> None:
        """Send the first signal; `wait_stopped` sees it through."""
        if self.is_running() and self.popen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.popen.pid, self.program.stop_signal)

    def wait_stopped(self) -> None:
        """Wait for the end, insisting more and more; its whole group is gone afterwards."""
        if self.popen is None:
            return
        for insist in (self.program.second_signal, signal.SIGKILL):
            try:
                self.popen.wait(self.program.patience_s)
                break
            except subprocess.TimeoutExpired:
                signal_group(self.popen.pid, insist)
        self.popen.wait()
        signal_group(self.popen.pid, signal.SIGKILL)
        self.popen = None

    def let_go(self) -> None:
        """Forget a program that is to outlive us."""
        if self.popen:
            self.popen.poll()
            self.popen.returncode = self.popen.returncode or 0  # nobody will wait for it
            self.popen = None


def stop_all(processes: Iterable[Process]) -> None:
    """Stop processes that do not need each other, all at once."""
    asked = [process for process in processes if process.popen]
    for process in asked:
        process.ask_to_stop()
    for process in asked:
        process.wait_stopped()


def write_down(path: Path, processes: Iterable[Process]) -> None:
    """Keep who runs, what, and since when, for the next supervisor."""
    living = [
        {
            "name": one.program.name,
            "pid": one.pid,
            "started": started_at(one.pid),
            "runs": runs(one.pid),
            "boot": boot(),
        }
        for one in processes
        if one.pid and one.is_running()
    ]
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(living, indent=1))
    fresh.replace(path)


def clear_left_over(path: Path, *, patience_s: float = 8.0) -> list[str]:
    """End what a killed supervisor left running; return the names of those that were ended.

    A written-down process id counts only if that process began at the written-down moment, and the
    workers of one that is gone only if they are of its session and run its program.
    """
    written = _written_down(path)
    ours = [
        (str(entry["name"]), int(str(entry["pid"])))
        for entry in written
        if is_same(int(str(entry["pid"])), str(entry["started"]))
    ]
    for name, pid in ours:
        first = signal.SIGINT if name == "postgresql" else signal.SIGTERM
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, first)
    deadline = time.monotonic() + patience_s
    for _, pid in ours:
        while started_at(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        signal_group(pid, signal.SIGKILL)
    orphaned = [str(entry["name"]) for entry in written if _end_orphans(entry)]
    path.unlink(missing_ok=True)
    return list(dict.fromkeys([*(name for name, _ in ours), *orphaned]))


def _end_orphans(entry: Mapping[str, object]) -> bool:
    """End the workers a killed process left, who may hold its port; return whether there were any.

    Its number is nobody else's session while one of them lives.
    """
    leader, program = int(str(entry["pid"])), entry.get("runs")
    if not program or entry.get("boot") != boot() or started_at(leader):
        return False
    orphans = [pid for pid in _session(leader) if runs(pid) == program]
    for pid in orphans:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + GONE_WITHIN_S
    while any(started_at(pid) for pid in orphans) and time.monotonic() < deadline:
        time.sleep(0.01)  # what it listened on is free only when it is gone
    return bool(orphans)


def _session(leader: int) -> list[int]:
    """Return the living processes of a session, where the kernel tells (proc(5))."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state not in "ZX":
                found.append(int(folder.name))
    return found


def runs(pid: int | None) -> str | None:
    """Return the file a process runs, where the kernel tells."""
    with contextlib.suppress(OSError):
        return str(Path(f"/proc/{pid}/exe").readlink())
    return None


def boot() -> str | None:
    """Return a mark of this start of the machine: process ids of another one mean nothing."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return None


def daemonise(program: Program, pid_file: Path) -> Process:
    """Start a program that outlives us, and write down who it is."""
    process = Process(dataclasses.replace(program, outlives=True))
    process.start()
    write_down(pid_file, [process])
    return process


def end_daemon(pid_file: Path) -> None:
    """End a program `daemonise` started, if it still runs."""
    clear_left_over(pid_file, patience_s=20.0)


def _written_down(path: Path) -> list[dict[str, object]]:
    try:
        entries = json.loads(path.read_text())
    except (OSError, ValueError):  # never written, or cut short by a power failure
        return []
    return [entry for entry in entries if {"name", "pid", "started"} <= entry.keys()]


def started_at(pid: int | None) -> str | None:
    """Return a mark of the moment a process began; None if it does not run (any more)."""
    if pid is None:
        return None
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        if Path("/proc/self/stat").exists():
            return None
        shown = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return shown.stdout.strip() or None
    state, began = after_name[0], after_name[19]  # proc(5): fields 3 and 22 of the line
    return None if state in "ZX" else began


def is_same(pid: int, started: str) -> bool:
    """Return whether a process id still means the process that was written down."""
    return pid > 1 and started_at(pid) == started


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signal every member of the group a started process leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log, indented."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel, from within a new process, for a signal when its parent ends."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def _leash(program: Program) -> Callable[[], None]:
    def in_the_new_process() -> None:
        if program.enter:
            program.enter()
        if not program.outlives:
            # After any change of user: such a change takes the note back.
            die_with_parent(program.stop_signal)

    return in_the_new_process


def _ending(returncode: int) -> str:
    if returncode >= 0:
        return f"exit status {returncode}"
    return signal.Signals(-returncode).name
