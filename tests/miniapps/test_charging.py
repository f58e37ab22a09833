"""From the confirm button to a captured payment, with a merchant who says yes, no, or nothing."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

import pytest
from django.conf import settings
from django.utils import timezone

from core.problems import NotFound
from miniapps import (
    charging,
    governing,
    invoicing,
    payment_tokens,
    retiring,
    simulating,
    telling,
)
from miniapps.errors import AppStateForbids, AppTakesNoMoney, TestInvoiceForTeam
from miniapps.models import WebhookEvent
from miniapps.webhooks import endpoints
from tests.miniapps import build
from tests.people import make_person
from tests.wallet.conftest import wallet_of
from wallet import accounts, errors, invoices, payments, pins
from wallet.invoices import Asked
from wallet.models import Invoice, Payment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def sara():
    person = make_person("سارا")
    wallet_of(person, 10_000_000)
    return person


@pytest.fixture
def app():
    return build.make_app(build.make_maker(make_person("نارون")))


def ask(app, now, amount: int = 200_000, book: str = "live", key: str = "i1", **more) -> Invoice:
    asked = Asked(title="قهوه", amount_rials=amount, **more)
    return invoices.create(
        maker=app.maker, book=book, audience=app.public_id, asked=asked, key=key, now=now
    )


@contextmanager
def merchant(app, answer: object, now):
    """A merchant's server that gives one answer to every question; yields what it was asked."""
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with mock.patch.object(settings, "WEBHOOKS_ALLOW_LOCAL", True):
            endpoints.add(
                app=app, actor=app.maker.founder, mode="live", note="",
                url=f"http://127.0.0.1:{server.server_port}/", kinds=["payment.pre_checkout"], now=now,
            )  # fmt: skip
            yield asked
    finally:
        server.shutdown()
        server.server_close()


def charge(invoice, person, now, key="k", pin="") -> Payment:
    return charging.charge(invoice=invoice, person=person, key=key, pin=pin, now=now)


def balances(payer, app) -> tuple[int, int]:
    """What the payer may spend, and what the maker's wallet holds."""
    merchant = accounts.of_maker(app.maker)
    return (
        accounts.balance_of(accounts.of_person(payer)).available,
        accounts.balance_of(merchant).posted,
    )


def test_a_small_amount_is_paid_in_one_step(app, sara, now):
    assert charge(ask(app, now), sara, now).state == "captured"


def test_a_large_amount_needs_the_pin(app, sara, now):
    invoice = ask(app, now, amount=600_000)
    with pytest.raises(errors.PinNotSet):
        charge(invoice, sara, now)
    pins.choose(person=sara, pin="2580", now=now)
    with pytest.raises(errors.PinNeeded):
        charge(invoice, sara, now)
    with pytest.raises(errors.PinWrong):
        charge(invoice, sara, now, pin="0000")
    assert Payment.objects.count() == 0

    assert charge(invoice, sara, now, pin="2580").state == "captured"


def test_the_merchant_is_asked_first_and_says_yes(app, sara, now):
    with merchant(app, {"ok": True}, now) as asked:
        paid = charge(ask(app, now, ask_first=True, order_ref="o-7"), sara, now)

    assert paid.state == "captured"
    assert asked[0]["type"] == "payment.pre_checkout"
    assert asked[0]["data"]["payment"]["order_ref"] == "o-7"
    assert asked[0]["data"]["payment"]["payer"] == charging.payer_of(paid)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"ok": False, "reason": "کیک\nتمام شد"}, "merchant-declined"),
        ({"ok": 1}, "no-answer"),
        ([], "no-answer"),
    ],
)
def test_a_merchants_no_gives_the_money_back(app, sara, now, answer, code):
    with merchant(app, answer, now):
        gone = charge(ask(app, now, ask_first=True), sara, now)

    assert (gone.state, gone.decline_code) == ("declined", code)
    assert accounts.balance_of(accounts.of_person(sara)).available == 10_000_000
    if code == "merchant-declined":
        assert gone.decline_reason == "کیک تمام شد"


def test_without_a_server_to_ask_nothing_is_paid(app, sara, now):
    assert charge(ask(app, now, ask_first=True), sara, now).decline_code == "no-answer"


def test_a_tap_after_a_crash_goes_on_with_the_same_payment(app, sara, now):
    invoice = ask(app, now)
    with mock.patch.object(payments, "capture", side_effect=SystemExit), pytest.raises(SystemExit):
        charge(invoice, sara, now)
    assert Payment.objects.get().state == "held"

    assert charge(invoice, sara, now).state == "captured"
    assert Payment.objects.count() == 1


def test_another_apps_invoice_is_not_shown_in_an_app(app, sara, now):
    other = build.live_app(build.make_maker(make_person("دارا")))
    from miniapps import launching

    launch = launching.launch(person=sara, app=other, now=now)

    with pytest.raises(NotFound):
        charging.invoice_for(person=sara, invoice_id=ask(app, now).public_id, launch=launch)


def test_test_money_is_for_the_team(app, sara, now):
    invoice = ask(app, now, book="test")

    with pytest.raises(TestInvoiceForTeam):
        charging.invoice_for(person=sara, invoice_id=invoice.public_id)
    found = charging.invoice_for(person=app.maker.founder, invoice_id=invoice.public_id)
    payments.give_test_money(person=app.maker.founder, key="t")
    assert charge(found, app.maker.founder, now).is_test


# --- an app that may not take money ----------------------------------------------------------


@pytest.fixture
def closed(app, now):
    """Open invoices of an app that is closed afterwards, in each way it can be."""
    omid, founder = make_person("امید", role="operator"), app.maker.founder
    ways = {
        "suspended": lambda: governing.suspend(app=app, actor=omid, reason="کلاهبرداری", now=now),
        "archived": lambda: retiring.archive(app=app, actor=founder, now=now),
        "banned": lambda: governing.ban(app=app, actor=omid, reason="کلاهبرداری", now=now),
        "deleted": lambda: retiring.delete(app=app, actor=founder, now=now),
    }

    def close(way: str) -> None:
        ways[way]()

    return close


@pytest.mark.parametrize("way", ["suspended", "archived", "banned", "deleted"])
def test_a_closed_app_is_paid_nothing_and_nothing_is_held(app, sara, now, closed, way):
    invoice = ask(app, now)
    closed(way)

    with pytest.raises(AppTakesNoMoney):
        charge(invoice, sara, now)

    assert not Payment.objects.exists()
    assert balances(sara, app) == (10_000_000, 0)
    invoice.refresh_from_db()
    assert invoice.state == "open"


@pytest.mark.parametrize("way", ["suspended", "archived", "banned", "deleted"])
def test_a_closed_app_asks_for_nothing_not_even_test_money(app, now, closed, way):
    closed(way)
    app.refresh_from_db()

    for book in ("live", "test"):
        with pytest.raises(AppStateForbids):
            invoicing.ask(
                app=app, book=book, asked=Asked(title="قهوه", amount_rials=1_000), key=book, now=now
            )
    with pytest.raises(AppStateForbids):
        simulating.run(
            play=simulating.Play(app=app, person=app.maker.founder, amount=1_000, now=now),
            scenario="plain",
        )
    assert not Invoice.objects.exists()


def test_a_restored_app_is_paid_again_unless_the_time_of_the_invoice_is_over(app, sara, now):
    omid = make_person("امید", role="operator")
    soon = ask(app, now, key="soon", expires_at=now + timedelta(minutes=5))
    late = ask(app, now, key="late")
    governing.suspend(app=app, actor=omid, reason="x", now=now)
    governing.restore(app=app, actor=omid, reason="y", now=now)
    later = now + timedelta(minutes=6)

    assert charge(late, sara, later).state == "captured"
    with pytest.raises(errors.InvoiceClosed):
        charge(soon, sara, later, key="another")


def test_a_hold_of_an_app_that_is_suspended_meanwhile_goes_back(app, sara, now):
    omid, invoice = make_person("امید", role="operator"), ask(app, now)
    authorise = payments.authorise

    def slow(**wish):
        held = authorise(**wish)
        governing.suspend(app=app, actor=omid, reason="x", now=now)
        return held

    with mock.patch.object(payments, "authorise", side_effect=slow):
        payment = charge(invoice, sara, now)

    assert (payment.state, payment.decline_code) == ("declined", "app-takes-no-money")
    assert balances(sara, app) == (10_000_000, 0)


def test_a_repeated_tap_after_a_suspension_gives_the_payment_that_was_made(app, sara, now):
    invoice = ask(app, now)
    paid = charge(invoice, sara, now)
    governing.suspend(app=app, actor=make_person("امید", role="operator"), reason="x", now=now)

    assert charge(invoice, sara, now) == paid


def test_news_become_events_in_order_and_once(app, sara, now):
    paid = charge(ask(app, now), sara, now)

    assert telling.tell(object_id=paid.public_id) == 2
    assert telling.tell(object_id=paid.public_id) == 0

    events = list(WebhookEvent.objects.order_by("pk"))
    assert [event.kind for event in events] == ["payment.held", "payment.captured"]
    said = json.loads(events[1].body) if hasattr(events[1], "body") else events[1].payload
    data = said.get("data", said)
    assert data["status"] == "captured"
    assert data["payer"] == charging.payer_of(paid)


def test_the_merchants_words_keep_their_half_spaces_and_lose_what_hides():
    assert charging._one_line("نمی\u200cشود\u202e\nتمام شد") == "نمی\u200cشود تمام شد"


def test_the_token_says_what_the_document_says(app, sara, now):
    import jwt

    paid = charge(ask(app, now, order_ref="o-1"), sara, now)

    token = payment_tokens.issue(payment=paid, app=app, now=now).token
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert header["typ"] == "payment+jwt"
    assert claims["aud"] == f"app:{app.public_id}"
    assert claims["sub"] == charging.payer_of(paid)
    assert claims["payment"] | {} == {
        "id": paid.public_id, "invoice": paid.invoice.public_id, "order_ref": "o-1", "payload": "",
        "amount_rials": 200_000, "refunded_rials": 0, "status": "captured",
        "paid_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "test": False,
    }  # fmt: skip
