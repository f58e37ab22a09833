"""The demo's money: something in people's wallets, and a few days' takings of the café.

Everything has a key of its own, so that a second start moves nothing.
"""

from __future__ import annotations

from datetime import datetime

from identity.models import Maker, Person
from miniapps.models import App
from wallet import accounts, invoices, ledger, payments, pins, refunds, spending
from wallet.invoices import Asked, Line
from wallet.models import Payment
from wallet.money import Rials
from wallet.payments import Wish

PINS = {"ali": "2580"}  # printed with the codes; everybody else chooses one at the first payment
GIFTS = {  # rials, by person
    "ali": 15_000_000,
    "maryam": 8_000_000,
    "reza": 6_000_000,
    "sara": 5_000_000,
}
Sold = tuple[str, str, list[tuple[str, int]]]  # a key of its own, who, what for how many rials
SALES: list[Sold] = [
    ("1", "maryam", [("لاته", 950_000), ("کیک هویج و گردو", 980_000)]),
    ("2", "reza", [("چای لاهیجان × ۲", 760_000), ("نان و پنیر و گردو", 1_150_000)]),
    ("3", "maryam", [("لیموناد نعنا", 840_000)]),
    ("4", "reza", [("اسپرسو × ۲", 1_360_000)]),
]
RETURNED = ("4", "دستگاه اسپرسو خراب شد.")


def load(people: dict[str, Person], apps: dict[str, App], *, now: datetime) -> None:
    """Give what has not been given, sell what has not been sold."""
    for who, amount in GIFTS.items():
        _give(people[who], Rials(amount))
    for who, pin in PINS.items():
        if not spending.spender_of(people[who]).pin:
            pins.choose(person=people[who], pin=pin, now=now)
    cafe = apps["cafe"]
    sold = {key: _sell(key, people[who], lines, cafe, now) for key, who, lines in SALES}
    key, reason = RETURNED
    refunds.refund(
        payment=sold[key],
        amount=Rials(sold[key].amount_rials),
        reason=reason,
        key=f"demo:refund:{key}",
        asked_by=people["sara"].public_id,
        actor=people["sara"],
        now=now,
    )


def _give(person: Person, amount: Rials) -> None:
    gift = ledger.move(
        debit=accounts.inbox(accounts.platform("promotions")),
        credit=accounts.of_person(person).pk,
        amount=amount,
        reason="promotion",
        key=f"demo:gift:{person.public_id}",
        book="live",
    )
    ledger.post(gift)


def _sell(
    key: str, payer: Person, lines: list[tuple[str, int]], app: App, now: datetime
) -> Payment:
    maker: Maker = app.maker
    asked = Asked(
        title=f"سفارش {key.translate(str.maketrans('123456789', '۱۲۳۴۵۶۷۸۹'))}، کافه نارون",
        amount_rials=sum(amount for _label, amount in lines),
        lines=[Line(label, amount) for label, amount in lines],
        order_ref=f"demo-{key}",
        recipient=payer,
    )
    invoice = invoices.create(
        maker=maker, book="live", audience=app.public_id, asked=asked, key=f"demo:invoice:{key}",
        now=now,
    )  # fmt: skip
    wish = Wish(payer=payer, key=f"demo:payment:{key}")
    return payments.capture(
        payment=payments.authorise(invoice=invoice, wish=wish, now=now), now=now
    )
