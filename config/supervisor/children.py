"""The product's own processes: one line each, as design §4 lists them."""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.supervisor.plan import ROOT, Plan, python
from config.supervisor.processes import Program
from core import limits

HOST_WORKERS_MAX = 4
THREADS = 4  # of one host or assets worker: each may wait for the database
WORKER_CHILDREN = 2
GRACE_S = 3


@dataclass(frozen=True)
class Addresses:
    """Where the three servers listen: paths of unix sockets, or host:port."""

    host: str
    sockets: str
    assets: str

    @classmethod
    def behind_front(cls, plan: Plan) -> "Addresses":
        """Sockets in a private folder: the front's port is the only one that can be taken."""
        here = plan.sockets
        return cls(str(here / "host"), str(here / "sockets"), str(here / "assets"))

    @classmethod
    def without_front(cls, plan: Plan) -> "Addresses":
        """Three ports in a row, for a front of the operator's own (BARNAMAK_FRONT=0)."""
        ports = (plan.port, plan.port + 1, plan.port + 2)
        host, sockets, assets = (f"127.0.0.1:{port}" for port in ports)
        return cls(host, sockets, assets)


def programs(plan: Plan, at: Addresses, env: Mapping[str, str]) -> list[Program]:
    """Return how each process of the product is started, in order of their start."""
    workers = str(max(1, min(os.cpu_count() or 1, HOST_WORKERS_MAX)))
    granian: tuple[str, ...] = (
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--no-ws",
        "--log-level",
        "warning",
    )
    granian += ("--workers-kill-timeout", str(GRACE_S), "--blocking-threads", str(THREADS))
    uvicorn: tuple[str, ...] = (
        "-m",
        "uvicorn",
        "--lifespan",
        "off",
        "--no-access-log",
        "--log-level",
        "warning",
    )
    uvicorn += ("--ws-max-size", str(limits.SOCKET_FRAME_BYTES_MAX))
    # Only the front reaches the socket, and it writes these headers itself.
    uvicorn += ("--timeout-graceful-shutdown", "2", "--forwarded-allow-ips", "*")
    celery = ("-m", "celery", "-A", "config")
    schedule = str(plan.var / "beat")

    def program(name: str, *command: str, listens: str = "") -> Program:
        return Program(
            name=name,
            command=python(*command),
            env=env,
            log=plan.logs / f"{name}.log",
            cwd=ROOT,
            # Celery on SIGTERM finishes its tasks; on SIGQUIT it gives them back to the queue.
            second_signal=signal.SIGQUIT if name == "worker" else signal.SIGKILL,
            before=_remove_socket(listens),
        )

    return [
        program(
            "host",
            *(*granian, "--workers", workers, *_granian_at(at.host), "config.wsgi:application"),
            listens=at.host,
        ),
        program(
            "sockets",
            *(*uvicorn, *_uvicorn_at(at.sockets), "config.asgi:application"),
            listens=at.sockets,
        ),
        program(
            "assets",
            *(*granian, *_granian_at(at.assets), "miniapps.serving.app:application"),
            listens=at.assets,
        ),
        program("worker", *celery, "worker", "-c", str(WORKER_CHILDREN), "-l", "INFO"),
        program("beat", *celery, "beat", "-l", "INFO", "-s", schedule, "--pidfile", ""),
    ]


def quiz(plan: Plan, env: Mapping[str, str]) -> Program:
    """Return how the server of the demo's quiz is started: a maker's own, not the platform's."""
    own = {
        "QUIZ_PORT": str(plan.quiz_port),
        "QUIZ_CONFIG": str(plan.var / "quiz.json"),
        "QUIZ_DATA": str(plan.var / "quiz-scores.sqlite3"),
        "BARNAMAK_ORIGIN": plan.origin,
    }
    return Program(
        name="quiz",
        command=python(str(ROOT / "examples" / "quiz" / "backend.py")),
        env={**_ordinary(env), **own},
        log=plan.logs / "quiz.log",
        cwd=plan.var,
    )


def cafe(plan: Plan, env: Mapping[str, str]) -> Program:
    """Return how the server of the demo's café is started: it has the café's keys, none of ours."""
    own = {
        "CAFE_PORT": str(plan.cafe_port),
        "CAFE_CONFIG": str(plan.var / "cafe.json"),
        "CAFE_DATA": str(plan.var / "cafe-orders.sqlite3"),
        "BARNAMAK_ORIGIN": plan.origin,
        "PYTHONPATH": str(ROOT),
    }
    return Program(
        name="cafe",
        command=python("-m", "examples.cafe.backend"),
        env={**_ordinary(env), **own},
        log=plan.logs / "cafe.log",
        cwd=plan.var,
    )


def psp(plan: Plan, env: Mapping[str, str]) -> Program:
    """Return how the sandbox bank is started: somebody else's server, as far as we can make it."""
    return Program(
        name="psp",
        command=python(
            *("-m", "sandbox_psp", "--port", str(plan.psp_port)),
            *("--state", str(plan.var / "psp.sqlite3")),
        ),
        env={**_ordinary(env), "PYTHONPATH": str(ROOT)},
        log=plan.logs / "psp.log",
        cwd=plan.var,
    )


def _ordinary(env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without database, keys or any secret of the platform."""
    ordinary = {key: text for key, text in env.items() if key in ("PATH", "HOME", "LANG", "TZ")}
    return {**ordinary, "PYTHONUNBUFFERED": "1"}


def _granian_at(address: str) -> tuple[str, ...]:
    if address.startswith("/"):
        return ("--uds", address)
    host, _, port = address.rpartition(":")
    return ("--host", host, "--port", port)


def _uvicorn_at(address: str) -> tuple[str, ...]:
    if address.startswith("/"):
        return ("--uds", address)
    host, _, port = address.rpartition(":")
    return ("--host", host, "--port", port)


def _remove_socket(address: str) -> Callable[[], None] | None:
    """Clear the way: a socket file that a killed server left cannot be bound again."""
    if not address.startswith("/"):
        return None

    def remove() -> None:
        Path(address).unlink(missing_ok=True)

    return remove
