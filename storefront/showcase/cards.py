"""A card: what it shows, what it opens, and why it is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.limits import RATINGS_SHOWN_MIN
from core.templatetags.ui import isolate, number
from storefront.shops.pictures import url_of
from storefront.showcase.listings import is_public
from storefront.showcase.models import Listing

Kind = Listing.Kind


@dataclass(frozen=True, slots=True)
class Card:
    """An app, a shop or a channel as every page of the Showcase draws it.

    ``href`` is its own page, ``opens`` opens it in place.
    """

    key: int
    id: str
    kind: str
    name: str
    text: str
    by: str
    verified: bool
    icon: str
    seed: str
    href: str
    opens: str
    owner: str
    stars: float | None = None
    votes: int = 0
    reason: str = ""


def rows() -> QuerySet[Listing]:
    """Return listings with everything that a card shows: one query for any number of them."""
    return Listing.objects.select_related("app__maker", "shop__channel", "shop__maker", "channel")


def cards_of(keys: Iterable[int]) -> dict[int, Card]:
    """Return the cards of these listings that everybody may see now. One query."""
    return {one.pk: card_of(one) for one in rows().filter(pk__in=set(keys)) if is_public(one)}


def because(card: Card, reason: str) -> Card:
    """Return the card with the reason why it is shown."""
    return replace(card, reason=reason)


def stars_of(rating_sum: int, rating_n: int) -> float | None:
    """Return the mean of the stars, None below the minimum of votes."""
    return round(rating_sum / rating_n, 1) if rating_n >= RATINGS_SHOWN_MIN else None


def card_of(listing: Listing) -> Card:
    """Return the card of a listing that was read with ``rows``."""
    stars = stars_of(listing.rating_sum, listing.rating_n)
    same: dict[str, Any] = {"key": listing.pk, "id": listing.public_id, "kind": listing.kind}
    if listing.app is not None:
        app = listing.app
        return Card(
            **same, name=app.name, text=app.about, by=app.maker.name,
            verified=app.maker.verified_at is not None,
            icon=reverse("icon", args=[app.icon]) if app.icon else "", seed=app.public_id,
            href=reverse("app_page", args=[app.slug]), opens=reverse("app", args=[app.slug]),
            owner=f"m{app.maker_id}", stars=stars, votes=listing.rating_n,
        )  # fmt: skip
    if listing.shop is not None:
        shop = listing.shop
        href = reverse("shop_page", args=[shop.slug])
        return Card(
            **same, name=shop.title, text=shop.about, by=shop.city, verified=shop.level >= 1,
            icon=url_of(shop.logo), seed=shop.public_id, href=href, opens=href,
            owner=f"m{shop.maker_id}", stars=stars, votes=listing.rating_n,
        )  # fmt: skip
    channel = listing.channel
    assert channel is not None  # the database says so: showcase_listing_of_one_thing
    href = reverse("channel", args=[channel.handle])
    followers = _("%(n)s followers") % {"n": number(channel.members_count)}
    return Card(
        **same, name=channel.title, text=channel.about, by=followers, verified=False, icon="",
        seed=channel.public_id, href=href, opens=href, owner=f"c{channel.pk}",
    )  # fmt: skip


def words_for(section: str, detail: str = "") -> str:
    """Say why a card stands in a section."""
    told = {
        "hero": _("Our editors chose it for this place and this time."),
        "paid": _("This is a paid placement. It changes nothing in the order of the others."),
        "collection": _("Our editors put it into the collection %(name)s."),
        "new": _(
            "It is new. Everything new is shown a thousand times before it must earn its place."
        ),
        "rising": _("More people came in this week than in the week before."),
        "top": _("Many different people used it this week. Each counts once."),
        "recent": _("You opened it lately. Only you see this."),
        "pinned": _("You pinned it. Only you see this."),
        "because": _("You follow %(name)s, and many who do follow this too."),
    }
    return told[section] % {"name": isolate(detail)}
