"""What a shop got: the statement's lines are the ledger's, their sums the wallet's, as a file too."""

import csv
import io
import re

import pytest
from django.utils import timezone

from storefront.calendar import month_of
from storefront.orders import returns, settlements
from storefront.shops import staffing
from tests.ordering import make_rate, place, rich, ship, step
from tests.people import signed_in
from tests.shopping import make_product, make_shop
from wallet import accounts, ledger
from wallet.models import Payout

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = "/orders/in/golestan/money/"


@pytest.fixture
def shop(sara):
    found = make_shop(sara)
    make_rate(found, price=300_000)
    return found


def paid_out(buyer, product, quantity=1):
    """An order that went well, to its end; 5 % of the goods are ours."""
    order = place(rich(buyer), product, quantity)
    step(order, "accept")
    ship(order)
    step(order, "confirm", "buyer")
    return step(order, "settle", "clock")


def give_back(order, quantity, sara):
    now = timezone.now()
    wish = returns.ask(
        order=order, line=order.lines.get(), quantity=quantity, reason="شکسته", now=now
    )
    returns.decide(order=order, wish=wish, approve=True, answer="", actor=sara, now=now)


def take_out(shop, rials, name, state="sent"):
    """A payout of the maker's wallet, as ``wallet.payouts`` books one; no bank is asked."""
    now = timezone.now()
    slot = accounts.inbox(accounts.platform("payouts"))
    row = Payout.objects.create(
        public_id=f"out_{name:0>26}", number=int(name), maker=shop.maker,
        asked_by=shop.maker.founder, key=f"k{name}", gateway="sandbox",
        sheba="IR820540102680020817909002", holder="گلستان", amount_rials=rials, slot_id=slot,
        state=state, ask_at=now, created_at=now, closed_at=now if state == "failed" else None,
    )  # fmt: skip
    purse = accounts.of_maker(shop.maker).pk
    for reason, debit, credit in (("payout", purse, slot), ("payout_return", slot, purse)):
        if reason == "payout" or state == "failed":
            ledger.post(
                ledger.move(
                    debit=debit, credit=credit, amount=rials, reason=reason,
                    key=f"{row.public_id}:{reason}", book="live", reference=row.public_id,
                )
            )  # fmt: skip
    return row


def month():
    return month_of(timezone.now())


def test_the_lines_of_a_statement_are_what_the_shop_added_to_the_wallet(shop, sara, mina, dara):
    saffron = make_product(shop, price=1_200_000, on_hand=50)
    whole = paid_out(mina, saffron, 2)
    part = place(rich(dara), saffron, 2)
    step(part, "accept")
    ship(part)
    give_back(part, 1, sara)  # out of escrow: before the payout
    step(part, "confirm", "buyer")
    step(part, "settle", "clock")
    other = make_shop(sara, slug="narges")  # of the same maker, in the same wallet
    paid_out(mina, make_product(other, price=500_000))
    give_back(whole, 1, sara)  # out of the wallet: after the payout

    mine, theirs = settlements.page_of(shop, month()), settlements.page_of(other, month())

    assert [
        (one.order, one.gross_rials, one.commission_rials, one.net_rials, one.given_back_rials)
        for one in mine.lines
    ] == [
        (whole.public_id, -1_200_000, -60_000, -1_140_000, 0),
        (part.public_id, 1_500_000, 60_000, 1_440_000, 1_200_000),
        (whole.public_id, 2_700_000, 120_000, 2_580_000, 0),
    ]
    assert mine.sums.net_rials == sum(one.net_rials for one in mine.lines)
    assert mine.sums.paid_rials - mine.sums.returned_rials - mine.sums.commission_rials == (
        mine.sums.net_rials
    )
    wallet = accounts.balance_of(accounts.of_maker(shop.maker)).posted
    assert mine.sums.net_rials + theirs.sums.net_rials == wallet == mine.sums.wallet_rials


def test_a_line_goes_with_the_first_payout_that_carried_so_much(shop, mina):
    saffron = make_product(shop, price=1_000_000, on_hand=50)  # 1 250 000 net, with shipping
    orders = [paid_out(mina, saffron) for _ in range(2)]
    failed = take_out(shop, 1_250_000, "1", state="failed")
    first = take_out(shop, 1_250_000, "2")
    orders += [paid_out(mina, saffron) for _ in range(2)]
    second = take_out(shop, 1_300_000, "3")

    batches = settlements.batches_of(shop, month())
    found = {
        one.order: settlements.batch_of(one, batches)
        for one in settlements.page_of(shop, month()).lines
    }

    assert [one.payout for one in batches] == [failed, first, second]
    assert [found[one.public_id] and found[one.public_id].payout for one in orders] == [
        first, second, None, None,
    ]  # fmt: skip


def test_the_page_costs_three_queries_and_goes_on_by_key(
    shop, sara, mina, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setitem(settlements.page_of.__kwdefaults__, "rows", 2)
    saffron = make_product(shop, on_hand=50)
    orders = [paid_out(mina, saffron) for _ in range(3)]
    take_out(shop, 1_000, "1")
    browser = signed_in(sara)

    with django_assert_max_num_queries(6):  # session, person, staff, lines, payouts, the maker's
        first = browser.get(PLACE).content.decode()
    older = re.search(r"before=(trf_\w+)", first)[1]
    second = browser.get(f"{PLACE}?before={older}").content.decode()

    shown = [[one.public_id in page for one in orders] for page in (first, second)]
    assert shown == [[False, True, True], [True, False, False]]
    assert browser.get(f"{PLACE}?month=1499-01").status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_month_is_a_file_that_adds_up(shop, sara, mina, monkeypatch, form):
    monkeypatch.setattr(settlements, "EXPORT_BATCH_ROWS", 1)
    saffron = make_product(shop, on_hand=50)
    orders = [paid_out(mina, saffron) for _ in range(3)]

    answer = signed_in(sara).get(f"{PLACE}?form={form}")

    assert answer["Content-Disposition"].endswith(f'-settlements-{month().code}.{form}"')
    if form == "xlsx":
        assert answer.content.startswith(b"PK")
        return
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert [row[head.index("سفارش")] for row in rows] == [one.public_id for one in orders[::-1]]
    wallet = accounts.balance_of(accounts.of_maker(shop.maker)).posted
    assert sum(int(row[head.index("خالص (ریال)")]) for row in rows) == wallet


def test_only_owners_and_managers_see_the_money(shop, sara, mina, dara, omid):
    now = timezone.now()
    for person, role in ((mina, "manager"), (dara, "clerk"), (omid, "content")):
        staffing.appoint(shop=shop, phone=person.phone, role=role, actor=sara, now=now)

    answers = [signed_in(one).get(PLACE).status_code for one in (sara, mina, dara, omid)]

    assert answers == [200, 200, 403, 403]
