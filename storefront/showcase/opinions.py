"""Saying what one thinks: ratings, replies, reports, and what editors decide of them.

One person, one rating of a thing; rating again changes it. The sums move in the same transaction,
under the lock of what is rated.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from core import audit, rates
from core.limits import RATING_TEXT_CHARS_MAX, RATINGS_PER_HOUR_MAX, REPORT_TEXT_CHARS_MAX
from core.problems import Fault, InvalidInput, NotFound
from identity.models import Person
from messenger import wording
from messenger.models import Membership
from miniapps.models import AppPerson
from storefront.orders.models import Order, OrderLine
from storefront.shops.models import Product, Shop, Staff
from storefront.showcase.errors import NotBought, NotOpenedYet, ReportDecided
from storefront.showcase.models import Listing, ProductScore, Rating, Report

RECEIVED: Final = (Order.State.DELIVERED, Order.State.COMPLETED, Order.State.SETTLED)
STARS: Final = range(1, 6)
Thing = Listing | Rating


def rate(*, listing: Listing, person: Person, stars: int, text: str, now: datetime) -> Rating:
    """Rate an app or a shop, or change what one said. Raises InvalidInput, NotOpenedYet."""
    words = _checked(stars, text)
    if listing.kind == Listing.Kind.CHANNEL:
        raise NotFound
    if not may_rate(listing, person):
        raise NotOpenedYet
    _bounded(person)
    with transaction.atomic():
        locked = Listing.objects.select_for_update(of=("self",)).get(pk=listing.pk)
        made, change = _kept(person, stars, words, now, listing=locked)
        locked.rating_sum += change[0]
        locked.rating_n += change[1]
        locked.save(update_fields=["rating_sum", "rating_n"])
        if locked.shop_id is not None:
            Shop.objects.filter(pk=locked.shop_id).update(
                rating_sum=locked.rating_sum, rating_n=locked.rating_n
            )
    return made


def review(*, product: Product, person: Person, stars: int, text: str, now: datetime) -> Rating:
    """Review a product that one received. Raises InvalidInput, NotBought."""
    words = _checked(stars, text)
    line = bought(product, person)
    if line is None:
        raise NotBought
    _bounded(person)
    with transaction.atomic():
        ProductScore.objects.get_or_create(product=product)
        score = ProductScore.objects.select_for_update().get(product=product)
        made, change = _kept(person, stars, words, now, product=product, line=line)
        score.rating_sum += change[0]
        score.rating_n += change[1]
        score.save(update_fields=["rating_sum", "rating_n"])
    return made


def may_rate(listing: Listing, person: Person) -> bool:
    """Tell whether the person has used it: opened the app; follows the shop or bought there.

    Who works in a shop does not rate it.
    """
    if listing.app_id is not None:
        return AppPerson.objects.filter(
            app=listing.app_id, person=person, preview=False, last_opened_at__isnull=False
        ).exists()
    shop = listing.shop
    if shop is None or Staff.objects.filter(shop=shop, person=person).exists():
        return False
    if Membership.objects.filter(chat=shop.channel_id, person=person).exists():
        return True
    return Order.objects.filter(shop=shop, buyer=person, state__in=RECEIVED).exists()


def bought(product: Product, person: Person) -> OrderLine | None:
    """Return the line with which the person received this product, the latest one."""
    lines = OrderLine.objects.filter(
        variant__product=product, order__buyer=person, order__state__in=RECEIVED
    )
    return lines.order_by("-id").first()


def _checked(stars: int, text: str) -> str:
    if stars not in STARS:
        raise InvalidInput([Fault("#/stars", "must be 1 to 5", "range")])
    return _text(text, RATING_TEXT_CHARS_MAX)


def _text(text: str, most: int, *, needed: bool = False) -> str:
    kept = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if needed and not kept:
        raise InvalidInput([Fault("#/text", "must not be empty", "blank")])
    if len(kept) > most:
        raise InvalidInput([Fault("#/text", f"must be at most {most} characters", "max_length")])
    return wording.message_text(kept) if kept else ""


def _bounded(person: Person) -> None:
    rates.hit("showcase.opinions", person.public_id, limit=RATINGS_PER_HOUR_MAX, period_s=3600)


def _kept(
    person: Person, stars: int, text: str, now: datetime, **of: Any
) -> tuple[Rating, tuple[int, int]]:
    """Write the rating; return it, and by how much the sum and the count change."""
    subject = {key: value for key, value in of.items() if key != "line"}
    old = Rating.objects.select_for_update(of=("self",)).filter(person=person, **subject).first()
    if old is None:
        made = Rating.objects.create(
            person=person, stars=stars, text=text, created_at=now, changed_at=now, **of
        )
        return made, (stars, 1)
    change = 0 if old.is_hidden else stars - old.stars
    old.stars, old.text, old.changed_at = stars, text, now
    old.save(update_fields=["stars", "text", "changed_at"])
    return old, (change, 0)


@transaction.atomic
def reply(*, rating: Rating, text: str, actor: Person, now: datetime) -> Rating:
    """Answer a rating in the name of the app or the shop; an empty text takes the answer back.

    The caller has asked whether the actor may speak for it.
    """
    locked = Rating.objects.select_for_update(of=("self",)).get(pk=rating.pk)
    locked.reply = _text(text, RATING_TEXT_CHARS_MAX)
    locked.replied_at = now if locked.reply else None
    locked.save(update_fields=["reply", "replied_at"])
    audit.record("showcase.rating.answered", by=actor, of=locked)
    return locked


def report(*, of: Thing, person: Person, reason: str, text: str, now: datetime) -> Report:
    """Say that something breaks the rules; twice is once.

    What is said against a shop or its products goes to ``shops.reporting``, which has the queue
    that can take them down. Raises InvalidInput, NotFound (a shop).
    """
    if isinstance(of, Listing) and of.shop_id is not None:
        raise NotFound
    if reason not in Report.Reason.values:
        raise InvalidInput([Fault("#/reason", "must be one of the reasons", "choice")])
    words = _text(text, REPORT_TEXT_CHARS_MAX)
    _bounded(person)
    subject: dict[str, Any] = {"listing": None, "rating": None}
    subject[of._meta.model_name or ""] = of  # noqa: SLF001  (Django's public name for it)
    made, _new = Report.objects.get_or_create(
        person=person, **subject, defaults={"reason": reason, "text": words, "created_at": now}
    )
    return made


@transaction.atomic
def decide(*, report: Report, upheld: bool, actor: Person, now: datetime) -> Report:
    """Decide a report once. A rating whose report is upheld is hidden and counts no more.

    Raises ReportDecided.
    """
    locked = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if locked.state != Report.State.OPEN:
        raise ReportDecided(state=locked.state)
    locked.state = Report.State.UPHELD if upheld else Report.State.DISMISSED
    locked.decided_by, locked.decided_at = actor, now
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    if upheld and locked.rating_id is not None:
        _hide(locked.rating_id)
    audit.record(f"showcase.report.{locked.state}", by=actor, of=locked)
    return locked


def _hide(rating_key: int) -> None:
    """Take a rating out of sight and out of the sums: what is rated is locked first."""
    found = Rating.objects.get(pk=rating_key)
    if found.listing_id is not None:
        rated: Listing | ProductScore = Listing.objects.select_for_update(of=("self",)).get(
            pk=found.listing_id
        )
    else:
        rated = ProductScore.objects.select_for_update().get(product=found.product_id)
    found = Rating.objects.select_for_update(of=("self",)).get(pk=rating_key)
    if found.is_hidden:
        return
    found.is_hidden = True
    found.save(update_fields=["is_hidden"])
    rated.rating_sum -= found.stars
    rated.rating_n -= 1
    rated.save(update_fields=["rating_sum", "rating_n"])
    if isinstance(rated, Listing) and rated.shop_id is not None:
        Shop.objects.filter(pk=rated.shop_id).update(
            rating_sum=rated.rating_sum, rating_n=rated.rating_n
        )
