"""The books in the admin: found, read, paged by key; frozen and corrected only with a reason."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.ids import new_id
from core.limits import STATEMENT_PAGE
from core.models import AuditEvent, OutboxJob
from tests.miniapps.browsing import at_the_desk, counted, said, words
from tests.miniapps.build import make_maker
from tests.people import make_person
from tests.wallet.conftest import fill, wallet_of
from wallet import accounts, corrections, ledger
from wallet.models import Account, Correction, Difference, ReconciliationRun, Transfer

ACCOUNTS, TRANSFERS, CORRECTIONS, LOOKS = (
    f"/admin/wallet/{name}/" for name in ("account", "transfer", "correction", "reconciliationrun")
)
LISTS = [ACCOUNTS, TRANSFERS, CORRECTIONS, LOOKS]

pytestmark = pytest.mark.django_db


def english(person):
    client = at_the_desk(person)
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def desk(omid):
    return english(omid)


@pytest.fixture
def saras(sara) -> Account:
    return wallet_of(sara, 1_000_000)


@pytest.fixture
def minas(mina) -> Account:
    return wallet_of(mina)


def send(payer, payee, rials, key, **more) -> Transfer:
    given = {"reason": "payment", "book": "live"} | more
    posted = ledger.post(
        ledger.move(debit=payer.pk, credit=payee.pk, amount=rials, key=key, **given)
    )
    return Transfer.objects.get(pk=posted[0].id)


def wish(debit, credit, actor, amount=50_000, **more) -> Correction:
    given = {"key": new_id("cor"), "reason": "دو بار برداشت شد", "now": timezone.now()} | more
    return corrections.propose(debit=debit, credit=credit, amount=amount, actor=actor, **given)


# --- read only -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["account", "transfer", "correction", "reconciliationrun"])
def test_nobody_adds_changes_or_deletes_not_even_a_superuser(saras, minas, vida, zahra, name):
    send(saras, minas, 10, "a")
    wish(saras, minas, vida)
    ReconciliationRun.objects.create(depth="full", state="clean", started_at=timezone.now())
    client = english(zahra)
    model = {"account": Account, "transfer": Transfer, "correction": Correction,
             "reconciliationrun": ReconciliationRun}[name]  # fmt: skip
    row = model.objects.order_by("pk").first()
    before = list(model.objects.order_by("pk").values_list())
    place = f"/admin/wallet/{name}/"

    assert client.get(f"{place}{row.pk}/change/").status_code == 200
    for path in (f"{place}{row.pk}/change/", f"{place}{row.pk}/delete/", f"{place}add/"):
        assert client.post(path, {"amount_rials": 1, "post": "yes"}).status_code == 403
    client.post(place, {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert list(model.objects.order_by("pk").values_list()) == before


@pytest.mark.parametrize("place", LISTS)
def test_reviewers_see_nothing_of_the_books(reza, place):
    assert english(reza).get(place).status_code == 403


@pytest.mark.parametrize("place", LISTS)
@pytest.mark.parametrize("role", ["omid", "saman", "vida"])
def test_operators_support_and_treasurers_read_every_list(saras, minas, place, role, request):
    send(saras, minas, 10, "a")

    assert english(request.getfixturevalue(role)).get(place).status_code == 200


@pytest.mark.parametrize(
    "query", ["credits_posted__gt=0", "person__phone__startswith=%2B98", "id__gt=1"]
)
def test_a_list_is_filtered_only_by_what_it_offers(desk, saras, query):
    with override_settings(DEBUG=False):
        assert desk.get(f"{ACCOUNTS}?{query}").status_code == 400


@pytest.mark.parametrize("place", LISTS)
def test_no_list_counts_its_table_or_skips_rows(desk, saras, minas, vida, place):
    for number in range(60):
        send(saras, minas, 10, f"k{number}")
    desk.get(place)

    with CaptureQueriesContext(connection) as asked:
        desk.get(place)
        desk.get(f"{place}?before=100000000")

    slow = [one for one in asked.captured_queries if re.search(r"COUNT\(|OFFSET", one["sql"])]
    assert slow == []


@pytest.mark.parametrize("place", LISTS)
def test_a_list_costs_the_same_for_many(desk, saras, minas, vida, place):
    def more(number: int) -> None:
        send(saras, minas, 10, f"k{number}", reference=f"pay_{number}")
        wish(saras, wallet_of(make_person()), vida)
        accounts.platform("gateway", name=f"bank{number}")
        accounts.of_maker(make_maker(make_person()))

    more(0)
    desk.get(place)
    with counted() as few:
        desk.get(place)
    for number in range(1, 6):
        more(number)
    with counted() as many:
        assert desk.get(place).status_code == 200

    assert many() == few()


# --- accounts --------------------------------------------------------------------------------


def test_an_account_is_found_by_phone_maker_gateway_and_id(desk, saras, sara, minas):
    naron = accounts.of_maker(make_maker(make_person()))
    bank = accounts.platform("gateway", name="mellat")
    spelled = f"۰{sara.phone.removeprefix('+98')}"

    def found(text: str) -> set[str]:
        return set(
            re.findall(r"acc_[0-9a-z]{26}", desk.get(ACCOUNTS, {"q": text}).content.decode())
        )

    assert found(spelled) == {saras.public_id}
    assert found("استودیو") == {naron.public_id}
    assert found("mellat") == {bank.public_id}
    assert found(saras.public_id) == {saras.public_id}
    slot = Account.objects.filter(kind="gateway", slot=3).get()
    assert slot.public_id in found(slot.public_id)
    assert found("هیچ‌کس") == set()


def test_accounts_are_filtered_by_kind_book_and_frozen(desk, saras, minas, omid):
    test_purse = wallet_of(omid, book="test")
    bank = accounts.platform("bank")
    Account.objects.filter(pk=minas.pk).update(frozen=True)

    def shown(**query) -> set[str]:
        return set(re.findall(r"acc_[0-9a-z]{26}", desk.get(ACCOUNTS, query).content.decode()))

    assert shown(kind="bank") == {bank.public_id}
    assert shown(book__exact="test") == {test_purse.public_id}
    assert shown(frozen__exact=1) == {minas.public_id}
    assert shown(kind="person", book__exact="live") == {saras.public_id, minas.public_id}


def test_a_busy_account_is_one_row_with_what_lies_in_its_slots(desk, saras):
    fees = accounts.platform("fees")
    for number, row in enumerate([fees.pk, *fees.slots]):
        send(saras, Account(pk=row), 1_000, f"f{number}", reason="fee")

    page = words(desk.get(ACCOUNTS, {"kind": "fees"}))
    one = words(desk.get(f"{ACCOUNTS}{fees.pk}/change/"))

    assert page.count("acc_") == 2  # the row, and the hint of the search field
    assert "1,700" in page  # toman
    assert "1,700" in one
    assert "The account and its 16 slots" in one


def test_a_list_of_accounts_is_paged_by_key(desk):
    for _ in range(53):
        wallet_of(make_person())

    first = desk.get(ACCOUNTS)
    older = re.search(r'href="(\?before=\d+)"', first.content.decode())[1]
    second = desk.get(ACCOUNTS + older)

    def ids(answer) -> list[str]:
        return re.findall(r"<code[^>]*>(acc_[0-9a-z]{26})", answer.content.decode())

    assert (len(ids(first)), len(ids(second))) == (50, 3)
    assert not set(ids(first)) & set(ids(second))
    assert "before=" not in second.content.decode()
    assert "Newest" in words(second)


def test_the_statement_is_paged_by_seq_and_costs_the_same_for_many(desk, saras, minas):
    for number in range(3):
        send(saras, minas, 10, f"a{number}")
    place = f"{ACCOUNTS}{minas.pk}/change/"
    desk.get(place)
    with counted() as few:
        desk.get(place)
    for number in range(2 * STATEMENT_PAGE):
        send(saras, minas, 10, f"b{number}", reference=f"pay_{number}")

    with counted() as many:
        first = desk.get(place)
    before = re.search(r'href="\?before=(\d+)"', first.content.decode())[1]
    with counted() as paged:
        second = desk.get(f"{place}?before={before}")

    assert many() == paged() == few()
    assert int(before) == 103 - STATEMENT_PAGE + 1
    rows = [
        [int(n) for n in re.findall(r'data-label="Row"><bdi>(\d+)', one.content.decode())]
        for one in (first, second)
    ]
    assert rows == [list(range(103, 53, -1)), list(range(53, 3, -1))]


def test_the_statement_says_what_moved_what_was_held_and_what_stood_after(desk, saras, minas):
    later = timezone.now() + timedelta(hours=1)
    posted = ledger.post(
        ledger.hold(debit=saras.pk, credit=minas.pk, amount=300_000, reason="payment", key="h",
                    book="live", expires_at=later, reference="pay_1")
    )  # fmt: skip
    held = Transfer.objects.get(pk=posted[0].id)
    ledger.post(ledger.capture(held, amount=200_000, key="c"))

    page = words(desk.get(f"{ACCOUNTS}{saras.pk}/change/"))

    # row, time, what, with, debit, credit, held, balance after: toman
    assert re.search(
        r"3 \S+ \S+ \S+ \S+ Payment · Captured pay_1 .*? 20,000 – −30,000 80,000", page
    )
    assert re.search(r"2 \S+ \S+ \S+ \S+ Payment · Held pay_1 .*? – – \+30,000 100,000", page)


def test_a_slot_leads_to_its_account(desk):
    fees = accounts.platform("fees")
    slot = Account.objects.get(kind="fees", slot=4)

    page = desk.get(f"{ACCOUNTS}{slot.pk}/change/")

    assert f'href="{ACCOUNTS}{fees.pk}/change/"' in page.content.decode()
    assert "This is slot 4 of an account" in words(page)


@pytest.mark.parametrize("key", ["999999", "0", "x", "1" * 30])
@pytest.mark.parametrize("place", LISTS)
def test_what_is_not_there_is_not_found(desk, place, key):
    assert desk.get(f"{place}{key}/change/").status_code == 404


# --- freezing --------------------------------------------------------------------------------


def test_an_operator_freezes_and_frees_an_account_with_a_reason(desk, saras, sara, minas, omid):
    place = f"{ACCOUNTS}{saras.pk}/do/freeze/"
    assert f'href="{place}"' in desk.get(f"{ACCOUNTS}{saras.pk}/change/").content.decode()
    asked = words(desk.get(place))

    done = said(desk, desk.post(place, {"reason": "حکم دادگاه ۱۲"}))
    saras.refresh_from_db()

    assert f"«{sara.name}»" in asked
    assert saras.public_id in asked
    assert saras.frozen
    assert "The account is frozen" in done
    event = AuditEvent.objects.get(event="wallet.account.frozen")
    assert (event.actor, event.subject_id, event.facts) == (
        omid, saras.public_id, {"reason": "حکم دادگاه ۱۲"},
    )  # fmt: skip
    desk.post(f"{ACCOUNTS}{saras.pk}/do/unfreeze/", {"reason": "حکم لغو شد"})
    saras.refresh_from_db()
    assert not saras.frozen


def test_without_a_reason_nothing_is_frozen(desk, saras):
    answer = desk.post(f"{ACCOUNTS}{saras.pk}/do/freeze/", {"reason": " "})

    saras.refresh_from_db()
    assert answer.status_code == 409
    assert "reason-missing" in words(answer)
    assert not saras.frozen


@pytest.mark.parametrize("role", ["saman", "reza"])
def test_support_and_reviewers_freeze_nothing(saras, role, request):
    client = english(request.getfixturevalue(role))
    place = f"{ACCOUNTS}{saras.pk}/do/freeze/"

    assert place not in client.get(f"{ACCOUNTS}{saras.pk}/change/").content.decode()
    assert client.get(place).status_code == 403
    assert client.post(place, {"reason": "x"}).status_code == 403
    saras.refresh_from_db()
    assert not saras.frozen


def test_nobody_frees_his_own_account(desk, omid):
    own = wallet_of(omid, 10)
    Account.objects.filter(pk=own.pk).update(frozen=True)

    answer = desk.post(f"{ACCOUNTS}{own.pk}/do/unfreeze/", {"reason": "x"})

    own.refresh_from_db()
    assert answer.status_code == 403
    assert own.frozen


def test_a_platform_account_is_frozen_with_all_its_slots_and_after_a_warning(desk, omid):
    fees = accounts.platform("fees")
    place = f"{ACCOUNTS}{fees.pk}/do/freeze/"

    warned = words(desk.get(place))
    desk.post(place, {"reason": "x"})
    accounts.spread(fees, slots=18)

    assert "stops for everybody" in warned
    assert set(Account.objects.filter(kind="fees").values_list("frozen", flat=True)) == {True}


def test_freezing_a_slot_freezes_the_account_it_belongs_to(omid):
    fees = accounts.platform("fees")
    slot = Account.objects.get(kind="fees", slot=5)

    accounts.freeze(account=slot, actor=omid, reason="x")

    assert Account.objects.filter(kind="fees", frozen=True).count() == 17
    assert AuditEvent.objects.get(event="wallet.account.frozen").subject_id == fees.public_id


@pytest.mark.parametrize("name", ["explode", "delete"])
def test_there_are_no_other_steps(desk, saras, name):
    assert desk.post(f"{ACCOUNTS}{saras.pk}/do/{name}/", {"reason": "x"}).status_code == 404


# --- transfers -------------------------------------------------------------------------------


def transfers_of(answer) -> list[str]:
    return re.findall(r"<code[^>]*>(trf_[0-9a-z]{26})", answer.content.decode())


def test_a_transfer_is_found_by_id_key_and_what_it_was_for(desk, saras, minas):
    one = send(saras, minas, 10, "invoice-7:pay", reference="pay_7")
    other = send(saras, minas, 20, "invoice-7:fee", reference="pay_7")
    send(saras, minas, 30, "invoice-8:pay", reference="pay_8")

    def found(text: str) -> set[str]:
        return set(transfers_of(desk.get(TRANSFERS, {"q": text})))

    assert found(one.public_id) == {one.public_id}
    assert found("invoice-7:fee") == {other.public_id}
    assert found("pay_7") == {one.public_id, other.public_id}
    assert found("pay_") == set()


def test_transfers_are_filtered_by_reason_and_book(desk, saras, minas, omid):
    fee = send(saras, minas, 10, "a", reason="fee")
    test = send(accounts.platform("issuer", "test"), wallet_of(omid, book="test"), 5, "t",
                reason="test_money", book="test")  # fmt: skip

    assert transfers_of(desk.get(TRANSFERS, {"reason": "fee"})) == [fee.public_id]
    assert transfers_of(desk.get(TRANSFERS, {"book__exact": "test"})) == [test.public_id]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("spelled", "count"),
    [("1405-09-04", 2), ("۱۴۰۵/۹/۴", 2), ("2026-11-25", 2), ("2026-11-26", 1), ("1390/1/1", 0),
     ("نوروز", 0), ("1405/13/40", 0), ("2026-02-30", 0)],
)  # fmt: skip
def test_transfers_of_a_day_are_found_in_either_calendar(desk, saras, minas, spelled, count):
    days = ["2026-11-24 23:59", "2026-11-25 00:00", "2026-11-25 23:59", "2026-11-26 00:00"]
    booked = [send(saras, minas, 5, f"d{number}").pk for number in range(len(days))]
    with connection.cursor() as cursor:
        cursor.execute("alter table wallet_transfer disable trigger user")
        cursor.execute("update wallet_transfer set created_at = '2026-11-01'")
        for pk, at in zip(booked, days, strict=True):
            cursor.execute(
                "update wallet_transfer set created_at = %s::timestamp at time zone 'Asia/Tehran'"
                " where id = %s", [at, pk],
            )  # fmt: skip
        cursor.execute("alter table wallet_transfer enable trigger user")

    page = desk.get(TRANSFERS, {"day": spelled})

    assert page.status_code == 200
    assert len(transfers_of(page)) == count


def test_a_rare_reason_is_looked_for_part_by_part(desk, saras, minas, monkeypatch):
    from wallet.admin.books import TransferAdmin

    monkeypatch.setattr(TransferAdmin, "scan_rows", 20)
    rare = send(saras, minas, 10, "rare", reason="promotion")
    for number in range(45):
        send(saras, minas, 10, f"k{number}")

    place, pages = f"{TRANSFERS}?reason=promotion", []
    for _ in range(5):
        page = desk.get(place)
        pages.append(transfers_of(page))
        older = re.search(r'href="(\?before=[^"]+)"[^>]*>Search on', page.content.decode())
        if older is None:
            break
        place = TRANSFERS + older[1].replace("&amp;", "&")

    assert pages[0] == pages[1] == []
    assert pages[2] == [rare.public_id]


def test_a_transfer_shows_both_sides_its_hold_and_its_relatives(desk, saras, minas):
    later = timezone.now() + timedelta(hours=1)
    posted = ledger.post(
        ledger.hold(debit=saras.pk, credit=minas.pk, amount=300_000, reason="payment", key="h",
                    book="live", expires_at=later, reference="pay_1")
    )  # fmt: skip
    held = Transfer.objects.get(pk=posted[0].id)
    open_page = words(desk.get(f"{TRANSFERS}{held.pk}/change/"))
    captured = ledger.post(ledger.capture(held, amount=200_000, key="c"))[0].id

    page = desk.get(f"{TRANSFERS}{captured}/change/")
    hold_page = words(desk.get(f"{TRANSFERS}{held.pk}/change/"))

    assert "still held" in open_page
    assert "Captured · 20,000 toman" in hold_page
    assert f'href="{TRANSFERS}{held.pk}/change/"' in page.content.decode()
    assert re.search(r"Debit سارا .* Balance after 80,000 toman", words(page))
    assert re.search(r"Credit مینا .* Balance after 20,000 toman", words(page))


# --- corrections -----------------------------------------------------------------------------


def test_a_correction_is_proposed_by_one_and_approved_by_another(saras, minas, mina, vida, kian):
    vidas, kians = english(vida), english(kian)
    form = vidas.get(f"{CORRECTIONS}propose/")
    key = re.search(r'name="key" value="(cor_[0-9a-z]{26})"', form.content.decode())[1]

    answer = vidas.post(
        f"{CORRECTIONS}propose/",
        {"key": key, "book": "live", "debit": saras.public_id, "credit": mina.phone,
         "amount_rials": "۵۰٬۰۰۰", "reason": "دو بار برداشت شد"},
    )  # fmt: skip
    own = vidas.get(answer["Location"])
    others = kians.get(answer["Location"])
    wanted = Correction.objects.get(public_id=key)
    decided = said(
        kians,
        kians.post(f"{CORRECTIONS}{wanted.pk}/decide/", {"decision": "approve", "reason": "دیدم"}),
    )

    assert "You proposed it" in words(own)
    assert "/decide/" not in own.content.decode()
    assert re.search(r"Balance before 100,000 toman Balance after 95,000 toman", words(others))
    assert "Approve: 5,000 toman to مینا" in words(others)
    assert "Approved and booked" in decided
    minas.refresh_from_db()
    assert minas.balance == 50_000


def test_a_booked_correction_shows_what_stood_then_not_what_stands_now(saras, minas, vida, kian):
    done = corrections.approve(
        correction=wish(saras, minas, vida), actor=kian, reason="x", now=timezone.now()
    )
    send(saras, minas, 400_000, "later")

    page = words(english(vida).get(f"{CORRECTIONS}{done.pk}/change/"))

    assert "Balance before 100,000 toman Balance after 95,000 toman" in page
    assert "Balance before 0 toman Balance after 5,000 toman" in page


def test_every_fault_of_the_form_is_said_beside_its_field(saras, vida):
    client = english(vida)

    answer = client.post(
        f"{CORRECTIONS}propose/",
        {"key": new_id("cor"), "book": "live", "debit": "کسی", "credit": "09129999999",
         "amount_rials": "1.5", "reason": "x"},
    )  # fmt: skip

    page = words(answer)
    assert answer.status_code == 400
    assert page.count("No account is named so") == 2
    assert "Write a whole number of rials" in page
    assert 'value="09129999999"' in answer.content.decode()
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("change", "said_so"),
    [
        ({"reason": " "}, (409, "reason-missing")),
        ({"amount_rials": "0"}, (400, "Write a whole number")),
        ({"amount_rials": "99999999999999999"}, (400, "Write a whole number")),
        ({"book": "test"}, (400, "belongs to the other book")),
        ({"book": "x"}, (400, "Choose one of the list")),
        ({"key": "cor_1"}, (400, "Open this form again")),
        ({"credit": "same"}, (400, "Choose another account")),
    ],
)
def test_what_cannot_be_proposed_says_why(saras, minas, vida, change, said_so):
    given = {"key": new_id("cor"), "book": "live", "debit": saras.public_id,
             "credit": minas.public_id, "amount_rials": "10", "reason": "x"} | change  # fmt: skip
    given["credit"] = saras.public_id if given["credit"] == "same" else given["credit"]

    answer = english(vida).post(f"{CORRECTIONS}propose/", given)

    assert answer.status_code == said_so[0]
    assert said_so[1] in words(answer)
    assert not Correction.objects.exists()


def test_a_refusal_of_the_ledger_is_a_notice_and_the_correction_stays(saras, minas, vida, kian):
    wanted = wish(minas, saras, vida, amount=1)
    client = english(kian)

    page = words(client.get(f"{CORRECTIONS}{wanted.pk}/change/"))
    notice = said(
        client,
        client.post(f"{CORRECTIONS}{wanted.pk}/decide/", {"decision": "approve", "reason": "x"}),
    )

    assert "the ledger will refuse this" in page
    assert "insufficient-funds" in notice
    wanted.refresh_from_db()
    assert wanted.state == "proposed"


def test_a_correction_is_rejected_with_a_reason(saras, minas, vida, kian):
    wanted = wish(saras, minas, vida)
    client = english(kian)

    client.post(f"{CORRECTIONS}{wanted.pk}/decide/", {"decision": "reject", "reason": ""})
    wanted.refresh_from_db()
    without = wanted.state
    client.post(f"{CORRECTIONS}{wanted.pk}/decide/", {"decision": "reject", "reason": "سند ندارد"})

    wanted.refresh_from_db()
    assert (without, wanted.state, wanted.decision_reason) == ("proposed", "rejected", "سند ندارد")


@pytest.mark.parametrize("role", ["omid", "saman"])
def test_operators_and_support_may_look_and_decide_nothing(saras, minas, vida, role, request):
    wanted = wish(saras, minas, vida)
    client = english(request.getfixturevalue(role))

    page = client.get(f"{CORRECTIONS}{wanted.pk}/change/")

    assert "only treasurers decide" in words(page)
    assert "/decide/" not in page.content.decode()
    assert client.get(f"{CORRECTIONS}propose/").status_code == 403
    place = f"{CORRECTIONS}{wanted.pk}/decide/"
    assert client.post(place, {"decision": "approve", "reason": "x"}).status_code == 403
    wanted.refresh_from_db()
    assert wanted.state == "proposed"


def test_the_list_shows_what_waits_and_finds_the_rest(saras, minas, vida, kian):
    open_one, done = wish(saras, minas, vida), wish(saras, minas, vida)
    corrections.reject(correction=done, actor=kian, reason="x", now=timezone.now())
    client = english(kian)

    def shown(**query) -> set[str]:
        page = client.get(CORRECTIONS, query).content.decode()
        return set(re.findall(r"<code[^>]*>(cor_[0-9a-z]{26})", page))

    assert shown() == {open_one.public_id}
    assert shown(state="all") == {open_one.public_id, done.public_id}
    assert shown(state="rejected") == {done.public_id}
    assert shown(q=done.public_id) == {done.public_id}
    assert shown(q=minas.public_id) == {open_one.public_id, done.public_id}


def test_a_correction_that_waits_is_shown_on_both_accounts(saras, minas, vida, desk):
    wanted = wish(saras, minas, vida)

    for row in (saras, minas):
        page = desk.get(f"{ACCOUNTS}{row.pk}/change/").content.decode()
        assert f'href="{CORRECTIONS}{wanted.pk}/change/"' in page


# --- reconciliation --------------------------------------------------------------------------


def differing(**more) -> Difference:
    now = timezone.now()
    run = ReconciliationRun.objects.create(
        depth="recent", state="differs", started_at=now, finished_at=now, standing=1,
        trial_balance=[{"book": "live", "kind": "person", "accounts": 1, "debits_pending": 0,
                        "debits_posted": 0, "credits_pending": 0, "credits_posted": 50}],
        clearing=[{"gateway": "sandbox", "day": "2026-11-25", "state": "no-answer",
                   "why": "gateway-timeout", "ledger_rials": 0, "ledger_rows": 0,
                   "gateway_rials": 0, "gateway_rows": 0}],
    )  # fmt: skip
    given = {"code": "flag-broken", "subject": "acc_x", "first_seen_at": now - timedelta(hours=3),
             "last_seen_at": now, "alarmed_at": now, "first_run": run, "last_run": run}  # fmt: skip
    return Difference.objects.create(**given | more)


def test_an_alarm_stands_above_every_page_of_who_may_see_it(desk, reza, saras):
    assert "The books do not agree" not in words(desk.get("/admin/"))
    differing()

    for place in ("/admin/", ACCOUNTS, f"{ACCOUNTS}{saras.pk}/change/", "/admin/identity/person/"):
        assert "The books do not agree" in words(desk.get(place))
    assert "The books do not agree" not in words(english(reza).get("/admin/"))


def test_a_difference_without_an_alarm_raises_no_banner(desk):
    differing(alarmed_at=None)

    assert "The books do not agree" not in words(desk.get("/admin/"))
    assert "just seen" in words(desk.get(LOOKS))


def test_the_page_shows_differences_with_their_age_and_the_trial_balance(desk):
    one = differing(amount_rials=70, subject=new_id("acc"))

    page = words(desk.get(LOOKS))
    look = words(desk.get(f"{LOOKS}{one.first_run_id}/change/"))

    for shown in (page, look):
        assert "A balance stands where its account may not be flag-broken" in shown
        assert one.subject in shown
        assert "+7" in shown
        assert "3 hours ago" in shown
        assert "not equal" in shown
        assert "no answer: gateway-timeout" in shown


def test_a_look_shows_what_stood_at_its_own_end(desk):
    one = differing()
    now = timezone.now()
    Difference.objects.update(gone_at=now)
    later = ReconciliationRun.objects.create(
        depth="full", state="clean", started_at=now, finished_at=now
    )

    assert "flag-broken" in words(desk.get(f"{LOOKS}{one.first_run_id}/change/"))
    assert "flag-broken" not in words(desk.get(f"{LOOKS}{later.pk}/change/"))
    assert "The books agree." in words(desk.get(LOOKS))


def test_a_treasurer_has_everything_checked_by_a_worker(vida):
    client = english(vida)
    assert "The books were never checked" in words(client.get(LOOKS))

    done = said(client, client.post(reverse("admin:reconciliation_start")))

    job = OutboxJob.objects.get(task="wallet.reconcile_fully")
    assert job.arguments == {"asked_by": vida.public_id}
    assert "being checked" in done


@pytest.mark.parametrize("role", ["omid", "saman", "reza"])
def test_only_treasurers_have_everything_checked(role, request):
    client = english(request.getfixturevalue(role))

    assert client.post(reverse("admin:reconciliation_start")).status_code == 403
    assert "Check everything now" not in words(client.get(LOOKS))
    assert not OutboxJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_keeps_who_asked(vida, saras):
    from wallet import tasks

    tasks.reconcile_fully(asked_by=vida.public_id)

    run = ReconciliationRun.objects.get()
    assert (run.depth, run.state, run.asked_by) == ("full", "clean", vida)
    event = AuditEvent.objects.get(event="wallet.reconciliation.requested")
    assert (event.actor, event.subject_id) == (vida, run.public_id)


def test_every_code_of_a_difference_has_its_words_and_its_place_in_the_runbook():
    from config.env import REPOSITORY
    from wallet import invariants, reconciliation
    from wallet.desk.reconciliation_pages import TITLES

    codes = {check.code for check in invariants.CHECKS} | set(reconciliation.OF_BANKS)
    runbook = (REPOSITORY / "docs/how-to/money-runbook.md").read_text(encoding="utf-8")

    assert set(TITLES) == codes
    assert [code for code in sorted(codes) if f"`{code}`" not in runbook] == []


def test_fill_is_no_correction(saras):
    fill(saras, 5)

    assert not Transfer.objects.filter(reason="correction").exists()
