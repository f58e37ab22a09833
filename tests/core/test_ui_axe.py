"""axe finds nothing serious in the gallery, in both languages and both themes, on both screens."""

from collections.abc import Iterator
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser
from pytest_django.fixtures import Settings

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the parent's name
        pass


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    """Serve the pages from a thread of this process; the gallery needs no database."""
    settings.DEBUG = True
    with make_server("localhost", 0, get_wsgi_application(), Threads, Quiet) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("language", "theme", "screen"),
    [("fa", "light", PHONE), ("fa", "dark", DESK), ("en", "light", DESK), ("en", "dark", PHONE)],
)
def test_the_gallery_has_no_serious_finding_and_no_sideways_scroll(
    address: str,
    browser: Browser,
    language: str,
    theme: str,
    screen: dict[str, int],
) -> None:
    said: list[str] = []
    # axe is injected as a script, which the page's own policy rightly refuses.
    context = browser.new_context(viewport=screen, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)

    page.goto(f"{address}/gallery/?lang={language}&theme={theme}")
    found = Axe().run(page).response["violations"]
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    serious = [v["id"] for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []
    assert width <= screen["width"]
    assert said == []


@pytest.mark.e2e
def test_the_page_s_own_policy_is_enough_for_it(address: str, browser: Browser) -> None:
    said: list[str] = []
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)

    page.goto(f"{address}/gallery/?lang=fa&theme=light")
    page.get_by_role("button", name="باز کردن پنجره").click()
    page.get_by_role("dialog").get_by_role("button", name="انصراف").click()
    page.get_by_role("button", name="نمایش پیام کوتاه").click()
    shown = page.locator("#toasts .toast").count()
    font = page.evaluate("document.fonts.check('16px Vazirmatn', 'سلام')")
    context.close()

    assert said == []
    assert shown == 1
    assert font is True
