"""The café's own server: it knows the prices, asks for the money, and believes only the platform.

What the page sends is a wish: which things, how many. Prices come from the list here; that an order
is paid is told by the payment token and by the signed webhook, whichever comes first; money goes
back through the API. It knows its guests by ids that mean something to this app alone.

    BARNAMAK_ORIGIN   the platform (http://localhost:8000)
    CAFE_CONFIG       a JSON file, read anew for each request:
                      {"app_id": …, "origins": […], "jwks": …,
                       "live": {"api_key": …, "webhook_secret": …}, "test": {the same}}
    CAFE_DATA         the order book (var/cafe-orders.sqlite3)
    CAFE_PORT         where it listens on 127.0.0.1 (8092)
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from standardwebhooks import Webhook, WebhookVerificationError

from examples.cafe.orderbook import (
    MOST_WAITING,
    RIALS_PER_TOMAN,
    Order,
    OrderBook,
    told,
    wish_of,
)

BARNAMAK_ORIGIN = os.environ.get("BARNAMAK_ORIGIN", "http://localhost:8000")

MOST_BODY = 128 * 1024  # bytes of a request; a webhook is the longest
API_WAIT_S = 12
ORDER_PATH = re.compile(r"/orders/(ord_[0-9a-f]{20})/(paid|cancel|collected)")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
log = logging.getLogger("cafe")


@dataclass(frozen=True)
class Settings:
    """Who we are to the platform. ``sides`` are two strangers: live money and test money."""

    app_id: str
    origins: list[str]
    jwks: str
    sides: dict[bool, dict[str, str]]  # by "is it test money"


def settings() -> Settings:
    """Return what CAFE_CONFIG tells; raise LookupError while nobody has written it."""
    try:
        told = json.loads(Path(os.environ["CAFE_CONFIG"]).read_text(encoding="utf-8"))
        sides = {False: dict(told["live"]), True: dict(told["test"])}
        return Settings(str(told["app_id"]), list(told["origins"]), str(told["jwks"]), sides)
    except (KeyError, OSError, ValueError, TypeError) as reason:
        raise LookupError("Set CAFE_CONFIG to a file that names the app and its keys.") from reason


@cache
def keys_at(jwks: str) -> jwt.PyJWKClient:
    """Return the platform's public keys, fetched when needed and when an unknown one comes."""
    return jwt.PyJWKClient(jwks, timeout=5)


# --- token verification: begin ---
def claims_of(token: str, typ: str, own: Settings) -> dict[str, Any]:
    """Return what a token of the platform says, or raise jwt.PyJWTError."""
    if jwt.get_unverified_header(token).get("typ") != typ:
        raise jwt.InvalidTokenError(f"This is no {typ}.")
    key = keys_at(own.jwks).get_signing_key_from_jwt(token).key
    return jwt.decode(
        token, key, algorithms=["EdDSA"], audience=f"app:{own.app_id}", issuer=BARNAMAK_ORIGIN,
        leeway=10, options={"require": ["exp", "iat", "sub", "jti"], "strict_aud": True},
    )  # fmt: skip


def payment_for(order: Order, token: str, own: Settings) -> str:
    """Return the number of the payment that a token proves for this order; raise as above."""
    claims = claims_of(token, "payment+jwt", own)
    paid = claims["payment"]
    told = (claims["sub"], paid["order_ref"], paid["amount_rials"], paid["status"], paid["test"])
    if told != (order["person"], order["id"], order["sum_rials"], "captured", bool(order["test"])):
        raise jwt.InvalidTokenError("This is the token of another payment.")
    return str(paid["id"])


# --- token verification: end ---


def event_of(body: bytes, headers: dict[str, str], own: Settings) -> dict[str, Any]:
    """Return the event of a webhook that the platform has signed; else WebhookVerificationError."""
    for test, side in own.sides.items():
        try:
            event: dict[str, Any] = Webhook(side["webhook_secret"]).verify(body, headers)
        except WebhookVerificationError:
            continue
        if event.get("test") is test:  # the secret of test money says nothing of real money
            return event
    raise WebhookVerificationError("No matching signature found")


class ApiError(Exception):
    """The platform did not do it, or (``status`` 0 or 500 and more) nobody knows whether it did."""

    def __init__(self, status: int, code: str = "") -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code

    @property
    def is_final(self) -> bool:
        """Whether the same request with the same key gets the same refusal for ever."""
        return self.status in {402, 409, 410, 422} and self.code != "idempotency-still-running"


def api(
    method: str, path: str, side: dict[str, str], body: object = None, key: str = ""
) -> dict[str, Any]:
    """Call the platform's API with our key; ``key`` makes sure that it is done once only."""
    headers = {"Authorization": f"Bearer {side['api_key']}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310  (an address of our own settings)
        f"{BARNAMAK_ORIGIN}/api/v1{path}", data=data, method=method, headers=headers
    )
    try:
        with urllib.request.urlopen(request, timeout=API_WAIT_S) as answer:  # noqa: S310
            found: dict[str, Any] = json.loads(answer.read())
            return found
    except urllib.error.HTTPError as refusal:
        with refusal:
            code = _code_of(refusal.read(4096))
        log.warning("%s %s: %d %s", method, path, refusal.code, code)
        raise ApiError(refusal.code, code) from refusal
    except (OSError, ValueError) as reason:
        raise ApiError(0, str(reason)) from reason


def _persian(number: int) -> str:
    return str(number).translate(PERSIAN)


def _code_of(problem: bytes) -> str:
    try:
        return str(json.loads(problem)["code"])
    except (ValueError, KeyError, TypeError):
        return ""


class Till:
    """What the café does about money."""

    def __init__(self, book: OrderBook) -> None:
        self.book = book

    def ask(self, order: Order, own: Settings) -> None:
        """Ask the platform for an invoice of this order, made out to the guest alone."""
        lines = [
            {
                "label": f"{one['name']} × {_persian(one['count'])}",
                "amount_rials": one["sum"] * RIALS_PER_TOMAN,
            }
            for one in json.loads(order["lines"])
        ]
        invoice = api(
            "POST", "/invoices", own.sides[bool(order["test"])],
            {
                "title": f"سفارش {_persian(order['number'])}، کافه نارون", "lines": lines,
                "amount_rials": order["sum_rials"], "order_ref": order["id"],
                "recipient": order["person"],
            },
            key=f"invoice-{order['id']}",
        )  # fmt: skip
        self.book.asked(order, invoice["id"])

    def cancel(self, order: Order, own: Settings) -> None:
        """Take an order back: its invoice while it is not paid, else its money."""
        side = own.sides[bool(order["test"])]
        if order["state"] == "waiting" and order["invoice"]:
            place = f"/apps/{own.app_id}/invoices/{order['invoice']}/cancel"
            try:
                api("POST", place, side)
            except ApiError as no:
                if not no.is_final:
                    raise
                self._look(order, own)  # closed already: paid, perhaps, or too old
                order = self.book.find(order["id"]) or order
        back = self._refund(order, side) if order["state"] == "paid" else 0
        self.book.cancelled(order, back)

    def _look(self, order: Order, own: Settings) -> None:
        """Ask the platform what became of the payment, where neither token nor webhook has come."""
        query = f"/apps/{own.app_id}/payments?status=captured&order_ref={order['id']}"
        for paid in api("GET", query, own.sides[bool(order["test"])])["items"]:
            self.book.paid(order, paid["id"])

    def _refund(self, order: Order, side: dict[str, str]) -> int:
        """Give back what is left of the payment; return how much of it has gone back in all."""
        place = f"/payments/{order['payment']}"
        wish = {"reason": f"لغو سفارش {_persian(order['number'])}"}
        key = f"refund-{order['id']}-{order['refund_tries']}"
        try:
            api("POST", f"{place}/refunds", side, wish, key=key)
        except ApiError as no:
            if no.is_final:
                self.book.refund_refused(order)
            if no.code != "refund-too-large":  # all of it went back before, from the console
                raise
        return int(api("GET", place, side)["refunded_rials"])

    def hear(self, event: dict[str, Any]) -> None:
        """Do what an event of the platform asks for, once."""
        if not self.book.is_new(event["id"]):
            log.info("heard before: %s", event["id"])
            return
        facts = event["data"]
        order = self.book.find(str(facts.get("order_ref", "")))
        if order is not None and bool(order["test"]) == event["test"]:
            self._follow(event["type"], facts, order)
        self.book.done(event["id"])
        log.info("heard %s of %s", event["type"], event.get("object"))

    def _follow(self, kind: str, facts: dict[str, Any], order: Order) -> None:
        if kind == "payment.captured" and facts["amount_rials"] == order["sum_rials"]:
            self.book.paid(order, facts["id"])
        elif kind == "payment.refunded" and facts["refunded_rials"] >= order["sum_rials"]:
            self.book.paid(order, facts["id"])
            self.book.cancelled(order, facts["refunded_rials"])
        elif kind in {"invoice.expired", "invoice.cancelled"} and order["state"] == "waiting":
            self.book.cancelled(order, 0)


def _is_made(order: Order) -> bool:
    return order["state"] == "paid" and time.time() * 1000 >= int(order["pickup"])


class Handler(BaseHTTPRequestHandler):
    """``/orders`` for the page, with a bearer token; ``/hooks`` for the platform, signed."""

    book: OrderBook
    till: Till
    timeout = 10

    def do_OPTIONS(self) -> None:
        """Answer the browser's question whether the app may call us."""
        self._answer(204, None)

    def do_GET(self) -> None:
        """Tell a person their orders."""
        if self.path != "/orders":
            self._answer(404, {"error": "There is only /orders."})
        elif guest := self._guest():
            self._answer(200, {"orders": [told(one) for one in self.book.of(guest["sub"])]})

    def do_POST(self) -> None:
        """Take an order, or what became of one."""
        body = self._body()
        if self.path == "/hooks":
            self._hear(body)
            return
        step = ORDER_PATH.fullmatch(self.path)
        if self.path != "/orders" and step is None:
            self._answer(404, {"error": "There is only /orders, /orders/{id}/… and /hooks."})
            return
        guest = self._guest()
        if guest is None:
            return
        try:
            order = self._place(guest, body) if step is None else self._step(guest, step, body)
        except ApiError as reason:
            log.warning("the platform: %s", reason)
            self._answer(502, {"error": "The platform did not do it. Try again."})
        except ValueError as reason:
            self._answer(422, {"error": str(reason)})
        except jwt.PyJWKClientConnectionError:
            self._answer(503, {"error": "The platform's keys cannot be read now."})
        except jwt.PyJWTError as reason:
            log.info("refused a payment token: %s", reason)
            self._answer(422, {"error": "The payment token was refused."})
        else:
            if order is not None:
                self._answer(200, told(order))

    def _place(self, guest: dict[str, Any], body: bytes) -> Order | None:
        wish = wish_of(json.loads(body or b"null"))
        person, own = guest["sub"], settings()
        order = self.book.asked_before(person, wish["request"])
        if order is None and self.book.waiting(person) >= MOST_WAITING:
            self._answer(429, {"error": "Pay or cancel what you have ordered first."})
            return None
        if order is None:
            order = self.book.place(person, wish, test=guest.get("env") == "preview")
        if order["state"] == "waiting" and not order["invoice"]:
            self.till.ask(order, own)
        return self.book.find(order["id"])

    def _step(self, guest: dict[str, Any], step: re.Match[str], body: bytes) -> Order | None:
        order, own = self.book.find(step[1], guest["sub"]), settings()
        if order is None:
            self._answer(404, {"error": "You have no such order."})
            return None
        if step[2] == "paid":
            given = json.loads(body or b"null")
            if not isinstance(given, dict) or not isinstance(given.get("token"), str):
                raise ValueError("Send the payment token.")
            self.book.paid(order, payment_for(order, given["token"], own))
        elif step[2] == "collected":
            self.book.collected(order)
        elif order["state"] == "collected" or _is_made(order):
            self._answer(409, {"error": "It is too late: the order is made."})
            return None
        elif order["state"] != "cancelled":
            self.till.cancel(order, own)
        return self.book.find(order["id"])

    def _hear(self, body: bytes) -> None:
        try:
            event = event_of(
                body, {name.lower(): text for name, text in self.headers.items()}, settings()
            )
        except LookupError as reason:
            self._answer(503, {"error": str(reason)})
        except (WebhookVerificationError, ValueError):
            self._answer(401, {"error": "The signature was refused."})
        else:
            self.till.hear(event)
            self._answer(204, None)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch(r"[0-9]{1,6}", length) or int(length) > MOST_BODY:
            self.close_connection = True
            return b""
        return self.rfile.read(int(length))

    def _guest(self) -> dict[str, Any] | None:
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        try:
            if kind != "Bearer":
                raise jwt.InvalidTokenError("Send the user token as a bearer token.")
            return claims_of(token, "user+jwt", settings())
        except LookupError as reason:
            self._answer(503, {"error": str(reason)})
        except jwt.PyJWKClientConnectionError:
            self._answer(503, {"error": "The platform's keys cannot be read now."})
        except jwt.PyJWTError as reason:
            log.info("refused a token: %s", reason)
            self._answer(401, {"error": "The token was refused."})
        return None

    def _answer(self, status: int, document: dict[str, Any] | None) -> None:
        body = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Vary", "Origin")
        if document is not None:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        self._allow_own_origin()
        self.end_headers()
        self.wfile.write(body)

    def _allow_own_origin(self) -> None:
        origin = self.headers.get("Origin", "")
        try:
            own = origin in settings().origins
        except LookupError:
            own = False
        if own:
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Headers", "Authorization, Content-Type")
            self.send_header("Access-Control-Allow-Methods", "GET, POST")
            self.send_header("Access-Control-Max-Age", "600")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it
        """Log the request line; tokens and signatures are in headers and stay out."""
        log.info(format, *args)


def server(port: int, data: Path) -> ThreadingHTTPServer:
    """Return the server, bound to 127.0.0.1:``port`` (0 for any free one), not yet serving."""
    book = OrderBook(data)
    bound = type("BoundHandler", (Handler,), {"book": book, "till": Till(book)})
    return ThreadingHTTPServer(("127.0.0.1", port), bound)


def main() -> None:
    """Serve until interrupted."""
    logging.basicConfig(level=logging.INFO, format="cafe: %(message)s")
    port = int(os.environ.get("CAFE_PORT", "8092"))
    made = server(port, Path(os.environ.get("CAFE_DATA", "var/cafe-orders.sqlite3")))
    log.info("listening on http://127.0.0.1:%d", made.server_port)
    try:
        made.serve_forever()
    except KeyboardInterrupt:
        made.server_close()


if __name__ == "__main__":
    main()
