"""The demo's Showcase: a hero, what stands beside it, two collections, and what people said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from identity.models import Person
from miniapps.models import App
from storefront.shops.models import Shop
from storefront.showcase import front, listings, opinions, ranking
from storefront.showcase.models import Collection, CollectionItem, Listing, Slot

SAID = (
    (5, "زعفرانش همان عطری را داشت که گفته بود. زود هم رسید."),
    (4, "بسته‌بندی خوب بود، فقط یک روز دیر رسید."),
)


def load(apps: list[App], shops: list[Shop], people: list[Person], *, now: datetime) -> None:
    """Set the Showcase up unless an editor has begun."""
    listings.renew(now=now)
    if not Slot.objects.exists() and shops and apps:
        _places(apps, shops, now)
        _collections(apps, shops, now)
        _opinions(shops, people, now)
    ranking.rank(now=now, whole=True)
    front.choose(now=now)


def _places(apps: list[App], shops: list[Shop], now: datetime) -> None:
    until = now + timedelta(days=90)
    for place, thing, title, text in (
        ("hero", shops[0], ("عطر پاییز قاینات", "Autumn from Qaenat"),
         ("زعفران امسال از همان جایی که چیده می‌شود، بی‌واسطه.",
          "This year's saffron, straight from where it is picked.")),
        ("side", apps[0], ("سفارش بی‌صف", "Order without a queue"),
         ("قهوه‌تان را از داخل گفت‌وگو سفارش دهید.", "Order your coffee inside the chat.")),
    ):  # fmt: skip
        Slot.objects.create(
            place=place, listing=listings.listing_of(thing, now=now), title_fa=title[0],
            title_en=title[1], text_fa=text[0], text_en=text[1], starts_at=now, ends_at=until,
        )  # fmt: skip


def _collections(apps: list[App], shops: list[Shop], now: datetime) -> None:
    rows: list[tuple[tuple[str, str], tuple[str, str], Sequence[App | Shop]]] = [
        (
            ("از دست تا دست", "From hand to hand"),
            ("کارگاه‌های کوچک با کارهای دست.", "Small workshops and what they make."),
            shops,
        ),
        (
            ("برای هر روز", "For every day"),
            ("برنامک‌هایی که کار را کوتاه می‌کنند.", "Mini-apps that shorten the day."),
            apps[:8],
        ),
    ]
    for position, (title, about, things) in enumerate(rows):
        made = Collection.objects.create(
            title_fa=title[0], title_en=title[1], about_fa=about[0], about_en=about[1],
            position=position, starts_at=now,
        )  # fmt: skip
        CollectionItem.objects.bulk_create(
            CollectionItem(
                collection=made, listing=listings.listing_of(one, now=now), position=number
            )
            for number, one in enumerate(things)
        )


def _opinions(shops: list[Shop], people: list[Person], now: datetime) -> None:
    rows = Listing.objects.select_related("shop").filter(shop__in=shops)
    for listing in rows:
        raters = [person for person in people if opinions.may_rate(listing, person)]
        for person, (stars, text) in zip(raters, SAID, strict=False):
            opinions.rate(listing=listing, person=person, stars=stars, text=text, now=now)
