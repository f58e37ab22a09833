"""What PostgreSQL itself refuses, tried with plain SQL as the role that the application uses."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.wallet.conftest import wallet_of
from wallet import accounts, errors, ledger
from wallet.models import Account, Posting, Transfer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hers(sara) -> Account:
    return wallet_of(sara, 100_000)


@pytest.fixture
def minas(mina) -> Account:
    return wallet_of(mina)


@pytest.fixture
def sent(hers, minas) -> Transfer:
    posted = ledger.post(
        ledger.move(
            debit=hers.pk, credit=minas.pk, amount=30_000, reason="payment", key="t1", book="live"
        )
    )
    return Transfer.objects.get(pk=posted[0].id)


def refused(sql: str, *values: object) -> str:
    """Run it in a transaction of its own and return by which word it was refused."""
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    diagnosis = caught.value.__cause__.diag
    return (
        diagnosis.message_primary
        if diagnosis.sqlstate == ledger.LAW
        else (diagnosis.constraint_name or diagnosis.sqlstate)
    )


@pytest.mark.parametrize("table", ["wallet_transfer", "wallet_posting"])
def test_history_is_neither_changed_nor_deleted_nor_emptied(sent, table):
    column = "amount_rials" if table == "wallet_transfer" else "debits_posted"

    assert refused(f"update {table} set {column} = {column} + 1") == "ledger-immutable"
    assert refused(f"delete from {table}") == "ledger-immutable"
    assert refused(f"truncate {table} cascade") == "ledger-immutable"
    assert Transfer.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        "credits_posted = credits_posted + 5",
        "debits_posted = 1",
        "debits_pending = 7",
        "seq = seq + 1",
        "credits_posted = 0, debits_posted = 0",
    ],
)
def test_no_balance_is_written_by_hand(hers, change):
    where = f"where id = {hers.pk}"

    assert refused(f"update wallet_account set {change} {where}") == "balance-without-transfer"


def test_a_balance_that_a_planted_trigger_changes_is_refused_at_commit(hers):
    """Below a trigger of one's own the first guard is blind; the last one is not."""
    plant = """
      create temporary table door (x int);
      create function pg_temp.lift() returns trigger language plpgsql as $$ begin
        update wallet_account set credits_posted = credits_posted + 5, seq = seq + 1
          where id = {0}; return null; end $$;
      create trigger lift after insert on door for each row execute function pg_temp.lift();
      insert into door values (1);
    """

    assert refused(plant.format(hers.pk)) == "balance-without-transfer"


SHADOWS = "".join(
    f"create temporary table {name} (like public.{name}) on commit drop;"
    for name in ("wallet_account", "wallet_posting", "wallet_transfer")
)


def test_temporary_tables_in_the_way_keep_no_transfer_from_the_real_accounts(hers, minas):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SHADOWS)
        cursor.execute(
            "insert into public.wallet_transfer (public_id, key, book, kind, debit_account_id,"
            " credit_account_id, amount_rials, reason, reference, created_at)"
            " values ('trf_z', 'z', 'live', 'posted', %s, %s, 5, 'payment', '', now())",
            [hers.pk, minas.pk],
        )

    minas.refresh_from_db()
    assert minas.balance == 5


def test_no_law_is_read_from_a_temporary_table(hers, minas):
    """A posting and a transfer that would explain the change stand where names are looked up first."""
    plant = """
      insert into wallet_transfer (id, public_id, key, book, kind, debit_account_id,
          credit_account_id, amount_rials, reason, reference, created_at)
        values (1000000, 'trf_z', 'z', 'live', 'posted', {1}, {0}, 5, 'payment', '', now());
      insert into wallet_posting (account_id, seq, transfer_id, is_debit, debits_pending,
          debits_posted, credits_pending, credits_posted)
        values ({0}, 2, 1000000, false, 0, 0, 0, 100005);
      create temporary table door (x int);
      create function pg_temp.lift() returns trigger language plpgsql as $$ begin
        update public.wallet_account set credits_posted = credits_posted + 5, seq = seq + 1
          where id = {0}; return null; end $$;
      create trigger lift after insert on door for each row execute function pg_temp.lift();
      insert into door values (1);
    """

    found = refused(SHADOWS + plant.format(hers.pk, minas.pk))

    assert found == "balance-without-transfer"


def test_a_posting_without_its_transfer_is_refused(sent, hers):
    row = "(account_id, seq, transfer_id, is_debit, debits_pending, debits_posted, credits_pending, credits_posted)"

    assert (
        refused(
            f"insert into wallet_posting {row} values (%s, 99, %s, true, 0, 0, 0, 0)",
            hers.pk,
            sent.pk,
        )
        == "balance-without-transfer"
    )


def test_an_account_begins_empty(sara):
    row = (
        "insert into wallet_account (public_id, book, kind, name, slot, slots, frozen, seq,"
        " debits_must_not_exceed_credits, credits_must_not_exceed_debits, debits_pending,"
        " debits_posted, credits_pending, credits_posted, created_at) values"
        " ('acc_x', 'live', 'bank', 'x', 0, '{}', false, 0, false, false, 0, 0, 0, 9, now())"
    )

    assert refused(row) == "balance-without-transfer"


@pytest.mark.parametrize(
    "change",
    ["book = 'test'", "kind = 'bank'", "debits_must_not_exceed_credits = false", "slot = 3"],
)
def test_an_account_stays_what_it_is(hers, change):
    assert refused(f"update wallet_account set {change} where id = {hers.pk}") == "ledger-immutable"


def test_a_used_account_is_not_deleted(sent, hers):
    assert refused("delete from wallet_account where id = %s", hers.pk) == "ledger-immutable"


def insert(**changes: object) -> str:
    """Insert one transfer by plain SQL and return by which word it was refused."""
    row = {
        "public_id": "trf_x", "key": "x", "book": "live", "kind": "posted", "amount_rials": 1,
        "reason": "payment", "reference": "", "pending_id": None, "held_rials": None,
    } | changes  # fmt: skip
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    return refused(
        f"insert into wallet_transfer ({names}, created_at) values ({marks}, now())", *row.values()
    )


def test_a_transfer_that_breaks_a_law_is_refused_by_its_name(hers, minas, sent):
    both = {"debit_account_id": hers.pk, "credit_account_id": minas.pk}
    twice = {"debit_account_id": hers.pk, "credit_account_id": hers.pk}
    tests_own = accounts.platform("issuer", "test")
    there = {"debit_account_id": tests_own.pk, "credit_account_id": minas.pk}

    assert insert(**both, amount_rials=70_001) == "debits-exceed-credits"
    assert insert(**both, amount_rials=0) == "amount-out-of-range"
    assert insert(**both, amount_rials=-5) == "amount-out-of-range"
    assert insert(**both, amount_rials=2**53) == "amount-out-of-range"
    assert insert(**twice) == "transfer-to-oneself"
    assert insert(**both, key="t1") == "wallet_transfer_key_once"
    assert insert(**both | {"credit_account_id": 10**12}) == "account-unknown"
    assert insert(**there, book="test") == "books-differ"
    assert insert(**there) == "books-differ"
    assert insert(**both, kind="post", pending_id=sent.pk) == "hold-unknown"
    assert insert(**both, kind="void", pending_id=10**12) == "hold-unknown"
    assert insert(**both, kind="odd") == "transfer-kind-unknown"
    assert Posting.objects.count() == 4


def test_a_transfer_of_plain_sql_moves_balances_like_any_other(hers, minas):
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into wallet_transfer (public_id, key, book, kind, debit_account_id, credit_account_id,"
            " amount_rials, reason, reference, created_at)"
            " values ('trf_y', 'y', 'live', 'posted', %s, %s, 5, 'payment', '', now())",
            [hers.pk, minas.pk],
        )

    minas.refresh_from_db()
    assert minas.balance == 5


def test_a_frozen_account_only_gives_back_what_it_held(hers, minas, omid, clock):
    held = hold(hers, minas, 40_000, clock)
    accounts.freeze(account=hers, actor=omid, reason="court order")

    with pytest.raises(errors.AccountFrozen):
        ledger.post(ledger.capture(held, amount=40_000, key="c"))
    ledger.post(ledger.release(held, key="r"))

    hers.refresh_from_db()
    assert hers.available == 100_000


def hold(payer: Account, payee: Account, rials: int, expires_at, key: str = "h") -> Transfer:
    posted = ledger.post(
        ledger.hold(
            debit=payer.pk, credit=payee.pk, amount=rials, reason="payment", key=key, book="live",
            expires_at=expires_at,
        )
    )  # fmt: skip
    return Transfer.objects.get(pk=posted[0].id)


def test_a_hold_is_settled_once_and_for_no_more_than_was_held(hers, minas, clock):
    held = hold(hers, minas, 60_000, clock)
    both = {"debit_account_id": hers.pk, "credit_account_id": minas.pk, "pending_id": held.pk}

    assert insert(**both, kind="post", amount_rials=60_001) == "amount-exceeds-hold"
    assert insert(**both | {"credit_account_id": 10**12}, kind="post") == "hold-of-other-accounts"
    ledger.post(ledger.capture(held, amount=45_000, key="c"))
    assert insert(**both, kind="post", amount_rials=1) == "wallet_hold_settled_once"
    assert insert(**both, kind="void") == "wallet_hold_settled_once"

    hers.refresh_from_db()
    minas.refresh_from_db()
    assert (hers.available, hers.debits_pending, minas.balance, minas.credits_pending) == (
        55_000, 0, 45_000, 0,
    )  # fmt: skip
