"""The worker's doors: each asks the clock and calls one operation."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import task


@task("shops.downgrade_expired")
def downgrade_expired() -> int:
    """Take the level of e-namad from the shops whose e-namad has ended."""
    from storefront.shops import verifying

    return verifying.downgrade_expired(now=timezone.now())
