"""The worker's doors of the Showcase."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import task
from core.locks import if_nobody_else


@task("showcase.go_on")
def go_on() -> None:
    """Renew the listings, fold what was shown, count people and scores, choose the rows anew."""
    from storefront.showcase import front, listings, ranking, shown

    with if_nobody_else("showcase.go_on") as ours:
        if ours:
            now = timezone.now()
            listings.renew(now=now)
            shown.fold()
            ranking.rank(now=now)
            front.choose(now=now)


@task("showcase.nightly")
def nightly() -> None:
    """Everything that is told by the day: sales and tiers, the vocabulary, circles, the day."""
    from storefront.shops.search import refreshing
    from storefront.showcase import listings, ranking

    with if_nobody_else("showcase.nightly") as ours:
        if ours:
            now = timezone.now()
            listings.renew(now=now)
            ranking.rank(now=now, whole=True)
            ranking.remember_day(timezone.localdate(now))
            ranking.count_sales(now=now)
            ranking.relate()
            refreshing.count_words()
