"""``manage.py democodes``: how to sign in to the demo, now."""

from __future__ import annotations

from base64 import b32encode
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from host import demo_money, demo_people
from identity.models import Person


class Command(BaseCommand):
    """Print phones and codes, and the staff's passwords with the TOTP codes of this moment."""

    help = "Print how the demo's people and staff sign in."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write one line a person."""
        if not settings.DEMO:
            raise CommandError("Only with BARNAMAK_DEMO=1.")
        self.stdout.write(f"People sign in at {settings.ORIGIN}/signin/ (phone, one-time code):")
        for one in demo_people.PEOPLE:
            self.stdout.write(
                f"  {_local(one.phone)}  code {demo_people.code(one)}"
                f"  {one.first_name} · {one.story}{_pin_of(one.key)}"
            )
        self.stdout.write(
            f"Staff sign in at {settings.ORIGIN}/admin/ (phone, password, TOTP code):"
        )
        for one in demo_people.STAFF:
            if not Person.objects.filter(phone=one.phone).exists():
                continue
            self.stdout.write(
                f"  {_local(one.phone)}  password {demo_people.password(one)}"
                f"  code {demo_people.totp_now(one)}  {one.story}"
                f"  (authenticator key {b32encode(demo_people.totp_key(one)).decode()})"
            )
        self.stdout.write(
            "TOTP codes change every 30 seconds: `make codes` prints the ones of now."
        )


def _pin_of(key: str) -> str:
    """Return the first wallet PIN of who has one; it can be changed on the wallet's page."""
    return f", wallet PIN {demo_money.PINS[key]}" if key in demo_money.PINS else ""


def _local(phone: str) -> str:
    return phone.replace("+98", "0", 1)
