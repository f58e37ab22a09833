"""Cashing out by pages: what is said of a Sheba, the question, the PIN, the payouts of one person."""

import re

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from identity.models import MakerMember
from tests.miniapps import build
from tests.people import make_person, signed_in
from tests.wallet.conftest import fill, wallet_of
from tests.wallet.psp import _running_psp, psp  # noqa: F401  (fixtures)
from wallet import accounts, payouts, pins
from wallet.gateways import sandbox
from wallet.models import Payout

pytestmark = pytest.mark.django_db(transaction=True)
SHEBA = "IR820540102680020817909002"
GROUPED = "IR82 0540 1026 8002 0817 9090 02"
PIN = "8351"


@pytest.fixture(autouse=True)
def _gateways(psp):  # noqa: F811
    accounts._forget()
    with override_settings(WALLET_GATEWAYS=sandbox.rows(psp.url)):
        yield


@pytest.fixture
def sara(db):
    person = make_person("سارا")
    wallet_of(person, 3_000_000)
    return person


@pytest.fixture
def hers(sara) -> Client:
    return signed_in(sara)


def form(client: Client, path: str = "/wallet/cashout/", **more: str) -> dict[str, str]:
    found = re.search(r'name="key" value="([^"]+)"', client.get(path).content.decode())
    assert found is not None
    given = {"sheba": GROUPED, "holder": "سارا رضایی", "amount": "۴۰٬۰۰۰"}
    return {"key": found[1], "step": "confirm"} | given | more


def money(owner) -> int:
    return accounts.balance_of(accounts.of_person(owner)).available


def test_a_sheba_is_told_its_bank_while_it_is_typed(hers):
    good = hers.post("/wallet/cashout/sheba/", {"sheba": "۸۲ ۰۵۴۰ ۱۰۲۶ ۸۰۰۲ ۰۸۱۷ ۹۰۹۰ ۰۲"}).json()
    slip = hers.post("/wallet/cashout/sheba/", {"sheba": SHEBA[:-1] + "3"}).json()

    assert good == {"good": True, "bank": "بانک پارسیان", "grouped": GROUPED}
    assert (slip["good"], "اشتباه" in slip["words"]) == (False, True)
    assert hers.post("/wallet/cashout/sheba/", {"sheba": "\x00" * 999}).status_code < 500


def test_the_question_names_amount_bank_and_masked_sheba_and_moves_nothing(hers, sara):
    page = hers.post("/wallet/cashout/", form(hers, step="check")).content.decode()

    assert "واریز ۴۰٬۰۰۰ تومان به بانک پارسیان" in page
    assert "IR82054***************9002" in page
    assert 'name="pin"' not in page
    assert (money(sara), Payout.objects.count()) == (3_000_000, 0)


def test_a_small_amount_goes_without_a_pin_and_once_for_a_form(hers, sara):
    given = form(hers)

    answers = [hers.post("/wallet/cashout/", given) for _ in range(2)]

    row = Payout.objects.get()
    assert {(answer.status_code, answer.url) for answer in answers} == {
        (303, f"/wallet/cashout/{row.public_id}/")
    }
    assert money(sara) == 2_600_000


def test_two_people_with_the_same_key_do_not_share_a_payout(hers, sara, mina):
    wallet_of(mina, 3_000_000)
    given, minas = form(hers), signed_in(mina)

    hers.post("/wallet/cashout/", given)
    minas.post("/wallet/cashout/", given)

    assert Payout.objects.count() == 2
    assert (money(sara), money(mina)) == (2_600_000, 2_600_000)


def test_above_the_free_amount_who_has_no_pin_is_led_to_choose_one(hers, sara):
    given = form(hers, amount="100000")

    for step in ("check", "confirm"):
        page = hers.post("/wallet/cashout/", given | {"step": step}).content.decode()
        assert 'href="/wallet/pin/"' in page
        assert 'value="confirm"' not in page
    assert money(sara) == 3_000_000


def test_a_wrong_pin_says_how_often_one_may_try_and_then_how_long_to_wait(hers, sara):
    pins.choose(person=sara, pin=PIN, now=timezone.now())
    given = form(hers, amount="100000")
    assert 'name="pin"' in hers.post("/wallet/cashout/", given | {"step": "check"}).content.decode()

    pages = [hers.post("/wallet/cashout/", given | {"pin": "1999"}) for _ in range(3)]
    late = hers.post("/wallet/cashout/", given | {"pin": PIN})

    assert "۲ بار دیگر" in pages[0].content.decode()
    assert "۱ دقیقه دیگر" in pages[2].content.decode()
    assert {page.status_code for page in (*pages, late)} == {402}
    assert "1999" not in pages[0].content.decode()
    assert money(sara) == 3_000_000


def test_the_right_pin_in_persian_digits_lets_it_go(hers, sara):
    pins.choose(person=sara, pin=PIN, now=timezone.now())

    answer = hers.post("/wallet/cashout/", form(hers, amount="100000", pin="۸۳۵۱"))

    assert answer.status_code == 303
    assert money(sara) == 2_000_000


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("sheba", "IR1", "۲۴ رقم"),
        ("sheba", "DE" + SHEBA[2:], "فقط به حساب‌های ایران"),
        ("sheba", SHEBA[:-1] + "3", "یک رقم این شماره"),
        ("amount", "", "مبلغ را به تومان"),
        ("amount", "100", "کمترین مبلغ"),
        ("amount", "۹۹۹٬۹۹۹", "موجودی شما ۳۰۰٬۰۰۰ تومان"),
        ("holder", " ", "نام را همان‌طور"),
        ("holder", "a\nb", "نام را همان‌طور"),
    ],
)
def test_each_fault_stands_at_its_field(hers, field, value, words):
    given = form(hers, step="check") | {field: value}

    answer = hers.post("/wallet/cashout/", given)

    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.content.decode()
    assert words in answer.content.decode()


def test_what_was_spent_meanwhile_is_said_and_nothing_is_taken(hers, sara):
    given = form(hers)
    for _ in range(6):
        hers.post("/wallet/cashout/", form(hers, amount="45000"))

    answer = hers.post("/wallet/cashout/", given)

    assert answer.status_code == 402
    assert "موجودی کیف پول کافی نیست" in answer.content.decode()
    assert money(sara) == 300_000


def test_a_limit_is_said_with_its_numbers(hers, sara):
    wallet_of(sara, 90_000_000)
    pins.choose(person=sara, pin=PIN, now=timezone.now())

    answer = hers.post("/wallet/cashout/", form(hers, amount="3000000", pin=PIN))

    assert answer.status_code == 402
    assert "هر بار حداکثر ۲٬۰۰۰٬۰۰۰ تومان" in answer.content.decode()


def test_without_a_gateway_the_page_says_so_and_takes_nothing(hers, sara):
    given = form(hers)
    with override_settings(WALLET_GATEWAYS={}):
        assert "نمی‌شود به بانک پول فرستاد" in hers.get("/wallet/cashout/").content.decode()
        assert hers.post("/wallet/cashout/", given).status_code == 503
    assert money(sara) == 3_000_000


@pytest.mark.parametrize(
    ("mode", "ended"),
    [
        (None, ("settled", "پول به حساب واریز شد")),
        ("payout-fails", ("failed", "پول به کیف پول برگشت")),
    ],
)
def test_how_a_payout_ends_is_told_in_words(hers, psp, mode, ended):  # noqa: F811
    state, words = ended
    place = hers.post("/wallet/cashout/", form(hers)).url
    assert "پول در راه است" in hers.get(place).content.decode()
    psp.control(mode=mode)
    for _ in range(5):
        row = payouts.go_on(row=Payout.objects.get(), now=timezone.now())

    page = hers.get(place).content.decode()
    assert row.state == state
    assert words in page
    assert SHEBA not in page
    assert hers.get(place, headers={"accept": "application/json"}).json() == {"state": state}
    assert row.public_id in hers.get("/wallet/cashout/").content.decode()


def test_nobody_sees_the_payout_of_another(hers, mina):
    place = hers.post("/wallet/cashout/", form(hers)).url

    assert signed_in(mina).get(place).status_code == 404
    assert hers.get("/wallet/cashout/out_nothing/").status_code == 404


def test_going_back_to_change_something_keeps_what_was_typed(hers):
    page = hers.post("/wallet/cashout/", form(hers, step="edit")).content.decode()

    assert 'value="۴۰٬۰۰۰"' in page
    assert 'data-sheba="/wallet/cashout/sheba/"' in page


# --- makers ---------------------------------------------------------------------------------


@pytest.fixture
def cafe(sara):
    maker = build.make_maker(sara)
    fill(accounts.of_maker(maker), 5_000_000)
    return maker


def test_a_maker_cashes_out_of_its_own_wallet(cafe, hers, sara):
    path = f"/console/makers/{cafe.public_id}/payouts/"

    answer = hers.post(path, form(hers, path))

    row = Payout.objects.get()
    assert (answer.status_code, answer.url) == (303, f"{path}{row.public_id}/")
    assert (row.maker, row.person, row.asked_by) == (cafe, None, sara)
    assert (accounts.balance_of(accounts.of_maker(cafe)).available, money(sara)) == (
        4_600_000, 3_000_000,
    )  # fmt: skip
    assert "پول در راه است" in hers.get(answer.url).content.decode()
    assert row.public_id in hers.get(path).content.decode()
    assert hers.get(f"/wallet/cashout/{row.public_id}/").status_code == 404


def test_a_maker_s_large_payout_needs_the_pin_of_whoever_presses(cafe, hers, sara):
    pins.choose(person=sara, pin=PIN, now=timezone.now())
    path = f"/console/makers/{cafe.public_id}/payouts/"
    given = form(hers, path, amount="200000")

    assert hers.post(path, given | {"pin": "1999"}).status_code == 402
    assert Payout.objects.count() == 0
    assert hers.post(path, given | {"pin": PIN}).status_code == 303


@pytest.mark.parametrize(
    ("role", "status"), [("developer", 403), ("analyst", 403), ("billing", 200)]
)
def test_only_owners_and_billing_reach_the_maker_s_money(cafe, mina, role, status):
    MakerMember.objects.create(maker=cafe, person=mina, role=role)
    client, path = signed_in(mina), f"/console/makers/{cafe.public_id}/payouts/"

    assert client.get(path).status_code == status
    if status == 403:
        assert client.post(path, {"step": "confirm"}).status_code == status


def test_another_maker_s_payout_is_nothing(cafe, hers, mina):
    path = f"/console/makers/{cafe.public_id}/payouts/"
    place = hers.post(path, form(hers, path)).url
    other = build.make_maker(mina)

    stranger = signed_in(mina)
    assert stranger.get(place).status_code == 404
    swapped = place.replace(cafe.public_id, other.public_id)
    assert stranger.get(swapped).status_code == 404
