"""A shop's whole way: a file of goods, a post, an order in the chat, a parcel, money, stars, a file.

The clock that makes the shop wait for its money is moved by hand.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from config.supervisor.testing import Product
from tests.e2e.people import DESK, Visits, enter_chat, fa

pytestmark = pytest.mark.e2e

SHOP, SLUG, GOODS, PIN = "دستباف نقش", "naghsh_baft", "گلیم راه‌راه سفر", "2580"
TRACKING = "RR123456789IR"
FILE = f"عنوان,قیمت (تومان),موجودی,شناسه\n{GOODS},۱۲۰٬۰۰۰ تومان,۵,KLM-7\nبی‌قیمت,,۱,KLM-8\n"
LATER = """
from django.utils import timezone
from storefront.orders import agreement, timers
from storefront.orders.models import Order
from wallet import accounts
order = Order.objects.latest("pk")
before = accounts.balance_of(accounts.of_maker(order.shop.maker)).available
Order.objects.filter(pk=order.pk).update(due_at=timezone.now())
timers.go_on(now=timezone.now())
order.refresh_from_db()
after = accounts.balance_of(accounts.of_maker(order.shop.maker)).available
print(order.state, after - before, len(agreement.differences()))
"""


def said_by(product: Product, code: str) -> str:
    return product.manage("shell", "-v", "0", "-c", code).strip().splitlines()[-1]


def import_goods(seller: Page) -> None:
    """Take a file in with one good row and one bad one; see both told, and the good one done."""
    seller.goto(f"/imports/in/{SLUG}/")
    seller.locator("input[type=file][name=file]").set_input_files(
        {"name": "goods.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    seller.get_by_role("button", name=fa("Go on")).click()
    seller.locator("input[name=unit][value=toman]").check()
    seller.locator("input[name=publish]").check()
    seller.get_by_role("button", name=fa("Check the rows")).click()
    state = seller.locator("#import-state")
    expect(state).to_have_attribute("data-state", "checked")
    expect(seller.locator("main")).to_contain_text(fa("There is no price"))
    state.locator("button.button--primary").click()
    expect(seller.locator("#import-state")).to_have_attribute("data-state", "done")


def post_goods(seller: Page) -> None:
    """Say something in the channel, with the new goods as a card."""
    seller.goto(f"/shops/desk/{SLUG}/posts/new/")
    seller.locator("#text").fill("تازه از دار پایین آمد")
    seller.get_by_role("checkbox", name=re.compile(GOODS)).check()
    seller.get_by_role("button", name=fa("Send or plan")).click()
    seller.wait_for_url(re.compile(r"/posts/$"))


def fill_cart(buyer: Page) -> None:
    """Follow the card in the channel to the goods, and put two of them into the cart."""
    enter_chat(buyer, SHOP)
    buyer.locator("#chat-pane a.product-card", has_text=GOODS).last.click()
    buyer.get_by_label(fa("How many")).fill("۲")
    buyer.get_by_role("button", name=fa("Put into the cart")).click()
    buyer.get_by_role("link", name=fa("Go on to the order")).click()


def write_address(buyer: Page) -> None:
    """Keep a first address, on the way through the checkout."""
    buyer.get_by_role("link", name=fa("Another address")).click()
    buyer.get_by_label(fa("Who receives it")).fill("علی رضایی")
    buyer.get_by_label(fa("Mobile number")).fill("۰۹۱۲ ۰۰۰ ۱۰۰۲")
    buyer.get_by_label(fa("Province")).select_option("تهران")
    buyer.get_by_label(fa("City")).fill("تهران")
    buyer.get_by_label(fa("Street, number, floor")).fill("خیابان ولیعصر، پلاک ۱۲")
    buyer.get_by_label(fa("Postal code")).fill("۱۹۳۹۶۱۴۳۵۷")
    buyer.get_by_role("button", name=fa("Keep this address")).click()


def order(buyer: Page) -> str:
    """Put the coupon and the PIN in, press the one button; return the order's id."""
    buyer.get_by_label(fa("Coupon")).fill("azar")
    buyer.get_by_role("button", name=fa("Apply")).click()
    # 240,000 less 24,000, and 45,000 for the post.
    button = buyer.get_by_role("button", name=re.compile("۲۶۱٬۰۰۰"))
    expect(button).to_be_visible()
    buyer.get_by_label(fa("Wallet PIN")).fill(PIN)
    button.click()
    buyer.wait_for_url(re.compile(r"/orders/ord_\w+/$"))
    return buyer.url.rstrip("/").rsplit("/", 1)[-1]


def card_in_chat(page: Page, order_id: str) -> Locator:
    """Go from the order's page to the chat; the card is written by a job."""
    chat = page.get_by_role("link", name=fa("To the chat"))
    for _ in range(20):
        if chat.count():
            break
        page.reload()
    chat.click()
    card = page.locator(f".order-card[data-order='{order_id}']")
    expect(card).to_be_visible()
    return card


def send_and_receive(hers: Locator, his: Locator, seller: Page) -> None:
    """Both windows draw the one card anew, without being loaded again."""
    expect(his).to_have_attribute("data-state", "placed")
    hers.get_by_role("button", name=fa("Accept the order")).click()
    expect(hers).to_have_attribute("data-state", "accepted")
    expect(his).to_have_attribute("data-state", "accepted")
    hers.get_by_role("link", name=fa("Send it")).click()
    seller.get_by_label(fa("Tracking code")).fill(TRACKING)
    seller.get_by_role("button", name=fa("All that is left was sent")).click()
    expect(his).to_have_attribute("data-state", "shipped")
    expect(his).to_contain_text(TRACKING)
    his.get_by_role("button", name=fa("I have received it")).click()
    expect(his).to_have_attribute("data-state", "completed")


def review(buyer: Page) -> None:
    """Find the goods by a spelling with an Arabic letter, and give five stars."""
    buyer.goto(f"/showcase/search/?q={GOODS.replace('ی', 'ي')}")
    buyer.get_by_role("link", name=re.compile(GOODS)).first.click()
    buyer.locator(".show-rate label").last.click()
    buyer.get_by_label(fa("What do you think?")).fill("دست بافنده‌اش درد نکند.")
    buyer.get_by_role("button", name=fa("Say it")).click()
    expect(buyer.locator(".show-opinion")).to_contain_text("دست بافنده‌اش درد نکند.")


def statement_of(buyer: Page) -> str:
    """Return the month as CSV."""
    buyer.goto("/wallet/export/")
    with buyer.expect_download() as saved:
        buyer.get_by_role("button", name="CSV").first.click()
    return saved.value.path().read_text(encoding="utf-8-sig")


def test_from_a_file_of_goods_to_money_stars_and_a_statement(visits: Visits, product: Product):
    seller = visits.open("sara", f"/imports/in/{SLUG}/", screen=DESK)
    import_goods(seller)
    post_goods(seller)

    buyer = visits.open("ali")
    fill_cart(buyer)
    write_address(buyer)
    placed = order(buyer)
    his = card_in_chat(buyer, placed)
    seller.goto(f"/orders/{placed}/")
    hers = card_in_chat(seller, placed)
    send_and_receive(hers, his, seller)

    # 261,000 toman less five percent of the 216,000 of the goods; nothing differs anywhere.
    assert said_by(product, LATER) == "settled 2502000 0"
    review(buyer)
    assert SHOP in statement_of(buyer)
