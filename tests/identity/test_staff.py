"""Appointing members of staff at the terminal, and what they can do then."""

import io
import re
import time
from base64 import b32decode
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.models import AuditEvent
from core.problems import NotFound
from identity import staff
from identity.models import Person
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db
PHONE = "+989121110000"


def ran(*arguments: str) -> str:
    out = io.StringIO()
    call_command("staff", *arguments, stdout=out)
    return out.getvalue()


def code_of(authenticator: str) -> str:
    facts = parse_qs(urlsplit(authenticator).query)
    secret = facts["secret"][0]
    generator = TOTP(b32decode(secret + "=" * (-len(secret) % 8)))
    generator.time = time.time()
    return f"{generator.token():06}"


def come_in(client: Client, password: str, authenticator: str) -> int:
    given = {"username": PHONE, "password": password, "otp_token": code_of(authenticator)}
    client.post("/admin/login/", given | {"next": "/admin/"})
    return client.get("/admin/").status_code


def test_who_was_appointed_comes_in_and_has_exactly_the_role():
    told = ran("appoint", "۰۹۱۲ ۱۱۱ ۰۰۰۰", "reviewer", "--name", "مینا")
    password = re.search(r"password +(\S+)", told)[1]
    authenticator = re.search(r"otpauth://\S+", told)[0]
    client = Client()

    assert come_in(client, password, authenticator) == 200
    assert client.get("/admin/miniapps/submission/").status_code == 200
    assert client.get("/admin/core/auditevent/").status_code == 403
    person = Person.objects.get(phone=PHONE)
    assert (person.is_superuser, person.first_name) == (False, "مینا")
    assert ran("list").split() == [PHONE, "reviewer", "مینا"]
    assert AuditEvent.objects.filter(event="identity.staff.appointed").count() == 1


def test_appointing_again_ends_what_was_good_before():
    first = staff.appoint(phone=PHONE, role="reviewer")
    client = Client()
    assert come_in(client, first.password, first.authenticator) == 200

    second = staff.appoint(phone=PHONE, role="support")

    assert client.get("/admin/").status_code == 302
    assert come_in(Client(), first.password, first.authenticator) == 302
    assert TOTPDevice.objects.filter(user=first.person).count() == 1
    assert staff.roles_of(second.person) == ["support"]


def test_who_was_dismissed_is_out_at_once_and_stays_a_person():
    made = staff.appoint(phone=PHONE, role="administrator")
    client = Client()
    assert come_in(client, made.password, made.authenticator) == 200

    assert "works here no more" in ran("dismiss", PHONE)

    assert client.get("/admin/").status_code == 302
    assert come_in(Client(), made.password, made.authenticator) == 302
    person = Person.objects.get(phone=PHONE)
    assert (person.is_staff, person.is_superuser, person.is_active) == (False, False, True)
    assert signed_in(person).get("/account/").status_code == 200


def test_what_is_not_possible_is_said_in_a_sentence():
    make_person("سارا")

    for arguments in (
        ("appoint",), ("appoint", "12", "reviewer"), ("appoint", PHONE),
        ("appoint", PHONE, "king"), ("dismiss", PHONE),
    ):  # fmt: skip
        with pytest.raises(CommandError):
            ran(*arguments)
    with pytest.raises(NotFound):
        staff.dismiss(phone=PHONE)
    assert not Person.objects.filter(phone=PHONE).exists()
