"""The payment simulator: a maker plays a payer against his app, and a failure is put in the way.

What happens is real: the operations of the sheet, in the test book, with the test wallet of the
one who plays; the merchant's server is told as of any payment. Put in its place are only the taps
of a hand, and what a server says before the checkout.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connections, transaction
from django.utils.translation import gettext as _

from core import audit, rates
from core.ids import new_id
from core.limits import PRE_CHECKOUT_S, SIMULATIONS_PER_MINUTE_MAX
from core.problems import Problem
from identity.models import Person
from miniapps import charging, telling
from miniapps.models import App, WebhookAttempt, WebhookDelivery, WebhookEvent
from miniapps.states import APP
from miniapps.webhooks.calling import Answer
from wallet import accounts, invoices, payments, refunds
from wallet.documents import invoice_document
from wallet.invoices import Asked
from wallet.models import Invoice, Payment
from wallet.money import Rials

CAPTURED: Final = "payment.captured"
TEST: Final = "test"


@dataclass(frozen=True)
class Play:
    """What is played: who pays which app how much, and how long a webhook is kept back."""

    app: App
    person: Person
    amount: Rials
    now: datetime
    delay_s: int = 0
    name: str = field(default_factory=lambda: new_id("sim"))

    @property
    def key(self) -> str:
        """The Idempotency-Key of the sheet."""
        return f"sim:{self.name}"


@dataclass(frozen=True)
class Event:
    """A webhook event of the run, and where it is."""

    event: WebhookEvent
    body: str
    deliveries: list[WebhookDelivery]


@dataclass
class Run:
    """What happened, step by step."""

    scenario: str
    invoice: Invoice
    steps: list[tuple[str, str]] = field(default_factory=list)  # title, what was seen
    payment: Payment | None = None
    events: list[Event] = field(default_factory=list)
    answer: str = ""  # of GET /api/v1/payments/{id}
    purse_before: int = 0
    purse_after: int = 0
    merchant_before: int = 0
    merchant_after: int = 0

    def note(self, title: str, seen: str = "") -> None:
        """Write down one step."""
        self.steps.append((title, seen))


def run(*, play: Play, scenario: str) -> Run:
    """Play one scenario and return what happened. Call it outside of transactions.

    Raises TooManyRequests, AppStateForbids, and what the operations raise that no scenario expects.
    """
    APP.after("charge", play.app.status)
    rates.hit("simulations", str(play.person.pk), limit=SIMULATIONS_PER_MINUTE_MAX, period_s=60)
    purse = payments.give_test_money(person=play.person, key=play.name)
    merchant = accounts.of_maker(play.app.maker, TEST)
    done = Run(scenario, _invoice(play, ask_first=scenario in ASKING))
    done.purse_before = accounts.balance_of(purse).available
    done.merchant_before = accounts.balance_of(merchant).available
    done.note(_("Your server creates an invoice"), done.invoice.public_id)
    SCENARIOS[scenario](play, done)
    if done.payment is not None:
        done.payment = payments.payment_of(done.payment.public_id)
        telling.tell(object_id=done.payment.public_id)
        done.events = _events(play.app, done.payment)
        done.answer = _text(charging.told_payment(done.payment))
    done.invoice.refresh_from_db()
    done.purse_after = accounts.balance_of(purse).available
    done.merchant_after = accounts.balance_of(merchant).available
    audit.record("miniapps.payment.simulated", by=play.person, of=play.app, scenario=scenario)
    return done


def play_on(*, play: Play, invoice: Invoice, scenario: str) -> Payment:
    """Play a scenario on an invoice in test money that exists. Call it outside of transactions.

    ``timeout`` and ``refusal`` need an invoice whose maker is asked first. Raises as ``run``.
    """
    assert invoice.is_test
    assert invoice.audience == play.app.public_id
    APP.after("charge", play.app.status)
    rates.hit("simulations", str(play.person.pk), limit=SIMULATIONS_PER_MINUTE_MAX, period_s=60)
    done = Run(scenario, invoice)
    SCENARIOS[scenario](play, done)
    assert done.payment is not None
    audit.record("miniapps.payment.simulated", by=play.person, of=play.app, scenario=scenario)
    return payments.payment_of(done.payment.public_id)


def _invoice(play: Play, *, ask_first: bool) -> Invoice:
    asked = Asked(
        title=_("Payment of the simulator"), amount_rials=play.amount,
        order_ref=play.name, ask_first=ask_first,
    )  # fmt: skip
    return invoices.create(
        maker=play.app.maker, book=TEST, audience=play.app.public_id, asked=asked,
        key=play.key, now=play.now,
    )  # fmt: skip


def _charge(play: Play, done: Run, judge: charging.Judge | None = None) -> Payment:
    return charging.charge(
        invoice=done.invoice, person=play.person, key=play.key, pin="", now=play.now, judge=judge
    )


def _plain(play: Play, done: Run) -> None:
    done.payment = _charge(play, done)
    done.note(_("The payer confirms"), done.payment.public_id)
    done.note(_("The payment is captured and settled"), done.payment.state)


def _double_tap(play: Play, done: Run) -> None:
    both = threading.Barrier(2)

    def tap(_number: int) -> str:
        try:
            both.wait(timeout=10)
            return _charge(play, done).public_id
        except Problem as problem:
            return problem.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as hands:
        heard = list(hands.map(tap, range(2)))
    done.note(_("The payer taps twice: both taps carry the same Idempotency-Key"), play.key)
    for number, said in enumerate(heard, 1):
        done.note(_("Answer to tap %(n)d") % {"n": number}, said)
    made = list(Payment.objects.filter(invoice=done.invoice))
    done.note(_("Payments of this invoice"), str(len(made)))
    done.payment = made[0]


def _silent_server(play: Play, done: Run) -> None:
    waited = int(PRE_CHECKOUT_S * 1000)
    done.payment = _charge(play, done, lambda _q: Answer(WebhookAttempt.Outcome.TIMEOUT, waited))
    done.note(_("The amount is set aside and your server is asked"), charging.PRE_CHECKOUT)
    done.note(_("Your server keeps silent for as long as it may"), f"{PRE_CHECKOUT_S:.0f} s")
    done.note(_("The money goes back to the payer"), done.payment.decline_code)


def _refusing_server(play: Play, done: Run) -> None:
    said = {"ok": False, "reason": _("The last piece was just sold.")}
    done.payment = _charge(
        play, done, lambda _q: Answer(WebhookAttempt.Outcome.TAKEN, 40, 200, said)
    )
    done.note(_("The amount is set aside and your server is asked"), charging.PRE_CHECKOUT)
    done.note(_("Your server says no, with a reason that the payer sees"), _text(said))
    done.note(_("The money goes back to the payer"), done.payment.decline_code)


def _paid_then_cancelled(play: Play, done: Run) -> None:
    done.payment = _charge(play, done)
    done.note(_("The payment is captured and settled"), done.payment.public_id)
    back = refunds.refund(
        payment=done.payment, amount=play.amount, reason=_("Cancelled by the payer at once"),
        key=f"{play.key}:refund", asked_by=play.person.public_id, actor=play.person, now=play.now,
    )  # fmt: skip
    done.note(_("The order is cancelled: all of it goes back"), back.public_id)


def _late_webhook(play: Play, done: Run) -> None:
    # One transaction, so that nobody sends what is to be late before it is kept back.
    with transaction.atomic():
        done.payment = _charge(play, done)
        telling.tell(object_id=done.payment.public_id)
        late = WebhookDelivery.objects.filter(
            app=play.app, object_id=done.payment.public_id, kind=CAPTURED,
            state=WebhookDelivery.State.WAITING,
        )  # fmt: skip
        kept = late.update(due_at=play.now + timedelta(seconds=play.delay_s))
    done.note(_("The payment is captured and settled"), done.payment.public_id)
    if kept:
        done.note(_("The webhook is kept back"), f"{CAPTURED}, {play.delay_s} s")
    else:
        done.note(_("No test address wants this event: add one, then nothing is lost"), CAPTURED)


def _lost_answer(play: Play, done: Run) -> None:
    first = _text(charging.told_payment(_charge(play, done)))
    done.note(_("The payment is captured; the answer is lost on its way"))
    again = _charge(play, done)
    second = _text(charging.told_payment(again))
    done.payment = again
    done.note(_("The same request again, with the same Idempotency-Key"), play.key)
    same = _("the same answer, byte for byte") if first == second else _("another answer")
    done.note(_("What it answers"), same)
    count = Payment.objects.filter(invoice=done.invoice).count()
    done.note(_("Payments of this invoice"), str(count))


SCENARIOS: Final[dict[str, Callable[[Play, Run], None]]] = {
    "plain": _plain,
    "double-tap": _double_tap,
    "timeout": _silent_server,
    "refusal": _refusing_server,
    "paid-then-cancelled": _paid_then_cancelled,
    "late-webhook": _late_webhook,
    "lost-answer": _lost_answer,
}
ASKING: Final = frozenset({"timeout", "refusal"})


def _events(app: App, payment: Payment) -> list[Event]:
    rows = WebhookEvent.objects.filter(app=app, object_id=payment.public_id)
    return [
        Event(row, _text(json.loads(row.body)), list(row.deliveries.all()))
        for row in rows.prefetch_related("deliveries__endpoint").order_by("sequence")
    ]


def invoice_text(invoice: Invoice) -> str:
    """Return what ``GET /api/v1/invoices/{id}`` says."""
    return _text(invoice_document(invoice))


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
