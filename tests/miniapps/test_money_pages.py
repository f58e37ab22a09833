"""A maker's money in the console: who sees it, what is found, what a page costs, giving back."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from identity import makers
from miniapps import telling
from miniapps.pages.money_forms import day_in, toman_in
from tests.miniapps import build
from tests.miniapps.browsing import counted, said, words
from tests.miniapps.money_build import given_back, held_payment, paid
from tests.miniapps.test_console_makers import english
from tests.people import make_person, signed_in
from wallet import accounts, merchants, payments
from wallet.merchants import Wanted
from wallet.models import Account, Payment, Refund
from wallet.spending import TEHRAN

LINK = re.compile(r'href="(\?[^"]*before=[^"]*)"')


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()


@pytest.fixture
def client(sara):
    return english(sara)


@pytest.fixture
def place(studio) -> str:
    return f"/console/makers/{studio.public_id}/money/"


@pytest.fixture
def cashier(studio, sara):
    person = make_person("حسابدار")
    makers.set_member(maker=studio, phone=person.phone, role="billing", actor=sara)
    return person


def at(place: str, payment: Payment, then: str = "") -> str:
    return f"{place}payments/{payment.public_id}/{then}"


def the_key(page) -> str:
    return re.search(r'name="key" value="(frm_\w+)"', page.content.decode())[1]


# --- the list ---------------------------------------------------------------------------------
def test_the_balance_is_what_came_in_less_the_fee(client, place, cafe):
    paid(cafe, 1_000_000)

    page = words(client.get(place))

    assert "Available 99,000 toman 990,000 rials" in page
    assert "Held for payouts 0 toman" in page


def test_looking_makes_no_account(client, place):
    client.get(place)

    assert not Account.objects.exists()


def test_test_money_is_never_among_real_money(client, place, cafe):
    paid(cafe, title="Coffee")
    paid(cafe, 5_000_000, book="test", title="Rehearsal")

    real, test = words(client.get(place)), words(client.get(place + "?mode=test"))

    assert ("Coffee" in real, "Rehearsal" in real) == (True, False)
    assert ("Coffee" in test, "Rehearsal" in test) == (False, True)
    assert "It buys nothing" in test
    assert "It buys nothing" not in real
    assert "495,000 toman" in test
    assert "495,000 toman" not in real


def test_the_band_of_test_money_says_so_in_persian(sara, place):
    assert "پول آزمایشی" in words(signed_in(sara).get(place + "?mode=test"))


@pytest.mark.parametrize("name", ["public_id", "invoice", "order", "persian"])
def test_a_payment_is_found_by_what_names_it(client, place, cafe, name):
    found = paid(cafe, title="Found", order_ref="1042")
    paid(cafe, title="Other", order_ref="1043")
    text = {
        "public_id": found.public_id.upper(), "invoice": found.invoice.public_id,
        "order": "1042", "persian": "۱۰۴۲",
    }[name]  # fmt: skip

    page = words(client.get(place, {"q": text}))

    assert "Found" in page
    assert "Other" not in page


def test_an_order_in_persian_digits_is_found_by_latin_ones(client, place, cafe):
    paid(cafe, title="Found", order_ref="۷۷")

    assert "Found" in words(client.get(place, {"q": "77"}))


def test_marks_that_are_copied_along_do_not_hide_a_payment(client, place, cafe):
    paid(cafe, title="Found", order_ref="سفارش‌های ۷۷")

    assert "Found" in words(client.get(place, {"q": "\u200f\u2067سفارش‌های 77\u2069 "}))


def test_payments_are_filtered_by_state_app_and_day(client, place, cafe, studio):
    other = build.make_app(studio, name_en="Other app")
    paid(cafe, title="Coffee")
    held_payment(cafe, title="Waiting")
    old = paid(other, title="Tea")
    Payment.objects.filter(pk=old.pk).update(created_at=datetime(2026, 3, 21, 12, tzinfo=TEHRAN))

    def titles(**asked) -> list[str]:
        page = words(client.get(place, asked))
        return [title for title in ("Coffee", "Waiting", "Tea") if title in page]

    assert titles(state="held") == ["Waiting"]
    assert titles(app=other.public_id) == ["Tea"]
    assert titles(since="۱۴۰۵/۰۱/۰۱", until="۱۴۰۵/۱/۱") == ["Tea"]
    assert titles(since="2026-03-22") == ["Coffee", "Waiting"]
    assert titles(until="1404/12/29") == []


def test_a_day_that_is_none_is_told_beside_its_field(client, place, cafe):
    paid(cafe, title="Coffee")

    answer = client.get(place, {"since": "1405/13/01"})

    assert answer.status_code == 400
    assert 'id="since-error"' in answer.content.decode()
    assert "Coffee" not in words(answer)


def test_an_apps_page_shows_its_own_payments_only(client, cafe, studio):
    paid(cafe, 300_000, title="Coffee")
    paid(build.make_app(studio), title="Tea")

    page = words(client.get(f"/console/apps/{cafe.public_id}/money/"))

    assert "Coffee" in page
    assert "Tea" not in page
    assert "Paid in 30 days 30,000 toman" in page


def test_another_makers_app_cannot_be_asked_for(client, place):
    stranger = build.make_app(build.make_maker(make_person("دیگری")))
    paid(stranger, title="Secret", order_ref="s1")

    for asked in ({"app": stranger.public_id}, {"q": "s1"}, {}):
        assert "Secret" not in words(client.get(place, asked))


def test_pages_follow_one_another_by_key_and_cost_the_same(client, place, cafe, monkeypatch):
    monkeypatch.setattr("miniapps.pages.money.MONEY_PAGE", 2)
    for number in range(5):
        paid(cafe, title=f"Cup {number}")

    shown, asked, costs = [], place, set()
    while asked:
        with counted() as count:
            page = client.get(asked)
        costs.add(count())
        shown += re.findall(r"Cup \d", words(page))
        more = LINK.search(page.content.decode())
        asked = place + more[1].replace("&amp;", "&") if more else ""

    assert shown == [f"Cup {number}" for number in (4, 3, 2, 1, 0)]
    assert len(costs) == 1
    assert costs.pop() <= 10


def test_a_page_costs_the_same_with_many_payments(client, place, cafe):
    def cost(where: str) -> int:
        with counted() as count:
            client.get(where)
        return count()

    places = (place, f"{place}refunds/", f"{place}days/", f"/console/apps/{cafe.public_id}/money/")
    given_back(paid(cafe), 1000)
    client.get(place)
    few = [cost(where) for where in places]
    for _ in range(6):
        given_back(paid(cafe), 1000)

    assert [cost(where) for where in places] == few


# --- one payment ------------------------------------------------------------------------------
def test_a_payment_shows_its_timeline(client, place, cafe):
    payment = paid(cafe, 1_000_000, order_ref="o-7")
    given_back(payment, 250_000, "cold")
    telling.tell(object_id=payment.public_id)

    page = words(client.get(at(place, payment)))

    order = ["Set aside in the payer's wallet", "Taken and settled", "Given back to the payer"]
    assert [page.index(text) for text in order] == sorted(page.index(text) for text in order)
    assert "cold" in page
    for kind in ("payment.held", "payment.captured", "payment.refunded"):
        assert kind in page
    assert "Left for you 74,250 toman" in page


def test_a_strangers_payment_is_not_found(client, place):
    other = paid(build.make_app(build.make_maker(make_person("دیگری"))))

    assert client.get(at(place, other)).status_code == 404
    assert client.get(at(place, other, "refund/")).status_code == 404


# --- giving back --------------------------------------------------------------------------------
def test_a_refund_is_read_once_more_by_name_and_in_words(sara, place, cafe):
    payment = paid(cafe, 1_000_000)

    page = words(signed_in(sara).get(at(place, payment, "refund/"), {"amount": "۱۲٬۵۰۰"}))

    assert "۱۲٬۵۰۰ تومان از «قهوه»" in page
    assert "دوازده هزار و پانصد تومان" in page
    assert not Refund.objects.exists()


def test_a_form_that_is_sent_twice_gives_back_once(client, place, cafe):
    payment = paid(cafe, 1_000_000)
    form = client.get(at(place, payment, "refund/"), {"amount": "30,000", "reason": "cold"})
    sent = {"amount": "30,000", "reason": "cold", "key": the_key(form)}

    first = client.post(at(place, payment, "refund/"), sent)
    second = client.post(at(place, payment, "refund/"), sent)

    assert "30,000 toman went back" in said(client, first)
    assert second.status_code == 303
    refund = Refund.objects.get()
    assert (refund.amount_rials, refund.fee_refunded_rials, refund.reason) == (
        300_000,
        3_000,
        "cold",
    )
    payment.refresh_from_db()
    assert payment.refunded_rials == 300_000


def test_two_forms_give_back_twice_but_never_more_than_was_paid(client, place, cafe):
    payment = paid(cafe, 1_000_000)
    answers = []
    for amount in ("60000", "60000"):
        form = client.get(at(place, payment, "refund/"), {"amount": "1"})
        sent = {"amount": amount, "key": the_key(form)}
        answers.append(client.post(at(place, payment, "refund/"), sent))

    assert [answer.status_code for answer in answers] == [303, 409]
    assert "refund-too-large" in words(answers[1])
    assert "At most 40,000 toman can still go back" in words(answers[1])
    payment.refresh_from_db()
    assert payment.refunded_rials == 600_000


def test_all_of_it_goes_back_with_all_of_the_fee(client, cashier, place, cafe, studio):
    payment = paid(cafe, 1_000_000)
    client = english(cashier)
    form = client.get(at(place, payment, "refund/"), {"amount": "100,000"})
    client.post(at(place, payment, "refund/"), {"amount": "100,000", "key": the_key(form)})

    assert merchants.balance(studio, "live").posted == 0
    assert accounts.balance_of(accounts.of_person(payment.payer)).posted == 1_000_000


@pytest.mark.parametrize("key", ["", "1", "frm_x", "pay_01k9z3v6t2e8r9c0m4q7x5a1bd"])
def test_a_refund_without_the_key_of_its_form_is_refused(client, place, cafe, key):
    payment = paid(cafe)

    answer = client.post(at(place, payment, "refund/"), {"amount": "1", "key": key})

    assert answer.status_code == 400
    assert not Refund.objects.exists()


@pytest.mark.parametrize("amount", ["", "0", "-5", "1.25", "12.500", "abc", "9" * 30])
def test_what_is_no_amount_gives_nothing_back(client, place, cafe, amount):
    payment = paid(cafe)
    key = the_key(client.get(at(place, payment, "refund/"), {"amount": "1"}))

    answer = client.post(at(place, payment, "refund/"), {"amount": amount, "key": key})

    assert answer.status_code == 400
    assert not Refund.objects.exists()


def test_what_was_not_captured_cannot_be_given_back(client, place, cafe):
    payment = payments.decline(
        payment=held_payment(cafe), code="merchant-declined", reason="gone", now=timezone.now()
    )

    answer = client.get(at(place, payment, "refund/"), {"amount": "1"})

    assert answer.status_code == 409
    assert "not-refundable" in words(answer)
    assert 'id="refund"' not in client.get(at(place, payment)).content.decode()


def test_developers_and_analysts_look_but_give_nothing_back(place, cafe, dara, ana):
    payment = paid(cafe)

    for person in (dara, ana):
        client = english(person)
        assert client.get(place).status_code == 200
        assert 'id="refund"' not in client.get(at(place, payment)).content.decode()
        assert client.get(at(place, payment, "refund/"), {"amount": "1"}).status_code == 403
        assert client.post(at(place, payment, "refund/"), {"amount": "1"}).status_code == 403
    assert not Refund.objects.exists()


def test_a_stranger_sees_no_money(place, cafe, mina):
    paid(cafe)

    for then in ("", "refunds/", "days/", "links/"):
        assert english(mina).get(place + then).status_code == 404


# --- refunds, settlements, fees -----------------------------------------------------------------
def test_refunds_stand_in_a_list_of_their_own(client, place, cafe):
    payment = paid(cafe, title="Coffee")
    given_back(payment, 50_000, "cold")
    paid(cafe, title="Tea")

    page = words(client.get(f"{place}refunds/"))

    assert "Coffee" in page
    assert "cold" in page
    assert "5,000 toman" in page
    assert "Tea" not in page


def test_the_days_add_up_to_the_balance(client, place, cafe, studio):
    given_back(paid(cafe, 1_234_567), 234_567)
    paid(cafe, 3_000_001)
    held_payment(cafe, 500_000)

    rows = merchants.days(studio, Wanted())

    assert merchants.total(rows, date(2026, 1, 1)).net == merchants.balance(studio, "live").posted
    assert "Sum" in words(client.get(f"{place}days/"))


def test_a_day_is_tehrans_day(cafe, studio):
    late = paid(cafe)
    before_midnight = datetime(2026, 11, 23, 23, 59, tzinfo=TEHRAN)
    Payment.objects.filter(pk=late.pk).update(closed_at=before_midnight)
    day = before_midnight.date()

    assert [row.day for row in merchants.days(studio, Wanted(since=day, until=day))] == [day]
    after = day + timedelta(days=1)
    assert merchants.days(studio, Wanted(since=after, until=after)) == []


# --- what is written by hand --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "rials"),
    [
        ("۱۲٬۵۰۰", 125_000), ("12,500", 125_000), ("12500", 125_000), ("١٢٥٠٠", 125_000),
        ("12,500.5", 125_005), ("۱۲٬۵۰۰٫۵", 125_005), (" 7 ", 70), ("\u2066۱۲٬۵۰۰\u2069", 125_000),
        ("1 000", 10_000), ("\u200f۱۲\u200c٬۵۰۰\u200e", 125_000), ("12,50", None), ("12.500", None), ("", None), ("-1", None),
        ("1e3", None), ("٫5", None), ("9" * 17, None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text, rials):
    assert toman_in(text) == rials


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("۱۴۰۵/۰۹/۰۳", date(2026, 11, 24)), ("1405-9-3", date(2026, 11, 24)),
        ("2026-11-24", date(2026, 11, 24)), ("١٤٠٥/٠٩/٠٣", date(2026, 11, 24)),
        ("1405/13/01", None), ("1405/12/30", None), ("2026-02-30", None), ("0000/01/01", None),
        ("yesterday", None), ("", None),
    ],
)  # fmt: skip
def test_days_are_read_in_both_calendars(text, day):
    assert day_in(text) == day
