"""The worker's doors of imports."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import task


@task("shops.go_on_with_import")
def go_on_with_import(import_id: str) -> bool:
    """Take the next steps of an import."""
    from storefront.shops.imports import running

    return running.go_on(import_id=import_id)


@task("shops.care_for_imports")
def care_for_imports() -> int:
    """Go on with what a dead worker left; forget what is old."""
    from storefront.shops.imports import beginning

    return beginning.care_for(now=timezone.now())
