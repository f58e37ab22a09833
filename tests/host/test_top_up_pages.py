"""Topping up by pages: to the bank, back by its door, and what the person reads then."""

import re
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from tests.people import make_person, signed_in
from tests.wallet.psp import _running_psp, psp  # noqa: F401  (fixtures)
from wallet import accounts, topups
from wallet.gateways import sandbox
from wallet.models import TopUp

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _gateways(psp):  # noqa: F811
    accounts._forget()
    with override_settings(WALLET_GATEWAYS=sandbox.rows(psp.url)):
        yield


@pytest.fixture
def sara(db):
    return make_person("سارا")


@pytest.fixture
def hers(sara) -> Client:
    return signed_in(sara)


def money(person) -> int:
    return accounts.balance_of(accounts.of_person(person)).available


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def wish(client: Client, **more: str) -> dict[str, str]:
    key = key_of(client.get("/wallet/topup/").content.decode())
    return {"key": key, "amount": "۲۵٬۰۰۰", "gateway": "sandbox"} | more


def begin(client: Client, **more: str) -> TopUp:
    answer = client.post("/wallet/topup/", wish(client, **more))
    assert answer.status_code == 303, answer.content.decode()
    return TopUp.objects.get(public_id=answer.url.split("/")[3])


def come_back(brought):
    """The payer's browser on its way back: without our cookies, and proving no form of ours."""
    stranger, path = Client(enforce_csrf_checks=True), urlsplit(brought.address).path
    headers = {"accept": "text/html", "origin": "https://bank.test"}
    if brought.method.lower() == "get":
        return stranger.get(path, brought.fields, headers=headers)
    return stranger.post(path, urlencode(brought.fields), FORM, headers=headers)


@pytest.mark.parametrize("gateway", ["sandbox", "sandbox-zibal"])
def test_the_whole_way_ends_with_a_receipt(hers, sara, psp, gateway):  # noqa: F811
    row = begin(hers, gateway=gateway, next="/chats/")
    going = hers.get(f"/wallet/topup/{row.public_id}/go/")
    assert going.headers["Refresh"] == f"0; url={row.redirect_url}"
    assert going.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert row.redirect_url.replace("&", "&amp;") in going.content.decode()

    back = come_back(psp.pay(row.redirect_url))

    assert (back.status_code, back.url) == (303, f"/wallet/topup/{row.public_id}/")
    assert money(sara) == 250_000
    page = hers.get(back.url).content.decode()
    row.refresh_from_db()
    assert row.receipt in page
    assert row.card_masked in page
    assert "کیف پول شارژ شد" in page
    assert '<a class="button button--primary button--large button--wide" href="/chats/">' in page


def test_a_callback_twice_credits_once(hers, sara, psp):  # noqa: F811
    row = begin(hers)
    brought = psp.pay(row.redirect_url)

    assert [come_back(brought).status_code for _ in range(2)] == [303, 303]
    assert money(sara) == 250_000


def test_who_cancels_reads_that_nothing_came(hers, sara, psp):  # noqa: F811
    row = begin(hers)

    back = come_back(psp.pay(row.redirect_url, action="cancel"))

    assert "پرداخت انجام نشد" in hers.get(back.url).content.decode()
    assert money(sara) == 0


def test_a_forged_callback_leads_to_a_page_that_says_nothing_was_paid(hers, sara, psp):  # noqa: F811
    row = begin(hers)

    back = come_back(psp.pay(row.redirect_url, failure="callback-forged"))

    page = hers.get(back.url).content.decode()
    assert "کیف پول شارژ شد" not in page
    assert money(sara) == 0


def test_a_callback_of_another_order_is_told_calmly_and_credits_neither(hers, sara, psp):  # noqa: F811
    mine, other = begin(hers), begin(hers, amount="90000")
    brought = psp.pay(other.redirect_url)
    brought.address = brought.address.replace(other.public_id, mine.public_id)

    answer = come_back(brought)

    assert answer.status_code == 409
    assert "این پاسخ برای پرداخت دیگری است" in answer.content.decode()
    assert money(sara) == 0


@pytest.mark.parametrize("name", ["top_" + "0" * 26, "x", "%00", "out_" + "0" * 26])
def test_an_unknown_order_is_nothing(psp, name):  # noqa: F811
    assert Client().get(f"/wallet/back/{name}").status_code == 404
    assert Client().post(f"/wallet/back/{name}", b"{", "application/json").status_code == 404


def test_a_callback_is_bounded(hers, psp):  # noqa: F811
    row = begin(hers)
    path = f"/wallet/back/{row.public_id}"

    assert Client().post(path, {"Token": "x" * 20_000}, content_type=FORM).status_code in (303, 413)
    big = Client().generic("POST", path, b"a=" + b"x" * 20_000, FORM)
    many = Client().generic("POST", path, b"&".join(b"a%d=1" % n for n in range(500)), FORM)
    strange = Client().generic("POST", path, b"\x00\xff=%00&Token=%00", FORM)

    assert big.status_code == 413
    assert many.status_code in (303, 400)
    assert strange.status_code in (303, 409)
    row.refresh_from_db()
    assert row.state == "open"


def test_callbacks_are_counted_by_address(psp, monkeypatch):  # noqa: F811
    monkeypatch.setattr("host.bank_return.GATEWAY_CALLBACKS_PER_MINUTE_MAX", 2)
    path = "/wallet/back/top_" + "0" * 26

    statuses = [Client().get(path, REMOTE_ADDR="203.0.113.77").status_code for _ in range(3)]

    assert statuses == [404, 404, 429]


@pytest.mark.parametrize(
    "path", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "/" * 300]
)
def test_what_follows_never_leaves_our_origin(hers, psp, path):  # noqa: F811
    row = begin(hers, next=path)
    come_back(psp.pay(row.redirect_url))

    page = hers.get(f"/wallet/topup/{row.public_id}/").content.decode()

    assert row.go_on_to == ""
    assert "evil.test" not in page
    assert 'button--wide" href="/wallet/"' in page


def test_a_path_of_another_site_in_an_old_row_is_not_shown_either(hers, psp):  # noqa: F811
    row = begin(hers)
    come_back(psp.pay(row.redirect_url))
    TopUp.objects.update(go_on_to="//evil.test/")

    assert "evil.test" not in hers.get(f"/wallet/topup/{row.public_id}/").content.decode()


def test_one_form_sent_twice_is_one_order(hers, psp):  # noqa: F811
    form = wish(hers)

    answers = [hers.post("/wallet/topup/", form) for _ in range(2)]

    assert answers[0].url == answers[1].url
    assert TopUp.objects.count() == 1
    other = hers.post("/wallet/topup/", form | {"amount": "30000"})
    assert other.status_code == 409
    assert key_of(other.content.decode()) != form["key"]


def test_an_open_order_says_that_nothing_is_lost_and_asks_by_itself(hers, sara, psp):  # noqa: F811
    row = begin(hers)
    psp.pay(row.redirect_url, failure="callback-never")
    page = hers.get(f"/wallet/topup/{row.public_id}/").content.decode()
    assert "بانک هنوز پاسخ نداده است" in page
    assert f'data-ask="/wallet/topup/{row.public_id}/ask/"' in page

    told = hers.post(f"/wallet/topup/{row.public_id}/ask/", headers={"accept": "application/json"})

    assert told.json() == {"state": "credited"}
    assert money(sara) == 250_000


def test_asking_too_often_asks_the_bank_no_more_and_still_answers(hers, psp, monkeypatch):  # noqa: F811
    monkeypatch.setattr("host.money_in_out.TOP_UP_ASKS_PER_MINUTE_MAX", 1)
    row = begin(hers)
    path = f"/wallet/topup/{row.public_id}/ask/"
    hers.post(path)
    psp.pay(row.redirect_url, failure="callback-never")

    answer = hers.post(path, headers={"accept": "application/json"})

    assert answer.json() == {"state": "open"}


def test_a_bank_that_hangs_is_told_and_the_next_try_has_a_new_key(hers, psp):  # noqa: F811
    form = wish(hers)
    psp.control(mode="timeout", hang_s=20)
    refused = hers.post("/wallet/topup/", form)
    psp.reset()

    page = refused.content.decode()
    assert refused.status_code == 503
    assert "پولی پرداخت نشد" in page
    assert 'value="۲۵٬۰۰۰"' in page
    assert hers.post("/wallet/topup/", form | {"key": key_of(page)}).status_code == 303


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("", "مبلغ را به تومان"),
        ("۱۲.۵", "فقط با رقم"),
        ("-5000", "فقط با رقم"),
        ("999", "مبلغی از"),
    ],
)
def test_a_wrong_amount_is_said_at_its_field(hers, psp, amount, words):  # noqa: F811
    answer = hers.post("/wallet/topup/", wish(hers, amount=amount))

    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert TopUp.objects.count() == 0


def test_an_unknown_gateway_and_a_payout_gateway_begin_nothing(hers, psp):  # noqa: F811
    for name in ("nothing", "sandbox-payouts"):
        assert hers.post("/wallet/topup/", wish(hers, gateway=name)).status_code >= 400
    assert not TopUp.objects.exclude(state="failed").exists()


def test_what_is_missing_stands_in_the_field_in_whole_toman(hers):
    page = hers.get("/wallet/topup/?amount=123451&next=/a/cafe").content.decode()

    assert 'value="۱۲٬۳۴۶"' in page
    assert 'name="next" value="/a/cafe"' in page
    assert hers.get("/wallet/topup/?amount=²").status_code == 200
    assert hers.get("/wallet/topup/?amount=" + "9" * 5000).status_code == 200


def test_nobody_sees_the_top_up_of_another(hers, psp):  # noqa: F811
    row = begin(hers)
    stranger = signed_in(make_person("غریبه"))

    for path in ("", "go/"):
        assert stranger.get(f"/wallet/topup/{row.public_id}/{path}").status_code == 404
    assert stranger.post(f"/wallet/topup/{row.public_id}/ask/").status_code == 404


def test_nobody_is_sent_to_the_bank_for_what_is_over(hers, psp):  # noqa: F811
    row = begin(hers)
    come_back(psp.pay(row.redirect_url))

    answer = hers.get(f"/wallet/topup/{row.public_id}/go/")

    assert (answer.status_code, answer.url) == (303, f"/wallet/topup/{row.public_id}/")


def test_who_presses_while_the_first_press_talks_to_the_bank_waits(hers, sara, psp):  # noqa: F811
    row = begin(hers)
    TopUp.objects.update(state="waiting", redirect_url="", token="")

    answer = hers.get(f"/wallet/topup/{row.public_id}/go/")

    assert answer.headers["Refresh"] == "2"
    topups.sweep(now=timezone.now() + timedelta(hours=1))
    assert hers.get(f"/wallet/topup/{row.public_id}/go/").status_code == 303


def test_without_a_gateway_the_page_says_so(hers):
    with override_settings(WALLET_GATEWAYS={}):
        assert "هیچ درگاهی در دسترس نیست" in hers.get("/wallet/topup/").content.decode()


def test_a_gateway_that_was_taken_away_leaves_the_page_standing(hers, psp):  # noqa: F811
    row = begin(hers)
    brought = psp.pay(row.redirect_url)

    with override_settings(WALLET_GATEWAYS={}):
        assert come_back(brought).status_code == 303
        assert hers.get(f"/wallet/topup/{row.public_id}/").status_code == 200
        assert hers.post(f"/wallet/topup/{row.public_id}/ask/").status_code == 303
