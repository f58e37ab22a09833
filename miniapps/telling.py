"""News of money becomes webhooks: what the wallet wrote down, told to the app's maker in order.

What is about a maker himself, such as a payout, goes to each of his apps that listens for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from core.ids import is_id
from core.limits import NEWS_ROWS, NEWS_SWEEP_AFTER_S
from miniapps.charging import payer_of
from miniapps.models import App
from miniapps.webhooks import events
from wallet.models import News, Payment


@transaction.atomic
def tell(*, object_id: str) -> int:
    """Record the untold news of one object as webhook events; return how many were news.

    The rows are locked, so two workers tell one after the other, and what one has told the other
    does not see as untold.
    """
    rows = News.objects.select_for_update().filter(object_id=object_id, told=False)
    told = 0
    for row in rows.order_by("number"):
        for app in _audience(row):
            events.record(
                app=app,
                kind=row.kind,
                object_id=row.object_id,
                test=row.test,
                payload=_document(row),
                occurred_at=row.occurred_at,
                dedupe=f"{row.object_id}:{row.number}",
            )
        row.told = True
        row.save(update_fields=["told"])
        told += 1
    return told


def tell_what_waits(*, now: datetime) -> int:
    """Tell what a crash left untold; return how many objects had news."""
    before = now - timedelta(seconds=NEWS_SWEEP_AFTER_S)
    waiting = News.objects.filter(told=False, occurred_at__lt=before).order_by("occurred_at")
    names = list(dict.fromkeys(waiting.values_list("object_id", flat=True)[:NEWS_ROWS]))
    return sum(bool(tell(object_id=name)) for name in names)


def _audience(row: News) -> list[App]:
    """Return the apps that are told, in the order of their ids."""
    if is_id(row.audience, "mkr"):
        return events.apps_that_listen(row.audience, row.kind, test=row.test)
    return list(App.objects.filter(public_id=row.audience))


def _document(row: News) -> dict[str, object]:
    if row.document.get("object") != "payment":
        return dict(row.document)
    payment = Payment.objects.select_related("payer").get(public_id=row.object_id)
    return dict(row.document) | {"payer": payer_of(payment)}
