"""An order's whole way: from the cart through the card in the chat to the shop's money."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from config.supervisor.testing import Product
from tests.e2e.people import Visits, fa

pytestmark = pytest.mark.e2e

SHOP, PIN = "mahan_saffron", "2580"
PUT = """
from django.utils import timezone
from identity.models import Person
from storefront.orders import carts
from storefront.shops.models import Variant
ali = Person.objects.get(phone="+989120001002")
variant = Variant.objects.filter(shop__slug="mahan_saffron", product__title="زرشک پفکی").first()
carts.add(person=ali, shop=variant.shop, variant_id=variant.public_id, quantity=2,
          now=timezone.now())
"""
LATER = """
from django.utils import timezone
from storefront.orders import agreement, timers
from storefront.orders.models import Order
from wallet import accounts
order = Order.objects.latest("pk")
Order.objects.filter(pk=order.pk).update(due_at=timezone.now())
timers.go_on(now=timezone.now())
order.refresh_from_db()
earned = accounts.balance_of(accounts.of_maker(order.shop.maker)).available
print(order.state, earned, len(agreement.differences()))
"""


def said_by(product: Product, code: str) -> str:
    return product.manage("shell", "-v", "0", "-c", code).strip().splitlines()[-1]


def write_address(page: Page) -> None:
    """Keep a first address, on the way through the checkout."""
    page.get_by_role("link", name=fa("Another address")).click()
    page.get_by_label(fa("Who receives it")).fill("علی رضایی")
    page.get_by_label(fa("Mobile number")).fill("۰۹۱۲ ۰۰۰ ۱۰۰۲")
    page.get_by_label(fa("Province")).select_option("تهران")
    page.get_by_label(fa("City")).fill("تهران")
    page.get_by_label(fa("Street, number, floor")).fill("خیابان ولیعصر، پلاک ۱۲")
    page.get_by_label(fa("Postal code")).fill("۱۹۳۹۶۱۴۳۵۷")
    page.get_by_role("button", name=fa("Keep this address")).click()


def order_of(page: Page) -> str:
    """Put the address, the coupon and the PIN in, and press the one button."""
    page.goto(f"/cart/{SHOP}/")
    page.get_by_role("link", name=fa("Go on to the order")).click()
    write_address(page)
    page.get_by_label(fa("Coupon")).fill("azar")
    page.get_by_role("button", name=fa("Apply")).click()
    # 290,000 less 29,000, and 45,000 for the post.
    button = page.get_by_role("button", name=re.compile("۳۰۶٬۰۰۰"))
    expect(button).to_be_visible()
    page.get_by_label(fa("Wallet PIN")).fill(PIN)
    button.click()
    page.wait_for_url(re.compile(r"/orders/ord_\w+/$"))
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def card_in_chat(page: Page, order: str) -> Locator:
    """Go from the order's page to the chat; the card is written by a job."""
    chat = page.get_by_role("link", name=fa("To the chat"))
    for _ in range(20):
        if chat.count():
            break
        page.reload()
    chat.click()
    card = page.locator(f".order-card[data-order='{order}']")
    expect(card).to_be_visible()
    return card


def test_from_the_cart_to_the_shop_s_money(visits: Visits, product: Product) -> None:
    said_by(product, PUT + "print(1)")
    buyer = visits.open("ali", "/cart/")
    order = order_of(buyer)
    his = card_in_chat(buyer, order)
    expect(his).to_have_attribute("data-state", "placed")

    shop = visits.open("maryam", f"/orders/{order}/")
    hers = card_in_chat(shop, order)
    hers.get_by_role("button", name=fa("Accept the order")).click()

    # Both windows draw the one card anew, without being loaded again.
    expect(hers).to_have_attribute("data-state", "accepted")
    expect(his).to_have_attribute("data-state", "accepted")

    hers.get_by_role("link", name=fa("Send it")).click()
    shop.get_by_label(fa("Tracking code")).fill("RR123456789IR")
    shop.get_by_role("button", name=fa("All that is left was sent")).click()
    expect(his).to_have_attribute("data-state", "shipped")
    expect(his).to_contain_text("RR123456789IR")
    his.get_by_role("button", name=fa("I have received it")).click()
    expect(his).to_have_attribute("data-state", "completed")

    # 306,000 toman less five percent of the 261,000 of the goods; nothing differs anywhere.
    assert said_by(product, LATER) == "settled 2929500 0"
