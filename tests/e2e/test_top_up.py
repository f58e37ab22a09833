"""Money in through the sandbox bank's own page, and out to a Sheba, in a real browser."""

import re

import pytest
import requests
from playwright.sync_api import Page, expect

from config.supervisor.testing import Product
from tests.e2e.people import DESK, PHONE, Visits, fa
from tests.e2e.test_accessibility import check

pytestmark = pytest.mark.e2e
SHEBA = "820540102680020817909002"


def fill_amount(page: Page, toman: str, words: str) -> None:
    page.get_by_label(fa("Amount"), exact=True).press_sequentially(toman)
    expect(page.locator("#amount-words")).to_have_text(words)


def pay_at_the_bank(page: Page, product: Product, button: str) -> None:
    page.wait_for_url(f"{product.plan.psp_url}/**")
    # The bank saw where the payer comes from; a real one turns away who comes from nowhere.
    assert "Referer" not in page.content()
    page.get_by_role("button", name=re.compile(button)).click()
    page.wait_for_url(re.compile(rf"{re.escape(product.origin)}/wallet/topup/top_\w+/$"))


@pytest.mark.parametrize("gateway", ["درگاه آزمایشی سداد", "درگاه آزمایشی زیبال"])
def test_a_top_up_goes_to_the_bank_and_comes_back_credited(
    visits: Visits, product: Product, gateway: str
) -> None:
    ali = visits.open("ali", "/wallet/topup/?next=/apps/")
    fill_amount(ali, "۱۲۵۰۰۰", "صد و بیست و پنج هزار تومان")
    expect(ali.get_by_label(fa("Amount"), exact=True)).to_have_value("۱۲۵٬۰۰۰")
    ali.get_by_label(gateway).check()
    ali.get_by_role("button", name=fa("Go to the bank")).click()

    pay_at_the_bank(ali, product, "^پرداخت")

    expect(ali.get_by_text(fa("The wallet was topped up"))).to_be_visible()
    expect(ali.get_by_text("۱۲۵٬۰۰۰+").or_(ali.get_by_text("+۱۲۵٬۰۰۰"))).to_be_visible()
    ali.get_by_role("link", name=fa("Go on"), exact=True).click()
    expect(ali).to_have_url(f"{product.origin}/apps/")


def test_who_cancels_at_the_bank_comes_back_to_a_page_that_says_so(
    visits: Visits, product: Product
) -> None:
    ali = visits.open("ali", "/wallet/topup/")
    ali.get_by_role("button", name="۵۰٬۰۰۰", exact=True).click()
    ali.get_by_role("button", name=fa("Go to the bank")).click()

    pay_at_the_bank(ali, product, "انصراف")

    expect(ali.get_by_text(fa("The payment was not made"))).to_be_visible()


def test_who_never_came_back_sees_the_page_learn_it_by_itself(
    visits: Visits, product: Product
) -> None:
    ali = visits.open("ali", "/wallet/topup/?amount=700000")
    ali.get_by_role("button", name=fa("Go to the bank")).click()
    ali.wait_for_url(f"{product.plan.psp_url}/**")
    books = f"{product.plan.psp_url}/control/orders"
    waiting = requests.get(books, timeout=10).json()["payments"]
    mine = next(row for row in waiting if row["token"] in ali.url)["callback_url"]
    watching = visits.open("ali", mine.replace("/back/", "/topup/") + "/")
    expect(watching.get_by_text(fa("The bank has not answered yet"))).to_be_visible()

    # Paid in a window whose way back leads nowhere.
    ali.route("**/wallet/back/**", lambda route: route.abort())
    visits.forgive("ERR_FAILED")
    ali.get_by_role("button", name=re.compile("^پرداخت")).click()

    expect(watching.get_by_text(fa("The wallet was topped up"))).to_be_visible()


def test_money_goes_out_to_a_sheba_that_names_its_bank(visits: Visits, product: Product) -> None:
    # Chromium says so of the shared head after many pages in one tab; the text is in this font.
    visits.forgive(r"vazirmatn-arabic\S* was preloaded using link preload but not used")
    ali = visits.open("ali", "/wallet/topup/?amount=300000")
    ali.get_by_role("button", name=fa("Go to the bank")).click()
    pay_at_the_bank(ali, product, "^پرداخت")
    ali.goto("/wallet/cashout/")
    ali.get_by_label(fa("Sheba of the account")).fill(SHEBA)
    expect(ali.locator("#sheba-told")).to_contain_text("بانک پارسیان")
    fill_amount(ali, "15000", "پانزده هزار تومان")
    ali.get_by_role("button", name=fa("Go on")).click()
    ali.get_by_role("button", name="واریز ۱۵٬۰۰۰ تومان به بانک پارسیان").click()

    ali.wait_for_url(re.compile(r"/wallet/cashout/out_\w+/$"))
    # The page follows the payout by itself until the sandbox has settled it.
    expect(ali.get_by_text(fa("The money is in the account."))).to_be_visible(timeout=60_000)


@pytest.mark.parametrize(("scheme", "screen"), [("light", PHONE), ("dark", DESK)])
def test_axe_finds_nothing_on_the_pages_of_money(
    visits: Visits, product: Product, scheme: str, screen: dict[str, int]
) -> None:
    visits.forgive(r"status of 400 .*/wallet/topup/")  # the amount that is too small
    how = {"scheme": scheme, "screen": screen, "bypass_csp": True}
    page = visits.open("ali", "/wallet/topup/", **how)
    check(page)
    page.get_by_label(fa("Amount"), exact=True).fill("1")
    page.get_by_role("button", name=fa("Go to the bank")).click()
    expect(page.locator("#amount-error")).to_be_visible()
    check(page)
    page.get_by_label(fa("Amount"), exact=True).fill("40000")
    page.get_by_role("button", name=fa("Go to the bank")).click()
    pay_at_the_bank(page, product, "^پرداخت")
    check(page)
    page.goto("/wallet/cashout/")
    check(page)
    page.get_by_label(fa("Sheba of the account")).fill(SHEBA)
    page.get_by_label(fa("Amount"), exact=True).fill("15000")
    page.get_by_role("button", name=fa("Go on")).click()
    expect(page.get_by_role("heading", name=fa("Is everything right?"))).to_be_visible()
    check(page)
