"""A card: what it shows, what it opens, and why it is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.limits import RATINGS_SHOWN_MIN
from core.templatetags.ui import isolate, number
from storefront.shops.pictures import url_of
from storefront.showcase.listings import is_public
from storefront.showcase.models import Listing
from storefront.showcase.models.editorial import in_language

Kind = Listing.Kind
Facts = dict[str, Any]  # of a card, as JSON keeps them
_PAGES: Final = {Kind.APP: "app_page", Kind.SHOP: "shop_page", Kind.CHANNEL: "channel"}


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
    return Listing.objects.select_related("app__maker", "shop", "channel")


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
    return drawn(facts_of(listing))


def facts_of(listing: Listing) -> Facts:
    """Return what the card of a listing shows, in no language: what ``home`` keeps of a row."""
    same: Facts = {
        "key": listing.pk, "id": listing.public_id, "kind": listing.kind,
        "votes": listing.rating_n, "stars": stars_of(listing.rating_sum, listing.rating_n),
    }  # fmt: skip
    if listing.app is not None:
        app = listing.app
        return same | {
            "thing": app.pk, "seed": app.public_id, "address": app.slug, "icon": app.icon or "",
            "name": [app.name_fa, app.name_en], "text": [app.about_fa, app.about_en],
            "by": app.maker.name, "verified": app.maker.verified_at is not None,
            "owner": f"m{app.maker_id}",
        }  # fmt: skip
    if listing.shop is not None:
        shop = listing.shop
        return same | {
            "thing": shop.pk, "seed": shop.public_id, "address": shop.slug,
            "icon": url_of(shop.logo),
            "name": [shop.title, ""], "text": [shop.about, ""], "by": shop.city,
            "verified": shop.level >= 1, "owner": f"m{shop.maker_id}",
        }  # fmt: skip
    channel = listing.channel
    assert channel is not None  # the database says so: showcase_listing_of_one_thing
    return same | {
        "thing": channel.pk, "seed": channel.public_id, "address": channel.handle, "icon": "",
        "name": [channel.title, ""], "text": [channel.about, ""], "by": channel.members_count,
        "verified": False, "owner": f"c{channel.pk}",
    }  # fmt: skip


def drawn(facts: Facts) -> Card:
    """Return the card that shows these facts in the language that is active now."""
    kind, by = facts["kind"], facts["by"]
    href = reverse(_PAGES[kind], args=[facts["address"]])
    if kind == Kind.CHANNEL:
        by = _("%(n)s followers") % {"n": number(by)}
    icon = facts["icon"]
    if kind == Kind.APP and icon:
        icon = reverse("icon", args=[icon])
    return Card(
        key=facts["key"], id=facts["id"], kind=kind, name=in_language(*facts["name"]),
        text=in_language(*facts["text"]), by=by, verified=facts["verified"],
        icon=icon, seed=facts["seed"],
        href=href, opens=reverse("app", args=[facts["address"]]) if kind == Kind.APP else href,
        owner=facts["owner"], stars=facts["stars"], votes=facts["votes"],
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
