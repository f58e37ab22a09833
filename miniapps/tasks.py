"""The worker's doors: each takes ids, asks the clock, calls one operation."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from core.jobs import task


@task("miniapps.check_version")
def check_version(version_id: str) -> None:
    """Check an upload."""
    from miniapps import checking

    checking.check(version_id=version_id, now=timezone.now())


@task("miniapps.recheck_stuck_versions")
def recheck_stuck_versions() -> int:
    """Begin again what a dead worker left behind."""
    from miniapps import checking

    return checking.recheck_stuck(now=timezone.now())


@task("miniapps.release_stale_claims")
def release_stale_claims() -> int:
    """Give cases back whose reviewers have gone away."""
    from miniapps import review

    return review.release_stale_claims(now=timezone.now())


@task("miniapps.end_old_launches")
def end_old_launches() -> int:
    """End launches whose time is over."""
    from miniapps import ending

    with transaction.atomic():
        return ending.end_expired(now=timezone.now())


@task("miniapps.forget_prepared_messages")
def forget_prepared_messages() -> int:
    """Delete prepared messages whose day is over."""
    from miniapps import preparing

    return preparing.forget_old(now=timezone.now())


@task("miniapps.retire_old_versions")
def retire_old_versions() -> int:
    """Take superseded versions out of the routes once their grace is over."""
    from miniapps import routing

    return routing.retire_old_versions(now=timezone.now())


@task("miniapps.send_webhooks")
def send_webhooks() -> int:
    """Send the events that are due to makers' servers."""
    from miniapps.webhooks import sending

    return sending.send_due(clock=timezone.now)


@task("miniapps.forget_old_webhook_attempts")
def forget_old_webhook_attempts() -> int:
    """Delete the log of single calls past its time."""
    from miniapps.webhooks import sending

    return sending.forget_old_attempts(now=timezone.now())


@task("miniapps.tell_of_money", quick=True)
def tell_of_money(object_id: str) -> None:
    """Tell an app's maker what became of a payment or an invoice."""
    from miniapps import telling

    telling.tell(object_id=object_id)


@task("miniapps.tell_what_waits")
def tell_what_waits() -> int:
    """Tell what a crash left untold."""
    from miniapps import telling

    return telling.tell_what_waits(now=timezone.now())


@task("miniapps.write_export")
def write_export(export_id: str) -> None:
    """Write the file of a long export."""
    from miniapps import exports

    exports.write(export_id=export_id)


@task("miniapps.care_for_exports")
def care_for_exports() -> int:
    """Forget old files and begin again what a dead worker left."""
    from miniapps import exports

    return exports.care_for(now=timezone.now())
