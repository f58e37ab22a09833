"""``manage.py staff``: who works here, appointing and dismissing."""

from __future__ import annotations

from typing import Any

import qrcode
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity import phones, staff
from identity.models import Person
from identity.roles import ROLES


class Command(BaseCommand):
    """List the members of staff, appoint one, or dismiss one."""

    help = "List, appoint and dismiss members of staff (password and authenticator)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the step, the phone and the role."""
        parser.add_argument("step", choices=["list", "appoint", "dismiss"])
        parser.add_argument("phone", nargs="?", help="the phone number, in any usual spelling")
        parser.add_argument(
            "role", nargs="?", choices=[*ROLES, staff.ADMINISTRATOR], help="for appoint"
        )
        parser.add_argument("--name", default="", help="the first name of somebody new")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do one step."""
        if options["step"] == "list":
            for person in Person.objects.filter(is_staff=True).order_by("pk"):
                roles = ", ".join(staff.roles_of(person))
                self.stdout.write(f"{person.phone:16} {roles:16} {person.name}")
            return
        phone = self._phone(options["phone"])
        if options["step"] == "dismiss":
            self._dismiss(phone)
            return
        if options["role"] is None:
            raise CommandError(f"Say as what: {', '.join((*ROLES, staff.ADMINISTRATOR))}.")
        self._appoint(phone, options["role"], options["name"])

    def _phone(self, typed: str | None) -> str:
        try:
            return phones.normalise(typed or "")
        except phones.NotAPhoneNumber:
            raise CommandError(f"{typed!r} is no phone number.") from None

    def _dismiss(self, phone: str) -> None:
        if not Person.objects.filter(phone=phone, is_staff=True).exists():
            raise CommandError(f"{phone} does not work here.")
        staff.dismiss(phone=phone)
        self.stdout.write(f"{phone} works here no more and is signed out everywhere.")

    def _appoint(self, phone: str, role: str, name: str) -> None:
        made = staff.appoint(phone=phone, role=role, first_name=name)
        self.stdout.write(
            f"{phone} is {role} now and signs in at {settings.ORIGIN}/admin/.\n"
            f"  password       {made.password}\n"
            f"  authenticator  {made.authenticator}\n"
            "Neither is shown again. Read the code below with the authenticator:"
        )
        picture = qrcode.QRCode(border=2)
        picture.add_data(made.authenticator)
        picture.print_ascii(out=self.stdout, invert=True)
