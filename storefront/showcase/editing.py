"""What editors do: put things into places and collections, each step in the audit trail."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from core import audit
from identity.models import Person
from storefront.showcase.errors import SlotTaken
from storefront.showcase.models import Collection, Slot


@transaction.atomic
def put(*, slot: Slot, actor: Person) -> Slot:
    """Keep a slot, new or changed. Raises SlotTaken when another stands there at that time."""
    if slot._state.adding:  # noqa: SLF001  (Django's own name for a row that does not stand yet)
        slot.made_by = actor
    try:
        with transaction.atomic():
            slot.save()
    except IntegrityError as reason:
        if "showcase_slot_alone" in str(reason):
            raise SlotTaken(place=slot.place) from None
        raise
    audit.record(
        "showcase.slot.put", by=actor, of=slot, place=slot.place, title=slot.title_fa,
        paid=slot.is_paid, begins=slot.starts_at.isoformat(), ends=slot.ends_at.isoformat(),
    )  # fmt: skip
    return slot


@transaction.atomic
def gather(*, collection: Collection, actor: Person) -> Collection:
    """Keep a collection, new or changed."""
    collection.save()
    ends = collection.ends_at.isoformat() if collection.ends_at else None
    audit.record(
        "showcase.collection.put", by=actor, of=collection, title=collection.title_fa,
        begins=collection.starts_at.isoformat(), ends=ends,
    )  # fmt: skip
    return collection


def arranged(*, collection: Collection, actor: Person) -> None:
    """Write down which things stand in a collection now, in their order."""
    items = list(collection.items.values_list("listing__public_id", flat=True))
    audit.record("showcase.collection.arranged", by=actor, of=collection, items=items)


@transaction.atomic
def take_away(*, thing: Slot | Collection, actor: Person) -> None:
    """Remove a slot or a collection; the audit trail keeps what it was."""
    kind = "slot" if isinstance(thing, Slot) else "collection"
    audit.record(f"showcase.{kind}.taken_away", by=actor, of=thing, title=thing.title_fa)
    thing.delete()
