"""``manage.py import_shops fleet.xlsx``: open thousands of shops from one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.problems import InvalidInput
from identity import phones
from identity.models import Person
from storefront.shops.errors import ImportUnreadable
from storefront.shops.imports import beginning, columns, failed, running
from storefront.shops.imports.findings import REFUSALS
from storefront.shops.models import Import

State = Import.State
FOR_EVER = float("inf")


class Command(BaseCommand):
    """Check the file, and with ``--apply`` open the shops; the same file again changes nothing."""

    help = "Open shops from a CSV or Excel file: checked first, written with --apply."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, who does it, and whether to write."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="phone of the member of staff who does it")
        parser.add_argument("--apply", action="store_true", help="write, not only check")
        parser.add_argument("--open", action="store_true", help="open new shops at once")
        parser.add_argument("--failed", type=Path, help="where to write the rows with errors")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Go through the steps as the page of the admin does."""
        actor = self._actor(options["by"])
        batch = self._begun(options["file"], actor)
        try:
            beginning.choose(
                batch=batch, columns=columns.guess(batch.kind, batch.headers), unit="",
                publish=options["open"], actor=actor, now=timezone.now(),
            )  # fmt: skip
        except InvalidInput as refusal:
            missing = ", ".join(fault.pointer.rpartition("/")[2] for fault in refusal.faults)
            raise CommandError(f"The headings do not tell: {missing}.") from None
        self._work(batch)
        if batch.state == State.REFUSED:
            raise CommandError(str(REFUSALS[batch.refusal][0]))
        self.stdout.write(f"{batch.rows_read} rows read, {batch.rows_bad} with errors.")
        if options["apply"]:
            beginning.apply(batch=batch, actor=actor, now=timezone.now())
            self._work(batch)
            self.stdout.write(f"{batch.rows_applied} rows imported, {batch.rows_bad} not.")
        if options["failed"] and batch.rows_bad:
            with options["failed"].open("w", encoding="utf-8", newline="") as file:
                file.writelines(failed.as_csv(batch))
            self.stdout.write(f"What is wrong stands in {options['failed']}.")
        self.stdout.write(f"{batch.public_id} is {batch.state}.")

    def _actor(self, phone: str) -> Person:
        try:
            person = Person.objects.filter(phone=phones.normalise(phone), is_staff=True).first()
        except phones.NotAPhoneNumber:
            person = None
        if person is None or not person.has_perm("shops.add_import"):
            raise CommandError("Nobody of the staff who may import shops has this phone.")
        return person

    def _begun(self, path: Path, actor: Person) -> Import:
        try:
            with path.open("rb") as file:
                return beginning.begin(
                    kind="shops", file=file, name=path.name, actor=actor, now=timezone.now()
                )
        except OSError as reason:
            raise CommandError(str(reason)) from None
        except ImportUnreadable as refusal:
            raise CommandError(str(REFUSALS[refusal.members["reason"]][0])) from None

    def _work(self, batch: Import) -> None:
        running.go_on(import_id=batch.public_id, run_s=FOR_EVER)
        batch.refresh_from_db()
