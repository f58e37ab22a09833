"""Who acts: a person, or a key that a person made. Both leave their name in the audit trail."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from core import audit
from identity.models import Person
from miniapps.models import AppKey

Actor = Person | AppKey


def person_of(actor: Actor) -> Person:
    """Return the person who answers for the act; for a key, the one who made it."""
    return actor.created_by if isinstance(actor, AppKey) else actor


def record(event: str, *, by: Actor | None, of: Model, **facts: Any) -> None:
    """Write an audit event; an act of a key also names the key."""
    if isinstance(by, AppKey):
        facts["key"] = by.public_id
    audit.record(event, by=None if by is None else person_of(by), of=of, **facts)
