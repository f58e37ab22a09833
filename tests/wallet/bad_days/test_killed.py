"""Processes killed while they book, PostgreSQL thrown down under them, a migration in between."""

import time

import psycopg
import pytest

from tests.wallet.bad_days.conftest import House, Sender, until

pytestmark = pytest.mark.slow


def test_transfers_of_processes_that_are_killed_are_booked_once_each(house, send):
    senders = [send("killed-a", 600), send("killed-b", 600)]  # 1,200 transfers each

    for booked in (60, 200, 400):  # in this life; the ones of earlier lives are asked for again
        kill_each_at(senders, booked)
        for sender in senders:
            house.assert_kept(set(sender.acknowledged()))
            sender.start()
    for sender in senders:
        assert sender.popen.wait(60) == 0

    assert all(set(sender.acknowledged()) == sender.all_keys() for sender in senders)
    house.assert_kept(senders[0].all_keys() | senders[1].all_keys())
    assert house.assert_balances() >= 2_400


def kill_each_at(senders: list[Sender], booked: int) -> None:
    """Kill each one, in the middle of something, when so much of it was acknowledged."""
    living = set(senders)

    def all_are_dead() -> bool:
        for sender in [one for one in living if one.has_booked(booked)]:
            assert sender.popen.poll() is None
            sender.kill()
            living.remove(sender)
        return not living

    until(all_are_dead)


def test_what_was_acknowledged_is_there_after_postgresql_was_thrown_down(house, send):
    senders = [send("thrown-a"), send("thrown-b")]

    for booked in (80, 240):
        for sender in senders:
            until(lambda one=sender, keys=booked: one.has_booked(keys))
        house.crash()
        acknowledged = {key for sender in senders for key in sender.acknowledged()}
        house.rise()
        house.assert_kept(acknowledged)
        house.assert_balances()
    assert_all_went_on_to_the_end(house, senders)


def test_a_migration_of_the_transfers_goes_through_while_they_flow(house, send):
    senders = [send("moved-a"), send("moved-b")]

    with house.session() as session:
        session.execute("set lock_timeout = '500ms'")
        for booked, step in enumerate((
            "alter table wallet_transfer add column seen_by text not null default ''",
            "create index concurrently wallet_transfer_seen on wallet_transfer (seen_by)",
            "alter table wallet_transfer drop column seen_by",
        )):  # fmt: skip
            for sender in senders:
                until(lambda one=sender, more=1 + 20 * booked: one.has_booked(more))
            in_the_end(session, step)
    for sender in senders:
        now = len(sender.acknowledged())
        until(lambda one=sender, before=now: one.has_booked(before + 20))
    assert_all_went_on_to_the_end(house, senders)


def assert_all_went_on_to_the_end(house: House, senders: list[Sender]) -> None:
    """Nobody gave up; what each one booked was acknowledged, once, and the books balance."""
    for sender in senders:
        sender.ask_to_stop()
    for sender in senders:
        assert sender.popen.wait(60) == 0
        assert house.keys_like(sender.name) == set(sender.acknowledged())
    house.assert_balances()


def in_the_end(session: psycopg.Connection, step: str) -> None:
    """Try again when the lock is not to be had at once, as the migrations of a release do."""
    for _ in range(40):
        try:
            session.execute(step)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            session.execute("drop index if exists wallet_transfer_seen")
            time.sleep(0.05)
        else:
            return
    raise AssertionError(step)
