"""The demo's people: named, with a story each, and staff with password and TOTP.

Codes, passwords and TOTP keys are made from the secret key, so that every start prints the same
and every installation has its own. Only with BARNAMAK_DEMO=1, which needs BARNAMAK_DEBUG=1.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from identity.models import Person
from identity.senders import DEMO_PHONE_PREFIX, demo_code


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the demo. ``role`` is a staff role, ``superuser``, or empty."""

    key: str
    phone: str
    first_name: str
    last_name: str
    story: str
    role: str = ""


PEOPLE = [
    DemoPerson(
        "sara", f"{DEMO_PHONE_PREFIX}1001", "سارا", "کریمی", "maker of the three example apps"
    ),
    DemoPerson("ali", f"{DEMO_PHONE_PREFIX}1002", "علی", "رضایی", "has chats, opens apps"),
    DemoPerson("maryam", f"{DEMO_PHONE_PREFIX}1003", "مریم", "احمدی", "friend of Ali"),
    DemoPerson(
        "reza", f"{DEMO_PHONE_PREFIX}1004", "رضا", "Mohammadi", "friend of Ali, writes both scripts"
    ),
]
STAFF = [
    DemoPerson("mina", f"{DEMO_PHONE_PREFIX}1011", "مینا", "صادقی", "reviewer", "reviewer"),
    DemoPerson("omid", f"{DEMO_PHONE_PREFIX}1012", "امید", "نوری", "operator", "operator"),
    DemoPerson("parisa", f"{DEMO_PHONE_PREFIX}1013", "پریسا", "کاظمی", "support", "support"),
    DemoPerson("vida", f"{DEMO_PHONE_PREFIX}1014", "ویدا", "شریفی", "treasurer", "treasurer"),
    DemoPerson("kian", f"{DEMO_PHONE_PREFIX}1015", "کیان", "مرادی", "treasurer", "treasurer"),
    DemoPerson("admin", f"{DEMO_PHONE_PREFIX}1010", "مدیر", "سامانه", "administrator", "superuser"),
]


@transaction.atomic
def load() -> dict[str, Person]:
    """Make the people that are missing; return all by key."""
    return {one.key: _person(one) for one in [*PEOPLE, *STAFF]}


def _person(one: DemoPerson) -> Person:
    person, made = Person.objects.get_or_create(
        phone=one.phone, defaults={"first_name": one.first_name, "last_name": one.last_name}
    )
    if made and not one.role:
        person.set_unusable_password()
        person.save()
    if made and one.role:
        person.is_staff = True
        person.is_superuser = one.role == "superuser"
        person.set_password(password(one))
        person.save()
        if one.role != "superuser":
            person.groups.set([Group.objects.get(name=one.role)])
        TOTPDevice.objects.create(user=person, name="demo", key=totp_key(one).hex())
    return person


def password(one: DemoPerson) -> str:
    """Return the demo password of a member of staff."""
    return f"{one.key}-{_secret(f'password {one.phone}').hex()[:12]}"


def totp_key(one: DemoPerson) -> bytes:
    """Return the 20-byte TOTP key of a member of staff (RFC 6238)."""
    return _secret(f"totp {one.phone}")[:20]


def totp_now(one: DemoPerson) -> str:
    """Return the six digits that are good now."""
    generator = TOTP(totp_key(one))
    generator.time = time.time()
    return str(generator.token()).zfill(6)


def code(one: DemoPerson) -> str:
    """Return the one-time code the person gets when he signs in."""
    return demo_code(one.phone)


def _secret(purpose: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"demo {purpose}".encode(), hashlib.sha256)
