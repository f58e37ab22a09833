"""The bridge: a call against a bare echo, sizes, first paint in the host against direct.

    python -m bench bridge

The real runner page and relay in Chromium, without the rest of the product, so that only the
bridge is measured: round trips over the port and over Telegram's wire beside a page of another
site that sends a message straight back; then the café example, from the start of the navigation
to its first contentful paint, in the runner and opened by itself. Rounds take turns.
"""

import gzip
import statistics
import tempfile
from pathlib import Path
from typing import Any

import brotli
from playwright.sync_api import Browser, Frame, Page, sync_playwright

from config.supervisor import chromium
from examples import build
from tests.e2e.fake_host import FakeHost, start

ROOT = Path(__file__).parents[1]
CALLS = 90  # below the burst that the host lets through at once
ROUNDS = 5
ECHO = """<!doctype html><script src="echo.js"></script>"""
ECHO_JS = """addEventListener("message", (e) => {
  if (e.data.echo) e.source.postMessage(e.data, e.origin);
});"""
BARE = """(calls) => new Promise((done) => {
  const took = [], frame = document.querySelector("iframe").contentWindow;
  let began = 0;
  const next = () => { began = performance.now(); frame.postMessage({ echo: 1 }, "*"); };
  addEventListener("message", () => {
    took.push(performance.now() - began);
    if (took.length < calls) next(); else done(took);
  });
  next();
})"""
PORT = """async (calls) => {
  await barnamak.connected;
  const took = [];
  for (let n = 0; n < calls; n += 1) {
    const began = performance.now();
    await barnamak.backButton.set({ visible: false });
    took.push(performance.now() - began);
  }
  return took;
}"""
WIRE = """(calls) => new Promise((done) => {
  const took = [];
  let began = 0;
  const next = () => {
    began = performance.now();
    parent.postMessage('{"eventType":"web_app_request_theme"}', "https://web.telegram.org");
  };
  addEventListener("message", ({ data }) => {
    if (typeof data !== "string" || !data.includes("theme_changed")) return;
    took.push(performance.now() - began);
    if (took.length < calls) next(); else done(took);
  });
  next();
})"""
PAINT = """() => new Promise((done) => {
  const tell = () => {
    const [entry] = performance.getEntriesByName("first-contentful-paint");
    if (entry) done(performance.timeOrigin + entry.startTime); else setTimeout(tell, 20);
  };
  tell();
})"""
BEGAN = "performance.timeOrigin"
FILES = {
    "relay.js": ROOT / "sdk/app/relay.js",
    "telegram-web-app.js": ROOT / "sdk/app/telegram-web-app.js",
    "bale-web-app.js": ROOT / "sdk/app/bale-web-app.js",
}
MODULES = ("index", "asks", "errors", "lifecycle", "server-calls", "theme")


def measure() -> None:
    """Print round trips, sizes and first paints."""
    _sizes()
    host, stop = start()
    found = chromium.find_or_get(chromium.browsers_folder())
    if found is None:
        raise RuntimeError("no Chromium is here and none can be had")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(found.path), args=list(found.arguments), env=dict(found.env)
        )
        try:
            _prepare(host, Path(folder))
            _round_trips(browser, host)
            _first_paint(browser, host)
        finally:
            browser.close()
            stop()


def _sizes() -> None:
    print("  sizes in bytes: as it is, gzip, brotli")
    texts = {name: path.read_bytes() for name, path in FILES.items()}
    texts["sdk, its modules"] = b"".join(
        (ROOT / f"sdk/src/{name}.js").read_bytes() for name in MODULES
    )
    for name, text in texts.items():
        small = len(gzip.compress(text, 9)), len(brotli.compress(text))
        print(f"    {name:<20} {len(text):>7} {small[0]:>7} {small[1]:>7}")


def _prepare(host: FakeHost, folder: Path) -> None:
    for name in ("app", "bare"):
        (folder / name).mkdir()
    (folder / "app/index.html").write_text(
        "<!doctype html><html><head><title>a</title></head></html>"
    )
    (folder / "bare/echo.htm").write_text(ECHO)
    (folder / "bare/echo.js").write_text(ECHO_JS)
    host.apps["app"], host.apps["bare"] = folder / "app", folder / "bare"
    for path, content in build.files_of("cafe").items():
        file = folder / "cafe" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    host.apps["cafe"] = folder / "cafe"


def _frame(page: Page, host: FakeHost, label: str) -> Frame:
    handle = page.wait_for_selector("iframe.run-frame")
    frame = handle.content_frame() if handle else None
    assert frame is not None
    frame.wait_for_url(f"{host.origin_of(label)}/**", wait_until="load")
    return frame


def _round_trips(browser: Browser, host: FakeHost) -> None:
    took: dict[str, list[float]] = {"bare echo": [], "port": [], "telegram's wire": []}
    for _round in range(ROUNDS):
        page = browser.new_page()
        page.goto(f"{host.origin}/run/outer")
        page.evaluate(
            "(url) => new Promise((done) => { const f = document.createElement('iframe');"
            " f.onload = done; f.src = url; document.body.append(f); })",
            f"{host.origin_of('bare')}/echo.htm",
        )
        took["bare echo"] += page.evaluate(BARE, CALLS)
        page.close()
        for name, script in (("port", PORT), ("telegram's wire", WIRE)):
            page = browser.new_page()
            page.goto(host.run_url("app"))
            took[name] += _frame(page, host, "app").evaluate(script, CALLS)
            page.close()
    print(f"  round trips of {ROUNDS} times {CALLS} calls, one after the other, in ms")
    bare = _percentiles(took["bare echo"])
    for name, times in took.items():
        p50, p95 = _percentiles(times)
        ratio = f"{p50 / bare[0]:.1f} and {p95 / bare[1]:.1f} times the echo"
        print(f"    {name:<20} p50 {p50:6.2f}  p95 {p95:6.2f}  {ratio}")


def _percentiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=20)
    return cuts[9], cuts[18]


def _first_paint(browser: Browser, host: FakeHost) -> None:
    hosted, direct = [], []
    for _round in range(ROUNDS):
        page = browser.new_page()
        page.goto(host.run_url("cafe"))
        began: Any = page.evaluate(BEGAN)
        hosted.append(_frame(page, host, "cafe").evaluate(PAINT) - began)
        page.close()
        page = browser.new_page()
        page.goto(f"{host.origin_of('cafe')}/")
        direct.append(page.evaluate(PAINT) - page.evaluate(BEGAN))
        page.close()
    ours, theirs = statistics.median(hosted), statistics.median(direct)
    print("  the café from the start of the navigation to its first contentful paint, median")
    print(f"    in the runner {ours:.0f} ms, by itself {theirs:.0f} ms: {ours / theirs:.2f} times")
