"""Opening a shop: its channel, its place at a maker, its owner; and its states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from core import audit
from core.limits import (
    PLACE_CHARS_MAX,
    SHOP_ABOUT_CHARS_MAX,
    SHOP_POLICY_CHARS_MAX,
    SHOP_TITLE_CHARS_MAX,
    SHOPS_PER_MAKER_MAX,
)
from core.problems import Fault, InvalidInput
from identity import makers
from identity.models import Maker, Person
from messenger import chats, wording
from messenger.errors import HandleTaken
from messenger.models import Chat
from storefront.shops.errors import ShopAddressTaken, ShopStateForbids, TooManyShops
from storefront.shops.models import Category, Shop, Staff
from storefront.shops.places import PROVINCES

Status = Shop.Status
# From which states a step leads to a state; suspending and lifting it are the operator's.
STEPS: dict[str, tuple[frozenset[str], str]] = {
    "open": (frozenset({Status.DRAFT, Status.PAUSED}), Status.OPEN),
    "pause": (frozenset({Status.OPEN}), Status.PAUSED),
    "close": (frozenset({Status.DRAFT, Status.OPEN, Status.PAUSED}), Status.CLOSED),
    "suspend": (frozenset({Status.DRAFT, Status.OPEN, Status.PAUSED}), Status.SUSPENDED),
    "lift": (frozenset({Status.SUSPENDED}), Status.PAUSED),
}
# Addresses that pages of ours have: /shops/desk/ is no shop.
RESERVED = frozenset(
    {"desk", "search", "categories", "collections", "import", "pictures", "report"}
)


@dataclass(frozen=True)
class Sign:
    """What stands above a shop's door. ``slug`` is its address and its channel's handle."""

    title: str
    slug: str
    about: str = ""
    category: Category | None = None
    province: str = ""
    city: str = ""


@transaction.atomic
def found(*, person: Person, sign: Sign, now: datetime, maker: Maker | None = None) -> Shop:
    """Open a shop as a draft, with a public channel; the person is its owner.

    Without ``maker`` it belongs to the person himself. Raises, the first that applies:
    InvalidInput, TooManyShops, TooManyRequests, ShopAddressTaken.
    """
    title = wording.one_line(sign.title, pointer="#/title", most=SHOP_TITLE_CHARS_MAX)
    about = wording.one_line(sign.about, pointer="#/about", most=SHOP_ABOUT_CHARS_MAX, needed=False)
    slug = wording.handle(sign.slug)
    if slug in RESERVED:
        raise ShopAddressTaken
    owner = maker or makers.found(person=person, kind=Maker.Kind.PERSON, name=person.name)
    Maker.objects.select_for_update().get(pk=owner.pk)
    others = Shop.objects.filter(maker=owner).exclude(status=Status.CLOSED)
    if others.count() >= SHOPS_PER_MAKER_MAX:
        raise TooManyShops(most=SHOPS_PER_MAKER_MAX)
    try:
        with transaction.atomic():
            channel = chats.create_channel(
                founder=person, title=title, about=about, handle=slug, now=now
            )
            shop = Shop.objects.create(
                slug=slug,
                maker=owner,
                channel=channel,
                title=title,
                about=about,
                category=sign.category,
                province=sign.province,
                city=sign.city,
                created_at=now,
            )
    except (HandleTaken, IntegrityError):
        raise ShopAddressTaken from None
    Staff.objects.create(shop=shop, person=person, role=Staff.Role.OWNER, added_at=now)
    audit.record("shops.shop.founded", by=person, of=shop, title=title, slug=slug)
    return shop


@transaction.atomic
def step(*, shop: Shop, name: str, actor: Person, reason: str = "") -> Shop:
    """Take the shop to another state: open, pause, close, suspend or lift.

    Who may do which, the door has asked. Raises ShopStateForbids(state).
    """
    locked = Shop.objects.select_for_update(of=("self",)).get(pk=shop.pk)
    permitted, target = STEPS[name]
    if locked.status not in permitted:
        raise ShopStateForbids(state=locked.status)
    before, locked.status = locked.status, target
    locked.save(update_fields=["status"])
    audit.record(f"shops.shop.{target}", by=actor, of=locked, was=before, reason=reason)
    return locked


def address_is_free(text: str) -> bool:
    """Tell whether a new shop could have this address. Raises InvalidInput for a wrong shape."""
    slug = wording.handle(text)
    taken = Shop.objects.filter(slug=slug).exists() or Chat.objects.filter(handle=slug).exists()
    return slug not in RESERVED and not taken


@transaction.atomic
def rewrite(*, shop: Shop, sign: Sign, policy: str, actor: Person, now: datetime) -> Shop:
    """Change what stands above the door, but not the address; its channel says the same.

    Raises InvalidInput with every fault.
    """
    faults: list[Fault] = []
    title = wording.line_of_form(sign.title, "#/title", SHOP_TITLE_CHARS_MAX, faults)
    about = wording.line_of_form(sign.about, "#/about", SHOP_ABOUT_CHARS_MAX, faults, needed=False)
    city = wording.line_of_form(sign.city, "#/city", PLACE_CHARS_MAX, faults, needed=False)
    policy = policy.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(policy) > SHOP_POLICY_CHARS_MAX:
        detail = f"must be at most {SHOP_POLICY_CHARS_MAX} characters"
        faults.append(Fault("#/policy", detail, "max_length"))
    if sign.province and sign.province not in PROVINCES:
        faults.append(Fault("#/province", "must be a province", "choice"))
    if faults:
        raise InvalidInput(faults)
    locked = Shop.objects.select_for_update(of=("self",)).get(pk=shop.pk)
    locked.title, locked.about, locked.policy = title, about, policy
    locked.category, locked.province, locked.city = sign.category, sign.province, city
    locked.save(update_fields=["title", "about", "policy", "category", "province", "city"])
    if (shop.channel.title, shop.channel.about) != (title, about):
        chats.edit(
            chat=shop.channel, actor=actor, now=now, title=title, about=about, handle=locked.slug
        )
    audit.record("shops.shop.rewritten", by=actor, of=locked, title=title)
    return locked
