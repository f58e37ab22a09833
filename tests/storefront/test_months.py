"""A month in sums: what came and went, by category, beside the month before."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from storefront.bank import feed, months, sorting
from storefront.calendar import Month, month_of
from tests.storefront.conftest import happened_at, pay
from tests.wallet.conftest import fill, wallet_of
from wallet.models import Account

pytestmark = pytest.mark.django_db(transaction=True)
DEY = Month(1404, 10)


@pytest.fixture
def purse(mina, maker) -> Account:
    """Azar 1404: 5,000,000 in, 100,000 out. Dey: 1,000,000 in; 300,000 and 50,000 out."""
    wallet = wallet_of(mina, 5_000_000)
    pay(mina, maker, amount=100_000, key="k0")
    fill(wallet, 1_000_000)
    pay(mina, maker, amount=300_000, key="k1")
    pay(mina, maker, amount=50_000, key="k2")
    azar, dey, last = DEY.begins - timedelta(minutes=1), DEY.begins, DEY.ends - timedelta(minutes=1)
    happened_at(wallet, [azar, azar, azar, dey, dey, dey, last, last])
    return wallet


def test_a_month_holds_what_happened_in_it_to_the_minute(purse, mina):
    found = months.compared(purse, mina, DEY)

    assert (found.now.came_rials, found.now.went_rials) == (1_000_000, 350_000)
    assert (found.before.came_rials, found.before.went_rials) == (5_000_000, 100_000)
    assert found.now.net_rials == 650_000


def test_a_split_counts_where_its_parts_belong(purse, mina):
    entry = next(one for one in feed.page_of(purse, mina).entries if one.amount_rials == -300_000)
    parts = [("food", 100_000), ("gifts", 200_000)]
    sorting.split(account=purse, entry=entry, parts=parts, now=timezone.now())

    found = months.compared(purse, mina, DEY)

    assert found.now.went == {"food": 100_000, "gifts": 200_000, "other": 50_000}
    assert found.now.came == {"transfer": 1_000_000}


def test_the_page_compares_and_leads_to_both_neighbours(browser, purse):
    page = browser.get("/wallet/months/1404-10/").content.decode()
    plain = re.sub(r"[\u2066-\u2069]", "", re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))

    assert "دی ۱۴۰۴" in plain
    assert "۲۵۰٪ بیشتر از آذر ۱۴۰۴" in plain
    assert "/wallet/months/1404-09/" in page
    assert "/wallet/months/1404-11/" in page
    assert "way=out&amp;category=other&amp;month=1404-10" in page


def test_this_month_has_no_next_one_and_an_empty_month_says_so(browser, mina):
    page = browser.get("/wallet/months/").content.decode()

    assert month_of(timezone.now()).after.code not in page
    assert "در این ماه چیزی جابه‌جا نشد" in page


@pytest.mark.parametrize("code", ["1405-13", "x", "1404-9", "1498-01", "۱۴۰۴-۱۰"])
def test_what_is_no_month_or_has_not_begun_is_not_there(browser, code):
    assert browser.get(f"/wallet/months/{code}/").status_code == 404


def test_a_month_costs_two_queries(browser, purse, django_assert_num_queries):
    browser.get("/wallet/months/1404-10/")

    with django_assert_num_queries(3):  # who is it; the accounts; the sums
        browser.get("/wallet/months/1404-10/")


def lengthen(account, rows):
    """Give an account a past of so many movements, one an hour, before those it has."""
    with connection.cursor() as cursor:
        for table in ("wallet_transfer", "wallet_posting", "wallet_account"):
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(
            "update wallet_posting set seq = seq + %s where account_id = %s", [rows, account.pk]
        )
        cursor.execute(
            """with made as (
                 insert into wallet_transfer (public_id, key, book, kind, debit_account_id,
                     credit_account_id, amount_rials, reason, reference, created_at)
                 select 'trf_' || %(rows)s || '_' || n, %(rows)s || ':' || n, 'live', 'posted', 0, %(account)s, 1, 'topup', '',
                     %(ends)s - (%(rows)s - n + 1) * interval '1 hour'
                   from generate_series(1, %(rows)s) n returning id, key)
               insert into wallet_posting (account_id, seq, transfer_id, is_debit, debits_pending,
                   debits_posted, credits_pending, credits_posted)
               select %(account)s, split_part(key, ':', 2)::int, id, false, 0, 0, 0, 0 from made""",
            {"account": account.pk, "rows": rows, "ends": DEY.before.begins - timedelta(days=1)},
        )
        cursor.execute("update wallet_account set seq = seq + %s where id = %s", [rows, account.pk])
        for table in ("wallet_transfer", "wallet_posting", "wallet_account"):
            cursor.execute(f"alter table {table} enable trigger user")
        cursor.execute("analyze wallet_transfer, wallet_posting, wallet_account")


def pages_read(monkeypatch, ask):
    """How many pages of the database the queries of a call touch."""
    seen = []
    plain = feed.rows_of

    def explained(sql, asked):
        with connection.cursor() as cursor:
            cursor.execute(f"explain (analyze, buffers, format json) {sql}", asked)
            told = cursor.fetchone()[0]
        plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
        seen.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
        return plain(sql, asked)

    for module in (feed, months):
        monkeypatch.setattr(module, "rows_of", explained)
    ask()
    monkeypatch.undo()
    return sum(seen)


@pytest.mark.parametrize("what", ["month", "page"])
def test_a_long_past_makes_no_page_dearer(purse, mina, monkeypatch, what):
    def ask():
        if what == "month":
            assert months.compared(purse, mina, DEY).now.went_rials == 350_000
        else:
            feed.page_of(purse, mina)

    lengthen(purse, 300)
    short = pages_read(monkeypatch, ask)
    lengthen(purse, 30_000)
    long = pages_read(monkeypatch, ask)

    assert long < 1.5 * short


def test_the_place_of_a_moment_is_found_in_every_history(purse):
    rows = 300
    lengthen(purse, rows)
    first = DEY.before.begins - timedelta(days=1, hours=rows)
    moments = [first + timedelta(minutes=30 + 60 * number) for number in range(-2, rows + 2)]
    with connection.cursor() as cursor:
        cursor.execute(
            """select m, storefront_seq_since(%(account)s, m) as found,
                      (select count(*) + 1 from wallet_posting p
                         join wallet_transfer t on t.id = p.transfer_id
                        where p.account_id = %(account)s and t.created_at < m) as true_one
                 from unnest(%(moments)s::timestamptz[]) m""",
            {"account": purse.pk, "moments": [*moments, DEY.begins, DEY.ends, timezone.now()]},
        )
        assert [row for row in cursor.fetchall() if row[1] != row[2]] == []
