"""``manage.py level``: put a person on a level after his documents were checked."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.problems import Problem
from identity import phones
from identity.models import Person
from wallet import levels
from wallet.models import Spender


class Command(BaseCommand):
    """What the person may pay follows at once; the reason stands in the audit."""

    help = "Put a person on a level: phone, national_code or full."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the phone number, the level and the reason."""
        parser.add_argument("phone")
        parser.add_argument("level", choices=Spender.Level.values)
        parser.add_argument("--reason", required=True, help="what was checked, and by whom")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Set the level and say it."""
        try:
            phone = phones.normalise(options["phone"])
            person = Person.objects.filter(phone=phone).first()
            if person is None:
                raise CommandError("Nobody here has this phone number.")
            spender = levels.set_level(
                person=person, level=options["level"], actor=None, reason=options["reason"]
            )
        except Problem as problem:
            raise CommandError(str(problem.title)) from None
        self.stdout.write(f"{phone} {spender.level}")
