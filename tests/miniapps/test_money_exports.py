"""Exports of money: what stands in a file, what a spreadsheet must not run, who may have it."""

import csv
import io
import re
import threading
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import OutboxJob
from miniapps import export_files, exports
from miniapps.models import Export
from tests.miniapps import build
from tests.miniapps.browsing import said, words
from tests.miniapps.money_build import given_back, held_payment, paid
from tests.miniapps.test_console_makers import english
from tests.people import make_person, signed_in
from wallet import accounts
from wallet.merchants import Wanted
from wallet.models import Invoice, Payment


@pytest.fixture(autouse=True)
def own_var(settings, tmp_path):
    accounts._forget()
    settings.VAR = tmp_path
    return tmp_path


@pytest.fixture
def client(sara):
    return english(sara)


@pytest.fixture
def place(studio) -> str:
    return f"/console/makers/{studio.public_id}/money/exports/"


def lines(body: bytes) -> list[list[str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def table(body: bytes) -> list[dict[str, str]]:
    head, *rows = lines(body)
    return [dict(zip(head, row, strict=True)) for row in rows]


def ask(client, place, **more):
    return client.post(place, {"kind": "payments", "form": "csv"} | more)


def make_long(studio, sara) -> Export:
    """An export of what is there that a worker has to write."""
    made = exports.ask(
        maker=studio, actor=sara, kind="payments", form="csv", wanted=Wanted(),
        now=timezone.now(), at_once=0,
    )  # fmt: skip
    assert isinstance(made, Export)
    return made


@pytest.fixture
def export(cafe, sara, studio) -> Export:
    """A long export of one payment that nobody has written yet."""
    paid(cafe)
    return make_long(studio, sara)


# --- what stands in it --------------------------------------------------------------------------
def test_a_short_export_is_given_at_once(client, place, cafe):
    payment = paid(cafe, 1_000_005, order_ref="o-1", title="قهوه")
    given_back(payment, 250_000)

    answer = ask(client, place)

    assert answer["Content-Disposition"].startswith('attachment; filename="barnamak-payments-')
    assert "no-store" in answer["Cache-Control"]
    (row,) = table(answer.content)
    assert row["Payment"] == payment.public_id
    assert (row["Amount (rials)"], row["Amount (toman)"]) == ("1000005", "100000.5")
    assert (row["Refunded (rials)"], row["Fee (rials)"]) == ("250000", "10000")
    assert (row["Order"], row["Title"], row["State"], row["Book"]) == (
        "o-1",
        "قهوه",
        "captured",
        "live",
    )
    assert not Export.objects.exists()


def test_days_stand_there_in_both_calendars(client, place, cafe):
    payment = paid(cafe)
    at = timezone.datetime(2026, 11, 24, 20, 31, tzinfo=timezone.get_fixed_timezone(0))
    Payment.objects.filter(pk=payment.pk).update(created_at=at)

    (row,) = table(ask(client, place).content)

    assert row["Created (ISO)"] == "2026-11-24T20:31:00Z"
    assert row["Created (Jalali, Tehran)"] == "1405/09/04 00:01"


def test_an_export_holds_what_the_list_shows(client, place, cafe):
    paid(cafe, order_ref="a")
    paid(cafe, order_ref="b", book="test")
    held_payment(cafe, order_ref="c")

    def orders(**asked) -> list[str]:
        return [row["Order"] for row in table(ask(client, place, **asked).content)]

    assert orders() == ["c", "a"]
    assert orders(mode="test") == ["b"]
    assert orders(state="held") == ["c"]
    assert orders(q="a") == ["a"]
    assert orders(until="۱۴۰۴/۰۱/۰۱") == []


def test_refunds_are_exported_too(client, place, cafe):
    refund = given_back(paid(cafe), 50_000, "سرد بود")

    (row,) = table(ask(client, place, kind="refunds").content)

    assert row["Refund"] == refund.public_id
    assert (row["Amount (rials)"], row["Reason"]) == ("50000", "سرد بود")


def test_headings_are_in_the_language_of_the_page(sara, place, cafe):
    paid(cafe)

    head = lines(ask(signed_in(sara), place).content)[0]

    assert head[0] == "پرداخت"
    assert "مبلغ (ریال)" in head


def named_so(payment, text: str) -> None:
    """Give it a reference that was taken before hidden characters were refused."""
    Invoice.objects.filter(pk=payment.invoice_id).update(order_ref=text)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+98912", "-2", "@sum", "\tx", "\rx", "  =cmd|' /c calc'!A0", "＝1", '=HYPERLINK("x")'],
)  # fmt: skip
def test_a_text_that_would_be_a_formula_is_defused(client, place, cafe, text):
    named_so(paid(cafe), text)

    assert table(ask(client, place).content)[0]["Order"] == f"'{text}"


@pytest.mark.parametrize("text", ["قهوه", "a=b", "1;2", 'say "hi", twice', "a\nb", "'"])
def test_another_text_stands_as_it_is_whatever_divides_cells(client, place, cafe, text):
    named_so(paid(cafe), text)

    answer = ask(client, place)

    assert table(answer.content)[0]["Order"] == text
    quoted = text.replace('"', '""')
    assert f'"{quoted}"' in answer.content.decode("utf-8-sig")


def test_numbers_are_numbers_and_never_a_formula():
    assert export_files.defused(-5) == -5
    assert [export_files.toman(rials) for rials in (125_000, 7, -15, 0, -20)] == [
        12_500, "0.7", "-1.5", 0, -2,
    ]  # fmt: skip


def test_excel_holds_texts_as_texts_and_rials_as_numbers(client, place, cafe):
    paid(cafe, 1_000_000, order_ref="=1+1")

    body = ask(client, place, form="xlsx").content

    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert ">=1+1<" in sheet
    assert re.search(r"<v>1000000</v>", sheet)


@pytest.mark.parametrize("wrong", [{"form": "exe"}, {"kind": "people"}, {"since": "never"}])
def test_a_wrong_wish_for_a_file_is_told(client, place, cafe, wrong):
    paid(cafe)

    assert "invalid-input" in said(client, ask(client, place, **wrong))


# --- long ones ------------------------------------------------------------------------------------
def test_a_long_export_is_a_job_with_a_page(client, place, cafe, monkeypatch):
    monkeypatch.setattr("miniapps.exports.ask.__kwdefaults__", {"at_once": 1})
    for _ in range(3):
        paid(cafe)

    answer = ask(client, place)

    export = Export.objects.get()
    assert answer["Location"] == f"{place}{export.public_id}/"
    job = OutboxJob.objects.get(task=exports.WRITE)
    assert job.arguments == {"export_id": export.public_id}
    page = client.get(answer["Location"])
    assert "0 of 3 rows, 0%" in words(page)
    assert 'hx-trigger="every 1s"' in page.content.decode()

    assert exports.write(export_id=export.public_id)

    part = client.get(f"{place}{export.public_id}/?part=progress")
    assert "The file is ready: 3 rows" in words(part)
    assert "hx-trigger" not in part.content.decode()
    file = b"".join(client.get(f"{place}{export.public_id}/file/").streaming_content)
    assert len(table(file)) == 3


def test_batches_give_every_row_once(cafe, sara, studio, monkeypatch):
    monkeypatch.setattr("miniapps.exports.EXPORT_BATCH_ROWS", 2)
    names = [paid(cafe).public_id for _ in range(5)]
    export = make_long(studio, sara)
    exports.write(export_id=export.public_id)

    rows = table(exports.path_of(export).read_bytes())

    assert [next(iter(row.values())) for row in rows] == names[::-1]


def test_progress_is_seen_while_it_is_written(cafe, sara, studio, monkeypatch):
    monkeypatch.setattr("miniapps.exports.EXPORT_BATCH_ROWS", 2)
    for _ in range(5):
        paid(cafe)
    export = make_long(studio, sara)
    seen = []
    for _row in exports._counted(export, exports._rows(studio, "payments", Wanted())):
        export.refresh_from_db()
        seen.append(export.rows_done)

    assert seen == [0, 2, 2, 4, 4]


def test_what_is_paid_meanwhile_is_not_in_it(cafe, sara, studio):
    paid(cafe)
    export = make_long(studio, sara)
    paid(cafe)
    exports.write(export_id=export.public_id)

    assert len(table(exports.path_of(export).read_bytes())) == 1


def test_a_job_that_comes_twice_writes_once(export):

    assert exports.write(export_id=export.public_id)
    assert not exports.write(export_id=export.public_id)


def test_a_dead_workers_export_is_begun_again_and_given_up(export, monkeypatch):

    def die(*_args):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(export_files, "write", die)
        for _ in range(3):
            with pytest.raises(SystemExit):
                exports.write(export_id=export.public_id)
    later = timezone.now() + timedelta(minutes=3)
    OutboxJob.objects.all().delete()

    assert exports.care_for(now=later) == 1
    assert OutboxJob.objects.filter(task=exports.WRITE).count() == 1
    assert exports.care_for(now=later) == 0
    assert not exports.write(export_id=export.public_id)
    export.refresh_from_db()
    assert export.state == "failed"


def test_a_file_is_forgotten_after_a_day(export, client, place):
    exports.write(export_id=export.public_id)
    path = exports.path_of(export)
    assert path.is_file()

    assert exports.care_for(now=timezone.now() + timedelta(hours=23)) == 0
    assert exports.care_for(now=timezone.now() + timedelta(hours=25)) == 1

    assert not path.exists()
    assert client.get(f"{place}{export.public_id}/file/").status_code == 409
    assert "was deleted" in words(client.get(f"{place}{export.public_id}/"))


def test_a_file_past_its_time_is_not_given(export, client, place):
    exports.write(export_id=export.public_id)
    Export.objects.update(ended_at=timezone.now() - timedelta(hours=25))

    assert client.get(f"{place}{export.public_id}/file/").status_code == 409


def test_the_folder_is_for_us_alone(export, own_var):
    exports.write(export_id=export.public_id)

    assert (own_var / "exports").stat().st_mode & 0o777 == 0o700


def test_only_the_makers_people_have_the_file(export, place, ana, mina):
    exports.write(export_id=export.public_id)
    other = build.make_maker(mina)

    def status(person, where: str) -> int:
        answer = english(person).get(where)
        if answer.streaming:
            b"".join(answer.streaming_content)
        return answer.status_code

    assert status(ana, f"{place}{export.public_id}/file/") == 200
    assert status(mina, f"{place}{export.public_id}/file/") == 404
    theirs = f"/console/makers/{other.public_id}/money/exports/{export.public_id}/"
    assert status(mina, f"{theirs}file/") == 404
    assert status(mina, theirs) == 404
    assert ask(english(make_person()), place).status_code == 404


def test_too_many_rows_are_refused(client, place, cafe, monkeypatch):
    monkeypatch.setattr("miniapps.exports.EXPORT_ROWS_MAX", 1)
    paid(cafe)
    paid(cafe)

    assert "export-too-large" in said(client, ask(client, place))


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_one_file(monkeypatch):
    cafe = build.make_app()
    founder = cafe.maker.founder
    paid(cafe)
    export = make_long(cafe.maker, founder)
    writing, go_on, heard = threading.Event(), threading.Event(), []
    write = export_files.write

    def slow(*args):
        writing.set()
        assert go_on.wait(10)
        write(*args)

    monkeypatch.setattr(export_files, "write", slow)

    def work():
        from django.db import connection

        heard.append(exports.write(export_id=export.public_id))
        connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert writing.wait(10)
    second = exports.write(export_id=export.public_id)
    go_on.set()
    first.join(10)

    assert (second, heard) == (False, [True])
    assert Export.objects.get().tries == 1
