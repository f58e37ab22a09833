"""``manage.py signing_keys``: list, prepare, rotate and remove signing keys."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from identity import keys
from identity.models import SigningKey


class Command(BaseCommand):
    """A rotation without downtime: ``prepare``, wait ten minutes, ``rotate``, wait, ``remove``."""

    help = "List, prepare, rotate and remove the keys that sign tokens and initData."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the step, the purpose and, for remove, the key id."""
        parser.add_argument("step", choices=["list", "prepare", "rotate", "remove"])
        parser.add_argument(
            "--purpose", choices=SigningKey.Purpose.values, default=SigningKey.Purpose.TOKENS
        )
        parser.add_argument("--kid", help="the key to remove")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do one step and show the set."""
        now, purpose = timezone.now(), options["purpose"]
        match options["step"]:
            case "prepare":
                keys.prepare(purpose)
            case "rotate":
                keys.rotate(purpose, now=now)
            case "remove":
                if not SigningKey.objects.filter(kid=options["kid"]).exists():
                    raise CommandError("There is no key with this --kid.")
                keys.remove(options["kid"], now=now)
        for key in SigningKey.objects.order_by("purpose", "-pk"):
            self.stdout.write(
                f"{key.purpose:9} {key.state:9} {key.kid} {key.state_changed_at:%F %T}"
            )
