"""Invoices paid, declined, expired, refunded: who holds what after each step, and who is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.models import OutboxJob
from core.problems import InvalidInput, Problem
from identity import makers
from identity.models import Maker, Person
from messenger.models import Message
from tests.people import make_person
from tests.wallet.conftest import fill, wallet_of
from wallet import accounts, errors, invoices, payments, receipts, refunds
from wallet.invoices import Asked, Line
from wallet.models import Invoice, MerchantTerms, News, Payment, SpendingLimit
from wallet.payments import Wish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def cafe() -> Maker:
    return makers.found(
        person=make_person("نارون"), kind=Maker.Kind.ORGANISATION, name="کافه نارون"
    )


@pytest.fixture
def hers(sara):
    return wallet_of(sara, 1_000_000)


def ask(
    cafe: Maker, now, amount: int = 200_000, *, key: str = "i1", book: str = "live", **more
) -> Invoice:
    asked = Asked(title="قهوه", amount_rials=amount, **more)
    return invoices.create(maker=cafe, book=book, audience="app_x", asked=asked, key=key, now=now)


def pay(invoice: Invoice, payer: Person, now, key: str = "p1") -> Payment:
    held = payments.authorise(invoice=invoice, wish=Wish(payer=payer, key=key), now=now)
    return payments.capture(payment=held, now=now)


def holdings(cafe: Maker, payer: Person) -> dict[str, int]:
    return {
        "payer": accounts.balance_of(accounts.of_person(payer)).available,
        "merchant": accounts.balance_of(accounts.of_maker(cafe)).available,
        "escrow": accounts.balance_of(accounts.platform("escrow")).posted,
        "fees": accounts.balance_of(accounts.platform("fees")).posted,
    }


def told() -> list[str]:
    # A hold is told of together with what becomes of it a moment later.
    said_at_once = News.objects.exclude(kind="payment.held").values_list("object_id", flat=True)
    jobs = OutboxJob.objects.filter(task="miniapps.tell_of_money").order_by("pk")
    assert [job.arguments["object_id"] for job in jobs] == list(said_at_once.order_by("pk"))
    return list(News.objects.order_by("pk").values_list("kind", flat=True))


def test_a_payment_goes_to_the_merchant_less_the_fee(cafe, sara, hers, now):
    invoice = ask(cafe, now)
    held = payments.authorise(invoice=invoice, wish=Wish(payer=sara, key="p1"), now=now)
    assert holdings(cafe, sara) == {"payer": 800_000, "merchant": 0, "escrow": 0, "fees": 0}

    paid = payments.capture(payment=held, now=now)

    assert holdings(cafe, sara) == {
        "payer": 800_000, "merchant": 198_000, "escrow": 0, "fees": 2_000,
    }  # fmt: skip
    invoice.refresh_from_db()
    assert (paid.state, invoice.state, paid.fee_rials) == ("captured", "paid", 2_000)
    assert told() == ["payment.held", "payment.captured"]


def test_confirming_twice_pays_once(cafe, sara, hers, now):
    invoice = ask(cafe, now)

    first, second = pay(invoice, sara, now), pay(invoice, sara, now)

    assert first.pk == second.pk
    assert holdings(cafe, sara)["payer"] == 800_000
    with pytest.raises(errors.InvoiceClosed):
        pay(invoice, sara, now, key="p2")
    with pytest.raises(errors.InvoiceKeyReused):
        pay(ask(cafe, now, key="i2"), sara, now)


def test_of_many_who_pay_one_invoice_at_once_one_pays(cafe, now):
    invoice = ask(cafe, now)
    people = [make_person() for _ in range(6)]
    for person in people:
        wallet_of(person, 1_000_000)

    def try_it(person: Person) -> str:
        try:
            return pay(invoice, person, now, key=f"p{person.pk}").state
        except Problem as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(try_it, people))

    assert answers.count("captured") == 1
    assert set(answers) <= {"captured", "invoice-closed", "invoice-busy"}
    assert accounts.balance_of(accounts.of_maker(cafe)).available == 198_000


def test_a_double_tap_at_the_same_moment_is_one_payment(cafe, sara, hers, now):
    invoice = ask(cafe, now)

    def tap(_number: int) -> object:
        try:
            return pay(invoice, sara, now).pk
        except Problem as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(tap, range(8)))

    assert answers == {Payment.objects.get().pk}
    assert holdings(cafe, sara)["payer"] == 800_000


def test_a_declined_payment_moves_nothing_and_says_why(cafe, sara, hers, now):
    invoice = ask(cafe, now)
    held = payments.authorise(invoice=invoice, wish=Wish(payer=sara, key="p1"), now=now)

    gone = payments.decline(payment=held, code="out-of-stock", reason="کیک تمام شد", now=now)

    assert holdings(cafe, sara) == {"payer": 1_000_000, "merchant": 0, "escrow": 0, "fees": 0}
    assert (gone.state, gone.decline_reason) == ("declined", "کیک تمام شد")
    with pytest.raises(errors.PaymentClosed):
        payments.capture(payment=held, now=now)
    assert pay(invoice, sara, now, key="p2").state == "captured"
    assert told() == ["payment.held", "payment.declined", "payment.held", "payment.captured"]


def test_a_hold_that_nobody_captures_goes_back(cafe, sara, hers, now):
    payments.authorise(invoice=ask(cafe, now), wish=Wish(payer=sara, key="p1"), now=now)

    assert payments.expire_due(now=now + timedelta(seconds=119)) == 0
    assert payments.expire_due(now=now + timedelta(seconds=121)) == 1
    assert payments.expire_due(now=now + timedelta(seconds=121)) == 0

    assert holdings(cafe, sara)["payer"] == 1_000_000
    assert told() == ["payment.held", "payment.expired"]


def test_what_is_missing_is_said(cafe, sara, now):
    wallet_of(sara, 150_000)

    with pytest.raises(errors.InsufficientFunds) as refused:
        payments.authorise(invoice=ask(cafe, now), wish=Wish(payer=sara, key="p1"), now=now)

    assert refused.value.members == {"missing_rials": 50_000}
    assert Payment.objects.count() == 0


def test_an_invoice_for_somebody_else_is_not_paid(cafe, sara, mina, hers, now):
    invoice = ask(cafe, now, recipient=mina)

    with pytest.raises(errors.NotYourInvoice):
        pay(invoice, sara, now)


def test_a_cancelled_or_old_invoice_is_not_paid(cafe, sara, hers, now):
    cancelled = invoices.cancel(invoice=ask(cafe, now), now=now)
    old = ask(cafe, now, key="i2", expires_at=now + timedelta(minutes=5))
    later = now + timedelta(minutes=5)

    for invoice in (cancelled, old):
        with pytest.raises(errors.InvoiceClosed):
            pay(invoice, sara, later, key=f"p{invoice.pk}")
    assert invoices.expire_due(now=later) == 1
    assert told() == ["invoice.cancelled", "invoice.expired"]


def test_an_invoice_that_is_being_paid_is_neither_cancelled_nor_expired(cafe, sara, hers, now):
    invoice = ask(cafe, now, expires_at=now + timedelta(minutes=1))
    held = payments.authorise(invoice=invoice, wish=Wish(payer=sara, key="p1"), now=now)
    later = now + timedelta(seconds=90)

    with pytest.raises(errors.InvoiceClosed):
        invoices.cancel(invoice=invoice, now=later)
    assert invoices.expire_due(now=later) == 0
    assert payments.capture(payment=held, now=later).state == "captured"


def test_all_faults_of_an_invoice_are_said_at_once(cafe, now):
    with pytest.raises(InvalidInput) as refused:
        ask(
            cafe, now, amount=0, order_ref="x" * 65, payload="ق" * 600, photo_url="http://x",
            lines=[Line("", 5)], expires_at=now,
        )  # fmt: skip

    assert {fault.pointer for fault in refused.value.faults} == {
        "#/amount_rials", "#/order_ref", "#/payload", "#/photo_url", "#/lines/0/label",
        "#/expires_at",
    }  # fmt: skip


def test_the_same_key_gives_the_first_invoice(cafe, now):
    assert ask(cafe, now).pk == ask(cafe, now).pk
    with pytest.raises(errors.InvoiceKeyReused):
        ask(cafe, now, amount=5)


def give_back(payment: Payment, amount: int, now, key: str = "r1"):
    return refunds.refund(
        payment=payment,
        amount=amount,
        reason="سرد بود",
        key=key,
        asked_by="key_x",
        actor=None,
        now=now,
    )


def test_the_fee_goes_back_in_proportion_and_sums_up_exactly(cafe, sara, hers, now):
    MerchantTerms.objects.create(maker=cafe, fee_basis_points=123, fee_max_rials=10**9)
    paid = pay(ask(cafe, now, amount=99_999), sara, now)

    for number in range(3):
        give_back(paid, 33_333, now, key=f"r{number}")

    paid.refresh_from_db()
    assert (paid.fee_rials, paid.fee_refunded_rials, paid.refundable) == (1_230, 1_230, 0)
    assert holdings(cafe, sara)["payer"] == 1_000_000
    assert holdings(cafe, sara)["merchant"] == 0
    with pytest.raises(errors.RefundTooLarge):
        give_back(paid, 1, now, key="r9")


def test_the_same_refund_twice_is_one(cafe, sara, hers, now):
    paid = pay(ask(cafe, now), sara, now)

    assert give_back(paid, 50_000, now).pk == give_back(paid, 50_000, now).pk
    with pytest.raises(errors.InvoiceKeyReused):
        give_back(paid, 60_000, now)
    assert holdings(cafe, sara)["payer"] == 850_000


def test_refunds_at_the_same_moment_never_give_more_than_was_paid(cafe, sara, hers, now):
    paid = pay(ask(cafe, now), sara, now)
    fill(accounts.of_maker(cafe), 1_000_000)

    def try_it(number: int) -> str:
        try:
            return str(give_back(paid, 60_000, now, key=f"r{number}").amount_rials)
        except errors.RefundTooLarge:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(try_it, range(6)))

    assert answers.count("60000") == 3
    assert holdings(cafe, sara)["payer"] == 980_000


def test_a_merchant_without_money_cannot_refund(cafe, sara, mina, hers, now):
    paid = pay(ask(cafe, now), sara, now)
    merchant = accounts.of_maker(cafe)
    from wallet import ledger

    ledger.post(
        ledger.move(
            debit=merchant.pk, credit=wallet_of(mina).pk, amount=198_000, reason="payout",
            key="x", book="live",
        )
    )  # fmt: skip

    with pytest.raises(errors.InsufficientFunds):
        give_back(paid, 1_000, now)
    paid.refresh_from_db()
    assert (paid.refunded_rials, paid.refunds.count()) == (0, 0)


def test_what_a_busy_merchant_has_in_slots_can_be_refunded(cafe, sara, hers, now):
    accounts.spread(accounts.of_maker(cafe), slots=4)
    paid = pay(ask(cafe, now), sara, now)

    give_back(paid, 200_000, now)

    assert holdings(cafe, sara)["payer"] == 1_000_000


def test_test_money_stays_in_its_book(cafe, sara, hers, now):
    payments.give_test_money(person=sara, key="t1")
    paid = pay(ask(cafe, now, book="test"), sara, now)

    assert paid.is_test
    assert holdings(cafe, sara) == {"payer": 1_000_000, "merchant": 0, "escrow": 0, "fees": 0}
    assert accounts.balance_of(accounts.of_maker(cafe, "test")).available == 198_000


def test_limits_of_a_level_say_what_they_are_and_when_they_free(cafe, sara, now):
    SpendingLimit.objects.update_or_create(
        level="phone", defaults={"transaction_rials": 100, "day_rials": 150, "month_rials": 180}
    )
    wallet_of(sara, 1_000_000)

    def refused(amount: int, key: str, at) -> dict:
        with pytest.raises(errors.LimitExceeded) as caught:
            pay(ask(cafe, at, amount=amount, key=key), sara, at, key=key)
        return caught.value.members

    assert refused(101, "a", now)["period"] == "transaction"
    pay(ask(cafe, now, amount=100, key="b"), sara, now, key="b")
    day = refused(51, "c", now)
    assert (day["period"], day["limit_rials"], day["spent_rials"]) == ("day", 150, 100)
    assert day["frees_at"].endswith("00:00:00+03:30")


def test_the_receipt_lies_in_the_payers_own_chat_and_follows_a_refund(cafe, sara, hers, now):
    paid = pay(ask(cafe, now), sara, now)
    receipts.post(payment=payments.payment_of(paid.public_id), now=now)
    give_back(paid, 50_000, now)
    receipts.post(payment=payments.payment_of(paid.public_id), now=now)

    message = Message.objects.get(card_kind="receipt")
    assert message.card["amount_rials"] == 200_000
    assert message.card["refunded_rials"] == 50_000
    assert set(message.chat.memberships.values_list("person__phone", flat=True)) == {
        sara.phone, receipts.HOUSE_PHONE,
    }  # fmt: skip


def test_nobody_signs_in_as_the_house():
    assert not receipts.the_house().is_active


def test_a_payment_asks_the_database_a_bounded_number_of_times(
    cafe, sara, hers, now, django_assert_num_queries
):
    pay(ask(cafe, now, key="i0"), sara, now, key="p0")
    invoice = ask(cafe, now)

    with django_assert_num_queries(12):
        held = payments.authorise(invoice=invoice, wish=Wish(payer=sara, key="p1"), now=now)
    with django_assert_num_queries(11):
        payments.capture(payment=held, now=now)


def test_a_hold_that_waits_for_the_merchant_is_told_of_at_once(cafe, sara, hers, now):
    asked = Asked(title="قهوه", amount_rials=200_000, ask_first=True)
    invoice = invoices.create(
        maker=cafe, book="live", audience="app_x", asked=asked, key="first", now=now
    )

    payments.authorise(invoice=invoice, wish=Wish(payer=sara, key="p1"), now=now)

    assert OutboxJob.objects.filter(task="miniapps.tell_of_money").count() == 1
