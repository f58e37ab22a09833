"""Search and filters of the statement: every spelling is found, no search costs the whole history."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from storefront.bank import feed, sorting
from storefront.bank.wanted import Wanted
from storefront.bank.words import searched_names
from storefront.calendar import Month, latest, month_of, read_month
from tests.miniapps import build
from tests.people import make_person
from tests.storefront.conftest import happened_at, pay
from tests.wallet.conftest import fill, wallet_of

pytestmark = pytest.mark.django_db(transaction=True)
TEHRAN = ZoneInfo("Asia/Tehran")


@pytest.fixture
def purse(mina):
    """Ten million rials; then a coffee, a book and a journey, newest last."""
    wallet = wallet_of(mina, 10_000_000)
    founder = make_person("سازنده")
    for number, (shop, what) in enumerate(
        [("کافه نارون", "قهوهٔ تلخ"), ("Shargh Books", "کتاب سووشون"), ("سفر آسان", "می‌خواهم بروم")]
    ):
        maker = build.make_maker(founder)
        type(maker).objects.filter(pk=maker.pk).update(name=shop)
        maker.refresh_from_db()
        pay(mina, maker, title=what, key=f"k{number}", amount=100_000 + number)
    return wallet


def found(purse, before=None, **asked):
    wanted = Wanted.read(asked)
    return feed.search(purse, purse.person, wanted, names=searched_names(), before=before)


def amounts(page):
    return [one.amount_rials for one in page.entries]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("نارون", [-100_000]),
        ("ﻧﺎﺭﻭﻥ", [-100_000]),
        ("قهوه تلخ", [-100_000]),
        ("كتاب", [-100_001]),
        ("shargh BOOKS", [-100_001]),
        ("کِتاب", [-100_001]),
        ("میخواهم", [-100_002]),
        ("مي خواهم", [-100_002]),
        ("سفر آسان", [-100_002]),
        ("افزایش موجودی", [10_000_000]),
        ("٪", []),
        ("_", []),
    ],
)
def test_every_spelling_is_found(purse, words, what):
    assert amounts(found(purse, q=words)) == what


def test_a_note_is_found(purse):
    entry = found(purse, q="نارون").entries[0]
    sorting.write_note(account=purse, entry=entry, text="تولد ثریّا", now=timezone.now())

    assert amounts(found(purse, q="ثريا")) == [-100_000]


def test_filters_go_together(purse):
    entry = found(purse, q="نارون").entries[0]
    parts = [("food", 40_000), ("gifts", 60_000)]
    sorting.split(account=purse, entry=entry, parts=parts, now=timezone.now())

    assert amounts(found(purse, way="in")) == [10_000_000]
    assert amounts(found(purse, way="out")) == [-100_002, -100_001, -100_000]
    assert amounts(found(purse, category="gifts")) == [-100_000]
    assert amounts(found(purse, category="other", way="out")) == [-100_002, -100_001]
    assert amounts(found(purse, category="gifts", way="in")) == []


def test_a_month_is_that_of_the_persian_calendar_to_the_minute(purse):
    ends = Month(1404, 12).ends
    hours = [timedelta(days=-40), timedelta(minutes=-1), timedelta(), timedelta(days=30)]
    marks = [ends + hour for hour in hours]
    happened_at(purse, [marks[0], marks[1], marks[1], marks[2], marks[2], marks[3], marks[3]])

    assert ends == datetime(2026, 3, 21, tzinfo=TEHRAN)
    assert amounts(found(purse, month="1404-12")) == [-100_000]
    assert amounts(found(purse, month="1405-01")) == [-100_002, -100_001]
    assert amounts(found(purse, month="1405-03")) == []


def test_a_rare_thing_is_looked_for_in_bounded_pieces(purse, monkeypatch):
    monkeypatch.setattr(feed, "BANK_SCAN_ROWS", 2)
    fill(purse, 7)

    first = found(purse, q="نارون")
    second = found(purse, q="نارون", before=first.before)

    assert (amounts(first), first.looked) == ([], 2)
    assert amounts(second) == [-100_000]
    assert amounts(found(purse, q="نارون", before=second.before)) == []


def test_the_page_searches_and_says_so_when_nothing_fits(browser, purse):
    page = browser.get("/wallet/", {"q": "كافه", "way": "out"}).content.decode()
    assert page.count("data-move") == 1
    assert 'value="كافه"' in page

    assert "گردشی با این نشانی نیست" in browser.get("/wallet/", {"q": "هیچ"}).content.decode()


def test_a_search_costs_two_queries(browser, purse, django_assert_num_queries):
    asked = {"q": "نارون", "month": latest(timezone.now(), 1)[0].code, "way": "out"}
    browser.get("/wallet/", asked)

    with django_assert_num_queries(3):  # who is it; then the two of the statement
        browser.get("/wallet/", asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"way": "x", "category": "x", "month": "1405-13"},
        {"month": "۱۴۰۵-۰۱"},
        {"month": "9999-01", "q": "x" * 500},
        {"q": "' or 1=1 --"},
        {"q": "%"},
    ],
)
def test_a_strange_filter_breaks_nothing(browser, purse, asked):
    assert browser.get("/wallet/", asked).status_code == 200


def test_months_follow_each_other_over_the_year():
    assert read_month("1404-12").after == Month(1405, 1)
    assert Month(1405, 1).before == Month(1404, 12)
    assert Month(1403, 12).ends - Month(1403, 12).begins == timedelta(days=30)  # a leap year
    assert month_of(datetime(2026, 3, 20, 20, 29, tzinfo=ZoneInfo("UTC"))) == Month(1404, 12)
    assert month_of(datetime(2026, 3, 20, 20, 30, tzinfo=ZoneInfo("UTC"))) == Month(1405, 1)
