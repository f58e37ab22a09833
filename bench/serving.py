"""The assets process against nginx serving the same folder (aim: 0.7 direct, 0.5 by the front).

27 kB of JavaScript, one worker each. The assets process sends its own headers with every answer,
about 3 kB; nginx sends the bare file.
"""

import contextlib
import hashlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import load
from config.supervisor.front import Front
from miniapps.publish.index import Source, build
from miniapps.storage import Store

FILE_BYTES = 27_000
NAME = "app.js"
DIGEST = hashlib.sha256(b"bench").hexdigest()
PINNED = f"/~v/{DIGEST[:16]}/{NAME}"
DOMAIN = "apps.localhost"
HEADERS = f"Host: bench.{DOMAIN}\r\nAccept-Encoding: identity\r\n\r\n"
NAMES = {
    "nginx": "nginx",
    "bare application": "bare",
    "assets process": "assets",
    "assets process by the front": "front",
}
PINNED_BY = ("assets", "front")
OK = 200
AIMS = {"assets process": 0.7, "assets process by the front": 0.5}
START_S = 20.0


@dataclass(frozen=True)
class Served:
    """Something that answers: where, and by which processes."""

    address: load.Address
    pids: list[int]


def measure() -> None:
    """Print requests per second of nginx, and the ratios to it."""
    plain = f"GET /{NAME} HTTP/1.1\r\n{HEADERS}".encode()
    pinned = f"GET {PINNED} HTTP/1.1\r\n{HEADERS}".encode()
    with (
        tempfile.TemporaryDirectory(prefix="barnamak-bench-") as folder,
        _servers(Path(folder)) as served,
    ):
        requests = {
            name: pinned if served_by in PINNED_BY else plain for name, served_by in NAMES.items()
        }
        answers = {
            name: load.ask(served[NAMES[name]].address, request)
            for name, request in requests.items()
        }
        for name, answer in answers.items():
            if answer.status != OK or answer.body != answers["nginx"].body:
                raise load.WrongAnswer(f"{name} answers {answer.status}, or other bytes")
        costs: dict[str, list[float]] = {name: [] for name in requests}

        def one(name: str) -> float:
            target = served[NAMES[name]]
            before, began = load.processor_s(target.pids), time.perf_counter()
            rate = load.requests_per_s(target.address, requests[name])
            count = rate * (time.perf_counter() - began)
            costs[name].append((load.processor_s(target.pids) - before) / count)
            return rate

        results = load.interleaved({name: partial(one, name) for name in requests})
    base, base_cost = results.pop("nginx"), costs.pop("nginx")[1:]
    print(f"  nginx, file from the folder      {statistics.median(base):7.0f} requests/s = 1,")
    print(f"  {'':<32} {statistics.median(base_cost) * 1e6:7.0f} us of processor a request = 1")
    for name, values in results.items():
        aim = f"  (aim {AIMS[name]})" if name in AIMS else ""
        print(f"  {name:<32} requests/s {load.ratio(values, base)}{aim}")
        print(f"  {'':<32} processor  {load.ratio(base_cost, costs[name][1:])}")


@contextlib.contextmanager
def _servers(folder: Path) -> Iterator[dict[str, Served]]:
    """Start nginx over a folder, the assets process, the front, and a bare application."""
    content = random.Random(1).randbytes(FILE_BYTES // 2).hex().encode()
    site = folder / "site"
    site.mkdir()
    (site / NAME).write_bytes(content)
    store = Store(folder / "store")
    source = Source(NAME, store.put([content]), "text/javascript; charset=utf-8")
    build(store, digest=DIGEST, files=[source], manifest={}, relaxations=())
    ports = {name: _free_port() for name in ("nginx", "front", "assets", "bare")}
    assets_socket, bare_file = folder / "assets.sock", folder / "bare.bin"
    bare_file.write_bytes(content)
    environ = {
        **os.environ,
        "BARNAMAK_STORE": str(store.root),
        "BARNAMAK_ORIGIN": "http://localhost",
        "BARNAMAK_APPS_DOMAIN": DOMAIN,
        "BENCH_ROUTES": json.dumps({"bench": _route()}),
        "BENCH_BODY": str(bare_file),
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
    }
    front = Front(
        folder=folder / "front",
        log=folder / "front.log",
        addresses=[f"127.0.0.1:{ports['front']}"],
        host_name="localhost",
        apps_name=DOMAIN,
        host=folder / "none.sock",
        sockets=folder / "none.sock",
        assets=assets_socket,
        static=site,
    ).prepare()
    nginx = [front.command[0], "-p", str(folder), "-c", str(_plain_nginx(folder, ports["nginx"]))]
    folder.chmod(0o755)
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("wb"))

        def start(*command: str) -> int:
            running = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
            stack.callback(_end, running)
            return running.pid

        by_port = {name: str(port) for name, port in ports.items()}
        behind = start(*_granian("bench.standing:assets", "--uds", str(assets_socket)))
        pids = {
            "front": [start(*front.command), behind],
            "nginx": [start(*nginx, "-e", "stderr")],
            "assets": [start(*_granian("bench.standing:assets", "--port", by_port["assets"]))],
            "bare": [start(*_granian("bench.standing:bare", "--port", by_port["bare"]))],
        }
        served = {name: Served(("127.0.0.1", port), pids[name]) for name, port in ports.items()}
        for name, one in served.items():
            path = PINNED if name in PINNED_BY else f"/{NAME}"
            _wait_served(one.address, f"GET {path} HTTP/1.1\r\n{HEADERS}".encode())
        yield served


def _granian(target: str, *where: str) -> list[str]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws"]
    return [*command, "--blocking-threads", "1", "--log-level", "warning", *where, target]


def _route() -> dict[str, object]:
    versions = {DIGEST[:16]: {"digest": DIGEST, "until": None}}
    return {"app": "app_x", "status": "live", "versions": versions, "default": DIGEST[:16]}


def _plain_nginx(folder: Path, port: int) -> Path:
    """Configure nginx at its quickest for a folder of files."""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind}; "
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root root;" if os.geteuid() == 0 else ""
    path = folder / "plain.conf"
    path.write_text(
        f"{user} worker_processes 1; daemon off; pid {folder}/plain.pid; error_log stderr;\n"
        "events { worker_connections 512; }\n"
        f"http {{ {temporary} types {{ text/javascript js; }} access_log off; sendfile on;\n"
        "tcp_nopush on; keepalive_requests 10000000; open_file_cache max=100;\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/site; }} }}\n"
    )
    return path


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait_served(address: load.Address, request: bytes) -> None:
    """Wait for a good answer: a worker may not listen yet behind a port or a socket that is there.

    Who never gives one is told of by whoever asks next.
    """
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, load.WrongAnswer):
            if load.ask(address, request).status == OK:
                return
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
