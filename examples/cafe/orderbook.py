"""What the café sells, and every order: one SQLite file, no word about money's ways."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

#: whole tomans; the page shows the same list, but this one counts
MENU = {
    "espresso": ("اسپرسو", 68_000),
    "latte": ("لاته", 95_000),
    "cappuccino": ("کاپوچینو", 92_000),
    "tea": ("چای لاهیجان", 38_000),
    "saffron": ("چای زعفران", 59_000),
    "iced": ("آیس لاته", 105_000),
    "lemonade": ("لیموناد نعنا", 84_000),
    "sharbat": ("شربت سکنجبین", 72_000),
    "carrot": ("کیک هویج و گردو", 98_000),
    "baklava": ("باقلوای یزدی", 76_000),
    "cookie": ("کلوچهٔ شکلاتی", 52_000),
    "omelette": ("املت گوجه", 128_000),
    "paneer": ("نان و پنیر و گردو", 115_000),
}
RIALS_PER_TOMAN = 10
MOST_OF_ONE = 12
PICKUP_MINUTES = (10, 20, 30, 45, 60)
MOST_NAME, MOST_NOTE = 40, 200
MOST_WAITING = 5  # unpaid orders of one person at a time
KEPT = 30  # orders a person is shown
REQUEST = re.compile(r"[A-Za-z0-9-]{16,64}")
ORDERS = """CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, request TEXT NOT NULL, number INTEGER NOT NULL,
    test INTEGER NOT NULL, lines TEXT NOT NULL, sum_rials INTEGER NOT NULL, name TEXT NOT NULL,
    note TEXT NOT NULL, placed INTEGER NOT NULL, pickup INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', invoice TEXT NOT NULL DEFAULT '',
    payment TEXT NOT NULL DEFAULT '', refunded_rials INTEGER NOT NULL DEFAULT 0,
    refund_tries INTEGER NOT NULL DEFAULT 0, UNIQUE (person, request))"""


Order = sqlite3.Row


class OrderBook:
    """Every order, in one SQLite file. A state is left only by the rows that name it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        with closing(self._open()) as db, db:
            db.execute(ORDERS)
            db.execute("CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY)")

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=5, isolation_level="IMMEDIATE")
        db.row_factory = sqlite3.Row
        return db

    def _rows(self, sql: str, *values: object) -> list[Order]:
        with closing(self._open()) as db, db:
            return db.execute(f"SELECT * FROM orders {sql}", values).fetchall()  # noqa: S608  (ours)

    def _do(self, sql: str, *values: object) -> None:
        with closing(self._open()) as db, db:
            db.execute(sql, values)

    def place(self, person: str, wish: dict[str, Any], *, test: bool) -> Order:
        """Write an order down; the same request again gives the first one."""
        now = int(time.time() * 1000)
        self._do(
            "INSERT INTO orders (id, person, request, number, test, lines, sum_rials, name, note,"
            " placed, pickup) SELECT ?, ?, ?, coalesce(max(number), 100) + 1, ?, ?, ?, ?, ?, ?, ?"
            " FROM orders WHERE true ON CONFLICT (person, request) DO NOTHING",
            f"ord_{secrets.token_hex(10)}", person, wish["request"], test,
            json.dumps(wish["lines"], ensure_ascii=False), wish["sum"] * RIALS_PER_TOMAN,
            wish["name"], wish["note"], now, now + wish["minutes"] * 60_000,
        )  # fmt: skip
        return self._rows("WHERE person = ? AND request = ?", person, wish["request"])[0]

    def asked_before(self, person: str, request: str) -> Order | None:
        """Return the order of a request that came before, perhaps with its answer lost."""
        found = self._rows("WHERE person = ? AND request = ?", person, request)
        return found[0] if found else None

    def of(self, person: str) -> list[Order]:
        """Return a person's orders, the newest first."""
        seen = "WHERE person = ? AND (state != 'waiting' OR invoice != '')"
        return self._rows(f"{seen} ORDER BY number DESC LIMIT ?", person, KEPT)

    def find(self, order_id: str, person: str = "") -> Order | None:
        """Return an order, with ``person`` only one of theirs."""
        found = self._rows("WHERE id = ? AND ? IN ('', person)", order_id, person)
        return found[0] if found else None

    def waiting(self, person: str) -> int:
        """Return how many orders of a person wait for money."""
        sql = "WHERE person = ? AND state = 'waiting' AND invoice != ''"
        return len(self._rows(sql, person))

    def asked(self, order: Order, invoice: str) -> None:
        """Note the invoice of an order."""
        self._do("UPDATE orders SET invoice = ? WHERE id = ?", invoice, order["id"])

    def paid(self, order: Order, payment: str) -> None:
        """Note that an order is paid; what was cancelled or collected meanwhile stays so."""
        self._do(
            "UPDATE orders SET state = 'paid', payment = ? WHERE id = ? AND state = 'waiting'",
            payment, order["id"],
        )  # fmt: skip

    def collected(self, order: Order) -> None:
        """Note that the guest has it."""
        sql = "UPDATE orders SET state = 'collected' WHERE id = ? AND state = 'paid'"
        self._do(sql, order["id"])

    def cancelled(self, order: Order, refunded_rials: int) -> None:
        """Note that an order is off, and how much went back."""
        self._do(
            "UPDATE orders SET state = 'cancelled', refunded_rials = max(refunded_rials, ?)"
            " WHERE id = ? AND state != 'collected'",
            refunded_rials, order["id"],
        )  # fmt: skip

    def refund_refused(self, order: Order) -> None:
        """Count a refund that was refused: the next try is another request, with another key."""
        sql = "UPDATE orders SET refund_tries = refund_tries + 1 WHERE id = ? AND refund_tries = ?"
        self._do(sql, order["id"], order["refund_tries"])

    def is_new(self, event_id: str) -> bool:
        """Tell whether this event is not done yet; it may come again after a lost answer."""
        with closing(self._open()) as db, db:
            found = db.execute("SELECT 1 FROM events WHERE id = ?", (event_id,)).fetchone()
        return found is None

    def done(self, event_id: str) -> None:
        """Remember an event: only now, so that a crash before this lets it come once more."""
        self._do("INSERT INTO events VALUES (?) ON CONFLICT DO NOTHING", event_id)


def told(order: Order) -> dict[str, Any]:
    """Return an order as the page shows it, in tomans."""
    ended = order["state"] if order["state"] in {"collected", "cancelled"} else None
    return {
        "id": order["id"], "number": order["number"], "lines": json.loads(order["lines"]),
        "sum": order["sum_rials"] // RIALS_PER_TOMAN, "name": order["name"], "note": order["note"],
        "placed": order["placed"], "pickup": order["pickup"], "ended": ended,
        "paid": order["payment"] != "", "invoice": order["invoice"], "receipt": order["payment"],
        "refunded": order["refunded_rials"] // RIALS_PER_TOMAN, "test": bool(order["test"]),
    }  # fmt: skip


def wish_of(body: object) -> dict[str, Any]:
    """Return what the guest wants, with our prices; raise ValueError for anything else."""
    if not isinstance(body, dict) or set(body) != {"request", "cart", "name", "note", "minutes"}:
        raise ValueError("Send request, cart, name, note and minutes, and nothing else.")
    request, cart, minutes = body["request"], body["cart"], body["minutes"]
    if not isinstance(request, str) or not REQUEST.fullmatch(request):
        raise ValueError("request is 16 to 64 letters, digits and hyphens, new for each order.")
    if not isinstance(cart, dict) or not cart or not set(cart) <= set(MENU):
        raise ValueError("cart names things of the menu.")
    if any(type(count) is not int or not 1 <= count <= MOST_OF_ONE for count in cart.values()):
        raise ValueError(f"cart has 1 to {MOST_OF_ONE} of each thing.")
    if type(minutes) is not int or minutes not in PICKUP_MINUTES:
        raise ValueError(f"minutes is one of {PICKUP_MINUTES}.")
    for name, most in (("name", MOST_NAME), ("note", MOST_NOTE)):
        if not isinstance(body[name], str) or len(body[name]) > most:
            raise ValueError(f"{name} has at most {most} characters.")
    lines = [
        {"id": one, "name": label, "count": cart[one], "price": price, "sum": price * cart[one]}
        for one, (label, price) in MENU.items()
        if one in cart
    ]
    total = sum(price * cart[one] for one, (_label, price) in MENU.items() if one in cart)
    words = {"name": body["name"].strip(), "note": body["note"].strip()}
    return {"request": request, "lines": lines, "sum": total, "minutes": minutes, **words}
