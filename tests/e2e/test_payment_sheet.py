"""The payment sheet in a real browser: over an app in three dialects, attacked, and on pay pages."""

import json
import re

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, Route, expect

from config.supervisor.testing import Product
from tests.e2e.people import DESK, Visits, app_of, enter_chat, fa, runner
from tests.e2e.test_accessibility import serious
from tests.e2e.till import PIN, Till

pytestmark = pytest.mark.e2e
DEAF_MS = 550  # a sheet takes no press in the first half second
LINES = (("لاته", 250_000), ("کیک زعفرانی", 450_000), ("تخفیف", -100_000))


@pytest.fixture(scope="module")
def till(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Till:
    made = Till(product)
    made.open(tmp_path_factory.mktemp("till"))
    return made


@pytest.fixture
def ali(visits: Visits, till: Till) -> Page:
    page = visits.open("ali", "/a/sandogh")
    expect(app_of(page).locator("[data-by=modern]")).to_be_visible()
    return page


def sheet_of(page: Page | FrameLocator) -> Locator:
    return page.locator("dialog.pay-sheet")


def open_invoice(page: Page, invoice: str, by: str = "modern") -> Locator:
    """Let the app ask for it, and return the sheet when it takes presses."""
    app = app_of(page)
    app.locator("#outcome").evaluate("(output) => { output.textContent = ''; }")
    app.locator("#invoice").fill(invoice)
    app.locator(f"[data-by={by}]").click()
    sheet = sheet_of(runner(page))
    expect(sheet).to_be_visible()
    page.wait_for_timeout(DEAF_MS)
    return sheet


def outcome(page: Page) -> dict[str, object]:
    """Return what the app was told, when it was."""
    told = app_of(page).locator("#outcome")
    expect(told).not_to_be_empty()
    return dict(json.loads(told.inner_text()))


def press(sheet: Locator, name: str) -> None:
    sheet.locator(f"[data-pay={name}]").click()


def test_telegrams_page_is_paid_and_the_receipt_comes_to_the_chats(ali: Page, till: Till) -> None:
    invoice = till.ask()
    sheet = open_invoice(ali, invoice, "telegram")
    expect(sheet).to_contain_text("استودیو نارون")
    expect(sheet).to_contain_text("۱۲٬۵۰۰ تومان")
    expect(sheet).to_contain_text("۱۲۵٬۰۰۰ ریال")
    pay = sheet.locator("[data-pay=pay]")
    expect(pay).to_have_text(re.compile("پرداخت .*۱۲٬۵۰۰ تومان.* به .*استودیو نارون"))

    pay.click()

    expect(sheet).to_contain_text(fa("Receipt number"))
    press(sheet, "done")
    assert outcome(ali) == {"status": "paid"}
    assert till.times_paid(invoice) == 1
    ali.goto("/")
    enter_chat(ali, "کیف پول")
    card = ali.locator("#chat-pane .receipt-card").last
    expect(card).to_contain_text("دو لاته")
    card.get_by_role("link").click()
    expect(ali.locator("[data-receipt]")).to_contain_text("۱۲۵٬۰۰۰ ریال")


def test_our_own_page_gets_a_token_and_bales_page_an_object(ali: Page, till: Till) -> None:
    sheet = open_invoice(ali, till.ask())
    press(sheet, "pay")
    press(sheet, "done")
    told = outcome(ali)
    assert (told["status"], str(told["token"]).count(".")) == ("paid", 2)

    sheet = open_invoice(ali, till.ask(), "bale")
    press(sheet, "cancel")
    assert outcome(ali) == {"status": "cancelled"}


def test_a_large_amount_asks_for_the_pin_and_says_what_was_wrong(
    ali: Page, till: Till, visits: Visits
) -> None:
    visits.forgive("status of 402")
    invoice = till.ask(650_000, lines=(*LINES[:2], ("تخفیف", -50000)))
    sheet = open_invoice(ali, invoice)
    press(sheet, "pay")
    ali.wait_for_timeout(DEAF_MS)
    field = sheet.get_by_label(fa("Wallet PIN")).and_(sheet.locator("input"))
    expect(field).to_be_focused()
    press(sheet, "pay")
    expect(sheet.get_by_role("alert")).to_have_text(fa("Enter your wallet PIN."))

    ali.keyboard.type("۱۱۱۱")
    press(sheet, "pay")
    expect(sheet.get_by_role("alert")).to_contain_text("۲ بار دیگر")
    for digit in PIN:
        sheet.locator(f"[data-key='{digit}']").click()
    ali.keyboard.press("Enter")

    press(sheet, "done")
    assert outcome(ali)["status"] == "paid"
    assert till.times_paid(invoice) == 1


def test_too_many_wrong_pins_say_until_when(ali: Page, till: Till, visits: Visits) -> None:
    visits.forgive("status of 402")
    sheet = open_invoice(ali, till.ask(600_000))
    press(sheet, "pay")
    ali.wait_for_timeout(DEAF_MS)
    for _try in range(3):
        sheet.locator("#pay-pin").fill("1111")
        press(sheet, "pay")
        expect(sheet.locator("[data-pay=pay]")).to_have_attribute("aria-busy", "false")
    expect(sheet.get_by_role("alert")).to_contain_text(re.compile("[۰-۹]{2}:[۰-۹]{2}"))
    press(sheet, "cancel")
    till.forget_wrong_pins()


def test_a_double_tap_is_one_payment(ali: Page, till: Till) -> None:
    invoice = till.ask()
    calls: list[str] = []
    ali.context.on(
        "request",
        lambda asked: (
            calls.append(asked.url) if "payments.confirm" in (asked.post_data or "") else None
        ),
    )
    sheet = open_invoice(ali, invoice)

    sheet.locator("[data-pay=pay]").evaluate("(one) => { one.click(); one.click(); one.click(); }")

    press(sheet, "done")
    assert outcome(ali)["status"] == "paid"
    assert (len(calls), till.times_paid(invoice)) == (1, 1)


def test_the_sheet_is_deaf_while_it_comes_up(ali: Page, till: Till) -> None:
    invoice = till.ask()
    app = app_of(ali)
    app.locator("#invoice").fill(invoice)
    app.locator("[data-by=modern]").click()
    sheet = sheet_of(runner(ali))
    # In the very moment it is there: faster than a person, as a tap meant for the app would be.
    runner(ali).locator("body").evaluate("""() => new Promise((done) => {
      const look = setInterval(() => {
        const button = document.querySelector("[data-pay=pay]");
        if (button) { button.click(); clearInterval(look); done(); }
      }, 5);
    })""")
    ali.wait_for_timeout(DEAF_MS)

    expect(sheet.locator("[data-pay=pay]")).to_be_visible()
    press(sheet, "cancel")
    assert outcome(ali)["status"] == "cancelled"
    assert till.times_paid(invoice) == 0


def test_escape_cancels_and_nothing_is_paid(ali: Page, till: Till) -> None:
    invoice = till.ask()
    open_invoice(ali, invoice, "telegram")

    ali.keyboard.press("Escape")

    assert outcome(ali) == {"status": "cancelled"}
    assert till.times_paid(invoice) == 0


def test_no_app_covers_closes_presses_or_restyles_the_sheet(ali: Page, till: Till) -> None:
    invoice = till.ask()
    app, sheet = app_of(ali), sheet_of(runner(ali))
    app.locator("#invoice").fill(invoice)
    app.locator("[data-by=attack]").click()
    expect(app.locator("#attacks")).not_to_be_empty()
    attacks = json.loads(app.locator("#attacks").text_content() or "{}")
    ali.wait_for_timeout(300)

    expect(sheet).to_be_visible()
    assert attacks["second-sheet"] == "threw busy"
    assert attacks["popup"] == "threw busy"
    assert attacks["reach"] == "threw SecurityError"
    assert app.locator("#outcome").text_content() == ""
    run = runner(ali).locator("body")
    assert run.evaluate("() => document.fullscreenElement === null")
    # Whatever is asked at the middle of the button, the button answers.
    assert run.evaluate("""() => {
      const box = document.querySelector("[data-pay=pay]").getBoundingClientRect();
      const found = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return found.closest("[data-pay=pay]") !== null;
    }""")
    assert run.evaluate("() => document.querySelector('iframe.run-frame').inert")
    app.locator("#invoice").evaluate("one => { window.focus(); one.focus(); }")
    ali.wait_for_timeout(300)
    assert run.evaluate("() => document.activeElement.closest('dialog.pay-sheet') !== null")
    colour = sheet.evaluate("(one) => getComputedStyle(one).backgroundColor")
    assert colour == "rgb(255, 255, 255)"
    assert till.times_paid(invoice) == 0
    press(sheet, "cancel")
    assert outcome(ali) == {"status": "cancelled"}


def test_an_app_that_keeps_taking_the_focus_is_not_paid(ali: Page, till: Till) -> None:
    invoice = till.ask()
    sheet = open_invoice(ali, invoice)
    field = app_of(ali).locator("#invoice")

    field.evaluate("one => { window.taking = setInterval(() => one.focus(), 20); }")

    expect(sheet).to_have_count(0)
    field.evaluate("() => clearInterval(window.taking)")
    assert outcome(ali)["status"] == "cancelled"
    assert till.times_paid(invoice) == 0


def test_a_seller_who_does_not_answer_takes_no_money(ali: Page, till: Till) -> None:
    invoice = till.ask(ask_first=True)
    sheet = open_invoice(ali, invoice, "telegram")
    expect(sheet).to_contain_text(
        fa("The seller confirms first, within ten seconds; without a yes no money is taken.")
    )
    press(sheet, "pay")

    expect(sheet).to_contain_text(fa("No money was taken."))
    press(sheet, "done")
    assert outcome(ali) == {"status": "failed"}
    assert till.times_paid(invoice) == 0


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    ali: Page, till: Till, visits: Visits
) -> None:
    visits.forgive("ERR_FAILED")
    invoice = till.ask()
    keys: list[str] = []

    def lose(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        if body.get("method") != "payments.confirm":
            return route.continue_()
        keys.append(body["params"]["key"])
        if len(keys) > 1:
            return route.continue_()
        route.fetch()  # it arrived and was carried out; the answer did not come back
        return route.abort()

    ali.context.route("**/run/*/bridge", lose)
    sheet = open_invoice(ali, invoice)
    press(sheet, "pay")
    expect(sheet.get_by_role("alert")).to_contain_text("معلوم نیست")
    expect(sheet.locator("[data-pay=pay]")).to_have_text(fa("Try again"))
    ali.wait_for_timeout(DEAF_MS)

    press(sheet, "pay")

    press(sheet, "done")
    assert outcome(ali)["status"] == "paid"
    assert keys[0] == keys[1]
    assert till.times_paid(invoice) == 1
    ali.context.unroute("**/run/*/bridge")


def test_who_leaves_without_an_answer_leaves_it_pending(
    ali: Page, till: Till, visits: Visits
) -> None:
    visits.forgive("ERR_FAILED")
    ali.context.route(
        "**/run/*/bridge",
        lambda route: (
            route.abort()
            if "payments.confirm" in (route.request.post_data or "")
            else route.continue_()
        ),
    )
    sheet = open_invoice(ali, till.ask(), "telegram")
    press(sheet, "pay")
    expect(sheet.get_by_role("alert")).to_be_visible()

    press(sheet, "cancel")

    assert outcome(ali) == {"status": "pending"}
    ali.context.unroute("**/run/*/bridge")


def test_what_no_app_may_open_is_a_typed_error(ali: Page, till: Till, visits: Visits) -> None:
    visits.forgive("status of 4")
    foreign = till.ask(inside=False)
    app = app_of(ali)
    for named, code in ((foreign, "not-found"), ("inv_x", "invalid-params")):
        app.locator("#outcome").evaluate("(output) => { output.textContent = ''; }")
        app.locator("#invoice").fill(named)
        app.locator("[data-by=modern]").click()
        assert outcome(ali) == {"code": code, "retryable": False}
    expect(sheet_of(runner(ali))).to_have_count(0)


def test_a_first_pin_is_chosen_in_the_sheet(visits: Visits, till: Till) -> None:
    maryam = visits.open("maryam", f"/pay/{till.ask(700_000, inside=False)}")
    sheet = sheet_of(maryam)
    expect(sheet).to_contain_text(fa("Choose a wallet PIN"))
    maryam.wait_for_timeout(DEAF_MS)
    for written, told in (
        ("1234", "This PIN is too easy to guess. Choose another one of 4 to 8 digits."),
        ("4826", ""),
        ("4827", "The two PINs are not the same. Choose again."),
        ("4826", ""),
    ):
        sheet.locator("#pay-pin").fill(written)
        maryam.wait_for_timeout(DEAF_MS)
        press(sheet, "pin")
        if told:
            expect(sheet.get_by_role("alert")).to_have_text(fa(told))
    sheet.locator("#pay-pin").fill("4826")
    maryam.wait_for_timeout(DEAF_MS)
    press(sheet, "pin")

    expect(sheet.locator("[data-pay=pay]")).to_be_visible()
    maryam.goto("/wallet/limits/")
    expect(maryam.get_by_text(fa("chosen"), exact=True)).to_be_visible()


def test_an_invoice_of_no_app_is_paid_on_its_page(visits: Visits, till: Till) -> None:
    invoice = till.ask(inside=False)
    ali = visits.open("ali", f"/pay/{invoice}", screen=DESK)
    sheet = sheet_of(ali)
    expect(sheet).to_be_visible()
    ali.wait_for_timeout(DEAF_MS)
    press(sheet, "cancel")
    ali.get_by_role("button", name=fa("Go to payment")).click()
    ali.wait_for_timeout(DEAF_MS)
    press(sheet, "pay")
    press(sheet, "done")

    expect(ali).to_have_url(re.compile("/wallet/payments/pay_"))
    expect(ali.locator("[data-receipt]")).to_contain_text("دو لاته")
    assert till.times_paid(invoice) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_sheet(visits: Visits, till: Till, scheme: str) -> None:
    invoice = till.ask(
        650_000, inside=False, about="میز ۷ (Table 7)", lines=(*LINES[:2], ("تخفیف", -50000))
    )
    ali = visits.open("ali", f"/pay/{invoice}", scheme=scheme, bypass_csp=True)
    sheet = sheet_of(ali)
    expect(sheet).to_be_visible()
    assert serious(ali) == []
    ali.wait_for_timeout(DEAF_MS)
    press(sheet, "pay")
    sheet.locator("#pay-pin").fill(PIN)
    assert serious(ali) == []
    ali.wait_for_timeout(DEAF_MS)
    press(sheet, "pay")
    expect(sheet).to_contain_text(fa("Receipt number"))
    assert serious(ali) == []
    for path in (
        "/wallet/",
        "/wallet/months/",
        "/wallet/export/",
        "/wallet/limits/",
        "/wallet/pin/",
    ):
        ali.goto(path)
        assert serious(ali) == []
    ali.goto("/wallet/")
    ali.locator("[data-move] a").first.click()
    expect(ali).to_have_url(re.compile("/wallet/moves/trf_"))
    assert serious(ali) == []
