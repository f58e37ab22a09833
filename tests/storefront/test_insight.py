"""The one card of a month: said when there is enough to say, explained, closed with one tap."""

import pytest

from storefront.bank import insight
from storefront.bank.months import Compared, Spent, Sums
from storefront.calendar import Month
from tests.storefront.conftest import happened_at, pay
from tests.wallet.conftest import wallet_of

DEY = Month(1404, 10)


def card(now, before, *, is_over=True):
    found = Compared(DEY, Sums(spent=now), Sums(spent=before))
    return insight.of_month(found, is_over=is_over)


def test_a_large_rise_is_said_in_whole_percent():
    told = card({"cafe": Spent(1_409_999, 4)}, {"cafe": Spent(1_000_000, 3)})

    assert (told.category, told.percent) == ("cafe", 40)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (Spent(9_000_000, 2), Spent(1_000_000, 9)),
        (Spent(9_000_000, 9), Spent(1_000_000, 2)),
        (Spent(9_000_000, 9), Spent(999_999, 9)),
        (Spent(1_249_999, 9), Spent(1_000_000, 9)),
        (Spent(750_001, 9), Spent(1_000_000, 9)),
    ],
)
def test_too_little_is_not_said(now, before):
    assert card({"cafe": now}, {"cafe": before}) is None


def test_a_category_without_a_past_and_ones_own_transfers_are_not_said():
    much, more = Spent(5_000_000, 9), Spent(9_000_000, 9)

    assert card({"cafe": much}, {}) is None
    assert card({"transfer": more}, {"transfer": much}) is None


def test_a_month_that_is_not_over_is_not_called_cheap():
    now, before = {"cafe": Spent(500_000, 3)}, {"cafe": Spent(1_000_000, 3)}

    assert card(now, before, is_over=False) is None
    assert card(now, before).percent == -50


def test_of_several_the_one_that_moves_most_money_is_said():
    now = {"cafe": Spent(3_000_000, 3), "health": Spent(20_000_000, 3)}
    before = {"cafe": Spent(1_000_000, 3), "health": Spent(15_000_000, 3)}

    assert card(now, before).category == "health"


@pytest.mark.django_db(transaction=True)
def test_the_card_says_what_it_is_made_of_and_stays_closed(browser, mina, maker):
    purse = wallet_of(mina, 50_000_000)
    for number, amount in enumerate([340_000] * 3 + [450_000] * 3):
        pay(mina, maker, amount=amount, key=f"k{number}")
    moments = [DEY.before.begins] * 7 + [DEY.begins] * 6
    happened_at(purse, moments)
    page = browser.get("/wallet/months/1404-10/").content.decode()
    assert "سایر: ۳۲٪ بیشتر از آذر ۱۴۰۴" in page
    assert "حساب‌شده از ۳ گردش دی ۱۴۰۴" in page

    for _tap in range(2):
        assert browser.post("/wallet/months/1404-10/close/").status_code == 303

    assert "insight-title" not in browser.get("/wallet/months/1404-10/").content.decode()
    assert browser.post("/wallet/months/1404-13/close/").status_code == 404
