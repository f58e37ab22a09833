"""What is under way and what came back: each in its place on My Bank."""

from datetime import timedelta

import pytest
from django.utils import timezone

from storefront.bank import feed, underway
from tests.storefront.conftest import pay, refund, text_of
from tests.wallet.conftest import wallet_of
from wallet import accounts, escrows, invoices, payments
from wallet.invoices import Asked
from wallet.models import Payout, TopUp
from wallet.money import Rials
from wallet.payments import Wish

pytestmark = pytest.mark.django_db(transaction=True)


def held_payment(person, maker, *, amount=250_000):
    asked = Asked(title="قهوه", amount_rials=amount)
    now = timezone.now()
    invoice = invoices.create(maker=maker, book="live", audience="", asked=asked, key="h", now=now)
    return payments.authorise(invoice=invoice, wish=Wish(payer=person, key="h"), now=now)


def held_escrow(person, maker):
    now = timezone.now()
    asked = escrows.Asked(
        payer=person, maker=maker, amount=Rials(300_000), title="سفارش قوری",
        ends_at=now + timedelta(days=2),
    )  # fmt: skip
    return escrows.hold(asked=asked, key="e", now=now)


def test_what_is_set_aside_is_named_until_it_ends(browser, mina, maker):
    wallet_of(mina, 1_000_000)
    payment = held_payment(mina, maker)
    escrow = held_escrow(mina, maker)

    found = underway.of_person(mina, now=timezone.now())
    page = text_of(browser.get("/wallet/"))

    assert [one.ref for one in found] == [escrow.public_id, payment.public_id]
    assert page.index("در جریان") < page.index("سفارش قوری") < page.index("قهوه")
    assert "۵۵٬۰۰۰ تومان برای پرداخت‌های در جریان" in page

    escrows.release(escrow=escrow, now=timezone.now())
    payments.decline(payment=payment, code="x", reason="", now=timezone.now())
    assert underway.of_person(mina, now=timezone.now()) == []


def test_transfers_wait_for_their_bank_and_lead_to_their_page(browser, mina, maker):
    now = timezone.now()
    wallet_of(mina, 10)
    top = TopUp.objects.create(
        number=1, person=mina, key="t", gateway="sandbox", amount_rials=400_000, state="open",
        ask_at=now, created_at=now,
    )  # fmt: skip
    out = Payout.objects.create(
        number=2, person=mina, asked_by=mina, key="o", gateway="sandbox-payouts",
        sheba="IR820540102680020817909002", holder="مینا", amount_rials=400_000, state="sent",
        slot_id=accounts.platform("payouts").pk, ask_at=now, created_at=now,
    )  # fmt: skip

    page = browser.get("/wallet/").content.decode()

    assert f'href="/wallet/topup/{top.public_id}/"' in page
    assert f'href="/wallet/cashout/{out.public_id}/"' in page
    assert "بانک پارسیان" in page


def test_other_peoples_and_ended_things_are_not_under_way(mina, sara, maker):
    wallet_of(sara, 1_000_000)
    wallet_of(mina, 1_000_000)
    held_escrow(sara, maker)
    pay(mina, maker)

    assert underway.of_person(mina, now=timezone.now()) == []


def test_a_payment_says_how_much_of_it_came_back(browser, mina, maker):
    wallet_of(mina, 1_000_000)
    refund(pay(mina, maker), 25_000)

    paid = next(
        one for one in feed.page_of(mina.accounts.get(), mina).entries if one.amount_rials < 0
    )

    assert paid.back_rials == 25_000
    assert "۲٬۵۰۰ برگشت" in text_of(browser.get("/wallet/"))
    assert "+۲٬۵۰۰" in text_of(browser.get(f"/wallet/moves/{paid.transfer}/"))
