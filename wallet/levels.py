"""A person's level: how well the house knows him, and so what he may pay.

Whoever checked the documents says so; the check itself happens outside, with the operator's means.
"""

from __future__ import annotations

from django.db import transaction

from core import audit
from core.problems import Fault, InvalidInput
from identity.models import Person
from wallet import oversight
from wallet.models import Spender
from wallet.spending import locked_spender


@transaction.atomic
def set_level(*, person: Person, level: str, actor: Person | None, reason: str) -> Spender:
    """Put a person on a level, up or down; the next payment follows. The same changes nothing.

    ``actor`` is None for the operator at his terminal. Raises InvalidInput, ReasonMissing.
    """
    if level not in Spender.Level.values:
        detail = f"must be one of {', '.join(Spender.Level.values)}"
        raise InvalidInput([Fault("#/level", detail, "choice")])
    reason = oversight.reason_of(reason)
    held = locked_spender(person)
    if held.level != level:
        before, held.level = held.level, level
        held.save(update_fields=["level"])
        audit.record(
            "wallet.level.changed", by=actor, of=person, reason=reason, before=before, after=level
        )
    return held
