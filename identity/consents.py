"""What a person let an app know or do: granted by the person, seen and revoked in one place."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from core import audit
from identity.models import Consent, Person


def granted(person: Person, audience: str) -> set[str]:
    """Return the scopes in force of one person for one app (its public id)."""
    rows = Consent.objects.filter(person=person, audience=audience, revoked_at=None)
    return set(rows.values_list("scope", flat=True))


@transaction.atomic
def grant(*, person: Person, audience: str, scope: str) -> None:
    """Let the app have one scope; doing it twice changes nothing."""
    try:
        with transaction.atomic():
            Consent.objects.create(person=person, audience=audience, scope=scope)
    except IntegrityError:
        return
    audit.record("identity.consent.granted", by=person, of=person, audience=audience, scope=scope)


@transaction.atomic
def revoke(*, person: Person, audience: str, scope: str, now: datetime) -> None:
    """Take a scope back; the next token does not hold it."""
    rows = Consent.objects.filter(person=person, audience=audience, scope=scope, revoked_at=None)
    if rows.update(revoked_at=now):
        audit.record(
            "identity.consent.revoked", by=person, of=person, audience=audience, scope=scope
        )
