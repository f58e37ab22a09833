"""A maker's page on his own machine, opened from the console's desk in the real runner."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from config.supervisor.testing import Product
from tests.e2e.people import DESK, Visits

pytestmark = pytest.mark.e2e

PAGE = """<!doctype html><html lang="fa"><head><meta charset="utf-8"><link rel="icon" href="data:,">
<script src="%s/sdk/relay.js"></script><title>Mine</title></head><body><h1></h1><script>
(async () => {
  await barnamak.connected;
  await barnamak.storage.set("greeting", "salam");
  const token = await barnamak.getToken();
  const { sub } = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
  const { launch, user } = barnamak;
  document.querySelector("h1").textContent =
    [user.id, launch.chatType, launch.dir, launch.startParam, sub, await barnamak.storage.get("greeting")].join(" ");
  parent.postMessage('{"eventType":"web_app_nonsense"}', "https://web.telegram.org");
  barnamak.ready();
})();
</script></body></html>"""


@pytest.fixture
def my_page(product: Product) -> Iterator[str]:
    """The maker's own server, as a build tool runs it."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((PAGE % product.origin).encode())

        def log_message(self, *_args: object) -> None:
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_a_page_of_this_machine_meets_invented_people_and_each_message_is_shown(
    my_page: str, visits: Visits
) -> None:
    sara = visits.open("sara", "/console/", screen=DESK)
    first = sara.locator("a[href*='/console/apps/app_']").first.get_attribute("href") or ""
    sara.goto("/".join(first.split("/")[:4]) + "/desk/")
    sara.locator("#url").fill(my_page)
    sara.locator("#who").select_option("latin")
    sara.locator("#chat").select_option("group")
    sara.locator("#lang").select_option("en")
    sara.locator("#start").fill("table-4")
    sara.locator("#desk-form [type=submit]").click()

    page = sara.frame_locator("#desk-screen iframe").frame_locator("iframe.run-frame")
    expect(page.locator("h1")).to_have_text("3 group ltr table-4 desk-3 salam")
    log = sara.locator("#desk-log")
    expect(log.locator("li.desk-bad")).to_contain_text("web_app_nonsense")
    expect(log).to_contain_text("token.get")
    expect(log).to_contain_text("storage.set")
