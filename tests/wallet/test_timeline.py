"""Where in the ledger a moment is, found by halving the ids."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests.wallet.conftest import fill, wallet_of
from wallet import timeline
from wallet.models import Transfer

pytestmark = pytest.mark.django_db(transaction=True)
BEGIN = datetime(2026, 3, 21, tzinfo=UTC)


@pytest.fixture
def booked(sara) -> list[int]:
    """Thirty transfers, a day apart, with gaps between their ids."""
    account = wallet_of(sara)
    for number in range(30):
        fill(account, 10)
        if number % 3 == 0:
            with connection.cursor() as cursor:
                cursor.execute(
                    "select setval('wallet_transfer_id_seq',"
                    " currval('wallet_transfer_id_seq') + %s)", [number * 7],
                )  # fmt: skip
    ids = list(Transfer.objects.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("alter table wallet_transfer disable trigger user")
        for number, pk in enumerate(ids):
            cursor.execute(
                "update wallet_transfer set created_at = %s where id = %s",
                [BEGIN + timedelta(days=number), pk],
            )
        cursor.execute("alter table wallet_transfer enable trigger user")
    return ids


def test_every_moment_is_found(booked):
    for number, pk in enumerate(booked):
        at = BEGIN + timedelta(days=number)
        for moment in (at, at - timedelta(hours=1)):
            first = timeline.first_since(moment)
            rows = Transfer.objects.filter(pk__gte=first).order_by("pk")
            assert rows.first().pk == pk
    assert timeline.first_since(BEGIN + timedelta(days=99)) > booked[-1]


def test_it_is_one_query(booked, django_assert_num_queries):
    with django_assert_num_queries(1):
        timeline.first_since(BEGIN + timedelta(days=13))


def test_without_transfers_there_is_nothing_before_or_after(db):
    assert timeline.first_since(BEGIN) == 1
