"""The front decides by name, tells the truth about the client, and refuses in our own form."""

import contextlib
import http.client
import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from config.supervisor import ports
from config.supervisor.front import Front
from config.supervisor.plan import make_private, socket_folder
from config.supervisor.processes import Process
from core import limits

HASHED = "host.0123456789ab.js"
HASHED_FONT = "font.0123456789ab.woff2"


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers it was given, so that a test sees what the front forwards."""

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"who": self.server.who, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.do_GET()

    def log_message(self, *args):
        """Say nothing: the answers are what is looked at."""


class EchoServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path) -> None:
        self.who = path.name
        super().__init__(str(path), Echo)

    def get_request(self):
        request, _ = super().get_request()
        return request, ("unix", 0)


@pytest.fixture(scope="module")
def front(tmp_path_factory) -> Iterator[tuple[int, dict[str, EchoServer]]]:
    """A real nginx before three servers that echo."""
    var = tmp_path_factory.mktemp("front with spaces")
    here = make_private(socket_folder(var))
    (var / "static").mkdir()
    for name in ("plain.js", HASHED, "font.woff2", HASHED_FONT):
        (var / "static" / name).write_text("export const x = 1;\n" * 200)
    servers = {name: EchoServer(here / name) for name in ("host", "sockets", "assets")}
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    port = ports.free_port()
    made = Front(
        folder=var / "nginx",
        log=var / "front.log",
        addresses=ports.listening_addresses(port),
        host_name="localhost",
        apps_name="apps.localhost",
        host=here / "host",
        sockets=here / "sockets",
        assets=here / "assets",
        static=var / "static",
    )
    process = Process(made.prepare())
    process.start()
    wait_for(port, process)
    yield port, servers
    process.ask_to_stop()
    process.wait_stopped()
    for server in servers.values():
        server.shutdown()
        server.server_close()


def wait_for(port: int, process: Process) -> None:
    for _ in range(200):
        assert process.is_running(), process.program.log.read_text()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        threading.Event().wait(0.05)
    raise TimeoutError


def ask(
    port: int, path: str, *, host: str = "localhost", method: str = "GET", body=None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers={"Host": f"{host}:{port}", **named})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, content


@pytest.mark.parametrize(
    ("host", "path", "who"),
    [
        ("localhost", "/", "host"),
        ("127.0.0.1", "/api/v1/me", "host"),
        ("localhost", "/ws/", "sockets"),
        ("quiz.apps.localhost", "/", "assets"),
        ("quiz.apps.localhost", "/ws/", "assets"),
        ("quiz.apps.localhost", "/static/plain.js", "assets"),
        ("apps.localhost", "/", "host"),
        ("evil.example", "/", "host"),  # which knows its own names and refuses
    ],
)
def test_the_name_decides_who_answers(front, host, path, who):
    port, _ = front

    status, _, body = ask(port, path, host=host)

    assert status == 200
    assert json.loads(body)["who"] == who


@pytest.mark.parametrize("host", ["localhost", "quiz.apps.localhost"])
def test_what_a_client_claims_about_itself_is_replaced(front, host):
    port, _ = front

    _, _, body = ask(
        port,
        "/",
        host=host,
        X_Forwarded_For="203.0.113.9",
        X_Forwarded_Proto="https",
        X_Forwarded_Host="evil.example",
        X_Real_IP="203.0.113.9",
        Forwarded="for=203.0.113.9",
    )

    told = {name.lower(): value for name, value in json.loads(body)["headers"].items()}
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-proto"] == "http"
    assert told["x-real-ip"] == "127.0.0.1"
    assert told["host"] == f"{host}:{port}"
    assert "x-forwarded-host" not in told
    assert "forwarded" not in told


def test_an_upgrade_is_passed_on_only_to_the_sockets(front):
    port, _ = front

    for path, expected in (("/ws/", "websocket"), ("/", None)):
        _, _, body = ask(port, path, Upgrade="websocket", Connection="Upgrade")
        told = {name.lower(): value for name, value in json.loads(body)["headers"].items()}
        assert told.get("upgrade") == expected or path == "/"
        assert (told.get("connection", "").lower() == "upgrade") is (path == "/ws/")


def test_a_name_made_of_content_may_be_kept_for_ever(front):
    port, _ = front

    _, hashed, _ = ask(port, f"/static/{HASHED}")
    _, hashed_font, _ = ask(port, f"/static/{HASHED_FONT}")
    _, font, _ = ask(port, "/static/font.woff2")
    _, plain, _ = ask(port, "/static/plain.js")

    assert hashed["cache-control"] == "public, max-age=31536000, immutable"
    assert hashed_font["cache-control"] == hashed["cache-control"]
    assert font["cache-control"] == "public, max-age=86400"
    assert plain["cache-control"] == "no-cache"
    assert plain["content-type"] == "text/javascript; charset=utf-8"
    assert plain["x-content-type-options"] == "nosniff"


def test_static_files_cannot_be_left_upwards(front):
    port, _ = front

    for path in ("/static/../front.log", "/static/%2e%2e/front.log", "/static../front.log"):
        status, _, body = ask(port, path)
        assert status in {400, 404} or json.loads(body)["who"] == "host"


def test_a_body_that_is_too_large_is_refused_with_a_problem(front):
    port, _ = front
    length = limits.UPLOAD_BYTES_MAX + (2 << 20)

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest("POST", "/api/v1/apps/x/versions")
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    answer = connection.getresponse()
    document = json.loads(answer.read())
    connection.close()

    assert answer.status == 413
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert document["code"] == "too-large"


def test_what_nginx_refuses_by_itself_has_our_form_and_every_header_of_an_app(front):
    port, _ = front

    status, _, document = ask(port, "/", method="TRACE")
    app_status, headers, _ = ask(port, "/", host="quiz.apps.localhost", method="TRACE")
    long_status, _, _ = ask(port, f"/{'x' * 70_000}", host="quiz.apps.localhost")
    wide_status, _, wide = ask(port, "/", Cookie="x" * 40_000)

    assert (status, json.loads(document)["code"]) == (405, "method-not-allowed")
    assert (app_status, headers["allow"]) == (405, "GET, HEAD")
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert long_status == 414
    assert (wide_status, json.loads(wide)["code"]) == (400, "bad-request")


def test_a_bundle_of_the_largest_size_passes(front):
    port, _ = front

    status, _, _ = ask(port, "/", method="POST", body=b"x" * limits.UPLOAD_BYTES_MAX)

    assert status == 200


def test_a_server_that_is_away_gives_a_problem_or_a_page(front, tmp_path):
    port, servers = front
    path = Path(servers["sockets"].server_address)
    path.rename(path.with_suffix(".away"))
    try:
        status, headers, body = ask(port, "/ws/")
        _, page_headers, page = ask(port, "/ws/", Accept="text/html,*/*")
    finally:
        path.with_suffix(".away").rename(path)

    assert status == 503
    assert headers["retry-after"] == "2"
    assert json.loads(body)["code"] == "unavailable"
    assert page_headers["content-type"].startswith("text/html")
    assert 'dir="rtl"' in page.decode()
