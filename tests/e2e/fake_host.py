"""A host without Django: the real runner page and SDK, a server end that keeps things in memory.

One HTTP server answers by Host header, as the front does: ``localhost`` is the host, every
``<label>.apps.localhost`` an app from a folder. The names are of two sites, so browsers that
block third-party storage block it here.
"""

import json
import re
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from websockets.sync.server import ServerConnection, serve

ROOT = Path(__file__).parents[2]
STATIC = {"/static/ui/": ROOT / "core/static/ui", "/static/host/": ROOT / "host/static/host"}
SDK = ROOT / "sdk/app"
PIN = "0123456789abcdef"
LAUNCH = "lnc_harness"
DESIGN = {
    "light": {"bg_color": "#ffffff", "text_color": "#18211f", "button_color": "#0b7a75"},
    "dark": {"bg_color": "#182120", "text_color": "#e7edeb", "button_color": "#4fc3b8"},
}
SHARED = {
    "button_text_color": "#ffffff",
    "bottom_bar_bg_color": "#ffffff",
    "header_bg_color": "#ffffff",
}
INIT_DATA = (
    "user=%7B%22id%22%3A4242%2C%22first_name%22%3A%22Mina%22%7D&chat_instance=1&chat_type=private"
    f"&auth_date=1790000000&signature={'s' * 86}&hash={'a' * 64}"
)
RUN_PAGE = """<!doctype html>
<html lang="fa" dir="rtl" data-theme="light"><head><meta charset="utf-8"><title>run</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/ui/tokens.css"><link rel="stylesheet" href="/static/ui/base.css">
<link rel="stylesheet" href="/static/host/runner/runner.css">
<script type="application/json" id="run-config">%(config)s</script>
<script type="application/json" id="run-strings">%(strings)s</script>
<script type="module" src="/static/host/runner/main.js"></script></head>
<body class="run" data-icons="/static/ui/icons.svg"></body></html>"""
APP_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors {host}; sandbox allow-scripts allow-same-origin allow-forms"
)
HOST_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self' {socket}; frame-src {app} {host}; frame-ancestors 'self'; base-uri 'none';"
    " form-action 'self'; require-trusted-types-for 'script'"
)


@dataclass
class FakeHost:
    """What the host keeps, and what it saw."""

    apps: dict[str, Path] = field(default_factory=dict)
    port: int = 0
    socket_port: int = 0
    cloud: dict[str, str] = field(default_factory=dict)
    local: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sockets: list[ServerConnection] = field(default_factory=list)
    granted: set[str] = field(default_factory=set)
    tokens: int = 0
    ended: bool = False

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def origin_of(self, label: str) -> str:
        return f"http://{label}.apps.localhost:{self.port}"

    def run_url(self, label: str) -> str:
        return f"{self.origin}/run/{label}"

    def forget(self) -> None:
        """Start again with nothing kept and nothing seen."""
        self.cloud, self.local, self.calls, self.asked = {}, {}, [], []
        self.granted = set()
        self.tokens, self.ended = 0, False

    def end_launch(self, reason: str) -> None:
        self.ended = True
        for socket in list(self.sockets):
            socket.send(
                json.dumps({"event": "launch.ended", "data": {"launch": LAUNCH, "reason": reason}}),
            )

    def config(self, label: str) -> dict[str, Any]:
        schemes = {}
        for scheme, colours in DESIGN.items():
            params = {**SHARED, **colours}
            theme = quote(json.dumps(params), safe="")
            fragment = (
                f"#tgWebAppData={quote(INIT_DATA, safe='')}&tgWebAppVersion=8.0"
                f"&tgWebAppPlatform=weba&tgWebAppThemeParams={theme}"
            )
            schemes[scheme] = {
                "params": params,
                "url": f"{self.origin_of(label)}/?bnv={PIN}&tgWebAppStartParam=menu{fragment}",
            }
        return {
            "launch_id": LAUNCH,
            "app": {
                "id": f"app_{label}",
                "name": "کافه نارون (Narvan)",
                "icon": "",
                "verified": True,
            },
            "origin": self.origin_of(label),
            "url": schemes["light"]["url"],
            "schemes": schemes,
            "allow": "",
            "speaks": ["telegram", "barnamak"],
            "theme": {"scheme": "light", "params": schemes["light"]["params"]},
            "lang": "fa",
            "dir": "rtl",
            "start_param": "menu",
            "chat_type": "private",
            "user": {"id": 4242, "first_name": "Mina"},
            "storage": {"local": self.local, "session": {}},
            "device_store": f"app_{label}:person",
            "bridge_url": f"/run/{LAUNCH}/bridge",
            "ws_url": f"ws://localhost:{self.socket_port}/",
            "csrf_token": "csrf-of-the-page",
        }

    def bridge(self, method: str, params: dict[str, Any]) -> Any:  # noqa: PLR0911, PLR0912  (one a method)
        """Answer as the server end does."""
        self.calls.append((method, params))
        match method:
            case "token.get":
                self.tokens += 1
                return {"token": f"token-{self.tokens}", "expires_at": 4_000_000_000}
            case "storage.save":
                self.cloud[params["key"]] = params["value"]
                return True
            case "storage.get":
                return {key: self.cloud.get(key, "") for key in params["keys"]}
            case "storage.delete":
                for key in params["keys"]:
                    self.cloud.pop(key, None)
                return True
            case "storage.keys":
                return list(self.cloud)
            case "local.save":
                for key, value in params["changes"].items():
                    self.local.pop(key, None)
                    if value is not None:
                        self.local[key] = value
                return True
            case "permission.get" | "permission.answer":
                if params.get("granted"):
                    self.granted.add(params["name"])
                granted = params["name"] in self.granted
                return {"declared": True, "asked": granted, "granted": granted}
            case "contact.share":
                return "contact=%7B%22phone_number%22%3A%22%2B989120000000%22%7D&hash=x"
            case "write_access.request":
                return {"status": "allowed" if params["granted"] else "cancelled"}
            case _:
                return True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host: FakeHost

    def log_message(self, *_args: object) -> None:
        """Keep the test's output quiet."""

    def do_GET(self) -> None:
        name = self.headers["Host"].split(":")[0]
        path = urlsplit(self.path).path
        if name == "localhost":
            self.host_page(path)
        else:
            self.app_file(name.split(".")[0], path)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        json_type = {"Content-Type": "application/json"}
        if self.headers["X-CSRFToken"] != "csrf-of-the-page":
            self.answer(403, b'{"type": "/problems/csrf"}', json_type)
        elif self.host.ended:
            self.answer(410, b'{"type": "/problems/launch-ended", "title": "Over"}', json_type)
        else:
            result = self.host.bridge(body["method"], body["params"])
            self.answer(200, json.dumps({"result": result}).encode(), json_type)

    def host_page(self, path: str) -> None:
        for prefix, folder in STATIC.items():
            if path.startswith(prefix):
                return self.file(folder / path.removeprefix(prefix), {})
        label = path.removeprefix("/run/")
        if label == "outer":
            return self.outer_page()
        if label not in self.host.apps:
            return self.answer(404, b"", {})
        csp = HOST_CSP.format(
            app=self.host.origin_of(label),
            host=self.host.origin,
            socket=f"ws://localhost:{self.host.socket_port}",
        )
        strings = {"close_title": "Close %(app)s?", "close": "close", "home_title": "Home"}
        page = RUN_PAGE % {
            "config": json.dumps(self.host.config(label)).replace("<", "\\u003c"),
            "strings": json.dumps(strings),
        }
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": csp}
        return self.answer(200, page.encode(), headers)

    def outer_page(self) -> None:
        page = '<!doctype html><meta charset="utf-8"><title>chat</title><link rel="icon" href="data:,">'
        self.answer(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def app_file(self, label: str, path: str) -> None:
        self.host.asked.append(path)
        if path.startswith("/~b/"):
            return self.sdk_file(path.removeprefix("/~b/"))
        folder = self.host.apps.get(label)
        if folder is None:
            return self.answer(404, b"", {})
        path = re.sub(r"^/~v/[0-9a-f]{16}", "", path)
        file = folder / (path.lstrip("/") or "index.html")
        headers = {
            "Content-Security-Policy": APP_CSP.format(host=self.host.origin),
            "Referrer-Policy": "no-referrer",
            "Origin-Agent-Cluster": "?1",
        }
        return self.file(file, headers)

    def sdk_file(self, name: str) -> None:
        text = (SDK / name).read_text()
        if name == "relay.js":
            text = f"self.__BARNAMAK__={json.dumps({'host': self.host.origin})};{text}"
        self.answer(200, text.encode(), {"Content-Type": "text/javascript; charset=utf-8"})

    def file(self, path: Path, headers: dict[str, str]) -> None:
        if not path.is_file():
            return self.answer(404, b"", headers)
        body = path.read_bytes()
        if path.suffix == ".html":
            body = body.replace(b"<head>", b'<head><script src="/~b/relay.js"></script>', 1)
        media = guess_type(path.name)[0] or "application/octet-stream"
        return self.answer(200, body, {"Content-Type": f"{media}; charset=utf-8", **headers})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Cache-Control": "no-store", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def start() -> tuple[FakeHost, Any]:
    """Start on free ports; return the host and what stops it."""
    host = FakeHost()
    handler = type("BoundHandler", (Handler,), {"host": host})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    host.port = http.server_address[1]

    def talk(socket: ServerConnection) -> None:
        for text in socket:
            if json.loads(text) == {"do": "subscribe_launch", "launch": LAUNCH}:
                host.sockets.append(socket)
        if socket in host.sockets:
            host.sockets.remove(socket)

    sockets = serve(talk, "127.0.0.1", 0)
    host.socket_port = sockets.socket.getsockname()[1]
    for server in (http, sockets):
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop() -> None:
        http.shutdown()
        http.server_close()
        sockets.shutdown()

    return host, stop


def hostile_nonce() -> str:
    """Return a well-formed nonce, as an attacker would make it."""
    return secrets.token_hex(16)
