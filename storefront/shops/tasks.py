"""The worker's doors: each asks the clock and calls one operation."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import task


@task("shops.send_due_posts")
def send_due_posts() -> int:
    """Send the posts whose time has come."""
    from storefront.shops import posting

    return posting.send_due(now=timezone.now())


@task("shops.tell_of_posts")
def tell_of_posts() -> int:
    """Go on telling people of posts, and forget who was told long ago."""
    from storefront.shops import pushing

    now = timezone.now()
    pushing.forget_old(now=now)
    return pushing.go_on(now=now)


@task("shops.fold_counts")
def fold_counts() -> int:
    """Bring the numbers of the shops up to date."""
    from storefront.shops import counting

    return counting.fold(now=timezone.now())


@task("shops.downgrade_expired")
def downgrade_expired() -> int:
    """Take the level of e-namad from the shops whose e-namad has ended."""
    from storefront.shops import verifying

    return verifying.downgrade_expired(now=timezone.now())
