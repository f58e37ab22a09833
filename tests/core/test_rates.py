"""Bounds: counted, said, and not passed over while nobody can count."""

from unittest import mock

import pytest

from core import rates
from core.problems import TooManyRequests, Unavailable


def test_one_more_than_the_bound_is_refused_and_told_when_to_come_back():
    for _ in range(3):
        rates.hit("test-bound", "a", limit=3, period_s=60)

    with pytest.raises(TooManyRequests) as refused:
        rates.hit("test-bound", "a", limit=3, period_s=60)
    assert 1 <= refused.value.members["retry_after_s"] <= 60
    rates.hit("test-bound", "b", limit=3, period_s=60)


def test_while_nobody_can_count_nothing_is_let_through(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    rates._made_limiter.cache_clear()
    try:
        with pytest.raises(Unavailable), mock.patch.object(rates.log, "warning"):
            rates.hit("test-bound", "c", limit=3, period_s=60)
    finally:
        rates._made_limiter.cache_clear()
