"""The statement as a file, and balances that one tap hides."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from storefront.bank import exporting, feed, paper, sorting, typeface
from storefront.bank.words import told
from storefront.calendar import Month
from tests.people import make_person, signed_in
from tests.storefront.conftest import happened_at, pay
from tests.wallet.conftest import fill, wallet_of

pytestmark = pytest.mark.django_db(transaction=True)
DEY = Month(1404, 10)


@pytest.fixture
def purse(mina, maker):
    """One movement the minute before Dey 1404 begins, two in it, one when it is over."""
    wallet = wallet_of(mina, 1_000_000)
    pay(mina, maker, title="=1+1 چای")
    fill(wallet, 77)
    fill(wallet, 88)
    azar, ends = DEY.begins - timedelta(minutes=1), DEY.ends
    happened_at(wallet, [azar, DEY.begins, DEY.begins, ends - timedelta(minutes=1), ends])
    return wallet


def rows_of(answer):
    assert answer.status_code == 200, answer.content
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def amounts(answer):
    rows = rows_of(answer)
    place = rows[0].index("مبلغ (ریال)")
    return [int(row[place]) for row in rows[1:]]


def test_a_month_is_given_whole_and_alone(browser, purse):
    asked = {"month": "1404-10", "form": "csv"}

    assert amounts(browser.post("/wallet/export/", asked)) == [77, -125_000]


def test_days_are_given_with_both_ends(browser, purse):
    asked = {"since": "۱۴۰۴/۰۹/۳۰", "until": "1404/10/01", "form": "csv"}

    assert amounts(browser.post("/wallet/export/", asked)) == [-125_000, 1_000_000]


def test_long_statements_are_read_a_few_rows_at_a_time(browser, purse, monkeypatch):
    monkeypatch.setattr(feed, "EXPORT_BATCH_ROWS", 2)
    asked = {"since": "1404/01/01", "until": "1405/12/01", "form": "csv"}

    assert amounts(browser.post("/wallet/export/", asked)) == [88, 77, -125_000, 1_000_000]


def test_what_a_spreadsheet_would_run_is_a_text(browser, purse):
    entry = next(one for one in feed.page_of(purse, purse.person).entries if one.payment)
    sorting.write_note(account=purse, entry=entry, text="@SUM(A1)", now=timezone.now())

    asked = {"month": "1404-10", "form": "csv"}
    cells = rows_of(browser.post("/wallet/export/", asked))[2]

    assert "'=1+1 چای" in cells
    assert "'@SUM(A1)" in cells


def test_excel_opens_as_a_book(browser, purse):
    answer = browser.post("/wallet/export/", {"month": "1404-10", "form": "xlsx"})

    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert "xl/worksheets/sheet1.xml" in book.namelist()
        assert "-125000" in book.read("xl/worksheets/sheet1.xml").decode()


def test_the_paper_holds_the_words_and_what_was_left_from_the_oldest_on(browser, purse):
    asked = {"since": "1404/01/01", "until": "1405/12/01", "form": "pdf"}
    answer = browser.post("/wallet/export/", asked)

    (page,) = PdfReader(io.BytesIO(answer.content)).pages
    said = page.extract_text()

    assert answer["Content-Type"] == "application/pdf"
    assert "صورت‌حساب کیف پول" in said  # with its half-space, as one would copy it
    assert "صفحهٔ ۱ از ۱" in " ".join(said.split())


def test_the_paper_goes_from_the_oldest_to_the_newest_with_what_was_left(browser, purse):
    asked = {"since": "1404/01/01", "until": "1405/12/01", "form": "pdf"}
    answer = browser.post("/wallet/export/", asked, headers={"Accept-Language": "en"})

    said = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()

    table = said[said.index("Category") :]
    left = [table.index(amount) for amount in ("100,000", "87,500", "87,507.7", "87,516.5")]
    assert left == sorted(left)
    assert "87,516.5" in said[: said.index("Category")]


def test_the_paper_goes_on_over_pages_and_draws_no_picture_letters(mina, maker):
    now = timezone.now()
    heading = paper.Heading("رضا 🎁\u202e (Reza)", "09120000000", now, now, now)
    one = feed.Entry(
        1, "trf", now, "payment", -10, 5, category="cafe",
        merchant="m", merchant_name="کافه 🎁",
    )  # fmt: skip
    rows = [(one, told(one))] * 60

    pages = PdfReader(io.BytesIO(paper.statement(heading, rows))).pages

    assert len(pages) == 3
    assert all("کافه" in page.extract_text() for page in pages)
    assert typeface.drawable("کافه\u202e 🎁\nب") == "کافه ب"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"form": "docx", "month": "1404-10"},
        {"form": "csv", "month": "1404-13"},
        {"form": "csv", "since": "1404/10/02", "until": "1404/10/01"},
        {"form": "csv", "since": "x", "until": "1404/10/01"},
    ],
)
def test_what_cannot_be_given_is_said_on_the_page(browser, purse, asked):
    answer = browser.post("/wallet/export/", asked)

    assert answer.status_code == 400
    assert "field__error" in answer.content.decode()


def test_a_statement_that_is_too_long_is_refused_before_it_is_read(browser, purse, monkeypatch):
    monkeypatch.setitem(exporting.ROWS_MAX, "csv", 1)

    answer = browser.post("/wallet/export/", {"month": "1404-10", "form": "csv"})

    assert answer.status_code == 409
    assert "روزهای کمتری" in answer.content.decode()


def test_only_ones_own_statement_is_given(purse):
    theirs = signed_in(make_person("رضا"))

    assert amounts(theirs.post("/wallet/export/", {"month": "1404-10", "form": "csv"})) == []


def test_one_tap_hides_every_balance_and_another_shows_them(browser, purse):
    move = f"/wallet/moves/{feed.page_of(purse, purse.person).entries[0].transfer}/"
    for _tap in range(2):
        browser.post("/wallet/hide/", {"hide": "1"})

    for address in ("/wallet/", move):
        page = browser.get(address).content.decode()
        assert "••••••" in page
        assert "۸۷٬۵" not in page
    part = browser.get("/wallet/", headers={"HX-Request": "true"}).content.decode()
    assert "۸۷٬۵" not in part

    browser.post("/wallet/hide/", {"hide": "0"})
    assert "۸۷٬۵" in browser.get("/wallet/").content.decode()
