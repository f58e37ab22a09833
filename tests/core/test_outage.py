"""PostgreSQL or Valkey away: programs are told to come again, and bugs stay bugs."""

from unittest import mock

import pytest
from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as ValkeyAway
from redis.exceptions import TimeoutError as ValkeySilent

from tests.people import *  # noqa: F403
from tests.people import signed_in

pytestmark = pytest.mark.django_db
OUTAGES = [OperationalError, InterfaceError, ValkeyAway, ValkeySilent]


@pytest.mark.parametrize("outage", OUTAGES)
def test_the_api_says_503_and_when_to_come_again(mina, outage):
    with mock.patch("messenger.chats.create_group", side_effect=outage("away")):
        answer = signed_in(mina).post(
            "/api/v1/chats", {"kind": "group", "title": "کوه"}, content_type="application/json"
        )

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer.json()["code"] == "unavailable"


@pytest.mark.parametrize("outage", OUTAGES)
def test_the_sheet_says_503_and_when_to_come_again(mina, outage):
    call = {"method": "payments.open", "params": {"invoice": "inv_x"}}
    away = mock.Mock(side_effect=outage("away"))
    with mock.patch.dict("host.pay_pages.ASKED", {"payments.open": away}):
        answer = signed_in(mina).post("/pay/inv_x/call", call, content_type="application/json")

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer.json()["code"] == "unavailable"


def test_a_bug_is_not_told_as_an_outage(mina):
    with (
        mock.patch("messenger.chats.create_group", side_effect=ZeroDivisionError),
        pytest.raises(ZeroDivisionError),
    ):
        signed_in(mina).post(
            "/api/v1/chats", {"kind": "group", "title": "کوه"}, content_type="application/json"
        )
