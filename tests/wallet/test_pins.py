"""The wallet PIN: chosen, asked for, mistaken, waited for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.problems import InvalidInput, Problem
from wallet import errors, pins
from wallet.models import Spender

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def hers(sara, now):
    pins.choose(person=sara, pin="۲۵۸۰", now=now)
    return sara


@pytest.mark.parametrize("pin", ["123", "1111", "1234", "9876", "12a4", "123456789", ""])
def test_a_pin_that_is_no_secret_is_refused(sara, now, pin):
    with pytest.raises(InvalidInput):
        pins.choose(person=sara, pin=pin, now=now)


def test_small_amounts_pass_without_a_pin_and_large_ones_do_not(hers, now):
    pins.require(person=hers, amount=500_000, pin="", now=now)

    with pytest.raises(errors.PinNeeded):
        pins.require(person=hers, amount=500_001, pin="", now=now)
    pins.require(person=hers, amount=500_001, pin="2580", now=now)


def test_whoever_has_no_pin_chooses_one_first(sara, now):
    pins.require(person=sara, amount=500_000, pin="", now=now)

    with pytest.raises(errors.PinNotSet):
        pins.require(person=sara, amount=500_001, pin="2580", now=now)


def test_wrong_pins_wait_longer_and_longer(hers, now):
    waits = []
    for _ in range(7):
        with pytest.raises((errors.PinWrong, errors.PinLocked)) as refused:
            pins.require(person=hers, amount=1, pin="0000", now=now)
        waits.append(refused.value.members.get("retry_after_s", 0))
        now += timedelta(seconds=waits[-1])

    assert waits == [0, 0, 60, 300, 900, 3_600, 14_400]


def test_the_right_pin_does_not_open_a_locked_wallet(hers, now):
    for _ in range(3):
        with pytest.raises(Problem):
            pins.require(person=hers, amount=1, pin="0000", now=now)

    with pytest.raises(errors.PinLocked):
        pins.require(person=hers, amount=1, pin="2580", now=now + timedelta(seconds=59))
    pins.require(person=hers, amount=1, pin="2580", now=now + timedelta(seconds=60))
    assert Spender.objects.get(person=hers).pin_failures == 0


def test_guesses_at_the_same_moment_are_all_counted(hers, now):
    def guess(number: int) -> str:
        try:
            pins.require(person=hers, amount=1, pin=f"{number:04}", now=now)
        except Problem as refusal:
            return refusal.code
        finally:
            connection.close()
        return "passed"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(30)))

    assert answers.count("pin-wrong") == 2
    assert answers.count("pin-locked") == 28


def test_a_new_pin_needs_the_old_one(hers, now):
    with pytest.raises(errors.PinWrong):
        pins.choose(person=hers, pin="1470", old_pin="0000", now=now)
    pins.choose(person=hers, pin="1470", old_pin="2580", now=now)

    pins.require(person=hers, amount=10**9, pin="1470", now=now)


def test_the_free_amount_is_the_persons_own(hers, now):
    pins.set_free_amount(person=hers, amount=0, pin="2580", now=now)

    with pytest.raises(errors.PinNeeded):
        pins.require(person=hers, amount=1, pin="", now=now)
    with pytest.raises(InvalidInput):
        pins.set_free_amount(person=hers, amount=10**9, pin="2580", now=now)


def test_the_pin_is_not_kept_in_the_row(hers):
    assert "2580" not in Spender.objects.get(person=hers).pin
