"""The makers' money API: who asks for what, who may see it, and that test and live never meet."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent
from miniapps import pairwise
from miniapps.models import App, AppKey
from tests.miniapps import build
from tests.miniapps.api.conftest import money_server
from tests.miniapps.api.money import asks, invoice, paid, post, refunds_of
from tests.people import make_person, signed_in
from wallet.models import Invoice, Payment, Refund

pytestmark = pytest.mark.django_db
READ, WRITE = AppKey.Scope.PAYMENTS_READ, AppKey.Scope.PAYMENTS_WRITE


@pytest.fixture
def key_with(cafe):
    def client(*scopes, app=cafe, test=False):
        _key, text = build.make_key(app, *scopes, test=test, now=timezone.now())
        return Client(headers={"authorization": f"Bearer {text}"})

    return client


@pytest.fixture
def other_server():
    """The server of an app of another maker."""
    return money_server(build.make_app(build.make_maker(make_person("دیگری"))), test=False)


# --- invoices -------------------------------------------------------------------------------
def test_an_invoice_is_answered_with_the_two_ways_to_pay_it(server, cafe):
    whole = {
        "description": "یک فنجان", "order_ref": " o-7 ", "payload": '{"table": 4} ',
        "lines": [{"label": "قهوه", "amount_rials": 250_000},
                  {"label": "تخفیف", "amount_rials": -50_000}],
        "photo_url": "https://cafe.ir/a.jpg", "pre_checkout": True,
        "expires_at": (timezone.now() + timedelta(hours=2)).isoformat(),
    }  # fmt: skip

    answer = asks(server, **whole)

    told = answer.json()
    assert answer.status_code == 201
    assert told["pay_url"] == f"{settings.ORIGIN}/pay/{told['id']}"
    assert told["slug"] == told["id"]
    assert told["invoice_link"] == f"https://t.me/${told['id']}"
    assert (told["object"], told["test"], told["status"]) == ("invoice", False, "open")
    assert {name: told[name] for name in whole if name != "expires_at"} == {
        name: value for name, value in whole.items() if name != "expires_at"
    }
    assert server.get(answer["Location"]).json() == told
    assert Invoice.objects.get().audience == cafe.public_id


def test_the_long_form_writes_the_same_invoice_as_the_short_one(server, cafe):
    short = asks(server, key="a").json()
    long = asks(server, f"apps/{cafe.public_id}/invoices", key="b").json()

    own = {"id", "slug", "invoice_link", "pay_url", "created_at", "expires_at"}
    assert short.keys() == long.keys()
    assert all(short[name] == long[name] for name in short.keys() - own)


def test_every_fault_of_an_invoice_is_told_at_once(server):
    answer = asks(
        server, title=" ", amount_rials=0, colour="red", payload="ب" * 600, photo_url="http://x.ir",
        order_ref=7, expires_at="2020-01-01T00:00:00Z", recipient="nobody", pre_checkout="yes",
        lines=[{"label": "", "amount_rials": 1.5}, {"label": "x"}], description="x" * 256,
    )  # fmt: skip

    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert answer.status_code == 400
    assert pointers == {
        "#/title", "#/amount_rials", "#/colour", "#/payload", "#/photo_url", "#/order_ref",
        "#/expires_at", "#/recipient", "#/pre_checkout", "#/lines/0/label",
        "#/lines/0/amount_rials", "#/lines/1/amount_rials", "#/description",
    }  # fmt: skip
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("mark", ["\u202e", "\u200b", "\u2066", "\ufeff", "\u200f", "\t", "\n"])
def test_a_text_that_a_payer_could_not_see_is_refused(server, mark):
    unseen = f"آب{mark}ب"
    lines = [{"label": unseen, "amount_rials": 200_000}]

    answer = asks(server, title=unseen, order_ref=unseen, lines=lines, description=f"a{mark}\nb")

    faults = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
    wanted = {"#/title", "#/order_ref", "#/lines/0/label"}
    assert wanted <= {pointer for pointer, code in faults if code == "characters"}
    assert ("#/description", "characters") in faults or mark == "\n"
    assert not Invoice.objects.exists()


def test_half_spaces_emoji_and_lines_of_a_description_are_texts_like_others(server):
    whole = {
        "title": "نان‌های 👩\u200d🍳", "order_ref": "سفارش‌های (۷) #2", "description": "یک\nدو",
        "lines": [{"label": "می‌خواهم", "amount_rials": 200_000}],
    }  # fmt: skip

    told = asks(server, **whole).json()

    assert {name: told[name] for name in whole} == whole


def test_a_reason_that_nobody_could_see_gives_nothing_back(server, cafe):
    answer = refunds_of(server, paid(cafe), {"reason": "سرد\u202eبود"})

    faults = [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
    assert faults == [("#/reason", "characters")]
    assert not Refund.objects.exists()


def test_lines_that_do_not_add_up_are_told_beside_other_faults(server):
    lines = [{"label": "قهوه", "amount_rials": 100}]

    answer = asks(server, amount_rials=99, lines=lines, title=5)

    faults = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
    assert faults == {("#/title", "invalid"), ("#/amount_rials", "sum")}


@pytest.mark.parametrize("amount", [0, -1, 2**53, "200000", 2.0, True, None])
def test_an_amount_is_a_whole_number_of_rials_that_can_move(server, amount):
    answer = post(server, "invoices", {"title": "x", "amount_rials": amount}, "i1")

    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/amount_rials"]


@pytest.mark.parametrize("name", ["sub", "number"])
def test_an_invoice_names_the_one_who_pays_as_the_app_knows_him(server, cafe, mina, name):
    known = pairwise.person_in(cafe, mina)

    answer = asks(server, recipient=getattr(known, name))

    assert answer.status_code == 201
    assert Invoice.objects.get().recipient == mina


def test_a_person_of_another_app_is_nobody_here(server, mina):
    other = pairwise.person_in(build.make_app(build.make_maker(make_person("دیگری"))), mina)

    for number, name in enumerate((other.sub, other.number, mina.public_id, 2**60, True, [])):
        answer = asks(server, recipient=name, key=f"k{number}")
        assert answer.status_code == 400
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/recipient"]


def test_an_open_invoice_is_cancelled_and_a_paid_one_is_not(server, cafe):
    place = f"apps/{cafe.public_id}/invoices"
    still_open, done = invoice(cafe), paid(cafe).invoice

    cancelled = post(server, f"{place}/{still_open.public_id}/cancel", None)
    again = post(server, f"{place}/{still_open.public_id}/cancel", None)
    refused = post(server, f"{place}/{done.public_id}/cancel", None)

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert again.json() == cancelled.json()
    assert (refused.status_code, refused.json()["code"]) == (409, "invoice-closed")


@pytest.mark.parametrize("status", ["suspended", "archived", "banned"])
def test_an_app_that_may_not_run_asks_for_nothing_but_gives_back(server, cafe, status):
    payment = paid(cafe)
    App.objects.filter(pk=cafe.pk).update(status=status)

    asked = asks(server)
    back = refunds_of(server, payment, {})

    assert (asked.status_code, asked.json()["code"]) == (409, "app-state-forbids")
    assert back.status_code == 201


def test_one_app_writes_only_so_many_invoices_in_a_minute(server, monkeypatch):
    monkeypatch.setattr("miniapps.invoicing.INVOICES_PER_MINUTE_MAX", 2)

    statuses = [asks(server, key=f"k{number}").status_code for number in range(3)]
    again = asks(server, key="k0")

    assert (statuses, again.status_code) == ([201, 201, 429], 201)


def test_invoices_are_listed_by_state_and_reference(server, cafe):
    old = invoice(cafe, order_ref="o-1")
    done = paid(cafe, order_ref="o-2").invoice
    place = f"/api/v1/apps/{cafe.public_id}/invoices"

    every = server.get(place).json()
    by_state = server.get(place, {"status": "open"}).json()
    by_ref = server.get(place, {"order_ref": "o-2"}).json()

    assert [one["id"] for one in every["items"]] == [done.public_id, old.public_id]
    assert (every["test"], every["next_cursor"]) == (False, None)
    assert [one["id"] for one in by_state["items"]] == [old.public_id]
    assert [one["id"] for one in by_ref["items"]] == [done.public_id]


# --- payments, refunds, balance -------------------------------------------------------------
def test_a_payment_is_read_with_its_payer_as_the_app_knows_him(server, cafe, mina):
    payment = paid(cafe, payer=mina, order_ref="o-9")

    answer = server.get(f"/api/v1/payments/{payment.public_id}")

    told = answer.json()
    assert (told["status"], told["order_ref"], told["amount_rials"]) == ("captured", "o-9", 200_000)
    assert told["payer"] == pairwise.person_in(cafe, mina).sub
    assert mina.public_id not in answer.content.decode()


def test_payments_are_found_by_state_reference_and_time(server, cafe):
    first, second = paid(cafe, order_ref="o-1"), paid(cafe, order_ref="o-2")
    day = timedelta(days=1)
    Payment.objects.filter(pk=first.pk).update(created_at=timezone.now() - day)
    place, hour_ago = f"/api/v1/apps/{cafe.public_id}/payments", timezone.now() - day / 24

    def found(**query):
        return [one["id"] for one in server.get(place, query).json()["items"]]

    assert found() == [second.public_id, first.public_id]
    assert found(status="captured", order_ref="o-1") == [first.public_id]
    assert found(status="held") == []
    assert found(**{"from": hour_ago.isoformat()}) == [second.public_id]
    assert found(to=hour_ago.isoformat()) == [first.public_id]


@pytest.mark.parametrize("query", ["status=paid", "from=x", "to=2026-13-01", "test=yes", "limit=0"])
def test_a_search_that_cannot_be_is_refused(server, cafe, query):
    answer = server.get(f"/api/v1/apps/{cafe.public_id}/payments?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")


def test_a_list_of_payments_is_paged_and_costs_the_same_whatever_its_length(
    server, cafe, django_assert_max_num_queries
):
    ids = [paid(cafe).public_id for _ in range(3)]
    place = f"/api/v1/apps/{cafe.public_id}/payments"
    server.get(place)

    with django_assert_max_num_queries(5):
        whole = server.get(place).json()
    first = server.get(place, {"limit": 2}).json()
    rest = server.get(place, {"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [one["id"] for one in whole["items"]] == ids[::-1]
    assert first["items"] + rest["items"] == whole["items"]
    assert rest["next_cursor"] is None


def test_refunds_are_listed_and_end_where_the_money_ends(server, cafe):
    payment = paid(cafe, amount=200_000)

    part = refunds_of(server, payment, {"amount_rials": 50_000, "reason": "سرد بود"}, key="a")
    rest = refunds_of(server, payment, {}, key="b")
    none = refunds_of(server, payment, {}, key="c")

    told = server.get(f"/api/v1/payments/{payment.public_id}/refunds").json()
    assert told["items"] == [rest.json(), part.json()]
    assert (part.json()["reason"], rest.json()["amount_rials"]) == ("سرد بود", 150_000)
    assert part.json()["fee_refunded_rials"] + rest.json()["fee_refunded_rials"] == 2_000
    assert (none.status_code, none.json()["refundable_rials"]) == (409, 0)


def test_every_fault_of_a_refund_is_told_at_once(server, cafe):
    answer = refunds_of(server, paid(cafe), {"amount_rials": 0, "reason": "x" * 201, "fee": 1})

    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert pointers == {"#/amount_rials", "#/reason", "#/fee"}


def test_a_refund_leaves_the_key_and_its_maker_in_the_audit_trail(cafe, sara):
    key, text = build.make_key(cafe, WRITE, now=timezone.now())
    payment = paid(cafe)

    refunds_of(Client(headers={"authorization": f"Bearer {text}"}), payment, {})

    event = AuditEvent.objects.get(event="wallet.payment.refunded")
    assert (event.facts["asked_by"], event.actor) == (key.public_id, sara)
    assert Refund.objects.get().asked_by == key.public_id


def test_the_balance_is_what_the_maker_has_got(server, cafe):
    payment = paid(cafe, amount=200_000)
    place = f"/api/v1/apps/{cafe.public_id}/balance"

    before = server.get(place).json()
    refunds_of(server, payment, {"amount_rials": 100_000})

    assert before == {
        "object": "balance", "test": False, "maker": cafe.maker.public_id,
        "available_rials": 198_000, "held_rials": 0,
    }  # fmt: skip
    assert server.get(place).json()["available_rials"] == 99_000


# --- who may what ---------------------------------------------------------------------------
def calls(cafe, payment, client):
    """The status of each call of the money API: six that read, four that write."""
    app = f"apps/{cafe.public_id}"
    one = f"{app}/invoices/{payment.invoice.public_id}"
    reads = [f"{app}/invoices", one, f"{app}/payments", f"payments/{payment.public_id}",
             f"payments/{payment.public_id}/refunds", f"{app}/balance"]  # fmt: skip
    return [client.get(f"/api/v1/{place}").status_code for place in reads], [
        asks(client, f"{app}/invoices", key="w1").status_code,
        post(client, f"{one}/cancel", None).status_code,
        refunds_of(client, payment, {}, key="w2").status_code,
    ]


def test_a_key_does_what_its_scopes_say(cafe, key_with):
    payment = paid(cafe)

    reads = calls(cafe, payment, key_with(READ))
    writes = calls(cafe, payment, key_with(WRITE))
    neither = calls(cafe, payment, key_with(AppKey.Scope.WEBHOOKS))

    assert reads == ([200] * 6, [403] * 3)
    assert writes == ([403] * 6, [201, 409, 201])
    assert neither == ([403] * 6, [403] * 3)


@pytest.mark.parametrize(
    ("role", "writes"),
    [("owner", True), ("billing", True), ("developer", False), ("analyst", False)],
)
def test_people_of_the_maker_do_what_their_role_says(cafe, dara, role, writes):
    from identity import makers

    makers.set_member(maker=cafe.maker, phone=dara.phone, role=role, actor=cafe.maker.founder)

    told = calls(cafe, paid(cafe), signed_in(dara))

    assert told == ([200] * 6, [201, 409, 201] if writes else [403] * 3)


def test_what_belongs_to_strangers_is_not_found(cafe, other_server, mina):
    payment = paid(cafe)
    nowhere = ([404] * 6, [404] * 3)

    assert calls(cafe, payment, other_server) == nowhere
    assert calls(cafe, payment, signed_in(mina)) == nowhere
    assert calls(cafe, payment, Client()) == ([401] * 6, [401] * 3)
    assert not Refund.objects.exists()


def test_the_short_form_of_invoices_is_for_keys(as_sara, key_with):
    assert asks(as_sara).status_code == 401
    assert asks(key_with(READ)).status_code == 403
    assert asks(Client()).status_code == 401


@pytest.mark.parametrize("name", ["pay_x", "inv_x", "PAY_01", "x" * 200, "%00"])
def test_what_is_no_id_is_not_found(server, name):
    assert server.get(f"/api/v1/payments/{name}").status_code == 404


# --- test money -----------------------------------------------------------------------------
def test_a_test_key_asks_for_test_money_and_says_so_everywhere(test_server, cafe):
    asked = asks(test_server).json()
    payment = paid(cafe, book="test")
    app = f"/api/v1/apps/{cafe.public_id}"
    refunded = refunds_of(test_server, payment, {"amount_rials": 10})

    told = [asked, refunded.json()] + [
        test_server.get(place).json()
        for place in (
            f"{app}/invoices", f"{app}/payments", f"{app}/balance", f"{app}/invoices/{asked['id']}",
            f"/api/v1/payments/{payment.public_id}",
            f"/api/v1/payments/{payment.public_id}/refunds",
        )
    ]  # fmt: skip
    assert [one["test"] for one in told] == [True] * 8
    assert all(item["test"] for one in told for item in one.get("items", []))
    assert Invoice.objects.get(public_id=asked["id"]).book == "test"


@pytest.mark.parametrize(("mine", "theirs"), [(True, "live"), (False, "test")])
def test_a_key_knows_nothing_of_the_other_book(cafe, mine, theirs):
    client, payment = money_server(cafe, test=mine), paid(cafe, book=theirs)
    app = f"/api/v1/apps/{cafe.public_id}"

    statuses = calls(cafe, payment, client)
    balance = client.get(f"{app}/balance").json()

    assert statuses == ([200, 404, 200, 404, 404, 200], [201, 404, 404])
    assert balance["available_rials"] == 0
    assert client.get(f"{app}/payments").json()["items"] == []
    assert [one["status"] for one in client.get(f"{app}/invoices").json()["items"]] == ["open"]
    assert not Refund.objects.exists()


@pytest.mark.parametrize(("test", "asked"), [(True, "0"), (False, "1")])
def test_a_key_that_is_asked_for_the_other_book_says_no(cafe, test, asked):
    client = money_server(cafe, test=test)

    answer = client.get(f"/api/v1/apps/{cafe.public_id}/balance", {"test": asked})

    assert (answer.status_code, answer.json()["code"]) == (409, "books-differ")


def test_a_person_says_which_money_is_meant(as_sara, cafe):
    paid(cafe), paid(cafe, amount=100_000, book="test")
    app = f"/api/v1/apps/{cafe.public_id}"

    live, trial = as_sara.get(f"{app}/balance"), as_sara.get(f"{app}/balance?test=1")
    listed = as_sara.get(f"{app}/payments?test=1").json()
    asked = asks(as_sara, f"apps/{cafe.public_id}/invoices?test=1").json()

    assert (live.json()["available_rials"], trial.json()["available_rials"]) == (198_000, 99_000)
    assert (listed["test"], len(listed["items"]), asked["test"]) == (True, 1, True)


def test_a_test_key_is_told_by_its_text_and_its_list(as_sara, cafe):
    place = f"/api/v1/apps/{cafe.public_id}/keys"

    made = post(as_sara, f"apps/{cafe.public_id}/keys",
                {"name": "trial", "scopes": ["payments:write"], "test": True})  # fmt: skip

    key = made.json()
    assert (made.status_code, key["test"]) == (201, True)
    assert key["key"].startswith(f"bnk_test_{key['prefix']}_")
    assert as_sara.get(place).json()["items"][0]["test"] is True


@pytest.mark.parametrize("test", [True, False])
def test_a_key_whose_text_claims_the_other_book_opens_nothing(cafe, test):
    _key, text = build.make_key(cafe, READ, test=test, now=timezone.now())
    other = text.replace("bnk_test_", "bnk_") if test else text.replace("bnk_", "bnk_test_")

    answer = Client(headers={"authorization": f"Bearer {other}"}).get("/api/v1/payments/pay_x")

    assert answer.status_code == 401


def test_a_test_key_can_do_nothing_that_real_people_would_notice(as_sara, cafe):
    for scope in set(AppKey.Scope.values) - {
        "payments:read",
        "payments:write",
        "tokens:introspect",
    }:
        answer = post(as_sara, f"apps/{cafe.public_id}/keys",
                      {"name": "trial", "scopes": [scope, "payments:read"], "test": True})  # fmt: skip
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/scopes")
    assert not AppKey.objects.exists()
