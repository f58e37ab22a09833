"""A shop speaks in its channel: now, or when the time comes that was set. One post, one message.

The rows of ``Post`` are the plan: the sweep takes what is due, so that no restart forgets one and
none is sent twice. Lock order: the shop, then the post, then its channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import audit
from core.limits import (
    MESSAGE_CHARS_MAX,
    NUDGING_POSTS_PER_DAY_MAX,
    POST_AHEAD_MAX,
    POST_PRODUCTS_MAX,
    POSTS_PER_DAY_MAX,
    POSTS_SWEPT_MAX,
)
from core.problems import Fault, InvalidInput
from identity.models import Person
from messenger import messages
from messenger.models import Membership
from storefront.shops import postcards, quiet
from storefront.shops.errors import (
    PostStateForbids,
    ShopStateForbids,
    TooManyNudges,
    TooManyPosts,
)
from storefront.shops.models import Post, Product, Push, Shop

State = Post.State


@dataclass(frozen=True)
class PostWish:
    """A post as somebody wants it. ``products`` are public ids; without ``due_at`` it is sent now.

    ``nudges``: people who follow the shop and are here are told of it, within their daily bound.
    """

    text: str
    products: Sequence[str] = ()
    due_at: datetime | None = None
    nudges: bool = False


@transaction.atomic
def write(*, shop: Shop, wish: PostWish, author: Person, now: datetime) -> Post:
    """Send a post, or plan it. The caller has asked ``access`` for "posts".

    Raises, the first that applies: InvalidInput, ShopStateForbids, TooManyPosts, TooManyNudges.
    """
    kept = _checked(shop, wish, now)
    locked = Shop.objects.select_for_update(of=("self",), no_key=True).get(pk=shop.pk)
    if not locked.is_open:
        raise ShopStateForbids(state=locked.status)
    due = kept.due_at or now
    _refuse_too_many(locked, due, nudges=kept.nudges)
    post = Post.objects.create(
        shop=locked,
        author=author,
        text=kept.text,
        products=list(kept.products),
        nudges=kept.nudges,
        due_at=due,
        created_at=now,
    )
    audit.record("shops.post.written", by=author, of=post, shop=locked.public_id, due=str(due))
    if kept.due_at is None:
        _send(post, now)
    return post


def _checked(shop: Shop, wish: PostWish, now: datetime) -> PostWish:
    faults: list[Fault] = []
    text = wish.text.replace("\r\n", "\n").replace("\x00", "").strip()
    products = tuple(dict.fromkeys(wish.products))
    if not text and not products:
        faults.append(Fault("#/text", "must not be empty without products", "blank"))
    if len(text) > MESSAGE_CHARS_MAX:
        faults.append(Fault("#/text", f"must be at most {MESSAGE_CHARS_MAX}", "max_length"))
    if len(products) > POST_PRODUCTS_MAX:
        faults.append(Fault("#/products", f"must be at most {POST_PRODUCTS_MAX}", "max_items"))
    else:
        sold = Product.objects.filter(shop=shop, status="published", public_id__in=products)
        known = set(sold.values_list("public_id", flat=True))
        faults += [
            Fault(f"#/products/{place}", "is not sold in this shop", "unknown")
            for place, one in enumerate(products)
            if one not in known
        ]
    if wish.due_at is not None and not now < wish.due_at <= now + POST_AHEAD_MAX:
        detail = f"must be within the next {POST_AHEAD_MAX.days} days"
        faults.append(Fault("#/due_at", detail, "range"))
    if faults:
        raise InvalidInput(faults)
    return PostWish(text, products, wish.due_at, wish.nudges)


def _refuse_too_many(shop: Shop, due: datetime, *, nudges: bool) -> None:
    """Bound the posts of one day of Tehran, by the shop's level; the shop is locked."""
    day = timezone.localtime(due, quiet.TEHRAN).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Post.objects.filter(
        shop=shop, state__in=[State.SCHEDULED, State.SENT],
        due_at__gte=day, due_at__lt=day + timedelta(days=1),
    )  # fmt: skip
    most = POSTS_PER_DAY_MAX[shop.level]
    if rows.count() >= most:
        raise TooManyPosts(most=most)
    most = NUDGING_POSTS_PER_DAY_MAX[shop.level]
    if nudges and rows.filter(nudges=True).count() >= most:
        raise TooManyNudges(most=most)


@transaction.atomic
def call_off(*, post: Post, actor: Person) -> Post:
    """Take a post back that still waits. Raises PostStateForbids(state)."""
    locked = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if locked.state != State.SCHEDULED:
        raise PostStateForbids(state=locked.state)
    locked.state = State.CANCELLED
    locked.save(update_fields=["state"])
    audit.record("shops.post.called_off", by=actor, of=locked)
    return locked


def send_due(*, now: datetime) -> int:
    """Send what is due, each in a transaction of its own; return how many were sent.

    Many workers may do it at once: each takes posts that nobody holds.
    """
    due = Post.objects.filter(state=State.SCHEDULED, due_at__lte=now).order_by("due_at")
    sent = 0
    for key in list(due.values_list("pk", flat=True)[:POSTS_SWEPT_MAX]):
        with transaction.atomic():
            rows = Post.objects.select_for_update(of=("self",), skip_locked=True)
            post = rows.select_related("shop").filter(pk=key, state=State.SCHEDULED).first()
            if post is not None:
                sent += _send(post, now)
    return sent


def _send(post: Post, now: datetime) -> bool:
    """Write the message of a post whose row is ours; a shop that closed meanwhile says nothing.

    The message names the post, so writing it again finds the first one.
    """
    sender = _sender(post)
    if sender is None or not post.shop.is_open:
        post.state = State.DROPPED
        post.save(update_fields=["state"])
        return False
    message = messages.post_notice(
        chat=post.shop.channel,
        sender=sender,
        kind=postcards.PRODUCTS.name,
        version=postcards.PRODUCTS.version,
        payload={"post": post.public_id, "products": post.products},
        client_id=f"post-{post.public_id}",
        now=now,
        text=post.text,
    )
    post.state, post.sent_at, post.message = State.SENT, now, message
    post.save(update_fields=["state", "sent_at", "message"])
    if post.nudges:
        Push.objects.create(post=post, due_at=quiet.heard_at(now))
    return True


def _sender(post: Post) -> Person | None:
    """Return who stands for the shop in its channel: an owner of it."""
    owners = Membership.objects.filter(chat=post.shop.channel_id, role=Membership.Role.OWNER)
    owner = owners.select_related("person").order_by("pk").first()
    return owner.person if owner else None


def posts_of(shop: Shop, *, before: int | None = None) -> QuerySet[Post]:
    """Return a shop's posts, the newest first; ``before`` is the key of the last one seen."""
    rows = Post.objects.filter(shop=shop).order_by("-pk")
    return rows if before is None else rows.filter(pk__lt=before)
