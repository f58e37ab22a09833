"""The rights of the role that serves, as ADR 0015 grants them: it can pay and cannot cheat."""

import re

import psycopg
import pytest

from config.env import REPOSITORY
from config.supervisor.postgres import SUPERUSER

pytestmark = pytest.mark.slow
PAGE = "docs/decisions/0015-the-ledger-is-triggers-behind-one-insert.md"
POST = (
    "select wallet_post_one('trf_{key}', '{key}', 'posted', {debit}, {credit}, 5, 'payment', null,"
    " null, '', 'live')"
)
FORBIDDEN = (
    "truncate wallet_transfer cascade",
    "delete from wallet_transfer",
    "update wallet_transfer set amount_rials = 1",
    "update wallet_posting set seq = 1",
    "delete from wallet_account where seq = 0",
    "update core_auditevent set event = ''",
    "alter table wallet_account disable trigger user",
    "create trigger mine before insert on wallet_transfer execute function wallet_refuse_change()",
    "create or replace function wallet_move() returns trigger language plpgsql as $$ begin end $$",
    "drop function wallet_move() cascade",
    "create table mine (x int)",
    "create temporary table mine (x int)",
    "set session_replication_role = replica",
)


@pytest.fixture(scope="module")
def served(house):
    """A session of the role that serves."""
    sql = re.search(r"```sql\n(.*?)```", (REPOSITORY / PAGE).read_text(), re.DOTALL)[1]
    with psycopg.connect(house.cluster.url("ledger", SUPERUSER), autocommit=True) as session:
        session.execute(sql.replace("database barnamak ", "database ledger "))
    with psycopg.connect(house.cluster.url("ledger", "barnamak_app"), autocommit=True) as session:
        yield session


def test_it_moves_money(house, served):
    made = served.execute(
        POST.format(key="served", debit=house.rows[0], credit=house.rows[1])
    ).fetchone()

    assert made[0] > 0
    house.assert_balances()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_it_changes_neither_history_nor_law(served, what):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        served.execute(what)


def test_it_writes_no_balance(house, served):
    with pytest.raises(psycopg.Error) as caught:
        served.execute(
            f"update wallet_account set credits_posted = credits_posted + 1 where id = {house.rows[0]}"
        )
    assert caught.value.diag.message_primary == "balance-without-transfer"
