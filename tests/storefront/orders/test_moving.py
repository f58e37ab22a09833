"""Every step of an order, who may take it, and where money and stock are after it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.limits import SHOP_PAYOUT_DELAYS
from core.problems import InvalidInput
from storefront.orders import agreement, machine, moving, placing, returns, timers
from storefront.orders.errors import (
    OrderStateForbids,
    ReasonNeeded,
    ReturnRefused,
    SplitRefused,
)
from storefront.orders.models import Coupon, Order, OrderEvent, OrderLine
from storefront.shops.models import Stock
from tests.ordering import holdings, make_rate, place, put, ship, step, wish_of
from tests.shopping import make_product, make_shop
from wallet import accounts, invariants, ledger
from wallet.errors import InsufficientFunds
from wallet.models import Account

pytestmark = pytest.mark.django_db

# How to bring a fresh order into each state.
WAYS = {
    "placed": (),
    "accepted": ("accept",),
    "packed": ("accept", "pack"),
    "shipped": ("accept", "ship"),
    "delivered": ("accept", "ship", "arrive"),
    "completed": ("accept", "ship", "confirm"),
    "settled": ("accept", "ship", "confirm", "settle"),
    "disputed": ("accept", "ship", "dispute"),
    "refunded": ("accept", "ship", "dispute", "give_back"),
    "cancelled": ("cancel",),
    "rejected": ("reject",),
    "expired": ("expire",),
}
SIDE_OF = {
    "accept": "shop", "reject": "shop", "pack": "shop", "ship": "shop", "arrive": "shop",
    "confirm": "buyer", "cancel": "buyer", "dispute": "buyer", "withdraw": "buyer",
    "expire": "clock", "assume": "clock", "late": "clock", "settle": "clock",
    "give_back": "operator", "pay_out": "operator", "split": "operator",
}  # fmt: skip
TOTAL, SHIPPING, FEE = 2_700_000, 300_000, 120_000  # 5 % of the goods


@pytest.fixture
def saffron(sara):
    shop = make_shop(sara)
    make_rate(shop, price=SHIPPING)
    return make_product(shop, price=1_200_000, on_hand=10)


@pytest.fixture
def order(buyer, saffron):
    return place(buyer, saffron, 2)


def take(order, event, side="", **more):
    if event == "late_part":
        ship(order, quantities={order.lines.get().pk: 1})
        return moving.give_up_rest(order=order, now=timezone.now())
    if event in ("ship", "ship_part"):
        line = order.lines.get()
        part = None if event == "ship" else {line.pk: 1}
        ship(order, quantities=part)
        return Order.objects.get(pk=order.pk)
    more.setdefault("refund_rials", 1_000_000 if event == "split" else 0)
    return step(order, event, side or SIDE_OF[event], reason="چون", **more)


def bring(order, state):
    for event in WAYS[state]:
        take(order, event)
    order.refresh_from_db()
    assert order.state == state
    return order


def stock_of(order) -> tuple[int, int]:
    row = Stock.objects.get(variant=order.lines.get().variant_id)
    return row.on_hand, row.reserved


def assert_agreed():
    assert agreement.differences() == []
    answers = [
        invariants.ask(check, is_full=False, now=timezone.now())
        for check in invariants.CHECKS
        if not check.full_only
    ]
    assert [(one.code, one.subject) for answer in answers for one in answer.found] == []


@pytest.mark.parametrize(("state", "event"), machine.TABLE, ids="-".join)
def test_a_step_of_the_table_leads_where_it_says_and_everything_agrees(order, state, event):
    bring(order, state)
    found = machine.TABLE[state, event]
    side = min(found.by)

    after = take(order, event, side)

    assert after.state == found.to
    last = after.events.latest("seq")
    assert (last.event, last.from_state, last.to_state, last.seq) == (
        event, state, found.to, after.seq,
    )  # fmt: skip
    inside = 0 if found.to in machine.ENDS or found.to == "placed" else TOTAL
    if event == "late_part":
        inside -= 1_200_000
    assert holdings(after)["kept"] == inside
    _on_hand, reserved = stock_of(after)
    assert (reserved > 0) == (found.to in machine.RESERVING)
    assert_agreed()


@pytest.mark.parametrize("state", machine.STATES)
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(order, state):
    bring(order, state)
    before = (order.seq, holdings(order), stock_of(order))

    for event in SIDE_OF:
        for side in ("buyer", "shop", "clock", "operator"):
            found = machine.step_of(state, event)
            is_last = (event, side) == tuple(
                order.events.order_by("-seq").values_list("event", "side").first()
            )
            if event == "ship" or is_last or (found and side in found.by):
                continue
            with pytest.raises(OrderStateForbids):
                step(order, event, side, reason="چون", actor=None)

    order.refresh_from_db()
    assert (order.seq, holdings(order), stock_of(order)) == before


def test_the_money_waits_until_receipt_and_then_goes_to_the_shop_less_the_commission(order):
    assert holdings(order) == {"buyer": 100_000_000 - TOTAL, "kept": 0, "shop": 0, "house": 0}
    bring(order, "completed")
    assert holdings(order)["kept"] == TOTAL

    take(order, "settle")

    assert holdings(order) == {
        "buyer": 100_000_000 - TOTAL, "kept": 0, "shop": TOTAL - FEE, "house": FEE,
    }  # fmt: skip


def test_a_step_again_by_the_same_side_changes_nothing(order):
    first = step(order, "accept")
    again = step(order, "accept")

    assert (again.state, again.seq) == (first.state, first.seq) == ("accepted", 2)


def test_the_other_side_reads_why(order):
    with pytest.raises(ReasonNeeded):
        step(order, "reject")


def test_parcels_leave_in_parts_and_the_last_one_ships_the_order(order):
    take(order, "accept")
    line = order.lines.get()

    ship(order, quantities={line.pk: 1}, carrier="پست", tracking="۱۲۳")
    order.refresh_from_db()
    assert (order.state, stock_of(order)) == ("packed", (9, 1))
    with pytest.raises(InvalidInput):
        ship(order, quantities={line.pk: 2})

    ship(order)
    order.refresh_from_db()
    assert (order.state, stock_of(order)) == ("shipped", (8, 0))
    assert order.parcels.count() == 2
    with pytest.raises(OrderStateForbids):
        ship(order)
    assert_agreed()


def test_an_order_with_a_parcel_on_its_way_is_not_cancelled(order):
    bring(order, "accepted")
    ship(order, quantities={order.lines.get().pk: 1})

    with pytest.raises(OrderStateForbids):
        step(order, "cancel", "shop")


def test_what_never_leaves_can_be_disputed_and_is_sold_to_others(order):
    bring(order, "accepted")
    ship(order, quantities={order.lines.get().pk: 1})
    assert stock_of(order) == (9, 1)

    step(order, "dispute", "buyer", reason="نیمهٔ دیگر نیامد")
    assert stock_of(order) == (9, 0)
    assert_agreed()

    step(order, "withdraw", "buyer")
    assert Order.objects.get(pk=order.pk).state == "completed"
    assert_agreed()


def test_the_clock_ends_assumes_and_settles(order):
    start = order.created_at
    assert timers.go_on(now=start + timedelta(hours=23)) == 0
    take(order, "accept")
    ship(order)

    assert timers.go_on(now=timezone.now() + timedelta(days=13)) == 0
    later = timezone.now() + timedelta(days=14, minutes=1)
    assert timers.go_on(now=later) == 1
    order.refresh_from_db()
    assert order.state == "completed"
    assert timers.go_on(now=later + SHOP_PAYOUT_DELAYS[0] - timedelta(minutes=1)) == 0
    assert timers.go_on(now=later + SHOP_PAYOUT_DELAYS[0] + timedelta(minutes=1)) == 1
    order.refresh_from_db()
    assert (order.state, order.due_at) == ("settled", None)
    assert holdings(order)["shop"] == TOTAL - FEE


def test_without_an_answer_the_money_is_free_again(order):
    assert timers.go_on(now=order.created_at + timedelta(hours=24, seconds=1)) == 1

    order.refresh_from_db()
    assert order.state == "expired"
    assert holdings(order)["buyer"] == 100_000_000
    assert stock_of(order) == (10, 0)


def test_what_is_not_sent_in_time_is_paid_back_whole_or_in_part(order, buyer, saffron):
    other = place(buyer, saffron, 2)
    step(order, "accept")
    step(other, "accept")
    ship(other, quantities={other.lines.get().pk: 1})

    assert timers.go_on(now=timezone.now() + timedelta(days=10, minutes=1)) == 2

    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.state, other.state) == ("cancelled", "shipped")
    assert other.lines.get().refunded_rials == 1_200_000
    assert holdings(order)["buyer"] == 100_000_000 - TOTAL + 1_200_000
    assert_agreed()


def test_an_order_whose_money_cannot_move_waits_and_holds_up_no_other(order, buyer, saffron):
    other = place(buyer, saffron)
    for one in (order, other):
        bring(one, "completed")
    Account.objects.filter(pk=order.escrow.hold.credit_account_id).update(frozen=True)
    same = order.escrow.hold.credit_account_id == other.escrow.hold.credit_account_id

    taken = timers.go_on(now=timezone.now() + SHOP_PAYOUT_DELAYS[0] + timedelta(days=1))

    order.refresh_from_db()
    assert order.state == "completed"
    assert order.due_at > timezone.now() + SHOP_PAYOUT_DELAYS[0] + timedelta(days=1)
    assert taken == (0 if same else 1)


def test_a_dispute_stops_the_clock_and_an_operator_divides_the_money(order, omid):
    bring(order, "disputed")
    assert timers.go_on(now=timezone.now() + timedelta(days=365)) == 0
    with pytest.raises(SplitRefused):
        step(order, "split", "operator", actor=omid, reason="نیمی", refund_rials=TOTAL)

    done = step(order, "split", "operator", actor=omid, reason="نیمی", refund_rials=1_350_000)

    found = holdings(done)
    assert found == {
        "buyer": 100_000_000 - 1_350_000, "kept": 0, "shop": 1_350_000 - 60_000, "house": 60_000,
    }  # fmt: skip
    assert_agreed()


def test_a_coupon_of_an_order_that_came_to_nothing_can_be_used_again(buyer, saffron):
    coupon = Coupon.objects.create(shop=saffron.shop, code="one", kind="amount", value=1_000)
    order = place(buyer, saffron, coupon="one")

    step(order, "cancel", "buyer")

    coupon.refresh_from_db()
    assert (coupon.used, coupon.uses.count()) == (0, 0)
    place(buyer, saffron, coupon="one")


def ask_return(order, quantity=1, now=None):
    return returns.ask(
        order=order, line=order.lines.get(), quantity=quantity, reason="شکسته بود",
        now=now or timezone.now(),
    )  # fmt: skip


def decide(order, wish, *, approve=True, answer="باشد"):
    return returns.decide(
        order=order, wish=wish, approve=approve, answer=answer,
        actor=order.shop.maker.founder, now=timezone.now(),
    )  # fmt: skip


def test_a_returned_piece_is_paid_back_out_of_escrow_and_costs_no_commission(order):
    bring(order, "delivered")
    wish = ask_return(order)

    decide(order, wish)
    decide(order, wish)

    assert holdings(order)["buyer"] == 100_000_000 - TOTAL + 1_200_000
    take(order, "confirm")
    take(order, "settle")
    found = holdings(order)
    assert (found["shop"], found["house"]) == (1_500_000 - 60_000, 60_000)
    assert_agreed()


def test_after_the_settlement_a_return_comes_from_the_shop_and_our_share_from_us(order):
    bring(order, "settled")
    before = holdings(order)

    decide(order, ask_return(order))

    after = holdings(order)
    assert after["buyer"] - before["buyer"] == 1_200_000
    assert before["shop"] - after["shop"] == 1_200_000 - 60_000
    assert_agreed()


def test_a_shop_without_the_money_cannot_approve_a_return(order, sara):
    bring(order, "settled")
    wish = ask_return(order, 2)

    purse = accounts.of_maker(order.shop.maker)
    ledger.post(
        ledger.move(
            debit=purse.pk, credit=accounts.platform("bank").pk,
            amount=accounts.balance_of(purse).available, reason="payout", key="away", book="live",
        )
    )  # fmt: skip

    with pytest.raises(InsufficientFunds):
        decide(order, wish)

    wish.refresh_from_db()
    assert wish.state == "asked"
    assert OrderLine.objects.get(order=order).refunded_rials == 0


@pytest.mark.parametrize(
    ("state", "quantity", "days", "reason"),
    [
        ("accepted", 1, 0, "state"),
        ("delivered", 3, 0, "quantity"),
        ("completed", 1, 15, "too-late"),
    ],
)
def test_a_return_has_its_bounds(order, state, quantity, days, reason):
    bring(order, state)

    with pytest.raises(ReturnRefused) as refusal:
        ask_return(order, quantity, timezone.now() + timedelta(days=days))

    assert refusal.value.members == {"reason": reason}


def test_one_return_of_a_line_is_open_at_a_time_and_a_no_has_a_reason(order):
    bring(order, "delivered")
    wish = ask_return(order)
    with pytest.raises(ReturnRefused):
        ask_return(order)
    with pytest.raises(InvalidInput):
        decide(order, wish, approve=False, answer="")

    decide(order, wish, approve=False, answer="سالم رسیده بود")
    with pytest.raises(ReturnRefused):
        decide(order, wish)
    assert holdings(order)["buyer"] == 100_000_000 - TOTAL


def test_cash_on_delivery_moves_stock_and_no_money(buyer, saffron):
    rate = make_rate(saffron.shop, title="پیک", kind="courier", cash_on_delivery=True)
    put(buyer, saffron, 2)
    wish = wish_of(buyer, saffron.shop, cash=True)
    wish = placing.Wish(**{**wish.__dict__, "rate_id": rate.public_id})
    order = placing.place(person=buyer, shop=saffron.shop, wish=wish, now=timezone.now())

    bring(order, "settled")

    assert holdings(order) == {"buyer": 100_000_000, "kept": 0, "shop": 0, "house": 0}
    assert stock_of(order) == (8, 0)


def test_the_database_keeps_what_an_order_was_placed_with(order):
    for change in (
        lambda: Order.objects.filter(pk=order.pk).update(total_rials=1, goods_rials=1),
        lambda: Order.objects.filter(pk=order.pk).delete(),
        lambda: OrderEvent.objects.filter(order=order).update(reason="x"),
        lambda: OrderLine.objects.filter(order=order).update(quantity=1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_difference_between_orders_and_stock_is_found(order):
    Stock.objects.update(reserved=3)

    (found,) = agreement.differences()

    assert (found.code, found.found, found.should_be) == ("stock-differs", 3, 2)
