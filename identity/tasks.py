"""The worker's doors: what is forgotten in time."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import task


@task("identity.forget_what_is_over")
def forget_what_is_over() -> None:
    """Delete old codes, expired sessions and their devices."""
    from identity import devices, signin

    now = timezone.now()
    signin.forget_old_codes(now=now)
    devices.forget_expired(now=now)
