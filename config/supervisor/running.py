"""`make run`: from nothing to the product at one address, and back."""

import contextlib
import dataclasses
import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import IO, Never

import psycopg

from config.supervisor import locks, ports
from config.supervisor.children import Addresses, cafe, programs, psp, quiz
from config.supervisor.front import Front
from config.supervisor.plan import CannotStart, Plan, make_private, socket_folder
from config.supervisor.postgres import Cluster
from config.supervisor.preparation import Preparation, manage
from config.supervisor.processes import (
    Process,
    clear_left_over,
    is_same,
    started_at,
    stop_all,
    write_down,
)
from config.supervisor.valkey import Valkey

LOOK_EVERY_S = 0.2
READY_WITHIN_S = 90.0
CRASHES_WHILE_STARTING_MAX = 3
STOP_WITHIN_S = 60.0
INSIST_AFTER_S = 1.0  # unwinding takes milliseconds
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(BaseException):
    """Somebody asked for an end: the way out of whatever is going on. No error."""


class Supervisor:
    """One start of the product, from the lock it takes to the last process it stops."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.services: list[Process] = []  # what the others stand on, in order of their start
        self.processes: list[Process] = []
        self.ledger = plan.var / "processes.json"

    def run(self) -> None:
        """Start everything, watch it, and stop it in order when asked to."""
        with _alone(self.plan), _stoppable():
            try:
                self._start()
                self._watch()
            except StopAsked:
                _hear_no_more()
                say("\nStopping ...")
            finally:
                _hear_no_more()
                self._stop()
            say("Stopped. Data and logs are kept.")

    def _start(self) -> None:
        began = time.monotonic()
        plan = self.plan
        if left := clear_left_over(self.ledger):
            say(f"Cleared away what a killed start had left: {', '.join(left)}.")
        addresses = ports.listening_addresses(plan.port)
        make_private(plan.sockets)
        database_url = plan.database_url or self._start_postgres()
        redis_url = plan.redis_url or self._start_valkey()
        _refuse_dead_database(database_url)
        env = plan.environment(database_url=database_url, redis_url=redis_url)
        sandbox = self._sandbox_bank(env) if plan.demo else []
        Preparation(plan=plan, env=env, database_url=database_url, say=say).run()
        inner = Addresses.behind_front(plan) if plan.front else Addresses.without_front(plan)
        self.processes = [Process(program) for program in programs(plan, inner, env)]
        self.processes += sandbox
        if plan.demo:
            self._add_quiz(env)
            self._add_cafe(env)
        if plan.front:
            self.processes.append(Process(self._front(addresses, inner).prepare()))
        for process in self.processes:
            process.start()
        self._note()
        self._wait_ready(inner)
        _write_state(plan, ready=True, database_url=database_url, redis_url=redis_url)
        self._tell(env, time.monotonic() - began)

    def _start_postgres(self) -> str:
        plan = self.plan
        cluster = Cluster(
            data=plan.var / "postgres",
            sockets=socket_folder(plan.var, "run-pg"),
            log=plan.logs / "postgresql.log",
        )
        if not (cluster.data / "PG_VERSION").exists():
            say("Making a PostgreSQL for Barnamak alone ...")
        process = Process(cluster.prepare())
        self._add_service(process)
        cluster.wait_ready(process.is_running)
        cluster.ensure_role(may_create_databases=False)
        cluster.ensure_database("barnamak")
        return cluster.url("barnamak")

    def _start_valkey(self) -> str:
        plan = self.plan
        valkey = Valkey(
            socket=plan.sockets / "valkey",
            log=plan.logs / "valkey.log",
            data=plan.var / "valkey",
        )
        process = Process(valkey.prepare())
        self._add_service(process)
        valkey.wait_ready(process.is_running)
        return valkey.url

    def _add_service(self, process: Process) -> None:
        self.services.append(process)
        process.start()
        self._note()

    def _front(self, addresses: list[str], inner: Addresses) -> Front:
        plan = self.plan
        return Front(
            folder=plan.var / "nginx",
            log=plan.logs / "front.log",
            addresses=addresses,
            host_name=plan.host_name,
            apps_name=plan.apps_name,
            host=Path(inner.host),
            sockets=Path(inner.sockets),
            assets=Path(inner.assets),
            static=plan.var / "static",
        )

    def _add_quiz(self, env: dict[str, str]) -> None:
        """Start the quiz's own server; the product does without it if its port is taken."""
        try:
            ports.listening_addresses(self.plan.quiz_port)
        except CannotStart:
            say(
                f"Port {self.plan.quiz_port} is taken, so the demo's quiz keeps no score board: "
                f"choose another one with QUIZ_PORT={ports.free_port()} make run"
            )
        else:
            self.processes.append(Process(quiz(self.plan, env)))

    def _add_cafe(self, env: dict[str, str]) -> None:
        """Start the café's own server; without it the café is paid at the counter."""
        try:
            ports.listening_addresses(self.plan.cafe_port)
        except CannotStart:
            say(
                f"Port {self.plan.cafe_port} is taken, so the demo's café takes no payments: "
                f"choose another one with CAFE_PORT={ports.free_port()} make run"
            )
        else:
            self.processes.append(Process(cafe(self.plan, env)))

    def _sandbox_bank(self, env: dict[str, str]) -> list[Process]:
        """Return the sandbox bank; without it there is no gateway, and never a stranger's."""
        try:
            ports.listening_addresses(self.plan.psp_port)
        except CannotStart:
            env["BARNAMAK_SANDBOX_PSP_URL"] = ""
            say(
                f"Port {self.plan.psp_port} is taken, so nobody can top up or cash out: "
                f"choose another one with PSP_PORT={ports.free_port()} make run"
            )
            return []
        return [Process(psp(self.plan, env))]

    def _note(self) -> None:
        write_down(self.ledger, [*self.services, *self.processes])

    def _wait_ready(self, inner: Addresses) -> None:
        """Wait until the servers give any answer at all."""
        waiting = {inner.host, inner.sockets, inner.assets}
        deadline = time.monotonic() + READY_WITHIN_S
        while waiting:
            self._look(starting=True)
            waiting = {at for at in waiting if not _answers(at, listens_last=at == inner.sockets)}
            if time.monotonic() > deadline:
                raise CannotStart(f"No answer within {READY_WITHIN_S:g} s; see {self.plan.logs}.")
            time.sleep(LOOK_EVERY_S / 2)

    def _watch(self) -> Never:
        while True:
            self._look(starting=False)
            time.sleep(LOOK_EVERY_S)

    def _look(self, *, starting: bool) -> None:
        """Tell of processes that ended by themselves, and start them again when due."""
        for process in (*self.services, *self.processes):
            told = process.crashed()
            if told and starting and process.crashes >= CRASHES_WHILE_STARTING_MAX:
                raise CannotStart(told)
            if told:
                say(told)
            if process.restart_when_due():
                say(f"{process.program.name} was started again.")
                self._note()

    def _stop(self) -> None:
        stop_all(process for process in self.processes if process.program.name == "front")
        stop_all(self.processes)
        for service in reversed(self.services):
            stop_all([service])
        # Ours are gone; what a killed start had left may still be there, if we were stopped early.
        clear_left_over(self.ledger)

    def _tell(self, env: dict[str, str], seconds: float) -> None:
        origin = self.plan.origin
        say(
            f"\nBarnamak runs (started in {seconds:.1f} s). Ctrl-C stops it.\n\n"
            f"  Messenger      {origin}/\n"
            f"  Makers' desk   {origin}/console/\n"
            f"  Staff          {origin}/admin/\n"
            f"  API            {origin}/api/docs/\n"
            f"  Components     {origin}/gallery/\n"
            f"  Mini-apps      http://<app>.{self.plan.apps_domain}/\n"
            f"{self._told_of_the_bank(env)}"
            f"  Logs           {self.plan.logs}\n"
        )
        if self.plan.demo:
            say(manage(env, "democodes").stdout.rstrip())

    @staticmethod
    def _told_of_the_bank(env: Mapping[str, str]) -> str:
        url = env.get("BARNAMAK_SANDBOX_PSP_URL")
        return f"  Sandbox bank   {url}/control\n" if url else ""


def stop(plan: Plan) -> bool:
    """Stop a supervisor that runs for this data folder; return whether one did."""
    state = _state(plan)
    pid, since = int(str(state.get("pid", 0))), str(state.get("started", ""))
    ran = is_same(pid, since)
    if ran:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN_S
        while is_same(pid, since) and time.monotonic() < deadline:
            time.sleep(0.05)
    lock = locks.take(_lock_path(plan))
    if lock is None:
        raise CannotStart(f"Process {pid} does not stop; end it with: kill -9 {pid}")
    with lock:
        return bool(clear_left_over(plan.var / "processes.json")) or ran


def codes(plan: Plan) -> str:
    """Return what the running demo's people and staff sign in with now."""
    state = _state(plan)
    if not state.get("ready") or not is_same(int(str(state["pid"])), str(state["started"])):
        raise CannotStart("Barnamak does not run here: start it with make run.")
    # Its own address: `make codes` need not be told the port again.
    running = dataclasses.replace(plan, origin=str(state["origin"]))
    env = running.environment(
        database_url=str(state["database_url"]), redis_url=str(state["redis_url"])
    )
    return manage(env, "democodes").stdout.rstrip()


def say(text: str) -> None:
    """Tell the person at the terminal, if there still is a terminal."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


@contextlib.contextmanager
def _alone(plan: Plan) -> Iterator[None]:
    """Hold the data folder for this supervisor alone."""
    try:
        plan.var.mkdir(parents=True, exist_ok=True)
        lock: IO[str] | None = locks.take(_lock_path(plan))
    except PermissionError as error:
        raise CannotStart(
            f"{error.filename} cannot be written: start Barnamak as the user it belongs to, or "
            "keep your own data elsewhere: make run VAR=~/barnamak-data"
        ) from error
    if lock is None:
        running = _state(plan).get("origin", "an address of its own")
        raise CannotStart(
            f"Barnamak already runs from {plan.var}, at {running}. Stop it there with Ctrl-C or "
            "with make stop, or start a second one: make run PORT=8001 VAR=var-2"
        )
    with lock:
        _write_state(plan, ready=False)
        try:
            yield
        finally:
            _state_path(plan).unlink(missing_ok=True)


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Turn the first signal that asks for an end into StopAsked, and ignore the next ones.

    What a handler raises is lost where the interpreter itself has called something (around a fork,
    in a finaliser), so it is raised again until somebody has heard it.
    """

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, INSIST_AFTER_S)
        raise StopAsked

    heard = (*STOP_SIGNALS, signal.SIGALRM)
    before = {number: signal.signal(number, on_signal) for number in heard}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _hear_no_more() -> None:
    """From here on things are put away, which nothing may interrupt."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (*STOP_SIGNALS, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


def _refuse_dead_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.Error as error:
        raise CannotStart(f"DATABASE_URL cannot be used: {str(error).strip()}") from error


def _answers(address: str, *, listens_last: bool) -> bool:
    """Return whether a server answers, with whatever status.

    uvicorn listens only when its application is loaded; granian listens first.
    """
    connection = http.client.HTTPConnection("localhost", timeout=5)
    try:
        connection.sock = _connect(address)
        if not listens_last:
            connection.request("GET", "/.well-known/jwks.json")
            connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        plug = socket.socket(socket.AF_UNIX)
        plug.settimeout(5)
        plug.connect(address)
        return plug
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def _lock_path(plan: Plan) -> Path:
    return plan.var / "supervisor.lock"


def _state_path(plan: Plan) -> Path:
    return plan.var / "supervisor.json"


def _write_state(plan: Plan, *, ready: bool, database_url: str = "", redis_url: str = "") -> None:
    """Keep who we are, for `make stop` and for a second start that must say who was first."""
    state = {
        "pid": os.getpid(),
        "started": started_at(os.getpid()),
        "origin": plan.origin,
        "apps_domain": plan.apps_domain,
        "ready": ready,
        "database_url": database_url,
        "redis_url": redis_url,
    }
    fresh = plan.var / "supervisor.new"
    fresh.touch(mode=0o600)  # an operator's DATABASE_URL may hold a password
    fresh.write_text(json.dumps(state, indent=1))
    fresh.replace(_state_path(plan))


def _state(plan: Plan) -> dict[str, object]:
    try:
        state: dict[str, object] = json.loads(_state_path(plan).read_text())
    except (OSError, ValueError):
        return {}
    return state
