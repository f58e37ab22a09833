"""The payer's pages in a real browser: there, pay, back to the merchant; in each way it can go wrong."""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from wallet.gateways.interface import GatewayOrder, State

pytestmark = pytest.mark.e2e

NUMBERS = itertools.count(time.time_ns() // 1_000)
PAY, CANCEL = "پرداخت ۱۲٬۵۰۰ تومان", "انصراف"


@dataclass
class Merchant:
    """A shop with a door for payers who come back, on another site than the bank."""

    came: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        assert self.server is not None
        return f"http://localhost:{self.server.server_port}"


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    shop = Merchant()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b""
            if self.command == "POST":
                body = self.rfile.read(int(self.headers["Content-Length"]))
            address = urlsplit(self.path)
            if address.path == "/back":
                fields = dict(parse_qsl(address.query) + parse_qsl(body.decode()))
                shop.came.append((self.command, fields))
                self.send_response(303)
                self.send_header("Location", "/done")
            else:
                self.send_response(200 if address.path == "/done" else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815  # the base class's names

        def log_message(self, *_args: object) -> None:
            return

    shop.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=shop.server.serve_forever, args=(0.02,), daemon=True).start()
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A payer's phone whose console stays silent."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        locale="fa-IR",
    )
    window = context.new_page()
    said: list[str] = []
    window.on("console", lambda message: said.append(message.text))
    window.on("pageerror", lambda error: said.append(str(error)))
    yield window
    context.close()
    assert [text for text in said if "favicon" not in text and "404" not in text] == []


def begin(psp, merchant, name="sandbox"):
    gateway = psp.gateway(name)
    new = GatewayOrder(
        order_id=str(next(NUMBERS)), amount_rials=125_000, callback_url=f"{merchant.url}/back?of=7"
    )
    redirect = gateway.initiate(new)
    known = GatewayOrder(order_id=new.order_id, amount_rials=new.amount_rials, token=redirect.token)
    return gateway, known, redirect.url


def choose(page, failure):
    page.get_by_text("آزمودن یک خطا").click()
    page.locator(f'input[value="{failure}"]').check()


@pytest.mark.parametrize(("name", "method"), [("sandbox", "POST"), ("sandbox-zibal", "GET")])
def test_a_payer_pays_and_is_brought_back(psp, merchant, page, name, method):
    gateway, order, url = begin(psp, merchant, name)
    page.goto(url)
    expect(page.get_by_text("درگاه آزمایشی")).to_be_visible()

    page.get_by_role("button", name=PAY).click()
    page.wait_for_url(f"{merchant.url}/done")

    ((how, fields),) = merchant.came
    assert how == method
    assert fields["of"] == "7", "the merchant's own query is kept"
    assert gateway.verify(order, gateway.read_callback(fields)).state is State.PAID


@pytest.mark.parametrize("name", ["sandbox", "sandbox-zibal"])
def test_a_payer_who_cancels_is_brought_back_without_having_paid(psp, merchant, page, name):
    gateway, order, url = begin(psp, merchant, name)
    page.goto(url)

    page.get_by_role("button", name=CANCEL).click()
    page.wait_for_url(f"{merchant.url}/done")

    callback = gateway.read_callback(merchant.came[0][1])
    assert not callback.says_paid
    assert gateway.verify(order, callback).state is State.FAILED


def test_a_double_tap_is_one_payment(psp, merchant, page):
    _gateway, order, url = begin(psp, merchant)
    page.goto(url)

    page.get_by_role("button", name=PAY).dblclick()
    page.wait_for_url(f"{merchant.url}/done")

    assert len(merchant.came) == 1
    assert psp.payment(order.token)["paid_rials"] == 125_000


@pytest.mark.parametrize("name", ["sandbox", "sandbox-zibal"])
def test_a_callback_can_come_twice(psp, merchant, page, name):
    _gateway, _order, url = begin(psp, merchant, name)
    page.goto(url)
    choose(page, "callback-twice")

    page.get_by_role("button", name=PAY).click()
    page.wait_for_url(f"{merchant.url}/done")

    assert len(merchant.came) == 2
    assert json.dumps(merchant.came[0]) == json.dumps(merchant.came[1])


def test_a_callback_can_come_late(psp, merchant, page):
    psp.control(late_s=2)
    _gateway, order, url = begin(psp, merchant)
    page.goto(url)
    choose(page, "callback-late")

    page.get_by_role("button", name=PAY).click()
    expect(page.get_by_text("بازگشت دیر فرستاده می‌شود")).to_be_visible()
    assert psp.payment(order.token)["state"] == "paid"
    assert merchant.came == []
    page.wait_for_url(f"{merchant.url}/done")

    assert len(merchant.came) == 1


def test_a_callback_can_stay_away(psp, merchant, page):
    gateway, order, url = begin(psp, merchant)
    page.goto(url)
    choose(page, "callback-never")

    page.get_by_role("button", name=PAY).click()
    expect(page.get_by_text("بازگشتی به پذیرنده فرستاده نمی‌شود")).to_be_visible()

    expect(page.get_by_role("button")).to_have_count(0)
    assert merchant.came == []
    assert gateway.verify(order).state is State.PAID


def test_a_callback_can_lie(psp, merchant, page):
    gateway, order, url = begin(psp, merchant)
    page.goto(url)
    choose(page, "callback-forged")

    page.get_by_role("button", name=PAY).click()
    page.wait_for_url(f"{merchant.url}/done")

    callback = gateway.read_callback(merchant.came[0][1])
    assert callback.says_paid
    assert not gateway.verify(order, callback).is_paid


def test_a_payer_who_reloads_after_paying_is_brought_back_again(psp, merchant, page):
    _gateway, _order, url = begin(psp, merchant)
    page.goto(url)
    page.get_by_role("button", name=PAY).click()
    page.wait_for_url(f"{merchant.url}/done")

    page.goto(url)
    page.wait_for_url(f"{merchant.url}/done")

    assert len(merchant.came) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(psp, merchant, browser, scheme):
    _gateway, _order, url = begin(psp, merchant)
    # axe is injected as a script, which the pages' own policy rightly refuses.
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(url)
    choose(page, "callback-never")
    serious = found(page)

    page.get_by_role("button", name=PAY).click()
    expect(page.get_by_text("پرداخت انجام شد")).to_be_visible()
    serious += found(page)
    page.goto(f"{psp.url}/start/77")
    serious += found(page)
    context.close()

    assert serious == []


def found(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"{one['id']} {one['nodes'][0]['html']}"
        for one in violations
        if one["impact"] in ("serious", "critical")
    ]
