"""Money's whole way: into a wallet, to the café, onto the receipt and the maker's page, and back."""

import re

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from config.supervisor.testing import Product
from tests.e2e.people import (
    Visits,
    agree,
    answer,
    app_of,
    close_app,
    enter_chat,
    fa,
    main_button,
    runner,
    started,
)

pytestmark = pytest.mark.e2e

CAFE, WALLET, PIN = "کافه نارون", "کیف پول", "2580"
DEAF_MS = 550  # a sheet takes no press in the first half second
PAID = re.compile(r"heard payment\.captured of (pay_\w+)")
BALANCE = """
from identity.models import Person
from wallet import accounts
ali = Person.objects.get(phone="+989120001002")
print(accounts.balance_of(accounts.of_person(ali)).available)
"""


def balance(product: Product) -> int:
    return int(product.manage("shell", "-v", "0", "-c", BALANCE).strip().splitlines()[-1])


def cafe_log(product: Product) -> str:
    return (product.plan.logs / "cafe.log").read_text()


def top_up(page: Page, product: Product) -> None:
    """Bring 100 000 tomans into the wallet at the sandbox bank's own page."""
    page.goto("/wallet/topup/?amount=1000000")
    page.get_by_role("button", name=fa("Go to the bank")).click()
    page.wait_for_url(f"{product.plan.psp_url}/**")
    page.get_by_role("button", name=re.compile("^پرداخت")).click()
    expect(page.get_by_text(fa("The wallet was topped up"))).to_be_visible()


def money_page_of(page: Page) -> str:
    """Return the address of the maker's money page, from the console's home."""
    page.goto("/console/")
    maker = page.locator("a[href^='/console/makers/mkr_']").first
    return f"{maker.get_attribute('href')}money/"


def open_cafe(page: Page) -> FrameLocator:
    page.goto("/")
    enter_chat(page, CAFE)
    page.locator("#chat-pane [data-app]").last.click()
    expect(runner(page).locator("iframe.run-frame, .consent")).to_be_visible()
    if runner(page).locator(".consent").is_visible():
        agree(page)
    started(page)
    return app_of(page)


def fill_cart(page: Page, app: FrameLocator) -> Locator:
    """Order two things, press pay, and return the sheet when it takes presses."""
    for item in ("لاته", "چای لاهیجان"):
        app.get_by_role("button", name=f"افزودن {item}", exact=True).click()
    main_button(page).click()
    expect(main_button(page)).to_have_text("پرداخت، ۱۳۳٬۰۰۰ تومان")
    main_button(page).click()
    sheet = runner(page).locator("dialog.pay-sheet")
    expect(sheet).to_be_visible()
    page.wait_for_timeout(DEAF_MS)
    return sheet


def pay(page: Page, sheet: Locator) -> None:
    """Press pay, give the PIN, and go back to the app from the receipt."""
    sheet.locator("[data-pay=pay]").click()
    sheet.locator("#pay-pin").fill(PIN)
    page.wait_for_timeout(DEAF_MS)
    sheet.locator("[data-pay=pay]").click()
    expect(sheet).to_contain_text(fa("Receipt number"))
    sheet.locator("[data-pay=done]").click()


def test_a_coffee_is_paid_told_to_everybody_and_paid_back(visits: Visits, product: Product) -> None:
    ali = visits.open("ali")
    poor = balance(product)
    top_up(ali, product)
    assert balance(product) == poor + 1_000_000
    app = open_cafe(ali)
    before = balance(product)
    sheet = fill_cart(ali, app)
    for words in ("استودیو نارون", "۱۳۳٬۰۰۰ تومان", "۱٬۳۳۰٬۰۰۰ ریال", "لاته × ۱"):
        expect(sheet).to_contain_text(words)
    pay(ali, sheet)

    # The café's server has verified the token; its number is on the ticket.
    ticket = app.locator(".ticket")
    expect(ticket).to_contain_text("پرداخت شد")
    number = app.locator(".receipt-number").inner_text()
    assert re.fullmatch(r"pay_\w+", number)
    assert re.search(r'"POST /orders/ord_\w+/paid HTTP/1.1" 200', cafe_log(product))
    assert balance(product) == before - 1_330_000
    # And it has heard the same from the platform, signed.
    product.wait_until(lambda: number in PAID.findall(cafe_log(product)), within_s=60)
    close_app(ali)

    # The receipt is in the payer's own chat.
    ali.goto("/")
    enter_chat(ali, WALLET)
    card = ali.locator("#chat-pane .receipt-card").last
    expect(card).to_contain_text("۱۳۳٬۰۰۰")
    card.get_by_role("link").click()
    expect(ali.locator("[data-receipt]")).to_contain_text(number)

    # The maker sees the payment at the top of her money page.
    sara = visits.open("sara")
    sara.goto(money_page_of(sara))
    newest = sara.locator("table tbody tr").first
    expect(newest).to_contain_text("۱۳۳٬۰۰۰")
    expect(newest.locator(f"a[href*='{number}']")).to_be_visible()

    # The order is cancelled in the café, and the money is back.
    app = open_cafe(ali)
    app.get_by_role("button", name="سفارش‌های من").click()
    app.locator(".past").first.click()
    app.get_by_role("button", name="لغو سفارش").click()
    answer(ali, "لغو سفارش")
    expect(ticket).to_contain_text("۱۳۳٬۰۰۰ تومان به کیف پول برگشت")
    assert balance(product) == before
    close_app(ali)
    ali.goto("/")
    enter_chat(ali, WALLET)
    expect(card).to_contain_text(fa("Returned"))


def test_who_leaves_the_sheet_has_ordered_nothing_and_may_pay_again(
    visits: Visits, product: Product
) -> None:
    ali = visits.open("ali")
    app = open_cafe(ali)
    before = balance(product)
    sheet = fill_cart(ali, app)
    sheet.locator("[data-pay=cancel]").click()
    expect(main_button(ali)).to_have_text("پرداخت، ۱۳۳٬۰۰۰ تومان")
    assert balance(product) == before

    main_button(ali).click()
    expect(sheet).to_be_visible()
    ali.wait_for_timeout(DEAF_MS)
    pay(ali, sheet)

    expect(app.locator(".ticket")).to_contain_text("پرداخت شد")
    assert balance(product) == before - 1_330_000
    close_app(ali)
