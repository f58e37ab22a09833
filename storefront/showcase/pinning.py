"""What somebody keeps at hand, and what he does not want the page to remember."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.limits import SHOWCASE_PINS_MAX
from identity.models import Person
from storefront.showcase.errors import TooManyPins
from storefront.showcase.models import Listing, Pin, Taste


@transaction.atomic
def pin(*, listing: Listing, person: Person, now: datetime) -> None:
    """Keep a thing at hand; twice is once. Raises TooManyPins."""
    Person.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=person.pk)
    if Pin.objects.filter(person=person, listing=listing).exists():
        return
    if Pin.objects.filter(person=person).count() >= SHOWCASE_PINS_MAX:
        raise TooManyPins(most=SHOWCASE_PINS_MAX)
    Pin.objects.create(person=person, listing=listing, at=now)


def unpin(*, listing: Listing, person: Person) -> None:
    """Let a thing go; what was not pinned stays so."""
    Pin.objects.filter(person=person, listing=listing).delete()


def forget_recents(*, person: Person, now: datetime) -> None:
    """Show nothing any more that was opened before now."""
    Taste.objects.update_or_create(person=person, defaults={"recents_after": now})


def set_personal(*, person: Person, personal: bool) -> None:
    """Let the page suggest by what the person follows, or show everybody's."""
    Taste.objects.update_or_create(person=person, defaults={"personal": personal})
