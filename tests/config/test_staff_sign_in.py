"""Staff come in by phone, password and the code of their authenticator, in one step."""

import re
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.limits import STAFF_SESSION_AGE_S
from core.text import persian_digits
from identity import devices
from identity.models import Device, Person

PHONE, PASSWORD = "+989120001099", "long enough for staff"

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer() -> Person:
    return Person.objects.create_superuser(PHONE, PASSWORD)


@pytest.fixture
def device(reviewer: Person) -> TOTPDevice:
    return TOTPDevice.objects.create(user=reviewer, name="phone")


def code_of(device: TOTPDevice) -> str:
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return f"{totp.token():06}"


def sign_in(client: Client, **fields: str) -> Any:
    filled = {"username": "09120001099", "password": PASSWORD, "next": "/admin/"} | fields
    return client.post("/admin/login/", filled, headers={"accept-language": "fa"})


def test_one_step_is_enough_with_one_device(client: Client, device: TOTPDevice) -> None:
    answer = sign_in(client, otp_token=code_of(device))

    assert answer.status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_code_may_be_typed_in_persian_with_a_space(client: Client, device: TOTPDevice) -> None:
    code = persian_digits(code_of(device))

    assert sign_in(client, otp_token=f"{code[:3]} {code[3:]}").status_code == 302


def test_the_password_alone_opens_nothing(client: Client, device: TOTPDevice) -> None:
    answer = sign_in(client, otp_token="")

    assert answer.status_code == 200
    assert "کد یک‌بارمصرف را بنویسید." in answer.content.decode()
    assert client.get("/admin/").status_code == 302


def test_a_wrong_code_says_so_and_does_not_write_the_password_back(
    client: Client, device: TOTPDevice
) -> None:
    wrong = f"{(int(code_of(device)) + 500_000) % 1_000_000:06}"

    page = sign_in(client, otp_token=wrong).content.decode()

    assert "کد درست نبود." in page
    assert PASSWORD not in page
    assert 'name="otp_device"' not in page


def test_a_code_works_once(client: Client, device: TOTPDevice) -> None:
    code = code_of(device)
    sign_in(client, otp_token=code)

    assert sign_in(Client(), otp_token=code).status_code == 200


def test_with_two_devices_the_page_asks_which(
    client: Client, reviewer: Person, device: TOTPDevice
) -> None:
    TOTPDevice.objects.create(user=reviewer, name="spare")

    page = sign_in(client, otp_token=code_of(device)).content.decode()
    chosen = sign_in(client, otp_token=code_of(device), otp_device=device.persistent_id)

    assert re.search(r'<select name="otp_device".*phone.*spare', page, re.DOTALL)
    assert chosen.status_code == 302


def test_somebody_else_s_device_is_no_device(client: Client, device: TOTPDevice) -> None:
    other = Person.objects.create_superuser("+989120001098", PASSWORD)
    theirs = TOTPDevice.objects.create(user=other, name="theirs")

    answer = sign_in(client, otp_token=code_of(theirs), otp_device=theirs.persistent_id)

    assert answer.status_code == 200


SPELLINGS = ("09120001099", "9120001099", "+98 912 000 1099", "0098-912-000-1099", "۰۹۱۲۰۰۰۱۰۹۹")


def test_another_spelling_of_the_phone_gives_no_more_tries(device: TOTPDevice) -> None:
    for typed in SPELLINGS:
        sign_in(Client(), username=typed, password="a wrong password")

    refused = sign_in(Client(), otp_token=code_of(device))

    assert refused.status_code == 429


def test_who_is_locked_out_is_not_locked_out_elsewhere(device: TOTPDevice) -> None:
    attacker = Client(headers={"x-forwarded-for": "203.0.113.9"})
    for _ in SPELLINGS:
        sign_in(attacker, password="a wrong password")
    locked = sign_in(attacker, otp_token=code_of(device))

    elsewhere = sign_in(
        Client(headers={"x-forwarded-for": "198.51.100.7"}), otp_token=code_of(device)
    )

    assert (locked.status_code, elsewhere.status_code) == (429, 302)


def test_tries_at_any_names_are_bounded_by_address() -> None:
    with mock.patch("config.adminsite.STAFF_SIGN_INS_PER_ADDRESS_MAX", 3):
        somewhere = Client(headers={"x-forwarded-for": "203.0.113.77"})
        met = [sign_in(somewhere, username=f"0912000110{n}").status_code for n in range(4)]

    assert met == [200, 200, 200, 429]


def test_staff_are_signed_out_after_their_hours_and_see_the_device(
    client: Client, reviewer: Person, device: TOTPDevice
) -> None:
    client.force_login(reviewer, backend="identity.backends.StaffPasswordBackend")
    devices.note(
        person=reviewer, session_key=str(client.session.session_key), user_agent="", address=""
    )

    sign_in(client, otp_token=code_of(device))

    assert client.session.get_expiry_age() <= STAFF_SESSION_AGE_S
    keys = Device.objects.filter(person=reviewer).values_list("session_key", flat=True)
    assert list(keys) == [client.session.session_key]
