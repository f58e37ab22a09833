"""The same through the real servers: granian alone, and nginx with the product's configuration."""

import contextlib
import dataclasses
import hashlib
import json
import os
import socket
import subprocess
import sys
import time

import pytest

from bench import load
from config.supervisor.front import Front
from config.supervisor.plan import ROOT
from miniapps.publish.index import Source, build
from miniapps.storage import Store

DIGEST = hashlib.sha256(b"processes").hexdigest()
D16 = DIGEST[:16]
SCRIPT = b"console.log('barnamak');\n" * 2000


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    """Ports of the assets process itself and of the front before it."""
    folder = tmp_path_factory.mktemp("serving")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    store = Store(folder / "store")
    files = {
        "index.html": (b"<head><script>1</script>", "text/html; charset=utf-8"),
        "app.js": (SCRIPT, "text/javascript; charset=utf-8"),
        "پوشه/a b.txt": ("راه".encode(), "text/plain; charset=utf-8"),
    }
    sources = [Source(path, store.put([data]), kind) for path, (data, kind) in files.items()]
    build(store, digest=DIGEST, files=sources, manifest={}, relaxations=())
    versions = {D16: {"digest": DIGEST, "until": None}}
    record = {"app": "app_1", "status": "live", "versions": versions, "default": D16}
    gone = {**record, "status": "suspended"}
    found = {"direct": free_port(), "front": free_port()}
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "BARNAMAK_STORE": str(store.root),
        "BARNAMAK_ORIGIN": "http://localhost",
        "BARNAMAK_APPS_DOMAIN": "apps.localhost",
        "BENCH_ROUTES": json.dumps({"cafe": record, "gone": gone}),
        "BENCH_BODY": os.devnull,
    }
    near = folder / "a.sock"
    front = Front(
        folder=folder / "front",
        log=folder / "front.log",
        addresses=[f"127.0.0.1:{found['front']}"],
        host_name="localhost",
        apps_name="apps.localhost",
        host=folder / "no.sock",
        sockets=folder / "no.sock",
        assets=near,
        static=folder,
    ).prepare()
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", "1"]
    granian += ["--blocking-threads", "2", "--log-level", "warning", "bench.standing:assets"]
    commands = [
        [*granian, "--port", str(found["direct"])],
        [*granian, "--uds", str(near)],
        front.command,
    ]
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("wb"))
        for command in commands:
            running = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
            stack.callback(running.wait)
            stack.callback(running.terminate)
        deadline = time.monotonic() + 60
        while not all(map(answers, [str(near), *found.values()])):
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        yield found


@pytest.fixture
def away(tmp_path):
    """The port of a front with nothing behind it."""
    port = free_port()
    nowhere = tmp_path / "no.sock"
    front = Front(
        folder=tmp_path / "front",
        log=tmp_path / "log",
        addresses=[f"127.0.0.1:{port}"],
        host_name="localhost",
        apps_name="apps.localhost",
        host=nowhere,
        sockets=nowhere,
        assets=nowhere,
        static=tmp_path,
    ).prepare()
    running = subprocess.Popen(front.command, stderr=subprocess.DEVNULL)
    while not answers(port):
        time.sleep(0.05)
    yield port
    running.terminate()
    running.wait()


def answers(where: int | str) -> bool:
    family = socket.AF_UNIX if isinstance(where, str) else socket.AF_INET
    with contextlib.suppress(OSError), socket.socket(family) as connection:
        connection.connect(where if isinstance(where, str) else ("127.0.0.1", where))
        return True
    return False


def ask(port: int, path: str, *, method: str = "GET", host="cafe.apps.localhost", **headers):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    request = "\r\n".join([*lines, "", ""]).encode("latin-1")
    if method == "HEAD" or "If_None_Match" in headers:
        return head_only(port, request)
    return load.ask(("127.0.0.1", port), request)


def head_only(port: int, request: bytes) -> load.Answer:
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(request)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:])
    return load.Answer(int(lines[0].split()[1]), fields, body, len(received))


REQUESTS = [
    (200, f"/~v/{D16}/app.js", {}),
    (200, f"/~v/{D16}/app.js", {"Accept_Encoding": "br"}),
    (206, f"/~v/{D16}/app.js", {"Range": "bytes=10-19"}),
    (416, f"/~v/{D16}/app.js", {"Range": "bytes=900000-"}),
    (304, f"/~v/{D16}/app.js", {"If_None_Match": "*"}),
    (200, f"/~v/{D16}/app.js", {"method": "HEAD"}),
    (200, f"/~v/{D16}/%D9%BE%D9%88%D8%B4%D9%87/a%20b.txt", {}),
    (200, "/menu", {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}),
    (303, "/menu", {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}),
    (200, "/~b/relay.js", {}),
    (403, f"/~v/{D16}/app.js", {"Service_Worker": "script"}),
    (404, "/nope.png", {}),
    (404, "/%252e%252e/x", {}),
    (404, "/a%5c..%5cb", {}),
    (404, "/%ff%fe", {}),
    (404, "/", {"host": "none.apps.localhost"}),
    (405, "/", {"method": "DELETE"}),
    (410, "/", {"host": "gone.apps.localhost"}),
    (414, "/" + "a" * 3000, {}),
]


@pytest.mark.parametrize("way", ["direct", "front"])
@pytest.mark.parametrize(("status", "path", "how"), REQUESTS)
def test_every_header_arrives_through_the_servers(ports, way, status, path, how):
    answer = ask(ports[way], path, **how)

    assert answer.status == status
    policy = answer.headers["content-security-policy"].lower()
    assert "default-src 'none'" in policy
    assert policy.endswith("frame-ancestors http://localhost")
    assert answer.headers["permissions-policy"].count("=()") == 54
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["origin-agent-cluster"] == "?1"
    assert "cache-control" in answer.headers
    assert "set-cookie" not in answer.headers
    if how.get("method") == "HEAD":
        assert answer.body == b""
        assert answer.headers["content-length"] == str(len(SCRIPT))
    if status == 206:
        assert answer.body == SCRIPT[10:20]


@pytest.mark.parametrize("way", ["direct", "front"])
@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/%2e%2e/%2e%2e/x",
        "/..%2f..%2fx",
        "//etc/passwd",
        "/..;/x",
        "/" + "a" * 6000,
        "/%",
        "/%zz",
    ],
)
def test_no_crooked_path_is_answered_with_bytes_or_a_failure(ports, way, path):
    answer = ask(ports[way], path)

    assert 400 <= answer.status < 500
    assert "set-cookie" not in answer.headers
    if way == "front" and answer.status == 400:
        return  # nginx could not read the first line, so the name was not looked at yet
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["permissions-policy"].count("=()") == 54
    assert answer.headers["cache-control"] == "no-store"


def test_a_front_whose_assets_process_is_away_says_so_with_all_headers(away):
    answer = ask(away, "/", host="cafe.apps.localhost")

    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("frame-ancestors localhost:*")


def test_both_ways_send_the_same_bytes(ports):
    direct, front = (ask(port, f"/~v/{D16}/app.js") for port in ports.values())

    assert direct.body == front.body == SCRIPT
    ignored = {"server", "date", "connection"}
    kept = [{k: v for k, v in a.headers.items() if k not in ignored} for a in (direct, front)]
    assert kept[0] == kept[1]
    assert dataclasses.asdict(direct)["status"] == 200
