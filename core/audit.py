"""The audit trail: one function, one append-only table.

Events are named ``floor.thing.past_participle``: ``miniapps.version.approved``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.models import AuditEvent

if TYPE_CHECKING:
    from django.db.models import Model

    from identity.models import Person


def record(event: str, *, by: Person | None, of: Model, **facts: Any) -> AuditEvent:
    """Write one event in the caller's transaction. ``facts`` must be JSON and hold no secret."""
    return AuditEvent.objects.create(
        event=event,
        actor=by,
        subject_kind=of._meta.label_lower,  # noqa: SLF001  (Django's public name for it)
        subject_id=str(getattr(of, "public_id", None) or of.pk),
        facts=facts,
    )
