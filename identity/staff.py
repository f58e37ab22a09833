"""Members of staff: appointing and dismissing them. Done at the terminal, by who runs the house."""

from __future__ import annotations

import secrets
from base64 import b32encode
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from core import audit
from core.problems import Fault, InvalidInput, NotFound
from identity import devices
from identity.models import Device, Person
from identity.roles import ROLES

ADMINISTRATOR = "administrator"  # may do everything; the only one who is a superuser
PASSWORD_BYTES = 15  # random bytes of a first password: twenty letters


@dataclass(frozen=True)
class Appointment:
    """What a new member of staff signs in with; shown once."""

    person: Person
    password: str
    authenticator: str  # an otpauth:// address, as authenticators read it


@transaction.atomic
def appoint(*, phone: str, role: str, first_name: str = "") -> Appointment:
    """Let the holder of ``phone`` (E.164) work here as ``role``, with a new password and TOTP key.

    Who is staff already gets the new role, password and key, and is signed out everywhere; what was
    good before is good no more. Raises InvalidInput.
    """
    if role not in (*ROLES, ADMINISTRATOR):
        known = ", ".join((*ROLES, ADMINISTRATOR))
        raise InvalidInput([Fault("#/role", f"must be one of: {known}", "choice")])
    Person.objects.get_or_create(phone=phone)
    person = Person.objects.select_for_update().get(phone=phone)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    person.set_password(password)
    person.is_staff, person.is_active = True, True
    person.is_superuser = role == ADMINISTRATOR
    person.first_name = first_name or person.first_name
    person.save()
    groups = [] if role == ADMINISTRATOR else [Group.objects.get(name=role)]
    person.groups.set(groups)
    _sign_out_everywhere(person)
    device = TOTPDevice.objects.create(user=person, name="authenticator")
    audit.record("identity.staff.appointed", by=None, of=person, role=role)
    return Appointment(person, password, _address(person, device))


@transaction.atomic
def dismiss(*, phone: str) -> Person:
    """Let somebody work here no more, from this moment. Raises NotFound."""
    person = Person.objects.select_for_update().filter(phone=phone, is_staff=True).first()
    if person is None:
        raise NotFound
    person.is_staff = person.is_superuser = False
    person.set_unusable_password()
    person.save()
    person.groups.clear()
    _sign_out_everywhere(person)
    audit.record("identity.staff.dismissed", by=None, of=person)
    return person


def roles_of(person: Person) -> list[str]:
    """Return what a member of staff is."""
    if person.is_superuser:
        return [ADMINISTRATOR]
    return sorted(person.groups.values_list("name", flat=True))


def _sign_out_everywhere(person: Person) -> None:
    """End all sessions and take the authenticators away."""
    for device_id in Device.objects.filter(person=person).values_list("public_id", flat=True):
        devices.sign_out(person=person, device_id=device_id)
    TOTPDevice.objects.filter(user=person).delete()


def _address(person: Person, device: TOTPDevice) -> str:
    label = quote(f"{settings.OTP_TOTP_ISSUER}:{person.phone}")
    secret = b32encode(device.bin_key).decode().rstrip("=")
    facts = {"secret": secret, "issuer": settings.OTP_TOTP_ISSUER, "digits": 6, "period": 30}
    return f"otpauth://totp/{label}?{urlencode(facts)}"
